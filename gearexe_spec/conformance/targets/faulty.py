"""`python -m gearexe_spec.conformance.targets.faulty NUMBER`: the specification with one mistake in it, as a target.

The mistake is put into the source of one module when it is imported, in this process only.

Rules: WIR-17, VEC-39.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from types import CodeType, ModuleType

from gearexe_spec.conformance.targets.faults import FAULTS
from gearexe_spec.conformance.targets.mutation import Fault, mutate


class FaultyLoader(SourceFileLoader):
    """Loads one module with a mistake, always from its source."""

    def __init__(self, fullname: str, path: str, fault: Fault) -> None:
        super().__init__(fullname, path)
        self._fault = fault

    def get_code(self, fullname: str) -> CodeType:
        tree = mutate(ast.parse(self.get_data(self.path)), self._fault)
        code: CodeType = compile(tree, self.path, "exec", dont_inherit=True)
        return code


class FaultyFinder(MetaPathFinder):
    """Finds the one module; all others are found as ever."""

    def __init__(self, fault: Fault) -> None:
        self._fault = fault

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname != f"gearexe_spec.{self._fault.module}":
            return None
        spec = PathFinder.find_spec(fullname, path, target)
        if spec is not None and spec.origin is not None:
            spec.loader = FaultyLoader(fullname, spec.origin, self._fault)
        return spec


def serve(fault: Fault) -> None:
    """Answer lines with the mistake in place.

    Raises:
        NoSuchFault: the source has no such place.
    """
    name = f"gearexe_spec.{fault.module}"
    if name in sys.modules:
        raise RuntimeError(f"{name} was imported before the mistake could be made")
    sys.meta_path.insert(0, FaultyFinder(fault))
    from gearexe_spec.conformance.server import serve_stdio  # noqa: PLC0415  # imports the rooms, now with the mistake
    from gearexe_spec.conformance.session import SpecTarget  # noqa: PLC0415

    serve_stdio(SpecTarget)


if __name__ == "__main__":
    serve(FAULTS[int(sys.argv[1])])
