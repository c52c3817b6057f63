"""Time as executors count it: eras of validators, slots of Ethereum, and who coordinates a batch.

Rules: ROL-1 to ROL-8.
Source: ethexe/common/src/primitives.rs `ProtocolTimelines`; ethexe/common/src/consensus.rs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import auto

from gearexe_spec.base.fixed_bytes import Address
from gearexe_spec.base.numeric import U64
from gearexe_spec.base.rejection import Phase, Rejected, Rejection
from gearexe_spec.codec.scale import Codec, Reader, ScaleRejection, struct, u64


class TimelineRejection(Rejection):
    """Why there is no answer."""

    BeforeGenesis = auto()
    TimeOverflow = auto()
    """A time leaves 64 bits."""
    ElectionLongerThanEra = auto()
    """Production aborts on it."""
    NoValidators = auto()

    @property
    def phase(self) -> Phase:
        """Judged before anything happens."""
        return Phase.VALIDATE


@dataclass(frozen=True, slots=True)
class Timelines:
    """Genesis and lengths in seconds (ROL-1).

    Args:
        genesis_ts: time of the genesis block.
        era: length of an era, not 0.
        election: how long before the next era its validators are elected.
        slot: length of a slot of Ethereum, not 0; the node's own setting.
    """

    genesis_ts: U64
    era: U64
    election: U64
    slot: U64


class _NonZero(Codec[U64]):
    """A number that is not 0 (ROL-1)."""

    def encode_into(self, value: U64, out: bytearray) -> None:
        u64.encode_into(value, out)

    def decode_from(self, reader: Reader) -> U64:
        number = u64.decode_from(reader)
        if number == 0:
            raise Rejected(ScaleRejection.InvalidVariant)
        return number


non_zero_u64: Codec[U64] = _NonZero()
timelines: Codec[Timelines] = struct(Timelines, genesis_ts=u64, era=non_zero_u64, election=u64, slot=non_zero_u64)


def compute_era(times: Timelines, timestamp: U64) -> U64:
    """The era that a time lies in (ROL-2).

    Raises:
        Rejected: BeforeGenesis.
    """
    return _since_genesis(times, timestamp) // times.era


def compute_slot(times: Timelines, timestamp: U64) -> U64:
    """The slot that a time lies in (ROL-3).

    Raises:
        Rejected: BeforeGenesis.
    """
    return _since_genesis(times, timestamp) // times.slot


def compute_era_start(times: Timelines, era: U64) -> U64:
    """When an era begins (ROL-4).

    Raises:
        Rejected: TimeOverflow.
    """
    return _in_range(int(era) * int(times.era) + int(times.genesis_ts))


def compute_election_start(times: Timelines, era: U64) -> U64:
    """When, in an era, the election for the next one begins (ROL-5).

    Raises:
        Rejected: TimeOverflow at the era's start; ElectionLongerThanEra; TimeOverflow.
    """
    start = compute_era_start(times, era)
    if times.election > times.era:
        raise Rejected(TimelineRejection.ElectionLongerThanEra)
    return _in_range(int(start) + int(times.era) - int(times.election))


def compute_coordinator_index(slot: U64, count: int) -> int:
    """The place of the coordinator in the list of validators as it is stored (ROL-6).

    Raises:
        Rejected: NoValidators.
    """
    if count == 0:
        raise Rejected(TimelineRejection.NoValidators)
    return int(slot) % count


def choose_coordinator(times: Timelines, timestamp: U64, validators: Sequence[Address]) -> Address:
    """Who coordinates the batch of an Ethereum block (ROL-7).

    Args:
        times: of the network.
        timestamp: of the Ethereum block.
        validators: of the block's era, in the stored order, which is not sorted.

    Raises:
        Rejected: BeforeGenesis, NoValidators.
    """
    return validators[compute_coordinator_index(compute_slot(times, timestamp), len(validators))]


def _since_genesis(times: Timelines, timestamp: U64) -> U64:
    if timestamp < times.genesis_ts:
        raise Rejected(TimelineRejection.BeforeGenesis)
    return timestamp - times.genesis_ts


def _in_range(seconds: int) -> U64:
    if seconds > U64.MAX:
        raise Rejected(TimelineRejection.TimeOverflow)
    return U64(seconds)
