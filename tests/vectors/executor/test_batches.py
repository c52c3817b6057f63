"""Building and judging batches, and each reason not to (BAT-54 to BAT-84)."""

from dataclasses import replace
from typing import Any

import pytest

from gearexe_spec.base.fixed_bytes import Bytes32
from gearexe_spec.base.ids import ActorId, CodeId
from gearexe_spec.base.numeric import U32, U64
from gearexe_spec.conformance.json_form import to_json
from gearexe_spec.conformance.operations.node import Node, World, to_view
from gearexe_spec.conformance.vectors.forms import Flag
from gearexe_spec.conformance.vectors.recorder import Recorder
from gearexe_spec.executor.batch_building import build_batch, find_election
from gearexe_spec.executor.timelines import Timelines
from gearexe_spec.executor.validation_messages import ValidationRequest, make_validation_request
from tests.executor.validators import (
    ADDRESSES,
    CODE,
    LIMITS,
    advanced,
    eb,
    mb,
    record,
    sequencer,
    transition,
    with_block,
    with_mb,
)

PROGRAM = ActorId(bytes(12) + b"\x42" * 20)
HALF = transition(PROGRAM, 2**127)
ELECTION = U64(1_050)
"""When the only era there is would end."""


def node(known: World) -> Node:
    return Node(known, to_view(known))


def at_election(**changes: Any) -> World:
    """The election takes the whole era; it has an answer."""
    known = replace(advanced(), timelines=Timelines(U64(1_000), U64(50), U64(40), U64(10)))
    known = replace(known, elections=((U64(1_010), ADDRESSES[:2]),))
    return with_block(known, 4, **changes)


def late(timelines: Timelines) -> World:
    return replace(advanced(), timelines=timelines)


BUILT: list[tuple[str, World, dict[str, int], tuple[Flag, ...]]] = [
    ("whole", advanced(), {}, ()),
    ("no_code_is_processed", replace(advanced(), code_validity=()), {}, ()),
    ("no_room_for_the_last_block", advanced(), {"batch_size_limit": 224 + 2 * 352 + 64}, (Flag.BOUNDARY,)),
    ("no_room_for_the_code", advanced(), {"batch_size_limit": 224 + 3 * 352 + 63}, (Flag.BOUNDARY,)),
    ("no_room_at_all", advanced(), {"batch_size_limit": 63}, (Flag.BOUNDARY,)),
    ("from_the_last_committed", with_block(advanced(), 4, last_committed_mb=mb(2)), {}, ()),
    ("last_committed_is_not_an_ancestor", with_block(advanced(), 4, last_committed_mb=mb(9)), {}, ()),
    ("up_to_the_first_not_computed", with_mb(advanced(), 2, computed=False), {}, ()),
    (
        "checkpoint",
        with_block(
            with_mb(with_mb(with_mb(advanced(), 1, outcome=()), 2, outcome=()), 3, outcome=()),
            4,
            last_committed_eb=eb(1),
        ),
        {"uncommitted_chain_len_threshold": 1},
        (),
    ),
    (
        "checkpoint_after_nothing_known",
        with_block(
            with_mb(with_mb(with_mb(advanced(), 1, outcome=()), 2, outcome=()), 3, outcome=()),
            4,
            last_committed_eb=None,
        ),
        {"uncommitted_chain_len_threshold": 1},
        (),
    ),
    (
        "no_checkpoint_yet",
        with_block(
            with_mb(with_mb(with_mb(advanced(), 1, outcome=()), 2, outcome=()), 3, outcome=()),
            4,
            last_committed_eb=eb(1),
        ),
        {"uncommitted_chain_len_threshold": 2},
        (Flag.BOUNDARY,),
    ),
    ("election", at_election(), {}, ()),
    ("election_without_answer", replace(at_election(), elections=()), {}, ()),
    ("election_committed", at_election(latest_era_validators_committed=U64(1)), {}, ()),
    ("election_does_not_fit", at_election(), {"batch_size_limit": 352 + 2 * 32 - 1}, (Flag.BOUNDARY,)),
    ("committed_era_missing", at_election(latest_era_validators_committed=None), {}, ()),
    ("committed_for_a_later_era", at_election(latest_era_validators_committed=U64(2)), {}, ()),
    ("election_longer_than_era", late(Timelines(U64(1_000), U64(50), U64(51), U64(10))), {}, ()),
    ("era_ends_beyond_64_bits", late(Timelines(U64(1_000), U64(2**64 - 1_000), U64(0), U64(10))), {}, (Flag.OVERFLOW,)),
    ("before_genesis", late(Timelines(U64(1_041), U64(50), U64(0), U64(10))), {}, ()),
    ("advance_not_canonical", with_mb(advanced(), 3, last_advanced_eb=eb(5)), {}, ()),
    ("advance_unknown", with_mb(advanced(), 3, last_advanced_eb=eb(99)), {}, ()),
    ("codes_queue_missing", with_block(advanced(), 4, codes_queue=None), {}, ()),
    ("last_batch_missing", with_block(advanced(), 4, last_committed_batch=None), {}, ()),
    ("outcome_missing", with_mb(advanced(), 2, outcome=None), {}, ()),
    ("value_overflow", with_mb(advanced(), 2, outcome=(HALF, HALF)), {}, (Flag.OVERFLOW, Flag.ANOMALY)),
    (
        "advance_below_the_first_block",
        with_mb(
            with_block(with_block(advanced(), 0, parent_hash=Bytes32.zero()), 5, height=U32(1)),
            3,
            last_advanced_eb=eb(5),
        ),
        {},
        (),
    ),
]


