"""The same network twice: on the specification and on py-evm, so that both run the same batch."""

from __future__ import annotations

from dataclasses import dataclass

from immutables import Map

from gearexe_spec.base.fixed_bytes import Address, Bytes4, Bytes32
from gearexe_spec.base.ids import CodeId, MessageId
from gearexe_spec.base.numeric import U8, U48, U128, U256
from gearexe_spec.crypto.ecdsa import PrivateKey, sign
from gearexe_spec.evm import network as evm
from gearexe_spec.evm.world import Block as EvmBlock
from gearexe_spec.onchain.commitment_abi import SignatureType, encode_commit_batch
from gearexe_spec.onchain.commitments import (
    BatchCommitment,
    ChainCommitment,
    CodeCommitment,
    Message,
    ReplyDetails,
    StateTransition,
    compute_signed_digest,
    hash_batch_commitment,
)
from gearexe_spec.onchain.transaction import (
    Applied,
    Call,
    Deployment,
    ProxyArguments,
    apply_call,
    apply_deployment,
)
from gearexe_spec.onchain.world import Account, Block, ContractKind, World

DEPLOYER = Address(b"\xde" * 20)
CODE = CodeId(b"\xc0" * 32)
KEYS = tuple(PrivateKey(bytes([number]) * 32) for number in range(1, 7))
"""Six validators, of whom four must sign."""
SIGNATURES = 4
BLOB = Bytes32(b"\x01" * 32)


@dataclass
class Twin:
    """Both networks; `world` is the specification's."""

    oracle: evm.Network
    world: World
    programs: list[Address]

    @property
    def block(self) -> Block:
        number, timestamp = U256(self.oracle.world.block.number), U256(self.oracle.world.block.timestamp)
        return Block(number, timestamp, lambda height: Bytes32(self.oracle.world.block_hash(height)))

    def send(self, to: Address, function: str, *arguments: object, blobs: tuple[Bytes32, ...] = ()) -> bytes:
        """Send the same call to both; they must answer the same."""
        data = self.oracle.artifact_of(to).abi.encode_call(function, *arguments)
        return self.send_raw(to, data, blobs)

    def send_raw(self, to: Address, data: bytes, blobs: tuple[Bytes32, ...] = ()) -> bytes:
        result = apply_call(self.world, self.block, Call(DEPLOYER, to, data, blob_hashes=blobs))
        receipt = self.oracle.world.call(DEPLOYER, to, data, blob_hashes=list(blobs), gas=2**40)
        assert isinstance(result, Applied), result
        assert receipt.ok
        assert receipt.return_data == result.output
        assert [(log.address, log.data) for log in receipt.logs] == [(log.address, log.data) for log in result.logs]
        self.world = result.world
        return result.output

    def batch(self, **parts: object) -> BatchCommitment:
        latest = self.world.account(self.oracle.router).storage.router.latest_committed_batch
        parent = self.block.hash_of(int(self.block.number) - 1)
        stamp = U48(int(self.block.timestamp) - 1)
        return BatchCommitment(parent, stamp, latest.hash, U8(3), **parts)  # type: ignore[arg-type]

    def calldata(self, batch: BatchCommitment) -> bytes:
        digest = compute_signed_digest(self.oracle.router, hash_batch_commitment(batch))
        signatures = [sign(key, digest).encode() for key in KEYS[:SIGNATURES]]
        return encode_commit_batch(batch, SignatureType.ECDSA, signatures)

    def batch_of_transitions(self, count: int) -> bytes:
        """A batch in which each of `count` programs changes its state and replies to a message."""
        transitions = tuple(make_transition(program, number) for number, program in enumerate(self.programs[:count]))
        chain = ChainCommitment(transitions, Bytes32(b"\x0d" * 32), Bytes32(b"\x0e" * 32))
        return self.calldata(self.batch(chain_commitment=(chain,)))


def make_transition(program: Address, number: int) -> StateTransition:
    """A new state and one reply without value."""
    word = number.to_bytes(32, "big")
    reply = Message(
        MessageId(word), DEPLOYER, b"PONG", U128(0), ReplyDetails(MessageId(b"\x01" * 32), Bytes4(bytes(4))), False
    )
    state_hash = Bytes32(bytes([0xAB]) + word[1:])
    return StateTransition(program, state_hash, False, Address.zero(), U128(0), False, (), (reply,))


def make_twin(programs: int) -> Twin:
    """Deploy on both sides, validate one code, create programs of it."""
    members = [key.to_address() for key in KEYS]
    oracle = evm.new_network(members, deployer=DEPLOYER, block=EvmBlock(1_000, 1_700_000_000))
    twin = Twin(oracle, deploy_specification(oracle, members), [])
    blank = (0, 0, bytes(32), bytes(32))
    twin.send(oracle.wvara, "approve", oracle.router, 2**255)
    twin.send(oracle.router, "requestCodeValidation", CODE, *blank, blobs=(BLOB,))
    oracle.world.mine()
    codes = twin.calldata(twin.batch(code_commitments=(CodeCommitment(CODE, True),)))
    twin.send_raw(oracle.router, codes)
    for number in range(programs):
        salt = number.to_bytes(32, "big")
        output = twin.send(oracle.router, "createProgram", CODE, salt, DEPLOYER)
        twin.programs.append(Address(output[12:]))
    oracle.world.mine()
    return twin


def deploy_specification(oracle: evm.Network, members: list[Address]) -> World:
    """The specification's side of `evm.new_network`."""
    settings = evm.NetworkSettings(members)
    rich = Account(balance=U256(10**24))
    world = World(U256(1), Map({DEPLOYER: rich}))
    block = Block(U256(1_000), U256(1_700_000_000), lambda height: Bytes32(oracle.world.block_hash(height)))
    created: list[Address] = []

    def place(kind: ContractKind | None, arguments: Address | ProxyArguments | None = None) -> None:
        nonlocal world
        result = apply_deployment(world, block, Deployment(DEPLOYER, kind, arguments))
        assert isinstance(result, Applied), result
        world = result.world
        created.append(Address(result.output))

    abi = oracle.artifacts["WrappedVara"].abi
    place(ContractKind.WrappedVara)
    place(ContractKind.ERC1967Proxy, ProxyArguments(created[0], abi.encode_call("initialize", DEPLOYER)))
    place(ContractKind.Router)
    setup = evm.encode_router_initialization(oracle, settings)
    place(ContractKind.ERC1967Proxy, ProxyArguments(created[2], setup))
    place(None, oracle.router)
    place(ContractKind.POAMiddleware)
    setup = evm.encode_middleware_initialization(oracle, settings)
    place(ContractKind.ERC1967Proxy, ProxyArguments(created[5], setup))
    later = Block(U256(1_001), U256(1_700_000_012), block.hash_of)
    for target, contract, call in (
        (oracle.middleware, "POAMiddleware", ("setValidators", members)),
        (oracle.router, "Router", ("lookupGenesisHash",)),
    ):
        data = oracle.artifacts[contract].abi.encode_call(*call)  # type: ignore[arg-type]
        result = apply_call(world, later, Call(DEPLOYER, target, data))
        assert isinstance(result, Applied), result
        world = result.world
    return world
