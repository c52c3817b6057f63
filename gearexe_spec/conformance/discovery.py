"""Finding everything that answers (`operations`) and everything that asks (`reference`).

A module joins by lying in one of the two packages; there is no list to forget it in.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pkgutil import walk_packages
from types import ModuleType

from gearexe_spec.conformance import operations, reference


@dataclass(frozen=True, slots=True)
class BrokenModule:
    """A module that does not import, and why."""

    name: str
    error: str


@cache
def import_rooms() -> tuple[BrokenModule, ...]:
    """Import all operations and adapters, once; what does not import is returned, never swallowed."""
    return _import_modules(operations) + _import_modules(reference)


def _import_modules(package: ModuleType) -> tuple[BrokenModule, ...]:
    broken: list[BrokenModule] = []
    found = walk_packages(package.__path__, package.__name__ + ".", onerror=lambda _: None)
    for name in sorted(module.name for module in found):
        try:
            import_module(name)
        except Exception as error:  # whatever a module raises, the others still count
            broken.append(BrokenModule(name, f"{type(error).__name__}: {error}"))
    return tuple(broken)
