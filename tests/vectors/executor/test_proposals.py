"""Judging proposed sequencer blocks, and preparing Ethereum blocks (BLK-110 to BLK-139)."""

from dataclasses import replace
from typing import Any

import pytest

from gearexe_spec.base.fixed_bytes import Bytes32
from gearexe_spec.base.ids import ActorId, CodeId
from gearexe_spec.base.numeric import U64, U128
from gearexe_spec.conformance.operations.node import Node, World, to_view
from gearexe_spec.conformance.vectors.forms import Flag
from gearexe_spec.conformance.vectors.recorder import Recorder
from gearexe_spec.executor.ethereum_events import (
    BatchCommitted,
    BlockEvent,
    CodeGotValidated,
    CodeValidationRequested,
    EBCommitted,
    FromRouter,
    MBCommitted,
    ValidatorsCommittedForEra,
)
from gearexe_spec.executor.injected_transaction import (
    InjectedTransaction,
    SignedInjectedTransaction,
    digest_transaction,
)
from gearexe_spec.executor.sequencer_blocks import (
    AdvanceTillEthereumBlock,
    Operation,
    ProcessQueues,
    ProcessQueuesV2,
    ProcessQueuesV3,
    ProgressTasks,
    operations,
)
from gearexe_spec.executor.signed_message import sign_message
from tests.executor.validators import CODE, KEYS, advanced, eb, mb, program_view, record, with_block, with_mb, world

GAS = 4 * 10**12
TASKS, QUEUES = ProgressTasks(), ProcessQueuesV3(U64(GAS))
ADVANCE = AdvanceTillEthereumBlock(eb(4))
PROGRAM = advanced().sequencer_blocks[-1].program_states[0].actor_id  # type: ignore[index]


def node(known: World) -> Node:
    return Node(known, to_view(known))


def injected(destination: ActorId = PROGRAM, value: int = 0, reference: int = 5) -> SignedInjectedTransaction:
    transaction = InjectedTransaction(destination, b"\x01", U128(value), eb(reference), b"\x02")
    return sign_message(KEYS[0], transaction, digest_transaction(transaction))


def programs(count: int) -> tuple[ActorId, ...]:
    return tuple(ActorId(bytes(12) + number.to_bytes(20, "big")) for number in range(1, count + 1))


def with_programs(count: int) -> World:
    return with_mb(advanced(), 3, program_states=tuple(program_view(each) for each in programs(count)))


SHORT_OF_HEADERS = replace(advanced(), ethereum_blocks=tuple(record(number) for number in (0, 3, 5)))
JUDGED: list[tuple[str, World, tuple[Operation, ...], tuple[Flag, ...]]] = [
    ("advance", advanced(), (ADVANCE, TASKS, QUEUES), ()),
    ("nothing", advanced(), (TASKS, QUEUES), (Flag.EMPTY,)),
    ("without_gas", advanced(), (TASKS, ProcessQueuesV3(U64(0))), (Flag.BOUNDARY,)),
    ("same_transaction_twice", advanced(), (injected(), injected(), TASKS, QUEUES), (Flag.ANOMALY,)),
    ("no_operations", advanced(), (), (Flag.EMPTY,)),
    ("deprecated_first", advanced(), (ProcessQueues(U64(1)),), (Flag.ORDER,)),
    ("deprecated_second", advanced(), (TASKS, ProcessQueuesV2(U64(1))), ()),
    ("without_tasks", advanced(), (ADVANCE, QUEUES), ()),
    ("transaction_before_advance", advanced(), (injected(), ADVANCE, TASKS, QUEUES), ()),
    ("two_advances", advanced(), (ADVANCE, ADVANCE, TASKS, QUEUES), ()),
    ("without_queues", advanced(), (ADVANCE, TASKS), ()),
    ("tasks_twice", advanced(), (TASKS, TASKS, QUEUES), ()),
    ("too_much_gas", advanced(), (TASKS, ProcessQueuesV3(U64(GAS + 1))), (Flag.BOUNDARY,)),
    ("more_behind", advanced(), (TASKS, QUEUES, QUEUES), ()),
    ("gas_before_more_behind", advanced(), (TASKS, ProcessQueuesV3(U64(GAS + 1)), TASKS), (Flag.ORDER,)),
    ("advance_unknown", advanced(), (AdvanceTillEthereumBlock(eb(77)), TASKS, QUEUES), ()),
    ("advance_in_quarantine", advanced(), (AdvanceTillEthereumBlock(eb(5)), TASKS, QUEUES), (Flag.BOUNDARY,)),
    ("advance_to_the_same", advanced(), (AdvanceTillEthereumBlock(eb(3)), TASKS, QUEUES), ()),
    ("advance_backwards", advanced(), (AdvanceTillEthereumBlock(eb(2)), TASKS, QUEUES), ()),
    ("advance_across_a_gap", SHORT_OF_HEADERS, (AdvanceTillEthereumBlock(eb(5)), TASKS, QUEUES), ()),
    ("value", advanced(), (injected(value=1), TASKS, QUEUES), ()),
    ("reference_unknown", advanced(), (injected(reference=77), TASKS, QUEUES), ()),
    ("destination_unknown", advanced(), (injected(ActorId.zero()), TASKS, QUEUES), ()),
    (
        "most_programs",
        with_programs(128),
        (*(injected(each) for each in programs(128)), TASKS, QUEUES),
        (Flag.BOUNDARY, Flag.LARGE),
    ),
    (
        "too_many_programs",
        with_programs(129),
        (*(injected(each) for each in programs(129)), TASKS, QUEUES),
        (Flag.BOUNDARY, Flag.LARGE),
    ),
    (
        "state_missing",
        with_mb(advanced(), 3, program_states=(replace(program_view(PROGRAM), stored=False),)),
        (injected(), TASKS, QUEUES),
        (),
    ),
]


