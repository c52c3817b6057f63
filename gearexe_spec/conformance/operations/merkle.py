"""Operations on Merkle trees.

Rules: CRY-70 to CRY-86.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from gearexe_spec.base.fixed_bytes import Address, Bytes32
from gearexe_spec.base.numeric import U64
from gearexe_spec.codec.abi import AbiType
from gearexe_spec.codec.abi_types import parse_type
from gearexe_spec.conformance.json_form import Json, JsonFormError, from_json, to_json
from gearexe_spec.conformance.operations.registry import Input, operation
from gearexe_spec.crypto import merkle
from gearexe_spec.crypto.merkle import MerkleTree, Multiproof
from gearexe_spec.crypto.merkle_dump import StandardTree, decode_dump, encode_dump


@operation("merkle/tree")
def build_tree(form: Input) -> Json:
    """The tree over rows of values, and proofs of some of them."""
    leaves = _leaves(form)
    tree = merkle.build_tree(leaves, from_json(bool, form["sortLeaves"], "/sortLeaves"))
    wanted = from_json(tuple[U64, ...], form["proofsOf"], "/proofsOf")
    return {
        "root": to_json(tree.root),
        "tree": [to_json(node) for node in tree.nodes],
        "leafHashes": [to_json(leaf) for leaf in leaves],
        "treeIndices": [hex(place) for place in tree.places],
        "proofs": [to_json(merkle.compute_proof(tree, tree.places[int(index)])) for index in wanted],
    }


@operation("merkle/verify")
def verify_proof(form: Input) -> Json:
    """Whether a proof leads from a leaf to a root."""
    proof = from_json(tuple[Bytes32, ...], form["proof"], "/proof")
    root = from_json(Bytes32, form["root"], "/root")
    return {"valid": merkle.is_proof_valid(root, from_json(Bytes32, form["leaf"], "/leaf"), proof)}


@operation("merkle/multiproof")
def prove_several(form: Input) -> Json:
    """One proof for several leaves, given by their places in the tree."""
    tree = MerkleTree(from_json(tuple[bytes, ...], form["tree"], "/tree"), ())
    places = from_json(tuple[U64, ...], form["treeIndices"], "/treeIndices")
    return to_json(merkle.compute_multiproof(tree, [int(place) for place in places]))


@operation("merkle/verifyMultiproof")
def verify_multiproof(form: Input) -> Json:
    """Whether a proof of several leaves leads to a root."""
    multiproof = from_json(Multiproof, form["multiproof"], "/multiproof")
    root = from_json(Bytes32, form["root"], "/root")
    return {"valid": merkle.compute_root_from_multiproof(multiproof) == root}


@operation("merkle/dump")
def dump_tree(form: Input) -> Json:
    """The tree over rows of values as the text that others read (CRY-84)."""
    encoding, rows = _encoding(form), _rows(form)
    tree = merkle.build_tree(merkle.hash_leaves(encoding, rows), from_json(bool, form["sortLeaves"], "/sortLeaves"))
    return {"dump": encode_dump(StandardTree(encoding, tuple(map(tuple, rows)), tree))}


@operation("merkle/load")
def load_dump(form: Input) -> Json:
    """What a stored tree says, once all of it is checked (CRY-85)."""
    stored = decode_dump(from_json(str, form["dump"], "/dump"))
    leaves = [to_json(stored.tree.nodes[place]) for place in stored.tree.places]
    places: list[Json] = [hex(place) for place in stored.tree.places]
    return {"root": to_json(stored.tree.root), "leafHashes": leaves, "treeIndices": places}


@operation("merkle/find")
def find_value(form: Input) -> Json:
    """The place of a value in a stored tree, and its proof (CRY-83)."""
    stored = decode_dump(from_json(str, form["dump"], "/dump"))
    place = stored.find(tuple(_row(stored.encoding, from_json(tuple[str, ...], form["value"], "/value"))))
    return {"treeIndex": hex(place), "proof": to_json(merkle.compute_proof(stored.tree, place))}


def _leaves(form: Input) -> list[bytes]:
    return merkle.hash_leaves(_encoding(form), _rows(form))


def _encoding(form: Input) -> tuple[str, ...]:
    encoding: tuple[str, ...] = from_json(tuple[str, ...], form["leafEncoding"], "/leafEncoding")
    return encoding


def _rows(form: Input) -> list[list[Any]]:
    rows = from_json(tuple[tuple[str, ...], ...], form["values"], "/values")
    return [_row(_encoding(form), row) for row in rows]


def _row(encoding: Sequence[str], texts: Sequence[str]) -> list[Any]:
    kinds = [parse_type(name) for name in encoding]
    if len(texts) != len(kinds):
        raise JsonFormError("/values: as many values as types are expected")
    return [_read(kind, text) for kind, text in zip(kinds, texts, strict=True)]


def _read(kind: AbiType[Any], text: str) -> Any:
    """A value of a plain type from its text."""
    if kind.name == "string":
        return text
    if kind.name == "address":
        return Address.from_hex(text)
    if kind.name == "bool":
        return text == "0x1"
    if kind.name.startswith("bytes"):
        return bytes.fromhex(text.removeprefix("0x"))
    return int(text, 16)
