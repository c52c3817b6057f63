"""A run without an engine: system calls on a plain byte string."""

from gearexe_spec.base.ids import ActorId, MessageId
from gearexe_spec.base.numeric import U32, U64, U128
from gearexe_spec.execution.allocation import WASM_PAGE_SIZE, Heap, PageSet
from gearexe_spec.execution.context import MessageContext
from gearexe_spec.execution.counters import Counters
from gearexe_spec.execution.lazy_pages import LazyPages
from gearexe_spec.execution.message import DispatchKind, IncomingDispatch, MessageDetails
from gearexe_spec.execution.parameters import BlockInfo
from gearexe_spec.execution.run import Run
from gearexe_spec.execution.syscalls.procedure import call
from gearexe_spec.execution.syscalls.table import SYSCALLS
from gearexe_spec.wasm.page_hooks import WRITTEN

PROGRAM = ActorId(bytes(12) + b"\x22" * 20)
USER = ActorId(bytes(12) + b"\x11" * 20)
MESSAGE = MessageId(b"\x01" + b"\xa0" * 31)
GAS = 10**12


class PlainFlags:
    """Flags as a byte array."""

    def __init__(self) -> None:
        self.cells = bytearray(262_144)

    def get(self, page: int) -> int:
        return self.cells[page]

    def set(self, page: int, flag: int) -> None:
        self.cells[page] = flag

    def set_all(self) -> None:
        self.cells = bytearray(b"\3" * len(self.cells))

    def written(self, first: int, end: int) -> list[int]:
        return [page for page in range(first, end) if self.cells[page] == WRITTEN]


class PlainMemory:
    """Memory as a byte array."""

    def __init__(self, pages: int) -> None:
        self.data = bytearray(pages * WASM_PAGE_SIZE)

    def size(self) -> int:
        return len(self.data) // WASM_PAGE_SIZE

    def grow(self, pages: int) -> None:
        self.data += bytes(pages * WASM_PAGE_SIZE)

    def read(self, offset: int, length: int) -> bytes:
        assert offset + length <= len(self.data)
        return bytes(self.data[offset : offset + length])

    def write(self, offset: int, data: bytes) -> None:
        assert offset + len(data) <= len(self.data)
        self.data[offset : offset + len(data)] = data


def make_run(
    *,
    payload: bytes = b"",
    kind: DispatchKind = DispatchKind.Handle,
    value: int = 0,
    details: MessageDetails | None = None,
    source: ActorId = USER,
    gas: int = GAS,
    allowance: int = GAS,
    available: int = 0,
    pages: int = 1,
    stack_end: int = 4,
    stored: dict[int, bytes] | None = None,
) -> Run:
    """A run whose first WASM page is stack, unless `stack_end` (Gear pages) says otherwise: free to touch."""
    dispatch = IncomingDispatch(MESSAGE, kind, source, payload, U128(value), details)
    memory = PlainMemory(pages)
    lazy = LazyPages(
        flags=PlainFlags(),
        stack_end=stack_end,
        stored=stored or {},
        load=lambda page, data: memory.write(page * 16_384, data),
        memory_size=memory.size,
    )
    return Run(
        program_id=PROGRAM,
        dispatch=dispatch,
        block=BlockInfo(U32(1000), U64(1_700_000_000)),
        counters=Counters(gas, allowance, available),
        context=MessageContext(PROGRAM, dispatch),
        memory=memory,
        pages=lazy,
        heap=Heap(pages),
        allocated=PageSet(),
    )


def invoke(run: Run, name: str, *numbers: int) -> int | None:
    """Call a system call as the program would, its gas counter being up to date."""
    return call(run, SYSCALLS[name], run.counters.define_current(), numbers)


def code_at(run: Run, offset: int) -> int:
    """The error code that a fallible call left."""
    return int.from_bytes(run.memory.read(offset, 4), "little")
