"""From logs of Ethereum blocks to events.

Logs are read leniently: bytes behind the data are ignored, words are cut to their types, any word but zero is true. But
a log with a known first topic and another shape is an error, and there is no filter by address: anybody can emit one.

Rules: BLK-150 to BLK-157.
Source: ethexe/ethereum/src/{router,mirror}/events.rs; ethexe/observer/src/utils.rs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum, auto
from types import MappingProxyType
from typing import Any

from gearexe_spec.base.fixed_bytes import Address, Bytes4, Bytes32
from gearexe_spec.base.ids import ActorId, CodeId, MessageId
from gearexe_spec.base.numeric import U64
from gearexe_spec.base.rejection import Phase, Rejected, Rejection
from gearexe_spec.codec.abi import AbiType, decode_sequence
from gearexe_spec.codec.abi_types import parse_signature
from gearexe_spec.crypto.hashes import keccak256
from gearexe_spec.execution.codes import ReplyCode
from gearexe_spec.executor import ethereum_events as events


class LogRejection(Rejection):
    """Why a log with a known first topic is no event."""

    WrongNumberOfTopics = auto()
    MissingTransactionHash = auto()
    MissingTimestamp = auto()
    EraOutOfRange = auto()
    """An era of 2^64 or more. Production aborts on it (finding F-LOG-1)."""

    @property
    def phase(self) -> Phase:
        """Decoding."""
        return Phase.DECODE


class Emitter(Enum):
    """Which decoder a log is for: the Router's address has its own (BLK-150)."""

    Router = auto()
    Mirror = auto()


@dataclass(frozen=True, slots=True)
class Log:
    """A log as nodes get it, with what they know of its place.

    Args:
        topics: up to four words; the first one names the event.
        data: of any length.
        transaction_hash: of the transaction, if known.
        block_timestamp: of the block, if known.
    """

    topics: tuple[Bytes32, ...]
    data: bytes
    transaction_hash: Bytes32 | None
    block_timestamp: U64 | None


Event = events.RouterEvent | events.MirrorEvent
Build = Callable[..., Event]


@dataclass(frozen=True, slots=True)
class _Shape:
    """Types in the order of the signature, which of them are topics, and what is made of the values."""

    kinds: tuple[AbiType[Any], ...]
    indexed: frozenset[int]
    build: Build


def _actor(address: Address) -> ActorId:
    return ActorId.from_address(address)


def _reply_code(code: Bytes4) -> ReplyCode:
    return ReplyCode.from_bytes(code)


def _program_created(actor: Address, code: Bytes32) -> Event:
    return events.ProgramCreated(_actor(actor), CodeId(code))


def _code_validated(code: Bytes32, valid: bool) -> Event:
    return events.CodeGotValidated(CodeId(code), valid)


def _message_queueing(message_id: Bytes32, source: Address, payload: bytes, value: Any, call_reply: bool) -> Event:
    return events.MessageQueueingRequested(MessageId(message_id), _actor(source), payload, value, call_reply)


def _reply_queueing(replied_to: Bytes32, source: Address, payload: bytes, value: Any) -> Event:
    return events.ReplyQueueingRequested(MessageId(replied_to), _actor(source), payload, value)


def _claiming(claimed: Bytes32, source: Address) -> Event:
    return events.ValueClaimingRequested(MessageId(claimed), _actor(source))


def _message(message_id: Bytes32, destination: Address, payload: bytes, value: Any) -> Event:
    return events.Message(MessageId(message_id), _actor(destination), payload, value)


def _message_call_failed(message_id: Bytes32, destination: Address, value: Any) -> Event:
    return events.MessageCallFailed(MessageId(message_id), _actor(destination), value)


def _reply(payload: bytes, value: Any, reply_to: Bytes32, code: Bytes4) -> Event:
    return events.Reply(payload, value, MessageId(reply_to), _reply_code(code))


def _reply_call_failed(value: Any, reply_to: Bytes32, code: Bytes4) -> Event:
    return events.ReplyCallFailed(value, MessageId(reply_to), _reply_code(code))


def _claimed(claimed: Bytes32, value: Any) -> Event:
    return events.ValueClaimed(MessageId(claimed), value)


def _claim_failed(claimed: Bytes32, value: Any) -> Event:
    return events.ValueClaimFailed(MessageId(claimed), value)


def _inheritor_failed(inheritor: Address, value: Any) -> Event:
    return events.TransferLockedValueToInheritorFailed(_actor(inheritor), value)


def _reply_transfer_failed(destination: Address, value: Any) -> Event:
    return events.ReplyTransferFailed(_actor(destination), value)


def _era_committed(era: int) -> Event:
    if era > U64.MAX:
        raise Rejected(LogRejection.EraOutOfRange)
    return events.ValidatorsCommittedForEra(U64(era))


