"""A program's Mirror: what anybody may do with a program.

The code runs on the program's clone; the Router it belongs to is burnt into the implementation and asked by calls.

Rules: MIR-1 to MIR-8, MIR-10 to MIR-25.
Source: Mirror.sol.
"""

from __future__ import annotations

from gearexe_spec.base.fixed_bytes import Address, Bytes32
from gearexe_spec.base.ids import MessageId
from gearexe_spec.base.numeric import U128, U256
from gearexe_spec.base.rejection import Rejected
from gearexe_spec.crypto.ids import compute_message_id
from gearexe_spec.onchain.calldata import HEAD, WORD
from gearexe_spec.onchain.contract_calls import (
    PermitParameters,
    expect_success,
    read_address,
    read_boolean,
    transfer_from,
    try_permit,
)
from gearexe_spec.onchain.dispatch import Function, Interface, table
from gearexe_spec.onchain.errors import MirrorRejection
from gearexe_spec.onchain.events import (
    ExecutableBalanceTopUpRequested,
    MessageQueueingRequested,
    OwnedBalanceTopUpRequested,
    ReplyQueueingRequested,
    ValueClaimingRequested,
)
from gearexe_spec.onchain.machine import Frame
from gearexe_spec.onchain.words import compute_selector, encode_word
from gearexe_spec.onchain.world import ZERO_ADDRESS, MirrorCode

TRANSFER_GAS = 5_000
"""What a receiver of plain Ether gets, before the stipend."""
CALLBACK_GAS = 500_000
"""What a receiver of a callback gets, before the stipend."""
PERFORM_STATE_TRANSITION = (
    "performStateTransition((address,bytes32,bool,address,uint128,bool,(bytes32,address,uint128)[],"
    "(bytes32,address,bytes,uint128,(bytes32,bytes4),bool)[]))"
)
_PAUSED = compute_selector("paused()")
_WRAPPED_VARA = compute_selector("wrappedVara()")


def router_of(frame: Frame) -> Address:
    """The Router that is burnt into the running code (MIR-1)."""
    code = frame.execution.world.account(frame.code_address).code
    assert isinstance(code, MirrorCode)
    return code.router


def check_not_paused(frame: Frame) -> None:
    """The Router is not paused (MIR-2).

    Raises:
        Rejected: EnforcedPause; Empty if the Router's answer is no boolean.
    """
    if read_boolean(expect_success(frame.static_call(router_of(frame), _PAUSED))):
        raise Rejected(MirrorRejection.EnforcedPause)


def check_not_exited(frame: Frame) -> None:
    """The program still runs (MIR-3).

    Raises:
        Rejected: ProgramExited.
    """
    if frame.mirror.exited:
        raise Rejected(MirrorRejection.ProgramExited)


def check_initialized(frame: Frame) -> None:
    """A first message was sent; here the initializer has no privilege (MIR-4).

    Raises:
        Rejected: InitMessageNotCreated.
    """
    if not frame.mirror.nonce:
        raise Rejected(MirrorRejection.InitMessageNotCreated)


def check_may_send(frame: Frame) -> None:
    """The first message is the initializer's privilege (MIR-5).

    Raises:
        Rejected: InitMessageNotCreatedAndCallerNotInitializer.
    """
    if not frame.mirror.nonce and frame.sender != frame.mirror.initializer:
        raise Rejected(MirrorRejection.InitMessageNotCreatedAndCallerNotInitializer)


def check_caller_is_router(frame: Frame) -> None:
    """Only the Router may do this (MIR-6).

    Raises:
        Rejected: CallerNotRouter.
    """
    if frame.sender != router_of(frame):
        raise Rejected(MirrorRejection.CallerNotRouter)


def forward_value_to_router(frame: Frame) -> U128:
    """Pass what came with the call on to the Router, cut to 128 bits (MIR-7).

    Raises:
        Rejected: EtherTransferToRouterFailed.
    """
    value = U128.truncate(frame.value)
    if value and not frame.call(router_of(frame), value=U256(value)).success:
        raise Rejected(MirrorRejection.EtherTransferToRouterFailed)
    return value


def transfer_ether(frame: Frame, destination: Address, value: U128) -> bool:
    """Pay with little gas; nothing to pay is paid (MIR-8).

    Source: Mirror.sol `_transferEther`.
    """
    return not value or frame.call(destination, value=U256(value), gas_cap=TRANSFER_GAS).success


