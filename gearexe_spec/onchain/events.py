"""What contracts emit: one frozen type for each event, and its form as a log.

Parameters stand in the order of the declaration. Indexed ones become topics, the others are encoded together as data.

Rules: ROU-7, ROU-8.
Source: the `event` declarations of IRouter.sol, IMirror.sol, BatchMulticall.sol and OpenZeppelin 5.6.1.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import cache
from typing import Any, ClassVar

from gearexe_spec.base.fixed_bytes import Address, Bytes4, Bytes32
from gearexe_spec.base.ids import CodeId, MessageId
from gearexe_spec.base.numeric import U64, U128, U256
from gearexe_spec.crypto.hashes import keccak256
from gearexe_spec.onchain.words import encode_bytes, encode_list, encode_tuple, encode_word


@dataclass(frozen=True, slots=True)
class Log:
    """A log as the chain keeps it: emitter, up to four topics, data."""

    address: Address
    topics: tuple[Bytes32, ...]
    data: bytes


class Event:
    """An event; subclasses say their declaration as Solidity writes it."""

    __slots__ = ()
    declaration: ClassVar[str]

    def to_log(self, address: Address) -> Log:
        """The log that `address` makes of this event (ROU-7, ROU-8)."""
        kind: Any = type(self)
        topic0, indexed = _shape(kind)
        topics = [topic0]
        parts: list[bytes | tuple[bytes]] = []
        for field, is_topic in indexed:
            value = getattr(self, field)
            if is_topic:
                topics.append(Bytes32(encode_word(value)))
            elif isinstance(value, tuple):
                parts.append((encode_list(value),))
            elif type(value) is bytes:
                parts.append((encode_bytes(value),))
            else:
                parts.append(encode_word(value))
        return Log(address, tuple(topics), encode_tuple(*parts))

    @classmethod
    def topic0(cls) -> Bytes32:
        """The hash of the event's signature (ROU-8)."""
        kind: Any = cls
        return _shape(kind)[0]


@cache
def _shape(kind: Any) -> tuple[Bytes32, tuple[tuple[str, bool], ...]]:
    name, _, rest = kind.declaration.partition("(")
    parameters = [parameter.split() for parameter in rest.rstrip(")").split(",") if parameter]
    signature = f"{name}({','.join(words[0] for words in parameters)})"
    indexed = tuple((field.name, "indexed" in words) for field, words in zip(fields(kind), parameters, strict=True))
    return keccak256(signature.encode()), indexed


@dataclass(frozen=True, slots=True)
class BatchCommitted(Event):
    """A batch was accepted."""

    declaration: ClassVar[str] = "BatchCommitted(bytes32 hash)"
    batch_hash: Bytes32


@dataclass(frozen=True, slots=True)
class CodeGotValidated(Event):
    """Validators gave their verdict on a code."""

    declaration: ClassVar[str] = "CodeGotValidated(bytes32 codeId, bool indexed valid)"
    code_id: CodeId
    valid: bool


@dataclass(frozen=True, slots=True)
class CodeValidationRequested(Event):
    """Somebody paid for the validation of a code that lies in the blobs of this transaction."""

    declaration: ClassVar[str] = "CodeValidationRequested(bytes32 codeId)"
    code_id: CodeId


@dataclass(frozen=True, slots=True)
class EBCommitted(Event):
    """The last Ethereum block that the committed chain has seen."""

    declaration: ClassVar[str] = "EBCommitted(bytes32 ethBlockHash)"
    eth_block_hash: Bytes32


@dataclass(frozen=True, slots=True)
class MBCommitted(Event):
    """The head of the committed chain of micro-blocks."""

    declaration: ClassVar[str] = "MBCommitted(bytes32 head)"
    head: Bytes32


@dataclass(frozen=True, slots=True)
class Initialized(Event):
    """A proxy's storage reached this version; 2^64 - 1 locks an implementation."""

    declaration: ClassVar[str] = "Initialized(uint64 version)"
    version: U64


