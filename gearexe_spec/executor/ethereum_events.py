"""All events of the Router and the Mirrors, as nodes store them.

These records stay on their node; no hash of the protocol depends on them. What programs hear of stands in `requests`.

Rules: BLK-45 to BLK-48.
"""

from __future__ import annotations

from dataclasses import dataclass

from gearexe_spec.base.fixed_bytes import Bytes32
from gearexe_spec.base.ids import ActorId, CodeId, MessageId
from gearexe_spec.base.numeric import U64, U128, U256
from gearexe_spec.codec.scale import Codec, boolean, byte_vector, fixed, struct, u64, u128, union
from gearexe_spec.execution.codes import ReplyCode, reply_code
from gearexe_spec.execution.message import actor_id, message_id
from gearexe_spec.executor.commitments import u256


@dataclass(frozen=True, slots=True)
class OwnedBalanceTopUpRequested:
    """Value for the program to spend."""

    value: U128


@dataclass(frozen=True, slots=True)
class ExecutableBalanceTopUpRequested:
    """WVARA that pays for the program's gas."""

    value: U128


@dataclass(frozen=True, slots=True)
class Message:
    """A message from the program."""

    id: MessageId
    destination: ActorId
    payload: bytes
    value: U128


@dataclass(frozen=True, slots=True)
class MessageCallFailed:
    """A message that could not be delivered as a call."""

    id: MessageId
    destination: ActorId
    value: U128


@dataclass(frozen=True, slots=True)
class MessageQueueingRequested:
    """A message to the program."""

    id: MessageId
    source: ActorId
    payload: bytes
    value: U128
    call_reply: bool


@dataclass(frozen=True, slots=True)
class Reply:
    """A reply from the program."""

    payload: bytes
    value: U128
    reply_to: MessageId
    reply_code: ReplyCode


@dataclass(frozen=True, slots=True)
class ReplyCallFailed:
    """A reply that could not be delivered as a call."""

    value: U128
    reply_to: MessageId
    reply_code: ReplyCode


@dataclass(frozen=True, slots=True)
class ReplyQueueingRequested:
    """A user's reply to the program."""

    replied_to: MessageId
    source: ActorId
    payload: bytes
    value: U128


@dataclass(frozen=True, slots=True)
class StateChanged:
    """The program has a new state."""

    state_hash: Bytes32


@dataclass(frozen=True, slots=True)
class ValueClaimed:
    """Value was paid to a user."""

    claimed_id: MessageId
    value: U128


@dataclass(frozen=True, slots=True)
class ValueClaimingRequested:
    """A user wants the value of a message."""

    claimed_id: MessageId
    source: ActorId


@dataclass(frozen=True, slots=True)
class TransferLockedValueToInheritorFailed:
    """The inheritor could not be paid."""

    inheritor: ActorId
    value: U128


@dataclass(frozen=True, slots=True)
class ReplyTransferFailed:
    """The value of a reply could not be paid."""

    destination: ActorId
    value: U128


@dataclass(frozen=True, slots=True)
class ValueClaimFailed:
    """A claimed value could not be paid."""

    claimed_id: MessageId
    value: U128


@dataclass(frozen=True, slots=True)
class BatchCommitted:
    """A batch was committed."""

    digest: Bytes32


@dataclass(frozen=True, slots=True)
class MBCommitted:
    """Blocks of the executors up to this one were committed."""

    hash: Bytes32


@dataclass(frozen=True, slots=True)
class EBCommitted:
    """Ethereum blocks up to this one were processed."""

    hash: Bytes32


@dataclass(frozen=True, slots=True)
class CodeGotValidated:
    """The verdict on a code."""

    code_id: CodeId
    valid: bool


@dataclass(frozen=True, slots=True)
class CodeValidationRequested:
    """A code is to be validated."""

    code_id: CodeId
    timestamp: U64
    tx_hash: Bytes32


@dataclass(frozen=True, slots=True)
class ComputationSettingsChanged:
    """New settings, which nothing reads."""

    threshold: U64
    wvara_per_second: U128


@dataclass(frozen=True, slots=True)
class ProgramCreated:
    """A program was created."""

    actor_id: ActorId
    code_id: CodeId


@dataclass(frozen=True, slots=True)
class StorageSlotChanged:
    """The Router's storage lies elsewhere now."""

    slot: Bytes32


@dataclass(frozen=True, slots=True)
class ValidatorsCommittedForEra:
    """Validators of an era were committed."""

    era_index: U64