def apply_initialize(frame: Frame) -> bytes:
    """Say whose first message the program waits for, and what it looks like.

    Raises:
        Rejected: CallerNotRouter, InitializerAlreadySet, IsSmallAlreadySet, AbiInterfaceAlreadySet.

    Rules: MIR-10 to MIR-13.
    Source: Mirror.sol `initialize`.
    """
    calldata = frame.calldata
    initializer, abi_interface = calldata.address(HEAD), calldata.address(HEAD + 32)
    is_small, balance = calldata.boolean(HEAD + 64), calldata.unsigned(HEAD + 96, U128)

    check_caller_is_router(frame)
    if frame.mirror.initializer != ZERO_ADDRESS:
        raise Rejected(MirrorRejection.InitializerAlreadySet)
    if frame.mirror.is_small:
        raise Rejected(MirrorRejection.IsSmallAlreadySet)
    if frame.storage.implementation != ZERO_ADDRESS:
        raise Rejected(MirrorRejection.AbiInterfaceAlreadySet)

    frame.update_mirror(initializer=initializer, is_small=is_small)
    frame.update(implementation=abi_interface)
    if balance:
        frame.emit(ExecutableBalanceTopUpRequested(balance))
    return b""


def apply_send_message(frame: Frame) -> bytes:
    """Queue a message for the program.

    Raises:
        Rejected: EnforcedPause, ProgramExited, InitMessageNotCreatedAndCallerNotInitializer,
            EtherTransferToRouterFailed.

    Rules: MIR-14.
    Source: Mirror.sol `sendMessage`.
    """
    calldata = frame.calldata
    payload = calldata.entry_slice(HEAD, 1)
    call_reply = calldata.boolean(HEAD + 32)

    check_not_paused(frame)
    return send_message(frame, calldata.bytes(payload), call_reply)


def send_message(frame: Frame, payload: bytes, call_reply: bool) -> MessageId:
    """Queue a message; the id is made of the clone and its nonce.

    Args:
        frame: the call; its value travels with the message.
        payload: any length, may be empty.
        call_reply: whether the reply is to be delivered as a call.

    Returns:
        The message's id.

    Raises:
        Rejected: ProgramExited, InitMessageNotCreatedAndCallerNotInitializer, EtherTransferToRouterFailed.

    Rules: MIR-15 to MIR-17.
    Source: Mirror.sol `_sendMessage`.
    """
    check_not_exited(frame)
    check_may_send(frame)

    value = forward_value_to_router(frame)

    nonce = frame.mirror.nonce
    message_id = compute_message_id(frame.address, nonce)
    frame.update_mirror(nonce=nonce + 1)
    frame.emit(MessageQueueingRequested(message_id, frame.sender, payload, value, call_reply))
    return message_id


def apply_send_reply(frame: Frame) -> bytes:
    """Reply to a message of the program; which one is not checked here.

    Raises:
        Rejected: EnforcedPause, ProgramExited, InitMessageNotCreated, EtherTransferToRouterFailed.

    Rules: MIR-18.
    Source: Mirror.sol `sendReply`.
    """
    calldata = frame.calldata
    replied_to = MessageId(calldata.bytes32(HEAD))
    payload = calldata.entry_slice(HEAD + 32, 1)

    check_not_paused(frame)
    check_not_exited(frame)
    check_initialized(frame)

    value = forward_value_to_router(frame)
    frame.emit(ReplyQueueingRequested(replied_to, frame.sender, calldata.bytes(payload), value))
    return b""


def apply_claim_value(frame: Frame) -> bytes:
    """Ask for the value of a message in the mailbox.

    Raises:
        Rejected: EnforcedPause, ProgramExited, InitMessageNotCreated.

    Rules: MIR-19.
    Source: Mirror.sol `claimValue`.
    """
    claimed_id = MessageId(frame.calldata.bytes32(HEAD))

    check_not_paused(frame)
    check_not_exited(frame)
    check_initialized(frame)

    frame.emit(ValueClaimingRequested(claimed_id, frame.sender))
    return b""


def apply_executable_balance_top_up(frame: Frame) -> bytes:
    """Give the program WVARA to run on; also before its first message.

    Raises:
        Rejected: EnforcedPause, ProgramExited, WVaraTransferFailed, or what the token reverts with.

    Rules: MIR-20.
    Source: Mirror.sol `executableBalanceTopUp`.
    """
    value = frame.calldata.unsigned(HEAD, U128)

    check_not_paused(frame)
    check_not_exited(frame)
    top_up_executable_balance(frame, value)
    return b""