def judge(payload: bytes, quarantine: int = 1) -> dict[str, Any]:
    place = {"parentMb": mb(3), "head": eb(5), "canonicalQuarantine": hex(quarantine)}
    return {**place, "parentInjected": None, "payload": payload}


@pytest.mark.parametrize(("name", "known", "contents", "flags"), JUDGED)
def test_judge(
    name: str, known: World, contents: tuple[Operation, ...], flags: tuple[Flag, ...], vectors: Recorder
) -> None:
    """Whether a validator accepts a proposed block, or why not (BLK-130 to BLK-139, INJ-40)."""
    quarantine = 0 if name == "advance_across_a_gap" else 1
    form = judge(operations.encode(contents), quarantine)
    vectors.transition("node", node(known), "validateBlock", form, name=name, flags=flags)


@pytest.mark.parametrize(
    ("name", "payload"),
    [
        ("no_list", b""),
        ("unknown_tag", b"\x04\x06\0\0\0"),
        ("cut", operations.encode((TASKS, QUEUES))[:-1]),
        ("more_bytes", operations.encode((TASKS, QUEUES)) + b"\0"),
        ("altered_transaction", operations.encode((injected(), TASKS, QUEUES)).replace(b"\x04\x01", b"\x04\x03", 1)),
    ],
)
def test_undecodable(name: str, payload: bytes, vectors: Recorder) -> None:
    """All bytes must be operations, with signatures that fit (BLK-130)."""
    vectors.transition("node", node(advanced()), "validateBlock", judge(payload), name=name, flags=[Flag.HOSTILE])


def pooled(*signed: SignedInjectedTransaction) -> list[dict[str, Any]]:
    return [{"tx": each.data, "secret": KEYS[0]} for each in signed]


@pytest.mark.parametrize(
    ("name", "parent", "delay", "pool"),
    [
        ("advance_and_transactions", 2, 1, (injected(), injected(value=1))),
        ("only_transactions", 3, 2, (injected(),)),
        ("nothing_yet", 3, 2, ()),
        ("start_is_near", 3, 9, ()),
    ],
)
def test_propose(
    name: str, parent: int, delay: int, pool: tuple[SignedInjectedTransaction, ...], vectors: Recorder
) -> None:
    """What a proposer puts on its parent (BLK-120 to BLK-124)."""
    quarantine = {"canonical": "0x1", "delay": hex(delay - 1)}
    form = {"parentMb": mb(parent), "head": eb(5), "quarantine": quarantine, "pool": pooled(*pool)}
    known = with_mb(advanced(), 2, program_states=(program_view(PROGRAM),))
    vectors.transition("node", node(known), "buildBlock", form, name=name)


OTHER, THIRD = CodeId(b"\xdd" * 32), CodeId(b"\xaa" * 32)
EVENTS: tuple[BlockEvent, ...] = tuple(
    FromRouter(event)
    for event in (
        BatchCommitted(Bytes32(b"\x01" * 32)),
        BatchCommitted(Bytes32(b"\x02" * 32)),
        MBCommitted(mb(1)),
        EBCommitted(eb(1)),
        CodeGotValidated(CODE, True),
        CodeValidationRequested(OTHER, U64(1_040), Bytes32(b"\x03" * 32)),
        CodeValidationRequested(THIRD, U64(1_040), Bytes32(b"\x04" * 32)),
        ValidatorsCommittedForEra(U64(1)),
    )
)
EARLIER: tuple[BlockEvent, ...] = tuple(FromRouter(ValidatorsCommittedForEra(U64(era))) for era in (3, 2))


def unprepared(**changes: Any) -> World:
    """Blocks 4 and 5 are synced, not prepared; changes are those of block 4's notes."""
    blank: dict[str, Any] = {
        "prepared": False,
        "codes_queue": None,
        "last_committed_batch": None,
        "last_committed_mb": None,
        "last_committed_eb": None,
        "latest_era_validators_committed": None,
    }
    known = with_block(world(), 5, **blank)
    return with_block(known, 4, **{**blank, **changes})


PREPARED: list[tuple[str, World]] = [
    ("with_events", unprepared(events=EVENTS)),
    ("without_events", unprepared()),
    ("events_missing", unprepared(events=None)),
    ("earlier_era", unprepared(events=EARLIER)),
    ("batch_of_parent_missing", with_block(unprepared(), 3, last_committed_batch=None)),
    ("queue_of_parent_missing", with_block(unprepared(), 3, codes_queue=None)),
    ("era_of_parent_missing", with_block(unprepared(), 3, latest_era_validators_committed=None)),
    ("already", world()),
]


@pytest.mark.parametrize(("name", "known"), PREPARED)
def test_prepare(name: str, known: World, vectors: Recorder) -> None:
    """What is noted of Ethereum blocks, oldest first, until one cannot be prepared (BLK-110, BLK-113 to BLK-118)."""
    vectors.transition("node", node(known), "prepare", {"target": eb(5)}, name=name)


@pytest.mark.parametrize(("name", "known"), PREPARED)
def test_needed_codes(name: str, known: World, vectors: Recorder) -> None:
    """Which codes are asked for and waited for (BLK-111, BLK-112)."""
    unknown = replace(known, code_validity=())
    vectors.transition("node", node(unknown), "neededCodes", {"target": eb(5)}, name=name)