@dataclass(frozen=True, slots=True)
class ProtocolVersionChanged:
    """The protocol has a new version."""

    new_protocol_version: U256


MirrorEvent = (
    OwnedBalanceTopUpRequested
    | ExecutableBalanceTopUpRequested
    | Message
    | MessageCallFailed
    | MessageQueueingRequested
    | Reply
    | ReplyCallFailed
    | ReplyQueueingRequested
    | StateChanged
    | ValueClaimed
    | ValueClaimingRequested
    | TransferLockedValueToInheritorFailed
    | ReplyTransferFailed
    | ValueClaimFailed
)
RouterEvent = (
    BatchCommitted
    | MBCommitted
    | EBCommitted
    | CodeGotValidated
    | CodeValidationRequested
    | ComputationSettingsChanged
    | ProgramCreated
    | StorageSlotChanged
    | ValidatorsCommittedForEra
    | ProtocolVersionChanged
)


@dataclass(frozen=True, slots=True)
class FromMirror:
    """An event of the Mirror of this program (BLK-45)."""

    actor_id: ActorId
    event: MirrorEvent


@dataclass(frozen=True, slots=True)
class FromRouter:
    """An event of the Router."""

    event: RouterEvent


BlockEvent = FromMirror | FromRouter

_hash = fixed(Bytes32)
_code_id = fixed(CodeId)
_payload = byte_vector()

mirror_event: Codec[MirrorEvent] = union(
    {
        0: (OwnedBalanceTopUpRequested, struct(OwnedBalanceTopUpRequested, value=u128)),
        1: (ExecutableBalanceTopUpRequested, struct(ExecutableBalanceTopUpRequested, value=u128)),
        2: (Message, struct(Message, id=message_id, destination=actor_id, payload=_payload, value=u128)),
        3: (MessageCallFailed, struct(MessageCallFailed, id=message_id, destination=actor_id, value=u128)),
        4: (
            MessageQueueingRequested,
            struct(
                MessageQueueingRequested,
                id=message_id,
                source=actor_id,
                payload=_payload,
                value=u128,
                call_reply=boolean,
            ),
        ),
        5: (Reply, struct(Reply, payload=_payload, value=u128, reply_to=message_id, reply_code=reply_code)),
        6: (ReplyCallFailed, struct(ReplyCallFailed, value=u128, reply_to=message_id, reply_code=reply_code)),
        7: (
            ReplyQueueingRequested,
            struct(ReplyQueueingRequested, replied_to=message_id, source=actor_id, payload=_payload, value=u128),
        ),
        8: (StateChanged, struct(StateChanged, state_hash=_hash)),
        9: (ValueClaimed, struct(ValueClaimed, claimed_id=message_id, value=u128)),
        10: (ValueClaimingRequested, struct(ValueClaimingRequested, claimed_id=message_id, source=actor_id)),
        11: (
            TransferLockedValueToInheritorFailed,
            struct(TransferLockedValueToInheritorFailed, inheritor=actor_id, value=u128),
        ),
        12: (ReplyTransferFailed, struct(ReplyTransferFailed, destination=actor_id, value=u128)),
        13: (ValueClaimFailed, struct(ValueClaimFailed, claimed_id=message_id, value=u128)),
    }
)
router_event: Codec[RouterEvent] = union(
    {
        0: (BatchCommitted, struct(BatchCommitted, digest=_hash)),
        1: (MBCommitted, struct(MBCommitted, hash=_hash)),
        2: (EBCommitted, struct(EBCommitted, hash=_hash)),
        3: (CodeGotValidated, struct(CodeGotValidated, code_id=_code_id, valid=boolean)),
        4: (
            CodeValidationRequested,
            struct(CodeValidationRequested, code_id=_code_id, timestamp=u64, tx_hash=_hash),
        ),
        5: (
            ComputationSettingsChanged,
            struct(ComputationSettingsChanged, threshold=u64, wvara_per_second=u128),
        ),
        6: (ProgramCreated, struct(ProgramCreated, actor_id=actor_id, code_id=_code_id)),
        7: (StorageSlotChanged, struct(StorageSlotChanged, slot=_hash)),
        8: (ValidatorsCommittedForEra, struct(ValidatorsCommittedForEra, era_index=u64)),
        9: (ProtocolVersionChanged, struct(ProtocolVersionChanged, new_protocol_version=u256)),
    }
)
block_event: Codec[BlockEvent] = union(
    {
        0: (FromMirror, struct(FromMirror, actor_id=actor_id, event=mirror_event)),
        1: (FromRouter, struct(FromRouter, event=router_event)),
    }
)
