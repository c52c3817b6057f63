"""Two worlds side by side: every step happens on the EVM and in the specification, and both are compared.

A `TwinWorld` is used like a `World`. What a step returned, its revert data and its logs must agree; where they do not,
the step is kept as a difference. What artifacts of another revision are known to lack is left out of the comparison.
Accounts with foreign code are not supported: the specification would need to be told what they answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from gearexe_spec.base.fixed_bytes import Address, Bytes32
from gearexe_spec.base.numeric import U256
from gearexe_spec.evm.artifacts import Artifacts
from gearexe_spec.evm.clones import compute_clone_initcode
from gearexe_spec.evm.machine import BlockHashRule
from gearexe_spec.evm.revisions import revision_of, strip_result
from gearexe_spec.evm.world import MESSAGE_GAS, Block, Receipt, World
from gearexe_spec.onchain import world as spec
from gearexe_spec.onchain.transaction import (
    Call,
    Deployment,
    ProxyArguments,
    Result,
    Reverted,
    apply_call,
    apply_deployment,
)

PROXY = "ERC1967Proxy"
MIRROR = "Mirror"


@dataclass(frozen=True, slots=True)
class Comparison:
    """A step as both sides saw it: success, output, and logs as (address, topics, data)."""

    evm: tuple[bool, bytes, tuple[object, ...]]
    spec: tuple[bool, bytes, tuple[object, ...]]

    @property
    def agrees(self) -> bool:
        """Whether both came to the same result."""
        return self.evm == self.spec


class TwinWorld(World):
    """A world on the EVM whose steps are repeated in the specification.

    Args:
        artifacts: of the contracts that are going to be created.

    Attributes:
        spec: the specification's world.
        differences: steps on which the two sides did not agree, dry ones included.
    """

    def __init__(
        self, block: Block, artifacts: Artifacts, *, chain_id: int = 1, block_hash: BlockHashRule | None = None
    ) -> None:
        super().__init__(block, chain_id=chain_id, block_hash=block_hash)
        self.artifacts = artifacts
        self.spec = spec.World(U256(chain_id))
        self.differences: list[Comparison] = []
        functions = artifacts["Router"].abi.functions
        self._shorter = {functions[name].selector: name for name in revision_of(artifacts).shorter_results}

    def set_balance(self, address: Address, wei: int) -> None:
        super().set_balance(address, wei)
        account = self.spec.account(address)
        self.spec = self.spec.with_account(address, replace(account, balance=U256(wei)))

    def call(
        self,
        sender: Address,
        to: Address,
        calldata: bytes = b"",
        *,
        value: int = 0,
        blob_hashes: Sequence[bytes] = (),
        gas: int = MESSAGE_GAS,
        dry: bool = False,
    ) -> Receipt:
        receipt = super().call(sender, to, calldata, value=value, blob_hashes=blob_hashes, gas=gas, dry=dry)
        hashes = tuple(Bytes32(blob_hash) for blob_hash in blob_hashes)
        result = apply_call(self.spec, self._spec_block(), Call(sender, to, calldata, U256(value), hashes))
        self._compare(receipt, self._as_in_revision(calldata, result), dry)
        return receipt

    def create(
        self, sender: Address, initcode: bytes, *, value: int = 0, gas: int = MESSAGE_GAS, dry: bool = False
    ) -> Receipt:
        deployment = replace(self._recognise(initcode), sender=sender, value=U256(value))
        receipt = super().create(sender, initcode, value=value, gas=gas, dry=dry)
        result = apply_deployment(self.spec, self._spec_block(), deployment)
        self._compare(replace(receipt, return_data=receipt.created or receipt.return_data), result, dry)
        if receipt.created is not None and deployment.contract is spec.ContractKind.ERC1967Proxy:
            clones = self.spec.clone_initcode.set(receipt.created, compute_clone_initcode(receipt.created))
            self.spec = replace(self.spec, clone_initcode=clones)
        return receipt

    def _as_in_revision(self, calldata: bytes, result: Result) -> Result:
        """The specification's result without the fields that the artifacts' revision lacks."""
        function = self._shorter.get(calldata[:4])
        if function is None or isinstance(result, Reverted):
            return result
        return replace(result, output=strip_result(self.artifacts, function, result.output))

    def _compare(self, receipt: Receipt, result: Result, dry: bool) -> None:
        logs = tuple((log.address, log.topics, log.data) for log in receipt.logs)
        if isinstance(result, Reverted):
            seen: tuple[bool, bytes, tuple[object, ...]] = (False, result.data, ())
        else:
            seen = (True, result.output, tuple((log.address, log.topics, log.data) for log in result.logs))
        comparison = Comparison((receipt.ok, receipt.return_data, logs), seen)
        if not comparison.agrees:
            self.differences.append(comparison)
        if not dry:
            self.spec = result.world

    def _spec_block(self) -> spec.Block:
        return spec.Block(U256(self.block.number), U256(self.block.timestamp), self.block_hash)

    def _recognise(self, initcode: bytes) -> Deployment:
        """Which of our contracts this creates, and its constructor's arguments."""
        nobody = Address.zero()
        for name in (MIRROR, PROXY, *(kind.name for kind in spec.ContractKind)):
            if name not in self.artifacts or not initcode.startswith(self.artifacts[name].bytecode):
                continue
            arguments = initcode[len(self.artifacts[name].bytecode) :]
            if name == MIRROR:
                return Deployment(nobody, None, Address(arguments[12:32]))
            if name == PROXY:
                length = int.from_bytes(arguments[64:96], "big")
                call = ProxyArguments(Address(arguments[12:32]), arguments[96 : 96 + length])
                return Deployment(nobody, spec.ContractKind.ERC1967Proxy, call)
            return Deployment(nobody, spec.ContractKind[name])
        raise ValueError("only contracts of the artifacts are created in a twin world")
