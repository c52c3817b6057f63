"""Which functions, events and errors of the contracts' ABIs occur in requests of the area `onchain` and their answers.

A contract is recognized by its deployment: a proxy counts as what stands behind it when it is made, a clone as Mirror,
a full one besides as MirrorProxy. Calls that foreign code makes count like those of people.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from gearexe_spec.conformance.wire import Accepted, Answer, Apply, Init, RejectedAnswer, Request
from gearexe_spec.evm.artifacts import embedded_artifacts
from gearexe_spec.evm.contract_abi import ContractAbi

CONTRACTS = (
    "Router",
    "Mirror",
    "MirrorProxy",
    "WrappedVara",
    "BatchMulticall",
    "POAMiddleware",
    "Gear",
    "ERC1967Proxy",
)
PROXY = "ERC1967Proxy"
Parts = dict[str, Any]


@dataclass(frozen=True, order=True)
class Item:
    """A function, event or error of a contract's ABI, by its name."""

    contract: str
    kind: str
    name: str

    def __str__(self) -> str:
        return f"{self.contract} {self.kind} {self.name}"


@cache
def abi_of(contract: str) -> ContractAbi:
    """The ABI of one of our contracts."""
    return embedded_artifacts()[contract].abi


@cache
def all_items() -> tuple[Item, ...]:
    """Every item of every ABI, in order."""
    found = []
    for contract in CONTRACTS:
        abi = abi_of(contract)
        found += [Item(contract, "function", name) for name in sorted(abi.functions)]
        found += [Item(contract, "event", event.name) for event in abi.events.values()]
        found += [Item(contract, "error", error.name) for error in abi.errors.values()]
    return tuple(found)


@dataclass
class Sightings:
    """What occurs in one chain after another.

    Attributes:
        seen: how often each item occurred; a function counts when it is called.
        succeeded: how often a function did not revert.
    """

    seen: Counter[Item] = field(default_factory=Counter)
    succeeded: Counter[Item] = field(default_factory=Counter)
    _contracts: dict[str, tuple[str, ...]] = field(default_factory=dict)
    _full_clones: set[str] = field(default_factory=set)

    def look(self, request: Request, answer: Answer) -> None:
        """Take notice of a request and its answer."""
        match request:
            case Init(state=dict() as form):
                self._begin(form)
            case Apply(operation="onchain/create", input=form):
                self._look_at_creation(form, answer)
            case Apply(operation="onchain/call", input=form):
                parts = parts_of(answer)
                succeeded = isinstance(answer, Accepted)
                data = "" if succeeded else str(parts.get("data", ""))
                self._look_at_call(str(form["to"]), str(form["calldata"]), succeeded, data)
                self._look_inside(parts)

    def _begin(self, form: Parts) -> None:
        self._contracts = {}
        self._full_clones = {clone["full"] for clone in form.get("cloneInitcodeHashes", [])}

    def _look_at_creation(self, form: Parts, answer: Answer) -> None:
        contract, parts = str(form["contract"]), parts_of(answer)
        kinds: tuple[str, ...] = (contract,)
        if contract == PROXY:
            arguments = str(form["constructorArguments"])[2:]
            kinds = (*self._contracts.get("0x" + arguments[24:64], ()), PROXY)
            self._count_function(kinds, bytes.fromhex(arguments[192:200]), isinstance(answer, Accepted))
        if isinstance(answer, Accepted):
            self._contracts[parts["returnData"]] = kinds
        else:
            self._count_error(kinds, str(parts.get("data", "")))
        self._look_inside(parts)

    def _look_inside(self, parts: Parts) -> None:
        """Clones, events, and the calls of foreign code."""
        for creation in parts.get("creations", []):
            full = creation["initcodeHash"] in self._full_clones
            self._contracts[creation["address"]] = ("Mirror", "MirrorProxy") if full else ("Mirror",)
        for log in parts.get("logs", []):
            self._count_event(log["address"], log["topics"])
        for call in parts.get("calls", []):
            self._look_at_call(
                call["to"], call["calldata"], call["success"], "" if call["success"] else call["returnData"]
            )

    def _look_at_call(self, to: str, calldata: str, succeeded: bool, data: str) -> None:
        kinds = self._contracts.get(to, ())
        self._count_function(kinds, bytes.fromhex(calldata[2:10]), succeeded)
        if kinds and data:
            self._count_error(kinds, data)

    def _count_function(self, kinds: Iterable[str], selector: bytes, succeeded: bool) -> None:
        for kind in kinds:
            function = abi_of(kind).selectors.get(selector)
            if function is not None:
                self.seen[Item(kind, "function", function.name)] += 1
                self.succeeded[Item(kind, "function", function.name)] += succeeded

    def _count_event(self, address: str, topics: list[str]) -> None:
        for kind in self._contracts.get(address, CONTRACTS):
            event = abi_of(kind).events.get(bytes.fromhex(topics[0][2:])) if topics else None
            if event is not None:
                self.seen[Item(kind, "event", event.name)] += 1

    def _count_error(self, kinds: Iterable[str], data: str) -> None:
        """An error counts for the contract that was called, or, if it has none such, for those that have."""
        selector = bytes.fromhex(data[2:10])
        declaring = [kind for kind in kinds if selector in abi_of(kind).errors]
        for kind in declaring or [kind for kind in CONTRACTS if selector in abi_of(kind).errors]:
            self.seen[Item(kind, "error", abi_of(kind).errors[selector].name)] += 1

    def missing(self) -> Iterator[Item]:
        """Items that never occurred, in order."""
        return (item for item in all_items() if not self.seen[item])


def parts_of(answer: Answer) -> Parts:
    """What an answer says beside accepted or rejected."""
    match answer:
        case Accepted(outputs=dict() as parts):
            return parts
        case RejectedAnswer(details=parts):
            return parts
    return {}
