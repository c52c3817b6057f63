"""Everything that is stored, hashed or signed: values of every type, and what becomes of damaged bytes."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from gearexe_spec.conformance.vectors.forms import Flag
from gearexe_spec.conformance.vectors.recorder import Recorder
from gearexe_spec.conformance.wire import Apply
from gearexe_spec.fuzzing.codec_cases import NAMES, make_hostile_case, make_signatures_case, make_values_case

SEEDS = range(1, 9)
RULES = {
    "BatchCommitment": ("BAT-1", "BAT-3"),
    "BatchCommitmentValidationRequest": ("BAT-40",),
    "BlockEvent": ("BLK-45",),
    "BlockHeader": ("BLK-18",),
    "CommittedMessageIds": ("JOU-84",),
    "CompactMb": ("BLK-88",),
    "ContextStore": ("EXE-13",),
    "Dispatch": ("PST-9", "PST-10"),
    "DispatchStash": ("PST-14", "PST-16"),
    "InjectedTransaction": ("BLK-20",),
    "Mailbox": ("PST-18",),
    "MailboxMessage": ("PST-17",),
    "MbMeta": ("BLK-17",),
    "MemoryPages": ("PST-22", "PST-24"),
    "Message": ("PST-50",),
    "Program": ("PST-31",),
    "ProgramState": ("PST-33",),
    "Promise": ("JOU-100",),
    "ReplyCode": ("EXE-3", "EXE-4"),
    "Schedule": ("PST-41", "PST-42"),
    "ScheduledTask": ("PST-40",),
    "SignalCode": ("EXE-6",),
    "SignedInjectedTransaction": ("BLK-26",),
    "StateHashWithQueueSize": ("JOU-20",),
    "StateTransition": ("PST-52",),
    "UserMailbox": ("PST-18",),
    "ValueClaim": ("PST-51",),
    "Waitlist": ("PST-15",),
}
"""What the encoding of a type pins; all of them PST-56."""


def smallest(make: Callable[[int, int], Apply], index: int) -> Apply:
    """Of the cases that the seeds give for a type, the shortest that is not trivial."""
    cases = [make(seed, index) for seed in SEEDS]
    return sorted(cases, key=lambda case: len(json.dumps(case.input)))[len(cases) // 3]


@pytest.mark.parametrize("index", range(len(NAMES)), ids=NAMES)
def test_value(vectors: Recorder, index: int) -> None:
    """A value of each type, decoded and encoded again, with its hashes (PST-12, PST-56)."""
    case = smallest(make_values_case, index)
    vectors.hash(case.operation, case.input, rules=("PST-12", "PST-56", *RULES.get(NAMES[index], ())))


@pytest.mark.parametrize("index", range(len(NAMES)), ids=NAMES)
def test_damaged(vectors: Recorder, index: int) -> None:
    """Damaged bytes for each type's decoder (SCA-1, SCA-3, SCA-6)."""
    for turn in range(2):
        case = smallest(make_hostile_case, index + turn * len(NAMES))
        vectors.hash(case.operation, case.input, flags=[Flag.HOSTILE])


@pytest.mark.parametrize("index", range(8))
def test_signature(vectors: Recorder, index: int) -> None:
    """Keys, signatures, recoveries and ids (CRY-20)."""
    case = smallest(make_signatures_case, index)
    vectors.hash(case.operation, case.input)
