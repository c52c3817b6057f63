"""What one node knows: Ethereum blocks, sequencer blocks, codes, validators. Everything a node decides depends on it.

A row may be missing at any place; the rule that needs it says what happens then.

Rules: BAT-50 to BAT-53.
Source: ethexe/common/src/db.rs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto

from gearexe_spec.base.fixed_bytes import Address, Bytes32
from gearexe_spec.base.ids import ActorId, CodeId, MessageId
from gearexe_spec.base.numeric import U16, U32, U64, U128
from gearexe_spec.base.rejection import Rejected, Rejection
from gearexe_spec.executor.ethereum_events import BlockEvent
from gearexe_spec.executor.timelines import Timelines
from gearexe_spec.program.outcome import StateTransition


class NodeRejection(Rejection):
    """Why a node cannot go on; production stops on most of these."""

    HeaderMissing = auto()
    MbRowMissing = auto()
    OutcomeMissing = auto()
    CodesQueueMissing = auto()
    LastCommittedBatchMissing = auto()
    CommittedEraMissing = auto()
    EventsMissing = auto()
    ProgramStateMissing = auto()
    MbNotComputed = auto()
    CommittedMbNotReached = auto()
    ValidatorsDoNotFit = auto()
    ValidatorsCommittedTooLateEra = auto()
    ValidatorsUnknown = auto()
    """Of an era."""


@dataclass(frozen=True, slots=True)
class EthereumRecord:
    """An Ethereum block: its header, and what was noted when it was prepared; what was not noted is None."""

    hash: Bytes32
    height: U32
    timestamp: U64
    parent_hash: Bytes32
    synced: bool
    prepared: bool
    codes_queue: tuple[CodeId, ...] | None
    last_committed_batch: Bytes32 | None
    last_committed_mb: Bytes32 | None
    last_committed_eb: Bytes32 | None
    latest_era_validators_committed: U64 | None
    events: tuple[BlockEvent, ...] | None


class ProgramKind(Enum):
    """Which state a program is in."""

    ActiveInitialized = auto()
    ActiveUninitialized = auto()
    Exited = auto()
    Terminated = auto()


@dataclass(frozen=True, slots=True)
class ProgramView:
    """What validity and touching look at of a program's state.

    Args:
        actor_id: the program.
        program: its kind.
        canonical_queue: messages in it.
        injected_queue: messages in it.
        waitlist: whether something waits.
        executable_balance: in WVARA base units.
        stored: False where the program is known and its state is not.
    """

    actor_id: ActorId
    program: ProgramKind
    canonical_queue: U64
    injected_queue: U64
    waitlist: bool
    executable_balance: U128
    stored: bool


@dataclass(frozen=True, slots=True)
class SequencerRecord:
    """A sequencer block; without parent and height the row is missing and only the other notes are there."""

    hash: Bytes32
    parent: Bytes32 | None
    height: U64 | None
    computed: bool
    last_advanced_eb: Bytes32
    outcome: tuple[StateTransition, ...] | None
    committed_message_ids: frozenset[MessageId] | None
    injected_hashes: tuple[MessageId, ...]
    program_states: tuple[ProgramView, ...] | None


ZERO_BLOCK = SequencerRecord(Bytes32.zero(), Bytes32.zero(), U64(0), True, Bytes32.zero(), (), None, (), ())
"""The ancestor of the first sequencer block; every node has it (BAT-50)."""


@dataclass(frozen=True, slots=True)
class NodeView:
    """All of it (BAT-50)."""

    timelines: Timelines
    max_validators: U16
    start_block: Bytes32
    latest_synced_eb: Bytes32
    latest_finalized_mb: Bytes32
    latest_computed_mb: Bytes32
    ethereum: Mapping[Bytes32, EthereumRecord]
    sequencer: Mapping[Bytes32, SequencerRecord]
    code_validity: Mapping[CodeId, bool]
    validators: Mapping[U64, tuple[Address, ...]]
    elections: Mapping[U64, tuple[Address, ...]]
    """What the Middleware answers to `makeElectionAt`, by time; other times fail."""

    def header(self, block: Bytes32) -> EthereumRecord:
        """An Ethereum block that must be known.

        Raises:
            Rejected: HeaderMissing.
        """
        record = self.ethereum.get(block)
        if record is None:
            raise Rejected(NodeRejection.HeaderMissing)
        return record

    def row(self, block: Bytes32) -> SequencerRecord:
        """A sequencer block whose row must be there.

        Raises:
            Rejected: MbRowMissing.
        """
        record = self.sequencer.get(block)
        if record is None or record.parent is None:
            raise Rejected(NodeRejection.MbRowMissing)
        return record

    def height_of(self, block: Bytes32) -> U64:
        """The height of a sequencer block whose row must be there.

        Raises:
            Rejected: MbRowMissing.
        """
        record = self.sequencer.get(block)
        if record is None or record.height is None:
            raise Rejected(NodeRejection.MbRowMissing)
        return record.height

    def parent_of(self, block: Bytes32) -> Bytes32:
        """The parent of a sequencer block; zero where the row is missing (BAT-51)."""
        record = self.sequencer.get(block)
        return Bytes32.zero() if record is None or record.parent is None else record.parent

    def last_advanced(self, block: Bytes32) -> Bytes32:
        """The Ethereum block that a sequencer block advanced to; zero where nothing is noted (BAT-51)."""
        record = self.sequencer.get(block)
        return Bytes32.zero() if record is None else record.last_advanced_eb

    def is_computed(self, block: Bytes32) -> bool:
        """Whether a sequencer block was executed here."""
        record = self.sequencer.get(block)
        return record is not None and record.computed

    def validators_of(self, era: U64) -> tuple[Address, ...]:
        """The validators of an era that must be known.

        Raises:
            Rejected: ValidatorsUnknown.
        """
        validators = self.validators.get(era)
        if validators is None:
            raise Rejected(NodeRejection.ValidatorsUnknown)
        return validators


def is_canonical(view: NodeView, target: Bytes32, head: Bytes32) -> bool:
    """Whether an Ethereum block lies on the chain that ends in another; zero always does (BAT-53).

    Raises:
        Rejected: HeaderMissing.

    Source: ethexe/consensus/src/utils.rs.
    """
    if target.is_zero():
        return True
    target_height = view.header(target).height
    cursor = head
    while cursor != target:
        if cursor.is_zero():
            return False
        record = view.header(cursor)
        if record.height <= target_height:
            return False
        cursor = record.parent_hash
    return True