@dataclass(frozen=True, slots=True)
class OwnershipTransferred(Event):
    """A contract has a new owner."""

    declaration: ClassVar[str] = "OwnershipTransferred(address indexed previousOwner, address indexed newOwner)"
    previous_owner: Address
    new_owner: Address


@dataclass(frozen=True, slots=True)
class Paused(Event):
    """The Router was paused."""

    declaration: ClassVar[str] = "Paused(address account)"
    account: Address


@dataclass(frozen=True, slots=True)
class Unpaused(Event):
    """The Router was unpaused."""

    declaration: ClassVar[str] = "Unpaused(address account)"
    account: Address


@dataclass(frozen=True, slots=True)
class ProgramCreated(Event):
    """A program exists; its Mirror is its id."""

    declaration: ClassVar[str] = "ProgramCreated(address actorId, bytes32 indexed codeId)"
    actor_id: Address
    code_id: CodeId


@dataclass(frozen=True, slots=True)
class ProtocolVersionChanged(Event):
    """The protocol version was bumped."""

    declaration: ClassVar[str] = "ProtocolVersionChanged(uint256 newProtocolVersion)"
    new_protocol_version: U256


@dataclass(frozen=True, slots=True)
class StorageSlotChanged(Event):
    """The base slot of a contract's storage was set."""

    declaration: ClassVar[str] = "StorageSlotChanged(bytes32 slot)"
    slot: Bytes32


@dataclass(frozen=True, slots=True)
class Upgraded(Event):
    """A proxy has a new implementation."""

    declaration: ClassVar[str] = "Upgraded(address indexed implementation)"
    implementation: Address


@dataclass(frozen=True, slots=True)
class ValidatorsCommittedForEra(Event):
    """The validators of an era were committed."""

    declaration: ClassVar[str] = "ValidatorsCommittedForEra(uint256 eraIndex)"
    era_index: U256


@dataclass(frozen=True, slots=True)
class ExecutableBalanceTopUpRequested(Event):
    """WVARA was given to a program's executable balance."""

    declaration: ClassVar[str] = "ExecutableBalanceTopUpRequested(uint128 value)"
    value: U128


@dataclass(frozen=True, slots=True)
class MessageSent(Event):
    """The event `Message`: a program's message to an account, to be claimed or answered."""

    declaration: ClassVar[str] = "Message(bytes32 id, address indexed destination, bytes payload, uint128 value)"
    id: MessageId
    destination: Address
    payload: bytes
    value: U128


@dataclass(frozen=True, slots=True)
class MessageCallFailed(Event):
    """A message with the call flag found its destination failing."""

    declaration: ClassVar[str] = "MessageCallFailed(bytes32 id, address indexed destination, uint128 value)"
    id: MessageId
    destination: Address
    value: U128


@dataclass(frozen=True, slots=True)
class MessageQueueingRequested(Event):
    """Somebody sent a message to the program."""

    declaration: ClassVar[str] = (
        "MessageQueueingRequested(bytes32 id, address indexed source, bytes payload, uint128 value, bool callReply)"
    )
    id: MessageId
    source: Address
    payload: bytes
    value: U128
    call_reply: bool


@dataclass(frozen=True, slots=True)
class OwnedBalanceTopUpRequested(Event):
    """Plain Ether arrived at a Mirror and stays there."""

    declaration: ClassVar[str] = "OwnedBalanceTopUpRequested(uint128 value)"
    value: U128


@dataclass(frozen=True, slots=True)
class Reply(Event):
    """A program's reply."""

    declaration: ClassVar[str] = "Reply(bytes payload, uint128 value, bytes32 replyTo, bytes4 indexed replyCode)"
    payload: bytes
    value: U128
    reply_to: MessageId
    reply_code: Bytes4


@dataclass(frozen=True, slots=True)
class ReplyCallFailed(Event):
    """A reply that was to be delivered as a call found its destination failing."""

    declaration: ClassVar[str] = "ReplyCallFailed(uint128 value, bytes32 replyTo, bytes4 indexed replyCode)"
    value: U128
    reply_to: MessageId
    reply_code: Bytes4


