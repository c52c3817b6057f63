"""Production, live: where its program and its compiled contracts lie, how they are made, what is there.

The program is `targets/production`, built by cargo; the contracts lie in a published crate that cargo has fetched.

Rules: WIR-17, REV-1.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import TypeVar

T = TypeVar("T")

CRATE = Path(__file__).resolve().parents[2] / "targets" / "production"
RELEASE = "2.0.0"
PROGRAM = "gearexe-production"
CONTRACTS_CRATE = "ethexe-ethereum"
CONTRACTS_FOLDER = "abi"
NEEDED_RUST = (1, 95)


class ProductionUnavailable(Exception):
    """Production cannot be asked here; the message says what is missing."""


@dataclass(frozen=True, slots=True)
class ProductionStatus:
    """What is there of production on this machine.

    Args:
        cargo: cargo's own word for its version; None if there is none.
        program: the built program; None if it is not built.
        contracts: the folder of compiled contracts; None if the crates are not fetched.
    """

    cargo: str | None
    program: Path | None
    contracts: Path | None


def target_folder() -> Path:
    """Where cargo builds: the crate's own `target`, unless `CARGO_TARGET_DIR` says otherwise."""
    configured = os.environ.get("CARGO_TARGET_DIR")
    return Path(configured).resolve() if configured else CRATE / "target"


def find_program() -> Path:
    """The built program.

    Raises:
        ProductionUnavailable: it is not built.
    """
    for folder in (target_folder(), CRATE / "target"):
        program = folder / "release" / PROGRAM
        if program.is_file():
            return program
    raise ProductionUnavailable("production is not built: make production")


def find_contracts() -> Path:
    """The folder with the published contracts (`Router.json`, `Mirror.json`, …; each has `abi` and `bytecode`).

    Raises:
        ProductionUnavailable: there is no cargo, or the crates are not fetched.
    """
    command = ["metadata", "--format-version", "1", "--locked", "--offline"]
    packages = json.loads(_cargo(command).stdout)["packages"]
    for package in packages:
        if package["name"] == CONTRACTS_CRATE and package["version"] == RELEASE:
            folder = Path(package["manifest_path"]).parent / CONTRACTS_FOLDER
            if folder.is_dir():
                return folder
    raise ProductionUnavailable(f"{CONTRACTS_CRATE} {RELEASE} is not fetched: make production")


def status() -> ProductionStatus:
    """What is there; looks and changes nothing."""
    return ProductionStatus(_try(_cargo_version), _try(find_program), _try(find_contracts))


def build(tell: Callable[[str], None]) -> ProductionStatus:
    """Fetch the crates and build the program; the second time it only looks.

    Args:
        tell: is told each step before and after it is taken.

    Raises:
        ProductionUnavailable: no cargo, one that is too old, or a step failed.
    """
    version = _cargo_version()
    tell(f"{version}; the crate is {CRATE.name}, which names release {RELEASE}")
    if _version_numbers(version) < NEEDED_RUST:
        raise ProductionUnavailable(f"Rust {NEEDED_RUST[0]}.{NEEDED_RUST[1]} or later is needed")
    steps = (
        ("fetching the published crates (about 300 MB the first time)", ["fetch", "--locked"]),
        ("building (about seven minutes on two cores the first time)", ["build", "--release", "--locked"]),
    )
    for what, command in steps:
        tell(f"{what} …")
        began = monotonic()
        _cargo(command, quiet=False)
        tell(f"  took {monotonic() - began:.0f} s")
    there = ProductionStatus(version, find_program(), find_contracts())
    tell(f"program:   {there.program}")
    tell(f"contracts: {there.contracts}")
    return there


def _cargo(arguments: list[str], quiet: bool = True) -> subprocess.CompletedProcess[str]:
    if shutil.which("cargo") is None:
        raise ProductionUnavailable("there is no cargo; a stable Rust toolchain brings it")
    command = ["cargo", *arguments, "--manifest-path", str(CRATE / "Cargo.toml")]
    done = subprocess.run(command, check=False, text=True, capture_output=quiet)
    if done.returncode != 0:
        last = (done.stderr or "").strip().splitlines()[-1:] or ["see above"]
        raise ProductionUnavailable(f"cargo {arguments[0]} failed: {last[0]}")
    return done


def _cargo_version() -> str:
    if shutil.which("cargo") is None:
        raise ProductionUnavailable("there is no cargo; a stable Rust toolchain brings it")
    done = subprocess.run(["cargo", "--version"], check=False, text=True, capture_output=True)
    if done.returncode != 0:
        raise ProductionUnavailable("cargo does not run")
    return done.stdout.strip()


def _version_numbers(version: str) -> tuple[int, int]:
    """`cargo 1.95.0 (…)` is (1, 95); what cannot be read is taken as new enough."""
    try:
        major, minor = version.split()[1].split(".")[:2]
        return int(major), int(minor)
    except (IndexError, ValueError):
        return NEEDED_RUST


def _try(find: Callable[[], T]) -> T | None:
    try:
        return find()
    except ProductionUnavailable:
        return None