def apply_executable_balance_top_up_with_permit(frame: Frame) -> bytes:
    """The same, with an allowance for the clone by signature; its failure is ignored.

    Raises:
        Rejected: as `apply_executable_balance_top_up`.

    Rules: MIR-21.
    Source: Mirror.sol `executableBalanceTopUpWithPermit`.
    """
    calldata = frame.calldata
    value = calldata.unsigned(HEAD, U128)
    permit = PermitParameters(calldata, HEAD + WORD)

    check_not_paused(frame)
    check_not_exited(frame)
    try_permit(frame, ask_wrapped_vara(frame), (frame.sender, frame.address), value, permit)
    top_up_executable_balance(frame, value)
    return b""


def ask_wrapped_vara(frame: Frame) -> Address:
    """The token, as the Router says."""
    return read_address(expect_success(frame.static_call(router_of(frame), _WRAPPED_VARA)))


def top_up_executable_balance(frame: Frame, value: U128) -> None:
    """Move tokens from the sender to the Router, with the clone as spender; the event comes also for nothing (MIR-20).

    Raises:
        Rejected: WVaraTransferFailed, or what the token reverts with.
    """
    if value and not transfer_from(frame, ask_wrapped_vara(frame), frame.sender, router_of(frame), value):
        raise Rejected(MirrorRejection.WVaraTransferFailed)
    frame.emit(ExecutableBalanceTopUpRequested(value))


def apply_transfer_locked_value_to_inheritor(frame: Frame) -> bytes:
    """Pay what lies on the clone of an exited program to its inheritor; anybody may ask, nothing is emitted.

    Raises:
        Rejected: EnforcedPause, ProgramNotExited, TransferLockedValueToInheritorExternalFailed.

    Rules: MIR-22.
    Source: Mirror.sol `transferLockedValueToInheritor`.
    """
    check_not_paused(frame)
    if not frame.mirror.exited:
        raise Rejected(MirrorRejection.ProgramNotExited)
    if not transfer_ether(frame, frame.mirror.inheritor, U128.truncate(frame.account.balance)):
        raise Rejected(MirrorRejection.TransferLockedValueToInheritorExternalFailed)
    return b""


def apply_fallback(frame: Frame) -> bytes:
    """Plain Ether tops up the program's own balance; a full clone takes any other call as a message.

    Raises:
        Rejected: EnforcedPause, InvalidFallbackCall, or as `send_message`.

    Rules: MIR-23 to MIR-25.
    Source: Mirror.sol `fallback`.
    """
    check_not_paused(frame)

    if frame.value and not frame.data:
        frame.emit(OwnedBalanceTopUpRequested(U128.truncate(frame.value)))
        return b""

    if not frame.mirror.is_small and len(frame.data) >= HEAD + WORD:
        call_reply = frame.calldata.word(HEAD) != 0
        return send_message(frame, frame.data, call_reply)

    raise Rejected(MirrorRejection.InvalidFallbackCall)


def _answer(value: bool | int | Bytes32 | Address) -> bytes:
    return encode_word(value)


GETTERS = (
    Function("stateHash()", 0, lambda frame: _answer(frame.mirror.state_hash)),
    Function("nonce()", 0, lambda frame: _answer(frame.mirror.nonce)),
    Function("exited()", 0, lambda frame: _answer(frame.mirror.exited)),
    Function("inheritor()", 0, lambda frame: _answer(frame.mirror.inheritor)),
    Function("initializer()", 0, lambda frame: _answer(frame.mirror.initializer)),
)
"""What a clone tells of itself."""


def make_interface(perform_state_transition: Function) -> Interface:
    """The Mirror's functions; carrying out a transition stands in a file of its own."""
    return Interface(
        table(
            *GETTERS,
            Function("router()", 0, lambda frame: _answer(router_of(frame))),
            Function("initialize(address,address,bool,uint128)", 4, apply_initialize),
            Function("sendMessage(bytes,bool)", 2, apply_send_message, payable=True),
            Function("sendReply(bytes32,bytes)", 2, apply_send_reply, payable=True),
            Function("claimValue(bytes32)", 1, apply_claim_value),
            Function("executableBalanceTopUp(uint128)", 1, apply_executable_balance_top_up),
            Function(
                "executableBalanceTopUpWithPermit(uint128,uint256,uint8,bytes32,bytes32)",
                5,
                apply_executable_balance_top_up_with_permit,
            ),
            Function("transferLockedValueToInheritor()", 0, apply_transfer_locked_value_to_inheritor),
            perform_state_transition,
        ),
        receive=apply_fallback,
        fallback=apply_fallback,
    )