@dataclass(frozen=True, slots=True)
class ReplyQueueingRequested(Event):
    """Somebody replied to a message of the program."""

    declaration: ClassVar[str] = (
        "ReplyQueueingRequested(bytes32 repliedTo, address indexed source, bytes payload, uint128 value)"
    )
    replied_to: MessageId
    source: Address
    payload: bytes
    value: U128


@dataclass(frozen=True, slots=True)
class ReplyTransferFailed(Event):
    """The value of a reply could not be paid and stays on the Mirror."""

    declaration: ClassVar[str] = "ReplyTransferFailed(address destination, uint128 value)"
    destination: Address
    value: U128


@dataclass(frozen=True, slots=True)
class StateChanged(Event):
    """The program has a new state."""

    declaration: ClassVar[str] = "StateChanged(bytes32 stateHash)"
    state_hash: Bytes32


@dataclass(frozen=True, slots=True)
class TransferLockedValueToInheritorFailed(Event):
    """On exit the balance could not be paid to the inheritor."""

    declaration: ClassVar[str] = "TransferLockedValueToInheritorFailed(address inheritor, uint128 value)"
    inheritor: Address
    value: U128


@dataclass(frozen=True, slots=True)
class ValueClaimFailed(Event):
    """A claimed value could not be paid and stays on the Mirror."""

    declaration: ClassVar[str] = "ValueClaimFailed(bytes32 claimedId, uint128 value)"
    claimed_id: MessageId
    value: U128


@dataclass(frozen=True, slots=True)
class ValueClaimed(Event):
    """A claimed value was paid."""

    declaration: ClassVar[str] = "ValueClaimed(bytes32 claimedId, uint128 value)"
    claimed_id: MessageId
    value: U128


@dataclass(frozen=True, slots=True)
class ValueClaimingRequested(Event):
    """Somebody claims the value of a message in the mailbox."""

    declaration: ClassVar[str] = "ValueClaimingRequested(bytes32 claimedId, address indexed source)"
    claimed_id: MessageId
    source: Address


@dataclass(frozen=True, slots=True)
class Approval(Event):
    """WVARA: an allowance was set."""

    declaration: ClassVar[str] = "Approval(address indexed owner, address indexed spender, uint256 value)"
    owner: Address
    spender: Address
    value: U256


@dataclass(frozen=True, slots=True)
class Transfer(Event):
    """WVARA: tokens moved."""

    declaration: ClassVar[str] = "Transfer(address indexed from, address indexed to, uint256 value)"
    sender: Address
    receiver: Address
    value: U256


@dataclass(frozen=True, slots=True)
class SendMessageBatchResult(Event):
    """BatchMulticall: the ids of the messages that were sent."""

    declaration: ClassVar[str] = "SendMessageBatchResult(bytes32[] messageIds)"
    message_ids: tuple[Bytes32, ...]


MIRROR_EVENTS: tuple[type[Event], ...] = (
    ExecutableBalanceTopUpRequested,
    MessageSent,
    MessageCallFailed,
    MessageQueueingRequested,
    OwnedBalanceTopUpRequested,
    Reply,
    ReplyCallFailed,
    ReplyQueueingRequested,
    ReplyTransferFailed,
    StateChanged,
    TransferLockedValueToInheritorFailed,
    ValueClaimFailed,
    ValueClaimed,
    ValueClaimingRequested,
)
"""The events whose first topic a program may not imitate."""

ROUTER_EVENTS: tuple[type[Event], ...] = (
    BatchCommitted,
    CodeGotValidated,
    CodeValidationRequested,
    EBCommitted,
    MBCommitted,
    Initialized,
    OwnershipTransferred,
    Paused,
    Unpaused,
    ProgramCreated,
    ProtocolVersionChanged,
    StorageSlotChanged,
    Upgraded,
    ValidatorsCommittedForEra,
)

TOKEN_EVENTS: tuple[type[Event], ...] = (Approval, Transfer)
