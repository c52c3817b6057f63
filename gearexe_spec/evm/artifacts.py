"""Compiled contracts: our own, which are embedded, or any that somebody else published.

A folder of artifacts has one file per contract (`Router.json`, `Mirror.json`, …) with `abi` and `bytecode`, the latter
as text or as an object with `object`, as the usual tools write it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from gearexe_spec.evm.contract_abi import ContractAbi, JsonAbi

EMBEDDED = Path(__file__).parent / "artifacts"


class ArtifactError(ValueError):
    """A file is missing or is no artifact; says which and why."""


@dataclass(frozen=True)
class Artifact:
    """A compiled contract.

    Args:
        name: of the contract.
        json_abi: as in the file.
        bytecode: creation code, without constructor arguments.
    """

    name: str
    json_abi: JsonAbi
    bytecode: bytes

    @cached_property
    def abi(self) -> ContractAbi:
        """Its functions, events and errors by name."""
        return ContractAbi(self.json_abi)

    def initcode(self, *arguments: Any) -> bytes:
        """Creation code with the constructor's arguments."""
        return self.bytecode + self.abi.encode_constructor(*arguments)


class Artifacts:
    """A folder of artifacts; each file is read when it is first asked for."""

    def __init__(self, folder: Path = EMBEDDED) -> None:
        if not folder.is_dir():
            raise ArtifactError(f"{folder} is no folder of artifacts")
        self.folder = folder
        self._read: dict[str, Artifact] = {}

    def __getitem__(self, name: str) -> Artifact:
        """The artifact of a contract.

        Raises:
            ArtifactError: there is none, or the file is not one.
        """
        if name not in self._read:
            self._read[name] = read_artifact(self.folder / f"{name}.json")
        return self._read[name]

    def __contains__(self, name: str) -> bool:
        return (self.folder / f"{name}.json").is_file()


@cache
def embedded_artifacts() -> Artifacts:
    """Our own contracts."""
    return Artifacts()


def load_artifacts(folder: Path | None = None) -> Artifacts:
    """The artifacts of a folder, or our own.

    Raises:
        ArtifactError: there is no such folder.
    """
    return embedded_artifacts() if folder is None else Artifacts(folder)


def read_artifact(path: Path) -> Artifact:
    """Read one file.

    Raises:
        ArtifactError: no such file, no JSON, no `abi`, no hexadecimal `bytecode`, or libraries not yet linked in.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        bytecode = content["bytecode"]
        text = bytecode if isinstance(bytecode, str) else bytecode["object"]
        return Artifact(path.stem, content["abi"], bytes.fromhex(text.removeprefix("0x")))
    except OSError as error:
        raise ArtifactError(f"{path}: {error.strerror}") from error
    except (ValueError, KeyError, TypeError) as error:
        raise ArtifactError(f"{path} is no artifact with abi and linked bytecode: {error}") from error
