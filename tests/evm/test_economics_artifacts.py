"""Symbiotic in the published crate and in the npm package is one build, but for the folders of its sources."""

import json
from pathlib import Path
from typing import Any

import pytest

from gearexe_spec.evm.economics_artifacts import CRATE, SYMBIOTIC, installed_folders

HASH = bytes.fromhex("a2646970667358221220")
"""What stands before the hash of a contract's metadata in its code."""
CRATES = [folder for folder in installed_folders() if folder.parent.name == CRATE]
PACKAGES = [folder for folder in installed_folders() if folder not in CRATES]
BOTH = [name for name in SYMBIOTIC if CRATES and (CRATES[0] / f"{name}.json").is_file()]
pytestmark = pytest.mark.skipif(not (CRATES and PACKAGES), reason="crate and npm package are needed")


def read(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def builds(name: str) -> tuple[Any, Any]:
    """A contract of the crate and of the package."""
    return read(CRATES[0] / f"{name}.json"), read(PACKAGES[0] / f"{name}.sol" / f"{name}.json")


def code(artifact: Any) -> bytes:
    return bytes.fromhex(artifact["bytecode"]["object"][2:])


def without_hashes(bytecode: bytes) -> tuple[bytes, int]:
    """The code with the hashes of metadata taken out, and how many there were."""
    first, *rest = bytecode.split(HASH)
    return HASH.join([first, *(part[32:] for part in rest)]), len(rest)


def sources(artifact: Any) -> set[tuple[str, str]]:
    """The sources by the end of their path, with the hash of each."""
    metadata = artifact["metadata"]
    return {(path.removeprefix("lib/core/"), source["keccak256"]) for path, source in metadata["sources"].items()}


@pytest.mark.parametrize("name", BOTH)
def test_both_builds_run_the_same_instructions(name: str) -> None:
    crate, package = builds(name)
    assert without_hashes(code(crate)) == without_hashes(code(package))


def test_the_factories_of_vaults_differ_in_the_folders_of_their_sources() -> None:
    crate, package = builds("VaultFactory")
    assert code(crate) != code(package)
    assert without_hashes(code(crate))[1] == 2  # its own, and that of the proxy that it makes
    assert sources(crate) == sources(package)
    proxy = code(read(PACKAGES[0] / "MigratableEntityProxy.sol" / "MigratableEntityProxy.json"))
    assert proxy in code(package)
    assert proxy not in code(crate)