def _shapes(table: tuple[tuple[str, Build], ...]) -> Mapping[Bytes32, _Shape]:
    """By first topic, the hash of the signature; a `*` in the table marks what stands in a topic (BLK-151)."""
    shapes = {}
    for text, build in table:
        indexed = frozenset(index for index, part in enumerate(text.split(",")) if "*" in part)
        signature = text.replace("*", "")
        shapes[keccak256(signature.encode())] = _Shape(parse_signature(signature)[1], indexed, build)
    return MappingProxyType(shapes)


_CODE_VALIDATION_REQUESTED = keccak256(b"CodeValidationRequested(bytes32)")
_ROUTER_SHAPES = _shapes(
    (
        ("BatchCommitted(bytes32)", events.BatchCommitted),
        ("MBCommitted(bytes32)", events.MBCommitted),
        ("EBCommitted(bytes32)", events.EBCommitted),
        ("CodeGotValidated(bytes32,bool*)", _code_validated),
        ("ComputationSettingsChanged(uint64,uint128)", events.ComputationSettingsChanged),
        ("ProgramCreated(address,bytes32*)", _program_created),
        ("StorageSlotChanged(bytes32)", events.StorageSlotChanged),
        ("ValidatorsCommittedForEra(uint256)", _era_committed),
        ("ProtocolVersionChanged(uint256)", events.ProtocolVersionChanged),
    )
)
_MIRROR_SHAPES = _shapes(
    (
        ("OwnedBalanceTopUpRequested(uint128)", events.OwnedBalanceTopUpRequested),
        ("ExecutableBalanceTopUpRequested(uint128)", events.ExecutableBalanceTopUpRequested),
        ("Message(bytes32,address*,bytes,uint128)", _message),
        ("MessageCallFailed(bytes32,address*,uint128)", _message_call_failed),
        ("MessageQueueingRequested(bytes32,address*,bytes,uint128,bool)", _message_queueing),
        ("Reply(bytes,uint128,bytes32,bytes4*)", _reply),
        ("ReplyCallFailed(uint128,bytes32,bytes4*)", _reply_call_failed),
        ("ReplyQueueingRequested(bytes32,address*,bytes,uint128)", _reply_queueing),
        ("StateChanged(bytes32)", events.StateChanged),
        ("ValueClaimed(bytes32,uint128)", _claimed),
        ("ValueClaimingRequested(bytes32,address*)", _claiming),
        ("TransferLockedValueToInheritorFailed(address,uint128)", _inheritor_failed),
        ("ReplyTransferFailed(address,uint128)", _reply_transfer_failed),
        ("ValueClaimFailed(bytes32,uint128)", _claim_failed),
    )
)
_REQUESTS = (
    events.CodeValidationRequested,
    events.ValidatorsCommittedForEra,
    events.ProgramCreated,
    events.ComputationSettingsChanged,
    events.StorageSlotChanged,
    events.ProtocolVersionChanged,
    events.OwnedBalanceTopUpRequested,
    events.ExecutableBalanceTopUpRequested,
    events.MessageQueueingRequested,
    events.ReplyQueueingRequested,
    events.ValueClaimingRequested,
)


def is_request(event: Event) -> bool:
    """Whether an event is executed inside sequencer blocks (BLK-157)."""
    return isinstance(event, _REQUESTS)


def read_log(emitter: Emitter, log: Log) -> Event | None:
    """The event a log is, or None if it is none (BLK-150 to BLK-156).

    Args:
        emitter: the Router, or any other address, which is taken for a Mirror.
        log: topics, data and place.

    Raises:
        Rejected: a LogRejection; an AbiRejection. By reading, such an error ends a node's synchronisation.
    """
    if not log.topics:
        return None
    if emitter is Emitter.Router and log.topics[0] == _CODE_VALIDATION_REQUESTED:
        return _read_code_validation(log)
    shape = (_ROUTER_SHAPES if emitter is Emitter.Router else _MIRROR_SHAPES).get(log.topics[0])
    if shape is None:
        return None
    return shape.build(*_read_values(shape, log))


def _read_values(shape: _Shape, log: Log) -> list[Any]:
    """The values in the order of the signature (BLK-152, BLK-153)."""
    if len(log.topics) != 1 + len(shape.indexed):
        raise Rejected(LogRejection.WrongNumberOfTopics)
    topics = iter(log.topics[1:])
    in_data = [kind for index, kind in enumerate(shape.kinds) if index not in shape.indexed]
    data = iter(decode_sequence(in_data, log.data, strict=False))
    return [
        kind.decode(next(topics), strict=False) if index in shape.indexed else next(data)
        for index, kind in enumerate(shape.kinds)
    ]


def _read_code_validation(log: Log) -> Event:
    """The only event that takes something from its place (BLK-155)."""
    if len(log.topics) != 1:
        raise Rejected(LogRejection.WrongNumberOfTopics)
    (code,) = decode_sequence(parse_signature("f(bytes32)")[1], log.data, strict=False)
    if log.transaction_hash is None:
        raise Rejected(LogRejection.MissingTransactionHash)
    if log.block_timestamp is None:
        raise Rejected(LogRejection.MissingTimestamp)
    return events.CodeValidationRequested(CodeId(code), log.block_timestamp, log.transaction_hash)
