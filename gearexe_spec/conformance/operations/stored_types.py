"""Decoding any bytes as any stored or signed type.

`scale/decode` takes `type` and `bytes`. It is accepted with the value, how many bytes it took (what is left is the
caller's to judge), its encoding, and the hashes that the type has: `hash` (the key in storage or the id), `digest`
(Keccak, for signing), `messageId`, `replyHash`.

Rules: WIR-10, SCA-1 to SCA-12, PST-6.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from enum import Enum
from functools import cache
from typing import Any

from immutables import Map

from gearexe_spec.base.rejection import NotSpecifiedYet
from gearexe_spec.codec import scale
from gearexe_spec.codec.scale import Codec
from gearexe_spec.conformance.json_form import Json, camel_case_variant, from_json, to_json
from gearexe_spec.conformance.operations.registry import Input, operation
from gearexe_spec.crypto.hashes import blake2b256
from gearexe_spec.execution import codes, message
from gearexe_spec.executor import commitments, injected_transaction
from gearexe_spec.onchain import commitments as on_chain
from gearexe_spec.program import (
    allocations,
    dispatch,
    in_block,
    mailbox,
    outcome,
    pages,
    payload,
    promise,
    schedule,
    state,
)
from gearexe_spec.program.fifo import Fifo
from gearexe_spec.program.storage import Reference
from gearexe_spec.wasm import code, section_sizes

Hash = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class StoredType:
    """A type by name.

    Args:
        codec: its encoding.
        hashes: what is hashed of a value, by the name of the output.
        dump: the JSON form of a value.
    """

    codec: Codec[Any]
    hashes: Mapping[str, Hash] = field(default_factory=dict)
    dump: Callable[[Any], Json] = field(default_factory=lambda: dump_value)


def stored(codec: Codec[Any]) -> StoredType:
    """A type that is kept under the hash of its encoding."""
    return StoredType(codec, {"hash": lambda value: blake2b256(codec.encode(value))})


def signed(codec: Codec[Any], digest: Hash, **hashes: Hash) -> StoredType:
    """A type with a digest."""
    return StoredType(codec, {"digest": digest, **hashes})


@cache
def stored_types() -> Mapping[str, StoredType]:
    """The types by the names of the recordings."""
    return {
        "Allocations": stored(allocations.allocations),
        "BatchCommitment": signed(commitments.batch_commitment, commitments.digest_batch),
        "Bytes": stored(scale.byte_vector()),
        "ChainCommitment": signed(commitments.chain_commitment, commitments.digest_chain_commitment),
        "CodeCommitment": signed(commitments.code_commitment, on_chain.hash_code_commitment),
        "CodeMetadata": StoredType(code.code_metadata),
        "CommittedMessageIds": StoredType(scale.ordered_set(message.message_id)),
        "Compact<u128>": StoredType(scale.compact_u128),
        "Compact<u32>": StoredType(scale.compact_u32),
        "Compact<u64>": StoredType(scale.compact_u64),
        "CompactPromise": signed(promise.compact_promise, promise.digest_compact_promise),
        "ContextStore": StoredType(message.context_store),
        "Dispatch": stored(dispatch.dispatch),
        "DispatchKind": StoredType(message.dispatch_kind),
        "DispatchStash": stored(dispatch.dispatch_stash),
        "InjectedTransaction": signed(
            injected_transaction.injected_transaction,
            injected_transaction.digest_transaction,
            hash=injected_transaction.compute_transaction_id,
            messageId=injected_transaction.compute_transaction_id,
        ),
        "InstantiatedSectionSizes": StoredType(section_sizes.section_sizes),
        "InstrumentedCode": StoredType(code.instrumented_code),
        "Mailbox": stored(mailbox.mailbox),
        "MailboxMessage": StoredType(dispatch.mailbox_message),
        "MemoryPages": stored(pages.memory_pages),
        "MemoryPagesRegion": stored(pages.memory_pages_region),
        "Message": signed(outcome.message, _hash_message),
        "MessageDetails": StoredType(message.message_details, dump=dump_choice),
        "MessageQueue": stored(dispatch.message_queue),
        "MessageQueueHashWithSize": StoredType(state.queue_with_size),
        "MessageType": StoredType(dispatch.message_type),
        "Messages": signed(scale.vector(outcome.message), _hash_of_all(_hash_message)),
        "OperatorRewardsCommitment": signed(commitments.operator_rewards, on_chain.hash_operator_rewards),
        "Outcome": signed(outcome.outcome, outcome.digest_transitions),
        "PayloadLookup": StoredType(payload.payload_lookup, dump=dump_choice),
        "Program": StoredType(state.program, dump=dump_choice),
        "ProgramState": StoredType(state.program_state, {"hash": state.hash_state}),
        "ProgramStates": StoredType(in_block.program_states),
        "Promise": signed(
            promise.promise, promise.digest_promise, replyHash=lambda value: promise.hash_reply(value.reply)
        ),
        "ReplyCode": StoredType(codes.reply_code),
        "ReplyInfo": StoredType(message.reply_info, {"hash": promise.hash_reply}),
        "RewardsCommitment": signed(commitments.rewards_commitment, commitments.digest_rewards_commitment),
        "Schedule": StoredType(schedule.schedule, dump=_dump_schedule),
        "ScheduledTask": StoredType(schedule.scheduled_task, dump=dump_choice),
        "SignalCode": StoredType(codes.signal_code),
        "SignedInjectedTransaction": StoredType(injected_transaction.signed_injected_transaction),
        "StakerRewardsCommitment": signed(commitments.staker_rewards, on_chain.hash_staker_rewards),
        "StateHashWithQueueSize": StoredType(in_block.state_hash_with_queue_size),
        "StateTransition": signed(outcome.state_transition, outcome.digest_transition),
        "U256": StoredType(commitments.u256),
        "UserMailbox": stored(dispatch.user_mailbox),
        "ValidatorsCommitment": signed(commitments.validators_commitment, commitments.digest_validators_commitment),
        "ValueClaim": signed(outcome.value_claim, _hash_claim),
        "ValueClaims": signed(scale.vector(outcome.value_claim), _hash_of_all(_hash_claim)),
        "Waitlist": stored(dispatch.waitlist),
    }


@operation("scale/decode")
def decode(form: Input) -> Json:
    """Read bytes as a type; see the module."""
    name = from_json(str, form["type"], "/type")
    kind = stored_types().get(name)
    if kind is None:
        raise NotSpecifiedYet(f"type {name}")
    value, consumed = kind.codec.decode_prefix(from_json(bytes, form["bytes"], "/bytes"))
    return {
        "value": kind.dump(value),
        "consumed": hex(consumed),
        "encoded": to_json(kind.codec.encode(value)),
        **{name: to_json(compute(value)) for name, compute in kind.hashes.items()},
    }


def dump_value(value: Any) -> Json:
    """The general JSON form; references are their hashes, ordered collections are lists."""
    return to_json(_without_references(value))


def dump_choice(value: Any) -> Json:
    """One of several records, under the name of its kind."""
    return {camel_case_variant(type(value)): dump_value(value)}


def _dump_schedule(value: schedule.Schedule) -> Json:
    return {hex(height): [dump_choice(task) for task in schedule.order_tasks(value[height])] for height in value}


def _without_references(value: Any) -> Any:
    match value:
        case Reference():
            return value.hash
        case Fifo() | tuple() | list():
            return tuple(_without_references(item) for item in value)
        case frozenset():
            return tuple(sorted(value, key=lambda item: item.value if isinstance(item, Enum) else item))
        case state.QueueWithSize():
            return {"hash": value.queue.hash, "size": value.size}
        case Map() | dict():
            return {key: _without_references(part) for key, part in value.items()}
    if is_dataclass(value) and not isinstance(value, type):
        return _copy(value)
    return value


def _copy(value: Any) -> Any:
    """The record with references replaced; its fields then hold what their types do not say, which no one sees."""
    changed = object.__new__(type(value))
    for part in fields(value):
        object.__setattr__(changed, part.name, _without_references(getattr(value, part.name)))
    return changed


def _hash_message(value: outcome.Message) -> Any:
    return on_chain.hash_message(outcome.to_on_chain_message(value))


def _hash_claim(value: outcome.ValueClaim) -> Any:
    return on_chain.hash_value_claim(outcome.to_on_chain_claim(value))


def _hash_of_all(compute: Hash) -> Hash:
    return lambda values: on_chain.hash_concatenation(compute(value) for value in values)
