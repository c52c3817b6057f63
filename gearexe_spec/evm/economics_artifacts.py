"""Where the compiled contracts of the economics lie: others' are found where they are installed, ours are embedded.

Symbiotic's come from the npm package `@symbioticfi/rewards` (`NAME.sol/NAME.json`), Middleware, token and proxy from
the published crate `ethexe-ethereum` (`NAME.json`), else ours stand in, as far as we have them: all but the Middleware.
A folder of either form that is given goes before both.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

from gearexe_spec.evm.artifacts import EMBEDDED, Artifact, ArtifactError, read_artifact

PACKAGE = Path("node_modules") / "@symbioticfi" / "rewards" / "out"
"""Symbiotic's artifacts below the folder in which npm installs."""
CRATE = "ethexe-ethereum-2.0.0"
OWN = frozenset({"OtherRewards", "TestToken"})
"""Test contracts of recorded worlds that are ours to write."""
SYMBIOTIC = (
    "DefaultOperatorRewards",
    "DefaultOperatorRewardsFactory",
    "DefaultStakerRewards",
    "DefaultStakerRewardsFactory",
    "DelegatorFactory",
    "FullRestakeDelegator",
    "MigratableEntityProxy",
    "NetworkMiddlewareService",
    "NetworkRegistry",
    "NetworkRestakeDelegator",
    "OperatorNetworkSpecificDelegator",
    "OperatorRegistry",
    "OperatorSpecificDelegator",
    "OptInService",
    "Slasher",
    "SlasherFactory",
    "Vault",
    "VaultConfigurator",
    "VaultFactory",
    "VetoSlasher",
)
GEAR = ("ERC1967Proxy", "Middleware", "Mirror", "POAMiddleware", "Router", "WrappedVara")
CONTRACTS = (*SYMBIOTIC, *GEAR, *sorted(OWN))


class EconomicsArtifacts:
    """The contracts of the economics by name; a file is read when it is first asked for.

    Args:
        folders: where to look, in order.
    """

    def __init__(self, folders: tuple[Path, ...]) -> None:
        self.folders = folders
        self._read: dict[str, Artifact] = {}

    def __getitem__(self, name: str) -> Artifact:
        """The artifact of a contract.

        Raises:
            ArtifactError: there is none; says what to install.
        """
        if name not in self._read:
            path = self.find(name)
            if path is None:
                where = "the crate ethexe-ethereum 2.0.0 (make production)" if name in GEAR else "npm (npm ci)"
                raise ArtifactError(f"{name} is not installed: it comes from {where}, or name a folder that has it")
            self._read[name] = read_artifact(path)
        return self._read[name]

    def __contains__(self, name: str) -> bool:
        return self.find(name) is not None

    def find(self, name: str) -> Path | None:
        """The first file of a contract."""
        folders = (EMBEDDED,) if name in OWN else (*self.folders, EMBEDDED)
        for folder in folders:
            for path in (folder / f"{name}.json", folder / f"{name}.sol" / f"{name}.json"):
                if path.is_file():
                    return path
        return None

    def origins(self, names: Iterable[str]) -> dict[str, tuple[str, ...]]:
        """Which of these contracts come from where, by the folder that the file of each lies in."""
        found: dict[str, list[str]] = {}
        for name in names:
            path = self.find(name)
            if path is not None:
                found.setdefault(_origin(path), []).append(name)
        return {origin: tuple(made) for origin, made in sorted(found.items())}

    def check(self) -> None:
        """Whether all contracts are there.

        Raises:
            ArtifactError: one is missing; names it and what to install.
        """
        for name in CONTRACTS:
            if name not in self:
                self[name]


def _origin(path: Path) -> str:
    """Who made the file, by the folder it lies in."""
    if path.parent == EMBEDDED:
        return "ours"
    if CRATE in path.parts:
        return f"crate {CRATE}"
    return "npm @symbioticfi/rewards" if "@symbioticfi" in path.parts else path.parent.name


def find_economics_artifacts(folder: Path | None = None) -> EconomicsArtifacts:
    """What is installed; a given folder first."""
    given = () if folder is None else (folder,)
    return EconomicsArtifacts((*given, *installed_folders()))


@cache
def installed_folders() -> tuple[Path, ...]:
    """The npm package in or above the current folder or this project's, and the published crate in cargo's registry."""
    return (*_npm_packages(), *_crates())


def _npm_packages() -> Iterator[Path]:
    for start in (Path.cwd(), Path(__file__).resolve()):
        for folder in (start, *start.parents):
            if (folder / PACKAGE).is_dir():
                yield folder / PACKAGE
                return


def _crates() -> Iterator[Path]:
    home = Path(os.environ.get("CARGO_HOME") or Path.home() / ".cargo")
    yield from sorted(home.glob(f"registry/src/*/{CRATE}/abi"))
