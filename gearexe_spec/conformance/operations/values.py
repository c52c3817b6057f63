"""Operations on encodings: every stored, sent or signed type by name, with its hashes and digests.

Rules: WIR-60, WIR-61.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from gearexe_spec.base.fixed_bytes import Address, Bytes4, Bytes32, Bytes65
from gearexe_spec.base.ids import ActorId, CodeId, MessageId
from gearexe_spec.base.numeric import U32, U64, U128, U256
from gearexe_spec.codec import scale
from gearexe_spec.codec.scale import Codec
from gearexe_spec.conformance.json_form import Json, from_json, to_json
from gearexe_spec.conformance.operations import program_forms as forms
from gearexe_spec.conformance.operations.registry import Input, operation
from gearexe_spec.crypto import ids
from gearexe_spec.crypto.ecdsa import Signature
from gearexe_spec.crypto.hashes import blake2b256, keccak256
from gearexe_spec.execution import codes, message
from gearexe_spec.executor import (
    commitments,
    ethereum_events,
    injected_transaction,
    node_records,
    receipts,
    sequencer_blocks,
    validation_messages,
)
from gearexe_spec.executor.signed_message import SignedMessage
from gearexe_spec.onchain import commitments as on_chain
from gearexe_spec.program import allocations, dispatch, in_block, mailbox, outcome, pages, promise, schedule, state
from gearexe_spec.program.payload import PayloadLookup, load_payload, payload_lookup, store_payload
from gearexe_spec.program.storage import Storage
from gearexe_spec.wasm import code, section_sizes

Value = Any
Hash = Callable[[Any], Bytes32]


@dataclass(frozen=True)
class WireType:
    """A type that can be encoded on the wire.

    Args:
        codec: its encoding.
        load: a value from its JSON form.
        dump: the JSON form of a value.
        hashes: hashes and digests of a value by name.
    """

    codec: Codec[Any]
    load: Callable[[Json], Value]
    dump: Callable[[Value], Json]
    hashes: Mapping[str, Hash] = field(default_factory=dict)


def plain(codec: Codec[Any], kind: Any, **hashes: Hash) -> WireType:
    """A type whose JSON form is the general one."""
    return WireType(codec, lambda form: from_json(kind, form), lambda value: forms.dump_as(kind, value), hashes)


def stored(codec: Codec[Any]) -> dict[str, Hash]:
    """The hash under which an object is stored."""
    return {"hash": lambda value: blake2b256(codec.encode(value))}


def signed(codec: Codec[Any], kind: Any) -> WireType:
    """An object with its personal signature."""

    def load(form: Json) -> SignedMessage[Any]:
        parts: Any = form
        signature = Signature.decode(from_json(Bytes65, parts["signature"], "/signature"))
        address = from_json(Address, parts["address"], "/address")
        return SignedMessage(from_json(kind, parts["data"], "/data"), signature, address)

    def dump(value: SignedMessage[Any]) -> Json:
        return {
            "data": forms.dump_as(kind, value.data),
            "signature": to_json(value.signature.encode()),
            "address": to_json(value.address),
        }

    return WireType(codec, load, dump)


def digest_list(digest: Callable[[Any], Bytes32]) -> Hash:
    """The digest of a list: that of the digests of its items, one after another."""
    return lambda items: keccak256(b"".join(digest(item) for item in items))


def digest_message(value: outcome.Message) -> Bytes32:
    """Keccak digest of a message to a user."""
    return on_chain.hash_message(outcome.to_on_chain_message(value))


def digest_claim(value: outcome.ValueClaim) -> Bytes32:
    """Keccak digest of a claim."""
    return on_chain.hash_value_claim(outcome.to_on_chain_claim(value))


def collection(codec: Codec[Any], load: Callable[[Json], Value], dump: Callable[[Value], Json]) -> WireType:
    """A stored collection with a JSON form of its own."""
    return WireType(codec, load, dump, stored(codec))


TYPES: dict[str, WireType] = {
    "Allocations": plain(allocations.allocations, tuple[tuple[U32, U32], ...], **stored(allocations.allocations)),
    "BatchCommitment": plain(
        commitments.batch_commitment, commitments.BatchCommitment, digest=commitments.digest_batch
    ),
    "BatchCommitmentValidationRequest": plain(
        validation_messages.validation_request,
        validation_messages.ValidationRequest,
        digest=validation_messages.digest_payload,
    ),
    "BlockEvent": plain(ethereum_events.block_event, ethereum_events.BlockEvent),
    "BlockHeader": plain(node_records.block_header, node_records.BlockHeader),
    "Bytes": plain(scale.byte_vector(), bytes, **stored(scale.byte_vector())),
    "ChainCommitment": plain(
        commitments.chain_commitment, commitments.ChainCommitment, digest=commitments.digest_chain_commitment
    ),
    "CodeCommitment": plain(commitments.code_commitment, on_chain.CodeCommitment, digest=on_chain.hash_code_commitment),
    "CodeMetadata": plain(code.code_metadata, code.CodeMetadata),
    "CommittedMessageIds": plain(scale.ordered_set(message.message_id), frozenset[MessageId]),
    "Compact<u128>": plain(scale.compact_u128, U128),
    "Compact<u32>": plain(scale.compact_u32, U32),
    "Compact<u64>": plain(scale.compact_u64, U64),
    "CompactMb": plain(sequencer_blocks.compact_block, sequencer_blocks.CompactBlock),
    "CompactPromise": plain(promise.compact_promise, promise.CompactPromise, digest=promise.digest_compact_promise),
    "ContextStore": plain(message.context_store, message.ContextStore),
    "Dispatch": plain(dispatch.dispatch, dispatch.Dispatch, **stored(dispatch.dispatch)),
    "DispatchKind": plain(message.dispatch_kind, message.DispatchKind),
    "DispatchStash": collection(dispatch.dispatch_stash, forms.load_stash, to_json),
    "InjectedTransaction": plain(
        injected_transaction.injected_transaction,
        injected_transaction.InjectedTransaction,
        digest=injected_transaction.digest_transaction,
        hash=injected_transaction.compute_transaction_id,
        messageId=injected_transaction.compute_transaction_id,
    ),
    "InstantiatedSectionSizes": plain(section_sizes.section_sizes, section_sizes.SectionSizes),
    "InstrumentedCode": plain(code.instrumented_code, code.InstrumentedCode),
    "Mailbox": collection(mailbox.mailbox, forms.load_mailbox, forms.dump_mailbox),
    "MailboxMessage": plain(dispatch.mailbox_message, dispatch.MailboxMessage),
    "MbMeta": plain(node_records.mb_meta, node_records.MbMeta),
    "MemoryPages": collection(pages.memory_pages, forms.load_pages, forms.dump_pages),
    "MemoryPagesRegion": collection(pages.memory_pages_region, forms.load_region, to_json),
    "Message": plain(outcome.message, outcome.Message, digest=digest_message),
    "MessageDetails": plain(message.message_details, message.MessageDetails),
    "MessageQueue": collection(dispatch.message_queue, forms.load_message_queue, forms.dump_message_queue),
    "MessageQueueHashWithSize": WireType(state.queue_with_size, forms.load_queue, forms.dump_queue),
    "MessageType": plain(dispatch.message_type, dispatch.MessageType),
    "Messages": plain(scale.vector(outcome.message), tuple[outcome.Message, ...], digest=digest_list(digest_message)),
    "Operation": WireType(sequencer_blocks.operation, forms.load_operation, forms.dump_operation),
    "Operations": WireType(
        sequencer_blocks.operations,
        lambda form: tuple(forms.load_operation(part) for part in forms.expect_list(form)),
        lambda value: [forms.dump_operation(part) for part in value],
        {"hash": sequencer_blocks.hash_operations},
    ),
    "OperatorRewardsCommitment": plain(
        commitments.operator_rewards, on_chain.OperatorRewardsCommitment, digest=on_chain.hash_operator_rewards
    ),
    "Outcome": plain(
        outcome.outcome, tuple[outcome.StateTransition, ...], digest=digest_list(outcome.digest_transition)
    ),
    "PayloadLookup": plain(payload_lookup, PayloadLookup),
    "Program": WireType(state.program, forms.load_program, forms.dump_program),
    "ProgramState": WireType(
        state.program_state, forms.load_program_state, forms.dump_program_state, {"hash": state.hash_state}
    ),
    "ProgramStates": WireType(in_block.program_states, forms.load_states, to_json),
    "Promise": plain(
        promise.promise,
        promise.Promise,
        digest=promise.digest_promise,
        replyHash=lambda value: promise.hash_reply(value.reply),
    ),
    "PurgedTransaction": plain(receipts.purged_transaction, receipts.PurgedTransaction, digest=receipts.digest_purged),
    "Receipt<CompactPromise>": plain(
        receipts.compact_receipt, receipts.CompactReceipt, digest=receipts.digest_compact_receipt
    ),
    "Receipt<Promise>": plain(receipts.receipt, receipts.Receipt, digest=receipts.digest_receipt),
    "ReplyCode": plain(codes.reply_code, codes.ReplyCode),
    "ReplyInfo": plain(message.reply_info, message.ReplyInfo, hash=promise.hash_reply),
    "RewardsCommitment": plain(
        commitments.rewards_commitment, commitments.RewardsCommitment, digest=commitments.digest_rewards_commitment
    ),
    "Schedule": WireType(schedule.schedule, forms.load_schedule, forms.dump_schedule),
    "ScheduledTask": plain(schedule.scheduled_task, schedule.ScheduledTask),
    "SignalCode": plain(codes.signal_code, codes.SignalCode),
    "SignedCompactTxReceipt": signed(receipts.signed_compact_receipt, receipts.CompactReceipt),
    "SignedInjectedTransaction": signed(
        injected_transaction.signed_injected_transaction, injected_transaction.InjectedTransaction
    ),
    "SignedTxReceipt": signed(receipts.signed_receipt, receipts.Receipt),
    "StakerRewardsCommitment": plain(
        commitments.staker_rewards, on_chain.StakerRewardsCommitment, digest=on_chain.hash_staker_rewards
    ),
    "StateHashWithQueueSize": plain(in_block.state_hash_with_queue_size, in_block.StateHashWithQueueSize),
    "StateTransition": plain(outcome.state_transition, outcome.StateTransition, digest=outcome.digest_transition),
    "U256": plain(commitments.u256, U256),
    "UserMailbox": collection(dispatch.user_mailbox, forms.load_user_mailbox, to_json),
    "ValidatorsCommitment": plain(
        commitments.validators_commitment,
        commitments.ValidatorsCommitment,
        digest=commitments.digest_validators_commitment,
    ),
    "ValueClaim": plain(outcome.value_claim, outcome.ValueClaim, digest=digest_claim),
    "ValueClaims": plain(
        scale.vector(outcome.value_claim), tuple[outcome.ValueClaim, ...], digest=digest_list(digest_claim)
    ),
    "Waitlist": collection(dispatch.waitlist, forms.load_waitlist, to_json),
}
"""All types by the name that vectors give them."""


@operation("values/encode")
def encode(form: Input) -> Json:
    """Encoding, hashes and digests of a value."""
    kind = TYPES[str(form["type"])]
    value = kind.load(form["value"])
    hashes: dict[str, Json] = {name: to_json(compute(value)) for name, compute in kind.hashes.items()}
    return {"scale": to_json(kind.codec.encode(value)), **hashes}


@operation("values/decode")
def decode(form: Input) -> Json:
    """The value at the start of some bytes, how many bytes it took, how it is encoded again, its hashes and digests."""
    kind = TYPES[str(form["type"])]
    data = from_json(bytes, form["bytes"], "/bytes")
    value, consumed = kind.codec.decode_prefix(data)
    return {
        "value": kind.dump(value),
        "consumed": hex(consumed),
        "all": consumed == len(data),
        "encodes": to_json(kind.codec.encode(value)),
        **{name: to_json(compute(value)) for name, compute in kind.hashes.items()},
    }


@operation("values/storePayload")
def store(form: Input) -> Json:
    """Where a payload goes: in place or apart, under its hash."""
    raw = from_json(bytes, form["payload"], "/payload")
    storage, lookup = store_payload(Storage.empty(), raw)
    assert load_payload(storage, lookup) == raw, "a stored payload can be loaded"
    return {"lookup": to_json(payload_lookup.encode(lookup)), "hash": to_json(blake2b256(raw))}


@operation("values/replyCode")
def read_reply_code(form: Input) -> Json:
    """The code that any four bytes are read as."""
    read = codes.ReplyCode.from_bytes(from_json(Bytes4, form["bytes"], "/bytes"))
    return {"code": to_json(read.to_bytes()), "scale": to_json(codes.reply_code.encode(read))}


@operation("values/zeroState")
def zero_state(_form: Input) -> Json:
    """The state of a program that was just created."""
    read = state.read_state(Storage.empty(), state.ZERO_STATE_HASH)
    return {
        "readOfZeroHash": forms.dump_program_state(read),
        "scale": to_json(state.program_state.encode(read)),
        "stateHash": to_json(state.hash_state(read)),
    }


@operation("values/messageIds")
def message_ids(form: Input) -> Json:
    """Ids that derive from a message and from a code."""
    origin = from_json(MessageId, form["messageId"], "/messageId")
    return {
        "codeId": to_json(ids.compute_code_id(from_json(bytes, form["code"], "/code"))),
        "outgoing": to_json(ids.compute_outgoing_id(origin, from_json(U32, form["nonce"], "/nonce"))),
        "reply": to_json(ids.compute_reply_id(origin)),
    }


@operation("values/idsFromNumber")
def ids_from_number(form: Input) -> Json:
    """Ids for tests, made from a number."""
    number = from_json(U64, form["number"], "/number")
    return {
        "actorId": to_json(ActorId.from_u64(number)),
        "codeId": to_json(CodeId.from_u64(number)),
        "messageId": to_json(MessageId.from_u64(number)),
    }
