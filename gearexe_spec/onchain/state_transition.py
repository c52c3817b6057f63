"""A Mirror carries out a state transition: messages first, then claims, then exit, the new state hash last.

What fails for a receiver fails softly: the transition goes on, an event tells, and Ether stays on the Mirror.

Rules: MIR-50 to MIR-58, MIR-60 to MIR-73.
Source: Mirror.sol `performStateTransition` and what it calls.
"""

from __future__ import annotations

from gearexe_spec.base.fixed_bytes import Address, Bytes32
from gearexe_spec.base.numeric import U128, U256
from gearexe_spec.base.rejection import Rejected
from gearexe_spec.crypto.hashes import keccak256
from gearexe_spec.onchain.batch_calldata import TRANSITION_WORDS, at_word, iterate_messages, iterate_value_claims
from gearexe_spec.onchain.calldata import HEAD, WORD
from gearexe_spec.onchain.commitments import (
    Message,
    StateTransition,
    ValueClaim,
    hash_concatenation,
    hash_message,
    hash_value_claim,
    preimage_state_transition,
)
from gearexe_spec.onchain.dispatch import Function
from gearexe_spec.onchain.errors import MirrorRejection
from gearexe_spec.onchain.events import (
    MIRROR_EVENTS,
    Log,
    MessageCallFailed,
    MessageSent,
    Reply,
    ReplyCallFailed,
    ReplyTransferFailed,
    StateChanged,
    TransferLockedValueToInheritorFailed,
    ValueClaimed,
    ValueClaimFailed,
)
from gearexe_spec.onchain.machine import Frame
from gearexe_spec.onchain.mirror import (
    CALLBACK_GAS,
    PERFORM_STATE_TRANSITION,
    check_caller_is_router,
    check_not_exited,
    make_interface,
    router_of,
    transfer_ether,
)
from gearexe_spec.onchain.words import compute_selector, encode_bytes, encode_tuple, encode_word
from gearexe_spec.onchain.world import ZERO_ADDRESS

EVENT_DESTINATION = Address(b"\xff" * 20)
"""A message to this address is an event of the program."""
GREATEST_TOPIC_COUNT = 4
FORBIDDEN_TOPICS = frozenset(event.topic0() for event in MIRROR_EVENTS)
"""A program must not imitate its Mirror."""
ON_ERROR_REPLY = compute_selector("onErrorReply(bytes32,bytes,bytes4)")


def apply_perform_state_transition(frame: Frame) -> bytes:
    """Carry out a transition.

    Returns:
        The hash of what was carried out.

    Raises:
        Rejected: CallerNotRouter, InvalidActorId, EtherTransferToRouterFailed, ProgramExited, InheritorMustBeZero;
            Empty for malformed calldata, when it is reached.

    Rules: MIR-50 to MIR-58.
    Source: Mirror.sol `performStateTransition`.
    """
    calldata = frame.calldata
    at = calldata.entry_record(HEAD, WORD * TRANSITION_WORDS)

    check_caller_is_router(frame)
    actor_id = calldata.address(at)
    if actor_id != frame.address:
        raise Rejected(MirrorRejection.InvalidActorId)

    negative = calldata.boolean(at_word(at, 5))
    value = calldata.unsigned(at_word(at, 4), U128)
    if negative and value:
        return_value_to_router(frame, value)

    messages_hash = hash_concatenation(
        [carry_out_message(frame, message) for message in iterate_messages(calldata, at)]
    )
    claims_hash = hash_concatenation([carry_out_claim(frame, claim) for claim in iterate_value_claims(calldata, at)])

    exited = calldata.boolean(at_word(at, 2))
    inheritor = calldata.address(at_word(at, 3))
    if exited:
        set_inheritor(frame, inheritor)
    elif inheritor != ZERO_ADDRESS:
        raise Rejected(MirrorRejection.InheritorMustBeZero)

    new_state_hash = calldata.bytes32(at_word(at, 1))
    update_state_hash(frame, new_state_hash)

    done = StateTransition(actor_id, new_state_hash, exited, inheritor, value, negative, (), ())
    return keccak256(preimage_state_transition(done, claims_hash, messages_hash))


def return_value_to_router(frame: Frame, value: U128) -> None:
    """The program has too much: give it back before anything else (MIR-52).

    Raises:
        Rejected: EtherTransferToRouterFailed, also because the Router is paused.
    """
    if not frame.call(router_of(frame), value=U256(value)).success:
        raise Rejected(MirrorRejection.EtherTransferToRouterFailed)


