"""The state of one execution: everything that system calls see and change.

This object lives from the first pre-charge to the last note of one dispatch and never leaves `execute_dispatch`; it is
the one thing of this room that is edited in place, since a running program does nothing else.

Rules: EXE-30 to EXE-33.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from gearexe_spec.base.ids import ActorId
from gearexe_spec.execution.allocation import Heap, PageSet
from gearexe_spec.execution.context import MessageContext
from gearexe_spec.execution.counters import Counters
from gearexe_spec.execution.lazy_pages import LazyPages
from gearexe_spec.execution.message import IncomingDispatch
from gearexe_spec.execution.parameters import BlockInfo


class Memory(Protocol):
    """The linear memory of the instance; sizes in WASM pages, offsets in bytes."""

    def size(self) -> int:
        """Present size."""
        ...

    def grow(self, pages: int) -> None:
        """Make it larger; the limit was checked before."""
        ...

    def read(self, offset: int, length: int) -> bytes:
        """Bytes that lie inside."""
        ...

    def write(self, offset: int, data: bytes) -> None:
        """Overwrite bytes that lie inside."""
        ...


@dataclass(slots=True)
class Run:
    """One execution of one dispatch.

    Args:
        program_id: the program that executes.
        dispatch: the message that it handles.
        block: what it sees of the chain.
        counters: gas, allowance and value.
        context: what it sends.
        memory: the instance's memory.
        pages: which of it was touched.
        heap: where it may allocate.
        allocated: what it has allocated.
        allocations_changed: whether a page was allocated or freed, even if that was undone later.
    """

    program_id: ActorId
    dispatch: IncomingDispatch
    block: BlockInfo
    counters: Counters
    context: MessageContext
    memory: Memory
    pages: LazyPages
    heap: Heap
    allocated: PageSet
    allocations_changed: bool = field(default=False)
