"""What contracts of another revision are held to: what is expected of the pinned ones, but for what is declared.

The table is `gearexe_spec/evm/revisions.py`. Nothing is left out of the comparison: where the revision is declared to
behave otherwise, that other behaviour is expected.

Rules: REV-ROUTER, REV-PROXY.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from gearexe_spec.base.fixed_bytes import Address
from gearexe_spec.conformance.wire import Accepted, Answer, Apply, GetState, RejectedAnswer, Request
from gearexe_spec.evm.artifacts import Artifacts, embedded_artifacts
from gearexe_spec.evm.revisions import PINNED, revision_of, strip_result

UNINITIALIZED = "ERC1967ProxyUninitialized"
NO_CODE = "ERC1967InvalidImplementation"
NOT_PAYABLE = "ERC1967NonPayable"
Parts = dict[str, Any]


@dataclass(frozen=True)
class RevisedExpectation:
    """Turns what is expected of the pinned contracts into what is expected of these.

    Args:
        artifacts: these.
        has_code: whether there is code at an address now.
        is_router: whether an address is a Router, or a proxy before one.
    """

    artifacts: Artifacts
    has_code: Callable[[Address], bool]
    is_router: Callable[[Address], bool]

    def __call__(self, request: Request, expected: Answer | None) -> Answer | None:
        """The expectation as the revision has it."""
        if revision_of(self.artifacts) == PINNED or expected is None:
            return expected
        match request:
            case Apply(operation="onchain/create", input=form) if is_refused(expected, UNINITIALIZED):
                return self._bare_proxy(form)
            case Apply(operation="onchain/call", input=form):
                expected = self._call(form, expected)
        return self._without_absent_paths(request, expected)

    def _bare_proxy(self, form: Parts) -> Answer | None:
        """A proxy without an initialization call: its implementation must have code, and it takes no value."""
        implementation = Address.from_hex("0x" + str(form["constructorArguments"])[26:66])
        if not self.has_code(implementation):
            return self._error(NO_CODE, implementation.rjust(32, b"\0"))
        return self._error(NOT_PAYABLE) if int(str(form["value"]), 16) else None

    def _error(self, name: str, arguments: bytes = b"") -> Answer:
        """A declared error of the proxy."""
        errors = self.artifacts["ERC1967Proxy"].abi.errors
        (selector,) = (selector for selector, error in errors.items() if error.name == name)
        return RejectedAnswer(name, "", {"data": "0x" + (selector + arguments).hex()})

    def _call(self, form: Parts, expected: Answer) -> Answer:
        """A call of a function that the Router of this revision lacks, or whose result lacks a field."""
        revision, pinned = revision_of(self.artifacts), embedded_artifacts()["Router"].abi
        function = pinned.selectors.get(bytes.fromhex(str(form["calldata"])[2:10]))
        if function is None or not self.is_router(Address.from_hex(str(form["to"]))):
            return expected
        if function.name in revision.absent_functions:
            return RejectedAnswer("Empty", "", {"data": "0x"})
        if function.name in revision.shorter_results and isinstance(expected, Accepted):
            parts = parts_of(expected)
            shorter = strip_result(self.artifacts, function.name, bytes.fromhex(parts["returnData"][2:]))
            return Accepted({**parts, "returnData": "0x" + shorter.hex()})
        return expected

    def _without_absent_paths(self, request: Request, expected: Answer) -> Answer:
        """The state and its changes, as far as the revision has them."""
        if not isinstance(expected, Accepted) or not is_on_chain(request):
            return expected
        absent, parts = revision_of(self.artifacts).absent_paths, parts_of(expected)
        kept = {
            name: [pair for pair in parts[name] if pair[0] not in absent]
            for name in ("delta", "paths", "state")
            if isinstance(parts.get(name), list)
        }
        return Accepted({**parts, **kept}) if kept else expected


def is_on_chain(request: Request) -> bool:
    """Whether a request is about the area `onchain`."""
    match request:
        case Apply():
            return request.operation.startswith("onchain/")
        case GetState():
            return request.area == "onchain"
    return False


def is_refused(answer: Answer, reason: str) -> bool:
    """Whether an answer is a rejection for this reason."""
    return isinstance(answer, RejectedAnswer) and answer.reason == reason


def parts_of(answer: Accepted) -> Parts:
    """The outputs, by name."""
    return answer.outputs if isinstance(answer.outputs, dict) else {}
