"""Small mistakes that programmers make, put into a function of the specification.

A mistake is addressed by the function, its kind and its number among those of that kind in the function. Nothing here
imports a room of the specification: the mistakes are made in the source before it is imported.

Rules: VEC-39.
"""

from __future__ import annotations

import ast
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass

Change = Callable[[], None]

_COMPARISONS: dict[type[ast.cmpop], tuple[str, type[ast.cmpop]]] = {
    ast.Lt: ("off by one", ast.LtE),
    ast.LtE: ("off by one", ast.Lt),
    ast.Gt: ("off by one", ast.GtE),
    ast.GtE: ("off by one", ast.Gt),
    ast.Eq: ("wrong condition", ast.NotEq),
    ast.NotEq: ("wrong condition", ast.Eq),
}
_NAMES = {
    "to_big_endian": ("wrong endianness", "to_little_endian"),
    "to_little_endian": ("wrong endianness", "to_big_endian"),
    "saturating_sub": ("wrong arithmetic", "saturating_add"),
    "saturating_add": ("wrong arithmetic", "wrapping_add"),
    "wrapping_add": ("wrong arithmetic", "wrapping_sub"),
    "keccak256": ("wrong hash", "blake2b256"),
    "blake2b256": ("wrong hash", "keccak256"),
    "U128": ("wrong width", "U64"),
    "U64": ("wrong width", "U32"),
    "U48": ("wrong width", "U64"),
    "U256": ("wrong width", "U128"),
    "min": ("wrong condition", "max"),
    "max": ("wrong condition", "min"),
}
_STRINGS = {"big": "little", "little": "big"}


@dataclass(frozen=True, slots=True)
class Fault:
    """One seeded mistake.

    Args:
        module: below the package, `crypto.ids`.
        function: qualified name in the module.
        kind: what sort of mistake.
        number: which of that kind in the function, from 0.
        seen_in: a file of vectors (or a case) that shows it, to be looked at first; nothing else depends on it.
    """

    module: str
    function: str
    kind: str
    number: int = 0
    seen_in: str = ""

    def __str__(self) -> str:
        return f"{self.kind} in {self.module}.{self.function} ({self.number})"


class NoSuchFault(Exception):
    """The source has no such place (any more)."""


def mutate(tree: ast.Module, fault: Fault) -> ast.Module:
    """The module with the mistake in it (VEC-39).

    Raises:
        NoSuchFault: the function or the place is not there.
    """
    function = _function(tree, fault.function)
    changes = [change for kind, change in sites(function) if kind == fault.kind]
    if fault.number >= len(changes):
        raise NoSuchFault(str(fault))
    changes[fault.number]()
    return ast.fix_missing_locations(tree)


def sites(function: ast.AST) -> Iterator[tuple[str, Change]]:
    """All places of a function where a mistake could be, in the order of the source; annotations do nothing."""
    for node in _walk_what_runs(function):
        yield from _in_statements(node)
        match node:
            case ast.Compare(ops=[operator]) if type(operator) in _COMPARISONS:
                kind, other = _COMPARISONS[type(operator)]
                yield kind, _set(node, "ops", [other()])
            case ast.BoolOp():
                yield "wrong condition", _set(node, "op", ast.Or() if isinstance(node.op, ast.And) else ast.And())
            case ast.BinOp(op=ast.Add()):
                yield "swapped order", _swap_operands(node)
            case ast.BinOp(op=ast.Sub()):
                yield "wrong arithmetic", _set(node, "op", ast.Add())
            case ast.Constant(value=bool()):
                yield "wrong condition", _set(node, "value", not node.value)
            case ast.Constant(value=int(number)):
                yield "wrong constant", _set(node, "value", number + 1)
            case ast.Constant(value=str()) if node.value in _STRINGS:
                yield "wrong endianness", _set(node, "value", _STRINGS[node.value])
            case ast.Attribute() if node.attr in _NAMES:
                kind, name = _NAMES[node.attr]
                yield kind, _set(node, "attr", name)
            case ast.Name(ctx=ast.Load()) if node.id in _NAMES:
                kind, name = _NAMES[node.id]
                yield kind, _set(node, "id", name)


def _walk_what_runs(function: ast.AST) -> Iterator[ast.AST]:
    """As `ast.walk`, without the annotations of parameters and results."""
    todo = deque([function])
    while todo:
        node = todo.popleft()
        skipped = (getattr(node, "annotation", None), getattr(node, "returns", None))
        todo.extend(child for child in ast.iter_child_nodes(node) if child not in skipped)
        yield node


def _in_statements(node: ast.AST) -> Iterator[tuple[str, Change]]:
    """Checks that are left out, and neighbours that change places."""
    body = getattr(node, "body", None)
    if not isinstance(body, list):
        return
    for index, statement in enumerate(body):
        if _is_check(statement):
            yield "missing check", _set_item(body, index, ast.Pass())
            if index + 1 < len(body) and _is_check(body[index + 1]):
                yield "swapped checks", _swap_items(body, index)


def _is_check(statement: ast.AST) -> bool:
    match statement:
        case ast.If(body=[ast.Raise()], orelse=[]):
            return True
        case ast.Expr(value=ast.Call(func=ast.Name(id=name))) | ast.Expr(value=ast.Call(func=ast.Attribute(attr=name))):
            return name.lstrip("_").startswith("check")
    return False


def _function(tree: ast.Module, qualified: str) -> ast.AST:
    node: ast.AST = tree
    for name in qualified.split("."):
        found = [item for item in ast.iter_child_nodes(node) if getattr(item, "name", None) == name]
        if not found:
            raise NoSuchFault(qualified)
        node = found[-1]
    return node


def _set(node: ast.AST, name: str, value: object) -> Change:
    return lambda: setattr(node, name, value)


def _swap_operands(node: ast.BinOp) -> Change:
    def change() -> None:
        node.left, node.right = node.right, node.left

    return change


def _set_item(body: list[ast.stmt], index: int, statement: ast.stmt) -> Change:
    def change() -> None:
        body[index] = statement

    return change


def _swap_items(body: list[ast.stmt], index: int) -> Change:
    def change() -> None:
        body[index], body[index + 1] = body[index + 1], body[index]

    return change
