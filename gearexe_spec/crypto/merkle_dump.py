"""A Merkle tree with its values, and the JSON that OpenZeppelin's library writes and reads: format "standard-v1".

Rules: CRY-83 to CRY-86.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from gearexe_spec.base.fixed_bytes import Address
from gearexe_spec.base.rejection import Rejected
from gearexe_spec.codec.abi_types import parse_type, split_members
from gearexe_spec.codec.json_reader import read_json
from gearexe_spec.crypto.merkle import MerkleRejection, MerkleTree, build_tree, hash_leaf_values, hash_leaves, load_tree

FORMAT = "standard-v1"
Json = None | bool | int | float | str | list["Json"] | dict[str, "Json"]
Row = tuple[Any, ...]
"""One value of the tree: as many parts as the encoding has types."""
_NUMBER = re.compile(r"-?[0-9]{1,78}|0[xX][0-9a-fA-F]{1,64}")
_HEX = re.compile(r"0[xX](?:[0-9a-fA-F]{2})*")


@dataclass(frozen=True, slots=True)
class StandardTree:
    """Values of the same Solidity types, in the order in which they were given, and the tree over them."""

    encoding: tuple[str, ...]
    values: tuple[Row, ...]
    tree: MerkleTree

    def find(self, value: Row) -> int:
        """The place of a value's leaf; of equal ones the last (CRY-83).

        Raises:
            Rejected: ValueNotInTree.

        Source: OpenZeppelin merkle-tree src/merkletree.ts `leafLookup`.
        """
        leaf = hash_leaf_values(self.encoding, value)
        for place in reversed(self.tree.places):
            if self.tree.nodes[place] == leaf:
                return place
        raise Rejected(MerkleRejection.ValueNotInTree)


def build_standard_tree(encoding: Sequence[str], values: Sequence[Row], sort_leaves: bool = True) -> StandardTree:
    """The tree over values (CRY-70 to CRY-73).

    Raises:
        Rejected: NoLeaves.
    """
    tree = build_tree(hash_leaves(encoding, values), sort_leaves)
    return StandardTree(tuple(encoding), tuple(map(tuple, values)), tree)


def encode_dump(tree: StandardTree) -> str:
    """The tree as JSON text; numbers are decimal strings, so that no reader rounds them (CRY-84).

    Source: OpenZeppelin merkle-tree src/standard.ts `dump`.
    """
    rows = [[_write(part) for part in value] for value in tree.values]
    dump = {
        "format": FORMAT,
        "leafEncoding": list(tree.encoding),
        "tree": [f"0x{node.hex()}" for node in tree.tree.nodes],
        "values": [{"value": row, "treeIndex": place} for row, place in zip(rows, tree.tree.places, strict=True)],
    }
    return json.dumps(dump, separators=(",", ":"))


def decode_dump(text: str | bytes) -> StandardTree:
    """A tree that somebody stored, after checking all of it (CRY-85).

    Raises:
        Rejected: InvalidDump for what is no such JSON, UnknownFormat; NoLeaves, InvalidNode, ValueNotInTree.

    Source: OpenZeppelin merkle-tree src/standard.ts `load`, src/merkletree.ts `validate`.
    """
    try:
        dump = _object(read_json(text))
        if dump.get("format") != FORMAT:
            raise Rejected(MerkleRejection.UnknownFormat)
        encoding = tuple(_text(name) for name in _list(dump.get("leafEncoding")))
        entries = [_object(entry) for entry in _list(dump.get("values"))]
        values = tuple(_read_row(encoding, _list(entry.get("value"))) for entry in entries)
        places = [_integer(entry.get("treeIndex")) for entry in entries]
        nodes = [_bytes(node) for node in _list(dump.get("tree"))]
        leaves = hash_leaves(encoding, values)
    except (ValueError, OverflowError) as malformed:
        raise Rejected(MerkleRejection.InvalidDump) from malformed
    return StandardTree(encoding, values, load_tree(nodes, places, leaves))


def read_value(kind: str, given: Json) -> Any:
    """A part of a value, as the library's users write it: numbers also as text, decimal or hex (CRY-86).

    Raises:
        ValueError: it is none of this Solidity type.
    """
    if kind.endswith("]"):
        item = kind[: kind.rindex("[")]
        return tuple(read_value(item, part) for part in _list(given))
    if kind.startswith("("):
        members = split_members(kind[1:-1])
        return tuple(read_value(member, part) for member, part in zip(members, _list(given), strict=True))
    if kind == "string":
        return _text(given)
    if kind == "bool":
        return _boolean(given)
    if kind == "address":
        return Address(_bytes(given))
    return _bytes(given) if kind.startswith("bytes") else _integer(given)


def _read_row(encoding: tuple[str, ...], parts: list[Json]) -> Row:
    for kind in encoding:
        parse_type(kind)
    return tuple(read_value(kind, part) for kind, part in zip(encoding, parts, strict=True))


def _write(part: Any) -> Json:
    if isinstance(part, bool | str):
        return part
    if isinstance(part, int):
        return str(int(part))
    if isinstance(part, bytes):
        return f"0x{part.hex()}"
    return [_write(item) for item in part]


def _integer(given: Json) -> int:
    if isinstance(given, int) and not isinstance(given, bool):
        return given
    text = _text(given)
    if not _NUMBER.fullmatch(text):
        raise ValueError("no number")
    return int(text, 16 if text[:2] in ("0x", "0X") else 10)


def _boolean(given: Json) -> bool:
    if isinstance(given, bool):
        return given
    return given == "true" if given in ("true", "false") else _fail("no boolean")


def _bytes(given: Json) -> bytes:
    text = _text(given)
    return bytes.fromhex(text[2:]) if _HEX.fullmatch(text) else _fail("no bytes")


def _text(given: Json) -> str:
    return given if isinstance(given, str) else _fail("no text")


def _list(given: Json) -> list[Json]:
    return given if isinstance(given, list) else _fail("no list")


def _object(given: Json) -> dict[str, Json]:
    return given if isinstance(given, dict) else _fail("no object")


def _fail(why: str) -> Any:
    raise ValueError(why)
