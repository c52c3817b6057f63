"""What a block did to one program, as the network commits it to Ethereum.

Here actors are 32 bytes, as executors store them; the contracts know the last 20, and their Keccak forms are those of
`gearexe_spec.onchain.commitments`.

Rules: PST-50 to PST-56.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from gearexe_spec.base.fixed_bytes import Bytes32
from gearexe_spec.base.ids import ActorId, MessageId
from gearexe_spec.base.numeric import U128
from gearexe_spec.codec.scale import Codec, boolean, byte_vector, fixed, option, struct, u128, vector
from gearexe_spec.crypto.hashes import blake2b256
from gearexe_spec.execution.codes import ReplyCode
from gearexe_spec.execution.message import ReplyDetails, actor_id, message_id, reply_details
from gearexe_spec.onchain import commitments


@dataclass(frozen=True, slots=True)
class Message:
    """A message from a program to a user (PST-50)."""

    id: MessageId
    destination: ActorId
    payload: bytes
    value: U128
    reply_details: ReplyDetails | None
    call: bool


@dataclass(frozen=True, slots=True)
class ValueClaim:
    """Value that the Mirror pays to a user (PST-51)."""

    message_id: MessageId
    destination: ActorId
    value: U128


@dataclass(frozen=True, slots=True)
class StateTransition:
    """What a block did to one program (PST-52)."""

    actor_id: ActorId
    new_state_hash: Bytes32
    exited: bool
    inheritor: ActorId
    value_to_receive: U128
    value_to_receive_negative_sign: bool
    value_claims: tuple[ValueClaim, ...]
    messages: tuple[Message, ...]


message: Codec[Message] = struct(
    Message,
    id=message_id,
    destination=actor_id,
    payload=byte_vector(),
    value=u128,
    reply_details=option(reply_details),
    call=boolean,
)
value_claim: Codec[ValueClaim] = struct(ValueClaim, message_id=message_id, destination=actor_id, value=u128)
state_transition: Codec[StateTransition] = struct(
    StateTransition,
    actor_id=actor_id,
    new_state_hash=fixed(Bytes32),
    exited=boolean,
    inheritor=actor_id,
    value_to_receive=u128,
    value_to_receive_negative_sign=boolean,
    value_claims=vector(value_claim),
    messages=vector(message),
)
outcome: Codec[tuple[StateTransition, ...]] = vector(state_transition)


def to_on_chain_message(source: Message) -> commitments.Message:
    """The message as contracts see it: 20-byte address, four-byte reply code (PST-53)."""
    details = source.reply_details or _NO_REPLY
    return commitments.Message(
        id=source.id,
        destination=source.destination.to_address_lossy(),
        payload=source.payload,
        value=source.value,
        reply_details=commitments.ReplyDetails(details.to, details.code.to_bytes()),
        call=source.call,
    )


def to_on_chain_claim(claim: ValueClaim) -> commitments.ValueClaim:
    """The claim as contracts see it (PST-53)."""
    return commitments.ValueClaim(claim.message_id, claim.destination.to_address_lossy(), claim.value)


def to_on_chain_transition(transition: StateTransition) -> commitments.StateTransition:
    """The transition as contracts see it (PST-53).

    Source: ethexe/common/src/gear.rs `StateTransition`, `ToDigest`.
    """
    return commitments.StateTransition(
        actor_id=transition.actor_id.to_address_lossy(),
        new_state_hash=transition.new_state_hash,
        exited=transition.exited,
        inheritor=transition.inheritor.to_address_lossy(),
        value_to_receive=transition.value_to_receive,
        value_to_receive_negative_sign=transition.value_to_receive_negative_sign,
        value_claims=tuple(to_on_chain_claim(claim) for claim in transition.value_claims),
        messages=tuple(to_on_chain_message(message) for message in transition.messages),
    )


def digest_transition(transition: StateTransition) -> Bytes32:
    """Keccak digest of one transition (PST-54)."""
    return commitments.hash_state_transition(to_on_chain_transition(transition))


def digest_transitions(transitions: Iterable[StateTransition]) -> Bytes32:
    """Keccak digest of a list of transitions (PST-54)."""
    return commitments.hash_transitions(digest_transition(transition) for transition in transitions)


def hash_outcome(transitions: tuple[StateTransition, ...]) -> Bytes32:
    """BLAKE2b hash of the encoded list (PST-55, PST-56)."""
    return blake2b256(outcome.encode(transitions))


_NO_REPLY = ReplyDetails(MessageId.zero(), ReplyCode.SuccessAuto)
"""How contracts see a message that answers nothing."""
