"""Why a step of the state machine cannot be taken; each of them aborts the whole block.

Production returns an error for the first group and panics for the second; the third is what storage itself refuses.

Rules: PST-3, JOU-31, BLK-4 to BLK-9.
"""

from __future__ import annotations

from enum import auto

from gearexe_spec.base.rejection import Rejection


class ProgramRejection(Rejection):
    """Reasons that abort a block."""

    MissingCode = auto()
    MissingCodeIdForProgram = auto()
    MissingOriginalCodeForProgram = auto()
    InjectedToUninitializedProgram = auto()
    PayloadTooBig = auto()
    NoTasksAtHeight = auto()
    TaskNotFound = auto()

    BalanceUnderflow = auto()
    BalanceOverflow = auto()
    ExecutableBalanceOverflow = auto()
    ExecutableBalanceUnderflow = auto()
    ValueNotI128 = auto()
    ValueToReceiveOverflow = auto()
    UnknownProgram = auto()
    AlreadyInitialized = auto()
    InactiveProgram = auto()
    MailboxEntryMissing = auto()
    WaitlistEntryMissing = auto()
    StashEntryMissing = auto()
    StashEntryForUser = auto()
    StashEntryForProgram = auto()
    TaskMissing = auto()
    WrongQueueHead = auto()
    EmptyQueue = auto()
    Deprecated = auto()
    NotImplemented = auto()
    RuntimeNote = auto()
    ValueToUser = auto()
    WaitForbidden = auto()
    WaitWithoutDuration = auto()
    WaitZeroDuration = auto()
    DelayedWake = auto()

    ObjectMissing = auto()
