"""Targets by name: what stands behind `--target`.

Rules: WIR-17.
"""

from __future__ import annotations

import shlex
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from gearexe_spec.conformance.production import ProductionUnavailable, find_program
from gearexe_spec.conformance.session import SpecTarget
from gearexe_spec.conformance.targets.channel import Channel, ProcessChannel, connect_tcp, connect_unix
from gearexe_spec.conformance.targets.evm import EvmTarget
from gearexe_spec.conformance.targets.faults import FAULTS
from gearexe_spec.conformance.targets.release import ReleaseTarget
from gearexe_spec.conformance.targets.remote import RemoteTarget
from gearexe_spec.conformance.targets.target import Target, TargetUnavailable
from gearexe_spec.evm.artifacts import ArtifactError


@dataclass(frozen=True, slots=True)
class TargetChoice:
    """Which target, and how much it may take; can be sent to worker processes.

    Args:
        name: `self`, `evm` (our contracts), `evm:DIR` (artifacts of a folder), `production`, `faulty:N`, `unix:PATH`,
            `tcp:HOST:PORT`, or else a command.
        seconds: the longest an answer may take.
        memory: bytes of data a child process may have; 0 for no limit.
    """

    name: str = "self"
    seconds: float = 60.0
    memory: int = 4 << 30

    def __call__(self) -> Target:
        """Make the target.

        Raises:
            TargetUnavailable: there is none, or it does not start.
        """
        match self.name.partition(":"):
            case "self", "", "":
                return SpecTarget()
            case "evm", _, folder:
                return _evm_target(folder)
            case "production", "", "":
                return ReleaseTarget(self._open_channel(), self.seconds)
        return RemoteTarget(self._open_channel(), self.seconds)

    def _open_channel(self) -> Callable[[], Channel]:
        match self.name.partition(":"):
            case "unix", ":", path:
                return partial(connect_unix, Path(path), self.seconds)
            case "tcp", ":", address:
                host, _, port = address.rpartition(":")
                if not port.isdecimal():
                    raise TargetUnavailable(f"tcp:HOST:PORT expected, not {self.name}")
                return partial(connect_tcp, host.strip("[]"), int(port), self.seconds)
            case "production", "", "":
                return partial(ProcessChannel, shlex.quote(str(_production_program())), 0)
            case "faulty", ":", number:
                return partial(ProcessChannel, _faulty_command(number), self.memory)
        return partial(ProcessChannel, self.name, self.memory)


SELF = TargetChoice()
"""The specification in this process."""


def _production_program() -> Path:
    try:
        return find_program()
    except ProductionUnavailable as missing:
        raise TargetUnavailable(str(missing)) from None


def _evm_target(folder: str) -> Target:
    try:
        return EvmTarget(Path(folder) if folder else None)
    except ArtifactError as error:
        raise TargetUnavailable(str(error)) from None


def _faulty_command(number: str) -> str:
    if not number.isdecimal() or int(number) >= len(FAULTS):
        raise TargetUnavailable(f"there is no faulty target {number}: 0 to {len(FAULTS) - 1}")
    return shlex.join([sys.executable, "-m", "gearexe_spec.conformance.targets.faulty", number])
