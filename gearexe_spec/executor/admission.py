"""Which messages and receipts of the network a node lets pass, by the era it is in.

Rules: ROL-80 to ROL-86.
Source: ethexe/network/src/validator/{topic,list}.rs.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum, auto

from gearexe_spec.base.fixed_bytes import Address, Bytes32
from gearexe_spec.base.numeric import U64
from gearexe_spec.executor.node_view import NodeView
from gearexe_spec.executor.timelines import compute_era

GREATEST_CACHED_PEERS = 50
GREATEST_CACHED_MESSAGES = 20
"""Of one peer (ROL-84)."""


class Admission(Enum):
    """What gossip is told."""

    Accept = auto()
    Ignore = auto()
    Reject = auto()


@dataclass(frozen=True, slots=True)
class Sender:
    """Who signed a message, and for which era."""

    era_index: U64
    signer: Address


@dataclass(frozen=True, slots=True)
class Gate:
    """What a node lets pass now.

    Args:
        era: the node's.
        current: its validators.
        next: those of the next one, as far as known.
        cached: messages kept for that one, oldest first, by the peer they came from; the peer heard last stands last.
    """

    era: U64
    current: tuple[Address, ...]
    next: tuple[Address, ...] | None
    cached: tuple[tuple[U64, tuple[Sender, ...]], ...] = ()


def open_gate(view: NodeView, head: Bytes32) -> Gate:
    """The gate at the start: the set of the head's era, none for the next (ROL-80).

    Raises:
        Rejected: HeaderMissing, BeforeGenesis, ValidatorsUnknown.
    """
    era = compute_era(view.timelines, view.header(head).timestamp)
    return Gate(era, view.validators_of(era), None)


def move_gate(gate: Gate, view: NodeView, head: Bytes32) -> tuple[Gate, tuple[Sender, ...]]:
    """A new head: sets as they are known now; when the era advances, all that was kept comes out (ROL-81, ROL-85).

    It comes out peer by peer, and nobody asks again for which era it was and who is a validator now.

    Raises:
        Rejected: HeaderMissing, BeforeGenesis, ValidatorsUnknown.
    """
    era = compute_era(view.timelines, view.header(head).timestamp)
    moved = Gate(era, view.validators_of(era), view.validators.get(era + 1), gate.cached)
    if era <= gate.era:
        return moved, ()
    return replace(moved, cached=()), tuple(sender for _, senders in gate.cached for sender in senders)


def admit_message(gate: Gate, peer: U64, sender: Sender) -> tuple[Gate, Admission]:
    """Pass, keep or refuse a validator's message (ROL-82 to ROL-84).

    A refused one lowers the score of the peer that sent it.
    """
    if sender.era_index == gate.era:
        return gate, Admission.Accept if sender.signer in gate.current else Admission.Reject
    if int(sender.era_index) == int(gate.era) + 1:
        if gate.next is None or sender.signer not in gate.next:
            return gate, Admission.Reject
        return _keep(gate, peer, sender), Admission.Ignore
    if int(sender.era_index) + 1 == int(gate.era):
        return gate, Admission.Ignore
    return gate, Admission.Reject


def admit_receipt(gate: Gate, signer: Address) -> Admission:
    """Receipts of validators of this era and the next pass (ROL-86)."""
    is_known = signer in gate.current or (gate.next is not None and signer in gate.next)
    return Admission.Accept if is_known else Admission.Ignore


def _keep(gate: Gate, peer: U64, sender: Sender) -> Gate:
    """The oldest message of a peer gives way, and the peer that was not heard for longest, with all of its (ROL-84)."""
    messages = next((messages for known, messages in gate.cached if known == peer), ())
    others = tuple(entry for entry in gate.cached if entry[0] != peer)
    kept = (peer, (*messages, sender)[-GREATEST_CACHED_MESSAGES:])
    return replace(gate, cached=(*others, kept)[-GREATEST_CACHED_PEERS:])
