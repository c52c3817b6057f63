"""Executors who always agree: what a network does off-chain between two batches, for the accounts of the command.

Real executors talk to each other; here one does the work and all sign, which gives the same batches.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from gearexe_spec.base.fixed_bytes import Address, Bytes32
from gearexe_spec.base.ids import CodeId
from gearexe_spec.base.numeric import U8, U32, U64
from gearexe_spec.base.rejection import Rejected
from gearexe_spec.codec.blob import Blob, decode_blobs
from gearexe_spec.crypto.ecdsa import PrivateKey
from gearexe_spec.evm.world import Block
from gearexe_spec.executor.batch_signing import SignedBatch, sign_batch_by_all
from gearexe_spec.executor.batches import BatchHeader, make_simple_batch
from gearexe_spec.executor.blocks import MAILBOX_VALIDITY_2, BlockInput, BlockOutcome, Network, apply_block
from gearexe_spec.executor.commitments import RewardsCommitment, ValidatorsCommitment
from gearexe_spec.executor.engine import SPECIFIED, Engine
from gearexe_spec.executor.requests import RequestEvent
from gearexe_spec.executor.sequencer_blocks import (
    AdvanceTillEthereumBlock,
    ProcessQueuesV3,
    ProgressTasks,
    Reserved,
    SequencerBlock,
    hash_sequencer_block,
    operations,
)
from gearexe_spec.onchain.commitments import CodeCommitment
from gearexe_spec.program.outcome import StateTransition
from gearexe_spec.wasm.code import CheckedCode, check_uploaded_code

GAS_ALLOWANCE = U64(4_000_000_000_000)
EXPIRY = U8(16)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came of a code: the checked code, or why it is refused."""

    commitment: CodeCommitment
    code: bytes
    checked: CheckedCode | None
    refusal: Rejected | None


@dataclass
class Executors:
    """The validators' keys, what they know of programs and codes, and what is not committed yet.

    Args:
        keys: of the validators.
        router: the Router's proxy, for which they sign.
    """

    keys: tuple[PrivateKey, ...]
    router: Address
    network: Network = field(default_factory=Network)
    engine: Engine = SPECIFIED
    last_batch: Bytes32 = field(default_factory=Bytes32.zero)
    codes: list[CodeCommitment] = field(default_factory=list)
    transitions: list[StateTransition] = field(default_factory=list)
    head: Bytes32 | None = None
    advanced_to: Bytes32 | None = None
    height: U64 = field(default_factory=lambda: U64(0))

    def judge(self, blobs: Sequence[Blob], claimed: CodeId) -> Verdict:
        """Read a code from its blobs and validate it; the verdict goes into the next batch."""
        code = b"".join(decode_blobs(blobs))
        checked, refusal = None, None
        try:
            checked = check_uploaded_code(code, claimed)
        except Rejected as rejected:
            refusal = rejected
        commitment = CodeCommitment(claimed, checked is not None)
        self.codes.append(commitment)
        self._record(claimed, code, checked)
        return Verdict(commitment, code, checked, refusal)

    def _record(self, code_id: CodeId, code: bytes, checked: CheckedCode | None) -> None:
        codes = self.network.codes
        codes = replace(codes, valid=codes.valid.set(code_id, checked is not None))
        if checked is not None:
            codes = replace(
                codes,
                original=codes.original.set(code_id, code),
                instrumented=codes.instrumented.set(code_id, checked.instrumented),
                metadata=codes.metadata.set(code_id, checked.metadata),
            )
        self.network = replace(self.network, codes=codes)

    def advance(self, block: Block, block_hash: Bytes32, events: Sequence[RequestEvent]) -> BlockOutcome:
        """Make and execute the sequencer block that takes in one Ethereum block.

        Raises:
            Rejected: the block is aborted; nothing has changed.
        """
        payload = operations.encode(
            (AdvanceTillEthereumBlock(block_hash), ProgressTasks(), ProcessQueuesV3(GAS_ALLOWANCE))
        )
        height = self.height + 1
        sequencer_block = SequencerBlock(self.head or Bytes32.zero(), height, payload, Reserved.zero())
        source = BlockInput(
            height=U32(block.number),
            timestamp=U64(block.timestamp),
            events=tuple(events),
            injected=(),
            gas_allowance=GAS_ALLOWANCE,
            emits_promises=False,
            mailbox_validity=MAILBOX_VALIDITY_2,
            answers_event_destinations=True,
        )
        self.network, outcome = apply_block(self.network, source, self.engine)

        committed = outcome.finalized.committed_message_ids
        self.transitions += [keep_committed(transition, committed) for transition in outcome.finalized.transitions]
        self.head, self.height, self.advanced_to = hash_sequencer_block(sequencer_block), height, block_hash
        return outcome

    def sign(
        self,
        block: Block,
        block_hash: Bytes32,
        *,
        validators: ValidatorsCommitment | None = None,
        rewards: RewardsCommitment | None = None,
    ) -> SignedBatch:
        """The batch of everything that is not committed yet, and of what else there is to say, signed by all."""
        header = BatchHeader(block_hash, U64(block.timestamp), self.last_batch, EXPIRY)
        has_chain = bool(self.transitions)
        batch = make_simple_batch(
            header,
            codes=self.codes,
            transitions=self.transitions,
            head=self.head if has_chain else None,
            last_advanced_eth_block=self.advanced_to if has_chain else None,
            validators=validators,
            rewards=rewards,
        )
        assert batch is not None, "there is always something to commit in the story"
        signed = sign_batch_by_all(batch, self.router, self.keys)
        self.codes, self.transitions, self.last_batch = [], [], signed.digest
        return signed


def keep_committed(transition: StateTransition, committed: frozenset[Bytes32]) -> StateTransition:
    """The transition with the messages that Ethereum is to hear of (BAT-40)."""
    messages = tuple(message for message in transition.messages if message.id in committed)
    return replace(transition, messages=messages)