@pytest.mark.parametrize(("name", "known", "limits", "flags"), BUILT)
def test_build(name: str, known: World, limits: dict[str, int], flags: tuple[Flag, ...], vectors: Recorder) -> None:
    """The batch a coordinator proposes, or why it cannot (BAT-30, BAT-50, BAT-54 to BAT-66)."""
    form: Any = to_json(LIMITS)
    camel = {"batch_size_limit": "batchSizeLimit", "uncommitted_chain_len_threshold": "uncommittedChainLenThreshold"}
    form |= {camel[limit]: hex(value) for limit, value in limits.items()}
    vectors.transition("node", node(known), "buildBatch", {"block": eb(4), "limits": form}, name=name, flags=flags)


def honest(known: World) -> ValidationRequest:
    view = to_view(known)
    batch = build_batch(view, eb(4), LIMITS, find_election(view, eb(4)))
    assert batch is not None
    return make_validation_request(batch)


OTHER = CodeId(b"\xdd" * 32)
BRANCH = replace(sequencer(1), hash=mb(9))
FORK = replace(record(4), hash=eb(40))
"""Another block of the same height."""
BESIDE_THE_FORK = with_mb(
    replace(advanced(), ethereum_blocks=(*(record(number) for number in (0, 1, 2, 4, 5)), FORK)),
    3,
    last_advanced_eb=eb(40),
)
OVERFLOWING = with_mb(advanced(), 2, outcome=(HALF, HALF))
JUDGED: list[tuple[str, World, dict[str, Any], tuple[Flag, ...]]] = [
    ("whole", advanced(), {}, ()),
    ("with_validators", at_election(), {}, ()),
    ("duplicates_before_validators", advanced(), {"codes": (CODE, CODE), "validators": True}, (Flag.ORDER,)),
    ("validators_before_rewards", advanced(), {"validators": True, "rewards": True}, (Flag.ORDER,)),
    ("rewards_before_codes", advanced(), {"rewards": True, "codes": (OTHER,)}, (Flag.ORDER,)),
    ("code_does_not_wait", advanced(), {"codes": (CODE, OTHER)}, ()),
    ("code_is_not_processed", replace(advanced(), code_validity=()), {}, ()),
    ("advance_not_canonical", with_mb(advanced(), 3, last_advanced_eb=eb(5)), {}, ()),
    ("advance_on_a_fork_of_the_same_height", BESIDE_THE_FORK, {}, (Flag.BOUNDARY,)),
    ("advance_before_finalized", with_mb(advanced(), 3, last_advanced_eb=eb(5)), {"head": mb(4)}, (Flag.ORDER,)),
    ("head_not_finalized", advanced(), {"head": mb(4)}, ()),
    ("head_not_computed", with_mb(advanced(), 3, computed=False), {}, ()),
    ("head_committed", with_block(advanced(), 4, last_committed_mb=mb(3)), {}, (Flag.BOUNDARY,)),
    ("older_head", advanced(), {"head": mb(2)}, ()),
    ("empty", advanced(), {"head": None, "codes": ()}, (Flag.EMPTY,)),
    ("another_digest", advanced(), {"digest": Bytes32(b"\x01" * 32)}, ()),
    ("without_the_code", advanced(), {"codes": ()}, ()),
    ("codes_queue_missing", with_block(advanced(), 4, codes_queue=None), {}, ()),
    ("last_batch_missing", with_block(advanced(), 4, last_committed_batch=None), {}, ()),
    ("row_missing", with_mb(advanced(), 1, parent=None, height=None), {}, ()),
    ("block_not_computed", with_mb(advanced(), 2, computed=False), {}, ()),
    ("outcome_missing", with_mb(advanced(), 2, outcome=None), {}, ()),
    (
        "last_committed_is_not_an_ancestor",
        with_block(
            replace(advanced(), sequencer_blocks=(*advanced().sequencer_blocks, BRANCH)), 4, last_committed_mb=mb(9)
        ),
        {},
        (),
    ),
    ("last_committed_is_unknown", with_block(advanced(), 4, last_committed_mb=mb(9)), {}, ()),
    ("value_overflow", OVERFLOWING, {}, (Flag.OVERFLOW, Flag.ANOMALY)),
    ("committed_era_missing", at_election(latest_era_validators_committed=None), {"validators": True}, ()),
]


@pytest.mark.parametrize(("name", "known", "changes", "flags"), JUDGED)
def test_judge(name: str, known: World, changes: dict[str, Any], flags: tuple[Flag, ...], vectors: Recorder) -> None:
    """Whether a participant signs, or why not (BAT-70 to BAT-84)."""
    request = replace(honest(at_election() if "with_validators" in name else advanced()), **changes)
    form = {"block": eb(4), "limits": to_json(LIMITS), "request": to_json(request)}
    vectors.transition("node", node(known), "validateBatch", form, name=name, flags=flags)


@pytest.mark.parametrize(("name", "limit"), [("exactly", 0), ("one_byte_less", -1)])
def test_size(name: str, limit: int, vectors: Recorder) -> None:
    """The whole batch counts, not what was charged (BAT-83)."""
    whole = 160 + 224 + 3 * 352 + 128 + 64 + 64
    limits = replace(LIMITS, batch_size_limit=U64(whole + limit))
    form = {"block": eb(4), "limits": to_json(limits), "request": to_json(honest(advanced()))}
    vectors.transition("node", node(advanced()), "validateBatch", form, name=name, flags=[Flag.BOUNDARY])


def test_unknown_block(vectors: Recorder) -> None:
    """A block without a header has no batch (BAT-53)."""
    form = {"block": eb(77), "limits": to_json(LIMITS)}
    vectors.transition("node", node(advanced()), "buildBatch", form)
