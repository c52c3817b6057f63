"""How bytes of the stored and signed types are laid out, told once more and apart from the codecs that are tested.

A layout makes the encoding of a random value from dice. It knows nothing of the value's meaning: the two sides under
test say what the bytes are.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from gearexe_spec.fuzzing.dice import Dice

Layout = Callable[[Dice], bytes]

MOST_ITEMS = 5


def compact(number: int) -> bytes:
    """A SCALE compact integer."""
    if number < 1 << 6:
        return bytes([number << 2])
    if number < 1 << 14:
        return (number << 2 | 1).to_bytes(2, "little")
    if number < 1 << 30:
        return (number << 2 | 2).to_bytes(4, "little")
    body = number.to_bytes((number.bit_length() + 7) // 8, "little")
    return bytes([(len(body) - 4) << 2 | 3]) + body


def unsigned(bits: int) -> Layout:
    """An integer of fixed width, little-endian."""
    return lambda dice: dice.integer(bits).to_bytes(bits // 8, "little")


def compact_integer(bits: int) -> Layout:
    """A compact integer that fits so many bits."""
    return lambda dice: compact(dice.integer(bits))


def boolean(dice: Dice) -> bytes:
    """One byte, 0 or 1."""
    return bytes([dice.below(2)])


def hash32(dice: Dice) -> bytes:
    """32 bytes: random, zero, all ones, a small number, or an Ethereum address."""
    match dice.below(7):
        case 0:
            return bytes(32)
        case 1:
            return b"\xff" * 32
        case 2:
            return bytes([dice.below(4)]) + bytes(31)
        case 3:
            return bytes(12) + dice.blob(20)
        case 4:
            return bytes(12) + b"\xff" * 20
    return dice.blob(32)


def address(dice: Dice) -> bytes:
    """20 bytes."""
    return dice.blob(20)


def octets(longest: int = 20_000) -> Layout:
    """A byte string with its length."""

    def make(dice: Dice) -> bytes:
        length = dice.length(longest)
        return compact(length) + dice.blob(length)

    return make


def record(*parts: Layout) -> Layout:
    """Fields, one after another."""
    return lambda dice: b"".join(part(dice) for part in parts)


def optional(part: Layout) -> Layout:
    """Absent or present."""
    return lambda dice: b"\x01" + part(dice) if dice.below(2) else b"\x00"


def several(item: Layout, least: int = 0, most: int = MOST_ITEMS) -> Layout:
    """A list."""

    def make(dice: Dice) -> bytes:
        count = dice.between(least, most)
        return compact(count) + b"".join(item(dice) for _ in range(count))

    return make


def choice(variants: Mapping[int, Layout]) -> Layout:
    """A variant with its index."""
    indices = sorted(variants)

    def make(dice: Dice) -> bytes:
        index = dice.pick(indices)
        return bytes([index]) + variants[index](dice)

    return make


def nothing(_: Dice) -> bytes:
    """A variant without fields."""
    return b""


def one_of(*indices: int) -> Layout:
    """An enumeration without fields."""
    return choice(dict.fromkeys(indices, nothing))


def table(key: Layout, value: Layout, order: Callable[[bytes], Any] = bytes, most: int = MOST_ITEMS) -> Layout:
    """A map in ascending order of its keys."""

    def make(dice: Dice) -> bytes:
        entries = {key(dice): value(dice) for _ in range(dice.between(0, most))}
        return compact(len(entries)) + b"".join(name + entries[name] for name in sorted(entries, key=order))

    return make


def ordered_set(item: Layout, most: int = MOST_ITEMS) -> Layout:
    """A set in ascending order."""
    return table(item, nothing, most=most)


def little_endian(data: bytes) -> int:
    """The order of integer keys."""
    return int.from_bytes(data, "little")


u8, u32, u64, u128, u256 = (unsigned(bits) for bits in (8, 32, 64, 128, 256))
REFERENCE = optional(hash32)

EXECUTION_ERRORS = one_of(0, 1, 2, 3, 4, 5, 255)
REPLY_CODE = choice(
    {
        0: one_of(0, 1, 255),
        1: choice({0: EXECUTION_ERRORS, 2: one_of(0, 1, 2, 3, 4, 255), 3: nothing, 255: nothing}),
        255: nothing,
    }
)
SIGNAL_CODE = choice({0: EXECUTION_ERRORS, 1: nothing})
DISPATCH_KIND = one_of(0, 1, 2, 3)
MESSAGE_TYPE = one_of(0, 1)
MESSAGE_DETAILS = choice({0: record(hash32, REPLY_CODE), 1: record(hash32, SIGNAL_CODE)})
CONTEXT_STORE = record(ordered_set(hash32), u64, optional(u64), u32)
PAYLOAD_LOOKUP = choice({0: octets(2_000), 1: hash32})
DISPATCH = record(
    hash32,
    DISPATCH_KIND,
    hash32,
    PAYLOAD_LOOKUP,
    u128,
    optional(MESSAGE_DETAILS),
    optional(CONTEXT_STORE),
    MESSAGE_TYPE,
    boolean,
)
MAILBOX_MESSAGE = record(PAYLOAD_LOOKUP, u128, MESSAGE_TYPE)
QUEUE_WITH_SIZE = record(REFERENCE, u8)
PROGRAM = choice({0: record(REFERENCE, REFERENCE, u32, boolean), 1: hash32, 2: hash32})
STATE_RECORD = record(hash32, u8, u8)
PAIR = record(hash32, hash32)
SCHEDULED_TASK = choice({0: record(hash32, hash32, hash32), 1: PAIR, 2: PAIR, 3: PAIR, 4: PAIR, 5: PAIR})
SECTION_SIZES = record(*[u32] * 6)
PAGE_NUMBER = record(unsigned(16), lambda _: bytes(2))
"""A WASM page: any u32, of which the first 65,536 exist."""

MESSAGE = record(hash32, hash32, octets(2_000), u128, optional(record(hash32, REPLY_CODE)), boolean)
VALUE_CLAIM = record(hash32, hash32, u128)
STATE_TRANSITION = record(
    hash32, hash32, boolean, hash32, u128, boolean, several(VALUE_CLAIM, most=3), several(MESSAGE, most=3)
)
CHAIN_COMMITMENT = record(several(STATE_TRANSITION, most=3), hash32, hash32)
CODE_COMMITMENT = record(hash32, boolean)
OPERATOR_REWARDS = record(u256, hash32)
STAKER_REWARDS = record(several(record(address, u256)), u256, address)
REWARDS = record(OPERATOR_REWARDS, STAKER_REWARDS, u64)
VALIDATORS = record(boolean, u256, u256, octets(200), several(address, least=1), u64)
BATCH = record(
    hash32,
    u64,
    hash32,
    u8,
    optional(CHAIN_COMMITMENT),
    several(CODE_COMMITMENT),
    optional(VALIDATORS),
    optional(REWARDS),
)

INJECTED_TRANSACTION = record(hash32, octets(20_000), u128, hash32, octets(32))
REPLY_INFO = record(octets(2_000), u128, REPLY_CODE)
PROMISE = record(hash32, REPLY_INFO)
COMPACT_PROMISE = PAIR
PURGED = record(hash32, one_of(1, 2, 255))

MIRROR_EVENT = choice(
    {
        0: u128,
        1: u128,
        2: record(hash32, hash32, octets(300), u128),
        3: record(hash32, hash32, u128),
        4: record(hash32, hash32, octets(300), u128, boolean),
        5: record(octets(300), u128, hash32, REPLY_CODE),
        6: record(u128, hash32, REPLY_CODE),
        7: record(hash32, hash32, octets(300), u128),
        8: hash32,
        9: record(hash32, u128),
        10: PAIR,
        11: record(hash32, u128),
        12: record(hash32, u128),
        13: record(hash32, u128),
    }
)
ROUTER_EVENT = choice(
    {
        0: hash32,
        1: hash32,
        2: hash32,
        3: record(hash32, boolean),
        4: record(hash32, u64, hash32),
        5: record(u64, u128),
        6: PAIR,
        7: hash32,
        8: u64,
    }
)
"""Without ProtocolVersionChanged, which the release does not know (REV-ROUTER)."""

LAYOUTS: Mapping[str, Layout] = {
    "Allocations": table(u32, u32, little_endian),
    "BatchCommitment": BATCH,
    "BatchCommitmentValidationRequest": record(hash32, REFERENCE, several(hash32), boolean, boolean),
    "BlockEvent": choice({0: record(hash32, MIRROR_EVENT), 1: ROUTER_EVENT}),
    "BlockHeader": record(u32, u64, hash32),
    "Bytes": octets(),
    "ChainCommitment": CHAIN_COMMITMENT,
    "CodeCommitment": CODE_COMMITMENT,
    "CodeMetadata": record(
        u32,
        ordered_set(DISPATCH_KIND, most=4),
        PAGE_NUMBER,
        optional(PAGE_NUMBER),
        choice({0: nothing, 1: record(u32, u32), 2: u32}),
    ),
    "CommittedMessageIds": ordered_set(hash32),
    "Compact<u128>": compact_integer(128),
    "Compact<u32>": compact_integer(32),
    "Compact<u64>": compact_integer(64),
    "CompactMb": record(hash32, u64, hash32),
    "CompactPromise": COMPACT_PROMISE,
    "ContextStore": CONTEXT_STORE,
    "Dispatch": DISPATCH,
    "DispatchKind": DISPATCH_KIND,
    "DispatchStash": table(hash32, record(DISPATCH, REFERENCE, u32)),
    "InjectedTransaction": INJECTED_TRANSACTION,
    "InstantiatedSectionSizes": SECTION_SIZES,
    "InstrumentedCode": record(octets(), SECTION_SIZES),
    "Mailbox": table(hash32, hash32),
    "MailboxMessage": MAILBOX_MESSAGE,
    "MbMeta": record(boolean, hash32),
    "MemoryPages": record(*[REFERENCE] * 16),
    "MemoryPagesRegion": table(u32, hash32, little_endian),
    "Message": MESSAGE,
    "MessageDetails": MESSAGE_DETAILS,
    "MessageQueue": several(DISPATCH),
    "MessageQueueHashWithSize": QUEUE_WITH_SIZE,
    "MessageType": MESSAGE_TYPE,
    "Messages": several(MESSAGE),
    "OperatorRewardsCommitment": OPERATOR_REWARDS,
    "Outcome": several(STATE_TRANSITION, most=3),
    "PayloadLookup": PAYLOAD_LOOKUP,
    "Program": PROGRAM,
    "ProgramState": record(PROGRAM, QUEUE_WITH_SIZE, QUEUE_WITH_SIZE, REFERENCE, REFERENCE, REFERENCE, u128, u128),
    "ProgramStates": table(hash32, STATE_RECORD),
    "Promise": PROMISE,
    "PurgedTransaction": PURGED,
    "Receipt<CompactPromise>": choice({0: COMPACT_PROMISE, 1: PURGED}),
    "Receipt<Promise>": choice({0: PROMISE, 1: PURGED}),
    "ReplyCode": REPLY_CODE,
    "ReplyInfo": REPLY_INFO,
    "RewardsCommitment": REWARDS,
    "Schedule": table(u32, ordered_set(SCHEDULED_TASK), little_endian),
    "ScheduledTask": SCHEDULED_TASK,
    "SignalCode": SIGNAL_CODE,
    "StakerRewardsCommitment": STAKER_REWARDS,
    "StateHashWithQueueSize": STATE_RECORD,
    "StateTransition": STATE_TRANSITION,
    "U256": u256,
    "UserMailbox": table(hash32, record(MAILBOX_MESSAGE, u32)),
    "ValidatorsCommitment": VALIDATORS,
    "ValueClaim": VALUE_CLAIM,
    "ValueClaims": several(VALUE_CLAIM),
    "Waitlist": table(hash32, record(DISPATCH, u32)),
}
"""The stored and signed types by the names of the recordings; the signed envelopes are in `signed`."""