def carry_out_message(frame: Frame, message: Message) -> Bytes32:
    """Deliver one message or reply; its hash (MIR-53)."""
    leaf = hash_message(message)
    if message.reply_details.is_reply():
        deliver_reply(frame, message)
    else:
        announce_message(frame, message)
    return leaf


def announce_message(frame: Frame, message: Message) -> None:
    """Announce a message for the mailbox; its value stays on the Mirror until it is claimed (MIR-60 to MIR-63).

    Source: Mirror.sol `_sendMailboxedMessage`.
    """
    if try_emit_program_event(frame, message):
        return
    if message.call and not frame.call(message.destination, message.payload, gas_cap=CALLBACK_GAS).success:
        frame.emit(MessageCallFailed(message.id, message.destination, message.value))
        return
    frame.emit(MessageSent(message.id, message.destination, message.payload, message.value))


def try_emit_program_event(frame: Frame, message: Message) -> bool:
    """Emit what a program sends to the event destination: topic count (1 byte), topics, data (MIR-64 to MIR-67).

    Returns:
        Whether the message was an event; otherwise it is a message like any other.

    Source: Mirror.sol `_tryParseAndEmitSailsEvent`.
    """
    payload = message.payload
    if message.destination != EVENT_DESTINATION or message.value or not payload:
        return False

    count = payload[0]
    end = 1 + WORD * count
    if not 1 <= count <= GREATEST_TOPIC_COUNT or len(payload) < end:
        return False

    topics = tuple(Bytes32(payload[at : at + WORD]) for at in range(1, end, WORD))
    if topics[0] in FORBIDDEN_TOPICS:
        return False

    frame.log(Log(frame.address, topics, payload[end:]))
    return True


def deliver_reply(frame: Frame, reply: Message) -> None:
    """Deliver a reply: as an event with its value, or as a call, whose success leaves no trace (MIR-68 to MIR-72).

    Source: Mirror.sol `_sendReplyMessage`.
    """
    details = reply.reply_details
    if not reply.call:
        pay_reply(frame, reply)
        frame.emit(Reply(reply.payload, reply.value, details.to, details.code))
        return

    outcome = frame.call(reply.destination, encode_callback(reply), U256(reply.value), CALLBACK_GAS)
    if not outcome.success:
        pay_reply(frame, reply)
        frame.emit(ReplyCallFailed(reply.value, details.to, details.code))


def encode_callback(reply: Message) -> bytes:
    """What a reply calls: its payload as it is, or `onErrorReply` when its code says that it failed (MIR-70).

    The id is the reply's own.
    """
    code = reply.reply_details.code
    if code[0] == 0:
        return reply.payload
    return ON_ERROR_REPLY + encode_tuple(encode_word(reply.id), (encode_bytes(reply.payload),), encode_word(code))


def pay_reply(frame: Frame, reply: Message) -> None:
    """Pay a reply's value; if it does not arrive, an event tells (MIR-71)."""
    if not transfer_ether(frame, reply.destination, reply.value):
        frame.emit(ReplyTransferFailed(reply.destination, reply.value))


def carry_out_claim(frame: Frame, claim: ValueClaim) -> Bytes32:
    """Pay a claimed value; its hash (MIR-54, MIR-73).

    Source: Mirror.sol `_claimValues`.
    """
    if transfer_ether(frame, claim.destination, claim.value):
        frame.emit(ValueClaimed(claim.message_id, claim.value))
    else:
        frame.emit(ValueClaimFailed(claim.message_id, claim.value))
    return hash_value_claim(claim)


def set_inheritor(frame: Frame, inheritor: Address) -> None:
    """The program exits; the whole balance goes to its inheritor, who may be nobody (MIR-55, MIR-56).

    Raises:
        Rejected: ProgramExited.

    Source: Mirror.sol `_setInheritor`, `_transferLockedValueToInheritor`.
    """
    check_not_exited(frame)
    frame.update_mirror(exited=True, inheritor=inheritor)

    balance = U128.truncate(frame.account.balance)
    if not transfer_ether(frame, inheritor, balance):
        frame.emit(TransferLockedValueToInheritorFailed(inheritor, balance))


def update_state_hash(frame: Frame, state_hash: Bytes32) -> None:
    """Keep the new state hash; an unchanged one is not announced (MIR-57)."""
    if frame.mirror.state_hash != state_hash:
        frame.update_mirror(state_hash=state_hash)
        frame.emit(StateChanged(state_hash))


INTERFACE = make_interface(Function(PERFORM_STATE_TRANSITION, 1, apply_perform_state_transition, payable=True))
"""All functions of the Mirror."""
