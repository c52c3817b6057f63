"""BatchMulticall: several messages or programs in one transaction. It keeps nothing.

The programs see BatchMulticall as the sender of the messages and as the initializer.

Rules: MUL-1 to MUL-14.
Source: BatchMulticall.sol.
"""

from __future__ import annotations

from gearexe_spec.base.fixed_bytes import Address, Bytes32
from gearexe_spec.base.numeric import U128, U256
from gearexe_spec.base.rejection import Rejected
from gearexe_spec.codec.calldata import Slice
from gearexe_spec.onchain.batch_calldata import at_word, list_structs
from gearexe_spec.onchain.calldata import HEAD, WORD, Calldata
from gearexe_spec.onchain.contract_calls import (
    approve,
    call_without_result,
    encode_call,
    expect_success,
    read_address,
    read_bytes32,
    transfer_from,
)
from gearexe_spec.onchain.dispatch import Function, Interface, table
from gearexe_spec.onchain.eras import checked_add
from gearexe_spec.onchain.errors import MulticallRejection
from gearexe_spec.onchain.events import SendMessageBatchResult
from gearexe_spec.onchain.machine import Frame
from gearexe_spec.onchain.words import compute_selector, encode_bytes, encode_list, encode_tuple, encode_word

MESSAGE_CALL_WORDS = 3
PROGRAM_CALL_WORDS = 5
_SEND_MESSAGE = compute_selector("sendMessage(bytes,bool)")
_CREATE_PROGRAM = compute_selector("createProgram(bytes32,bytes32,address)")
_TOP_UP = compute_selector("executableBalanceTopUp(uint128)")
_WRAPPED_VARA = compute_selector("wrappedVara()")


def apply_send_message_batch(frame: Frame) -> bytes:
    """Send messages to programs, in order; the first failure undoes all of them.

    Raises:
        Rejected: InsufficientValue(sum of values, value sent), RefundFailed, Empty, what a Mirror reverts with.

    Rules: MUL-1 to MUL-5.
    Source: BatchMulticall.sol `sendMessageBatch`.
    """
    calldata = frame.calldata
    calls = calldata.entry_slice(HEAD, WORD)

    consumed = sum_values(calldata, calls)
    check_value(frame, consumed)
    message_ids = tuple(send_batched_message(frame, at) for at in list_structs(calldata, calls, MESSAGE_CALL_WORDS))
    refund(frame, consumed)
    frame.emit(SendMessageBatchResult(message_ids))
    return b""


def sum_values(calldata: Calldata, calls: Slice) -> U256:
    """The value that all messages take together (MUL-1).

    Raises:
        Rejected: Panic(0x11).
    """
    consumed = U256(0)
    for at in list_structs(calldata, calls, MESSAGE_CALL_WORDS):
        consumed = checked_add(consumed, U256(calldata.unsigned(at_word(at, 2), U128)))
    return consumed


def check_value(frame: Frame, consumed: U256) -> None:
    """Enough value came with the call (MUL-2).

    Raises:
        Rejected: InsufficientValue(consumed, value sent).
    """
    if consumed > frame.value:
        raise Rejected(MulticallRejection.InsufficientValue, consumed, frame.value)


def send_batched_message(frame: Frame, at: int) -> Bytes32:
    """Send one message; its id (MUL-3)."""
    calldata = frame.calldata
    mirror = calldata.address(at)
    payload = calldata.bytes(calldata.tail_slice(at, at_word(at, 1), 1))
    return send_message(frame, mirror, payload, calldata.unsigned(at_word(at, 2), U128))


def send_message(frame: Frame, mirror: Address, payload: bytes, value: U128) -> Bytes32:
    """Call a Mirror's sendMessage without asking for a call as reply; the message's id.

    Raises:
        Rejected: what the Mirror reverts with; Empty when it answers nothing.
    """
    data = _SEND_MESSAGE + encode_tuple((encode_bytes(payload),), encode_word(False))
    return read_bytes32(expect_success(frame.call(mirror, data, U256(value))))


def refund(frame: Frame, consumed: U256) -> None:
    """Give back what was not needed (MUL-4).

    Raises:
        Rejected: RefundFailed.
    """
    surplus = frame.value - consumed
    if surplus and not frame.call(frame.sender, value=surplus).success:
        raise Rejected(MulticallRejection.RefundFailed)


def apply_create_program_batch(frame: Frame) -> bytes:
    """Create programs, top them up and send each its first message.

    Returns:
        The programs' addresses and the messages' ids.

    Raises:
        Rejected: InsufficientValue(consumed so far, value sent), TransferFromFailed, ApproveFailed, RefundFailed,
            Empty, and what Router, token and Mirrors revert with.

    Rules: MUL-6 to MUL-13.
    Source: BatchMulticall.sol `createProgramBatch`.
    """
    calldata = frame.calldata
    router = calldata.address(HEAD)
    calls = calldata.entry_slice(HEAD + WORD, WORD)

    token = read_address(expect_success(frame.static_call(router, _WRAPPED_VARA)))
    consumed = U256(0)
    programs, message_ids = [], []
    for at in list_structs(calldata, calls, PROGRAM_CALL_WORDS):
        init_value = calldata.unsigned(at_word(at, 3), U128)
        consumed = checked_add(consumed, U256(init_value))
        check_value(frame, consumed)
        program = create_batched_program(frame, router, at)
        top_up(frame, token, program, calldata.unsigned(at_word(at, 4), U128))
        payload = calldata.bytes(calldata.tail_slice(at, at_word(at, 2), 1))
        programs.append(program)
        message_ids.append(send_message(frame, program, payload, init_value))
    refund(frame, consumed)
    return encode_tuple((encode_list(programs),), (encode_list(message_ids),))


def create_batched_program(frame: Frame, router: Address, at: int) -> Address:
    """Create a program with this contract as initializer (MUL-8)."""
    code_id, salt = frame.calldata.bytes32(at), frame.calldata.bytes32(at_word(at, 1))
    data = encode_call(_CREATE_PROGRAM, code_id, salt, frame.address)
    return read_address(expect_success(frame.call(router, data)))


def top_up(frame: Frame, token: Address, program: Address, value: U128) -> None:
    """Take WVARA from the sender and give it to the program, if any is to be given (MUL-9 to MUL-11).

    Raises:
        Rejected: TransferFromFailed, ApproveFailed, what token and Mirror revert with.
    """
    if not value:
        return
    if not transfer_from(frame, token, frame.sender, frame.address, value):
        raise Rejected(MulticallRejection.TransferFromFailed)
    if not approve(frame, token, program, value):
        raise Rejected(MulticallRejection.ApproveFailed)
    call_without_result(frame, program, encode_call(_TOP_UP, value))


def take_ether(frame: Frame) -> bytes:
    """Plain Ether is taken, so that replies and claims can be paid to this contract (MUL-14)."""
    return b""


INTERFACE = Interface(
    table(
        Function("sendMessageBatch((address,bytes,uint128)[])", 1, apply_send_message_batch, payable=True),
        Function(
            "createProgramBatch(address,(bytes32,bytes32,bytes,uint128,uint128)[])",
            2,
            apply_create_program_batch,
            payable=True,
        ),
    ),
    receive=take_ether,
)
"""All functions of BatchMulticall."""
