"""The validators of the scenario: what they execute, the batches they sign, and what the Router took."""

from __future__ import annotations

from dataclasses import dataclass, field

from gearexe_spec.base.fixed_bytes import Address
from gearexe_spec.base.numeric import U64, U128
from gearexe_spec.cli.era.network import ELECTION, ERA, FOUNDERS, key_of
from gearexe_spec.cli.era.telling import Telling
from gearexe_spec.cli.executors import Executors
from gearexe_spec.evm.network import FIRST_BLOCK
from gearexe_spec.executor.batch_signing import SignedBatch
from gearexe_spec.executor.commitments import BatchCommitment, RewardsCommitment, ValidatorsCommitment
from gearexe_spec.executor.misbehaviour import CommittedSignatures
from gearexe_spec.executor.rewards import CommittedBatch
from gearexe_spec.executor.timelines import Timelines

TIMES = Timelines(U64(FIRST_BLOCK.timestamp), U64(ERA), U64(ELECTION), U64(12))


@dataclass(frozen=True)
class TakenBatch:
    """A batch that the Router took.

    Args:
        batch: what was signed.
        paid: for gas, as rewards count it, with the signers.
        signatures: the same signers, as misbehaviour counts them.
    """

    batch: BatchCommitment
    paid: CommittedBatch
    signatures: CommittedSignatures


@dataclass
class Committee:
    """Validators by name, and their executors.

    Args:
        telling: the chain they commit to.
        members: names of the era's validators.
    """

    telling: Telling
    members: tuple[str, ...] = FOUNDERS
    taken: list[TakenBatch] = field(default_factory=list)
    executors: Executors = field(init=False)

    def __post_init__(self) -> None:
        self.executors = Executors((), Address.from_hex(self.telling.network.at("Router")))

    def commit(
        self,
        *,
        signers: tuple[str, ...] = (),
        gas: int = 0,
        paid: int = 0,
        validators: ValidatorsCommitment | None = None,
        rewards: RewardsCommitment | None = None,
        refused: str = "",
    ) -> SignedBatch:
        """Sign a batch for the latest block, and hand it to the Router in the next one.

        Args:
            signers: names; all members unless said.
            gas: burned by programs since the last batch.
            paid: for it, base units.
            validators: of the next era.
            rewards: of an earlier era.
            refused: the error in which it must end.
        """
        chain, executors = self.telling.chain, self.executors
        before = executors.last_batch
        executors.keys = tuple(key_of(name) for name in signers or self.members)
        block = chain.block
        block_hash = chain.block_hash(block.number)
        signed = executors.sign(block, block_hash, validators=validators, rewards=rewards)
        chain.mine()
        chain.send_raw("user", "Router", signed.to_calldata(), refused=refused)
        if refused:
            executors.last_batch = before
            return signed
        who = tuple(sorted(signed.signatures))
        signatures = CommittedSignatures(signed.digest, U64(block.timestamp), who)
        self.taken.append(TakenBatch(signed.batch, CommittedBatch(U64(gas), U128(paid), who), signatures))
        return signed
