"""Where published artifacts are of another revision than the specification, and in what they may differ therefore.

The specification pins one revision; the release that is published as crates was cut earlier. What is not in this table
must not differ.

Rules: REV-ROUTER, REV-PROXY.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gearexe_spec.evm.artifacts import Artifacts, embedded_artifacts
from gearexe_spec.evm.contract_abi import decode, encode


@dataclass(frozen=True)
class Revision:
    """What a revision of the contracts does not have.

    Args:
        name: for reports.
        absent_functions: of the Router; a call of one ends in an empty revert, for the Router has no fallback.
        absent_paths: of the state.
        shorter_results: functions of the Router whose result lacks a last field.
        bare_proxies: whether ERC1967Proxy may be created without an initialization call (OpenZeppelin before 5.6).
    """

    name: str
    absent_functions: frozenset[str] = frozenset()
    absent_paths: frozenset[str] = frozenset()
    shorter_results: frozenset[str] = frozenset()
    bare_proxies: bool = False


PINNED = Revision("0.1.0")

RELEASE_2_0_0 = Revision(
    "release 2.0.0",
    absent_functions=frozenset({"protocolVersion", "subProtocolVersion", "bumpProtocolVersion"}),
    absent_paths=frozenset({"router/protocolVersion"}),
    shorter_results=frozenset({"storageView"}),
    bare_proxies=True,
)


def revision_of(artifacts: Artifacts) -> Revision:
    """The revision of a folder of artifacts: the release's Router knows no protocol version."""
    return PINNED if "protocolVersion" in artifacts["Router"].abi.functions else RELEASE_2_0_0


def strip_paths(revision: Revision, paths: Mapping[str, Any]) -> dict[str, Any]:
    """State paths that the revision has."""
    return {path: value for path, value in paths.items() if path not in revision.absent_paths}


def strip_result(artifacts: Artifacts, function: str, data: bytes) -> bytes:
    """A result of the pinned Router, without the fields that the artifacts' Router lacks."""
    pinned = embedded_artifacts()["Router"].abi.functions[function].outputs
    theirs = artifacts["Router"].abi.functions[function].outputs
    (values,) = decode(pinned, data).values()
    return encode(theirs, [{member.name: values[member.name] for member in theirs[0].members}])
