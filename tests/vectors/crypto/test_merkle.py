"""Merkle trees of rewards."""

import json
from dataclasses import replace
from typing import Any

import pytest

from gearexe_spec.conformance.vectors.forms import Flag
from gearexe_spec.conformance.vectors.recorder import Recorder
from gearexe_spec.crypto.merkle import build_tree, compute_multiproof, compute_proof, hash_leaf_values


def leaves(count: int) -> tuple[bytes, ...]:
    return tuple(bytes([255 - index]) * 32 for index in range(count))


@pytest.mark.parametrize("count", [1, 2, 3, 4, 5, 7, 8, 9])
def test_tree(vectors: Recorder, count: int) -> None:
    """The array of nodes for each shape; leaves are sorted first (CRY-72, CRY-73)."""
    vectors.hash("merkle/buildTree", {"leaves": leaves(count), "sortLeaves": True})


def test_unsorted_tree(vectors: Recorder) -> None:
    """Leaves in the order given (CRY-73)."""
    vectors.hash("merkle/buildTree", {"leaves": leaves(5), "sortLeaves": False})


def test_no_leaves(vectors: Recorder) -> None:
    """There is no tree without leaves (CRY-72)."""
    vectors.hash("merkle/buildTree", {"leaves": [], "sortLeaves": True}, flags=[Flag.EMPTY])


def test_node_is_commutative(vectors: Recorder) -> None:
    """The smaller child is hashed first, whichever comes first (CRY-71)."""
    one, other = bytes(range(32)), b"\xee" * 32
    forth = vectors.hash("merkle/hashNode", {"one": one, "other": other}, name="ascending")
    back = vectors.hash("merkle/hashNode", {"one": other, "other": one}, name="descending")
    assert forth == back


@pytest.mark.parametrize("count", [1, 2, 5, 8])
def test_proofs(vectors: Recorder, count: int) -> None:
    """Every leaf's proof gives the root; with another leaf it does not (CRY-76)."""
    tree = build_tree(leaves(count))
    for place in range(len(tree.nodes) // 2, len(tree.nodes)):
        proof, leaf = compute_proof(tree, place), tree.nodes[place]
        for name, claimed in (("true", leaf), ("false", bytes(32))):
            value = {"root": tree.nodes[0], "leaf": claimed, "proof": proof}
            vectors.hash("merkle/isProofValid", value, name=f"{count}-{place}-{name}")


VALUES = [["0x" + "11" * 20, "0x1"], ["0x" + "22" * 20, "0xffff"], ["0x" + "11" * 20, "0x1"]]


def test_dump(vectors: Recorder) -> None:
    """The text that OpenZeppelin's library reads: decimal strings, a row that is there twice (CRY-82, CRY-84)."""
    for name, sort_leaves in (("sorted", True), ("unsorted", False)):
        given = {"leafEncoding": ["address", "uint256"], "sortLeaves": sort_leaves, "values": VALUES}
        vectors.hash("merkle/dump", given, name=name)


def test_find(vectors: Recorder) -> None:
    """A value is found by its leaf: of two equal ones the last, of a stranger nothing (CRY-82, CRY-83)."""
    given = {"leafEncoding": ["address", "uint256"], "sortLeaves": True, "values": VALUES}
    made: Any = vectors.hash("merkle/dump", given, name="dump")
    for name, value in (("twice", VALUES[0]), ("once", VALUES[1]), ("stranger", ["0x" + "33" * 20, "0x1"])):
        vectors.hash("merkle/find", {"dump": made["dump"], "value": value}, name=name)


def stored(**changes: Any) -> str:
    values = [{"value": ["0x" + "33" * 20, amount], "treeIndex": 0} for amount in ("7", 7, "0x7")]
    leaf = hash_leaf_values(("address", "uint256"), (b"\x33" * 20, 7)).to_hex()
    whole = {"format": "standard-v1", "leafEncoding": ["address", "uint256"], "tree": [leaf], "values": values}
    return json.dumps({**whole, **changes})


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("as_written", {}),
        ("unknown_format", {"format": "simple-v1"}),
        ("no_types", {"leafEncoding": None}),
        ("unknown_type", {"leafEncoding": ["address", "uint257"]}),
        ("no_number", {"values": [{"value": ["0x" + "33" * 20, "seven"], "treeIndex": 0}]}),
        ("other_amount", {"values": [{"value": ["0x" + "33" * 20, "8"], "treeIndex": 0}]}),
        ("other_place", {"values": [{"value": ["0x" + "33" * 20, "7"], "treeIndex": 1}]}),
        ("even", {"tree": ["0x" + "00" * 32] * 2}),
        ("empty", {"tree": [], "values": []}),
        ("short_node", {"tree": ["0x00"]}),
    ],
)
def test_load(vectors: Recorder, name: str, changes: dict[str, Any]) -> None:
    """A stored tree is checked whole before it is used (CRY-85, CRY-86)."""
    vectors.hash("merkle/load", {"dump": stored(**changes)}, name=name)


def test_load_arrays(vectors: Recorder) -> None:
    """Values of array types (CRY-70, CRY-85)."""
    kinds, value = ("uint8[2]", "bytes[]"), [["1", "2"], ["0xaa", "0x"]]
    leaf = hash_leaf_values(kinds, ((1, 2), (b"\xaa", b""))).to_hex()
    dump = stored(leafEncoding=kinds, tree=[leaf], values=[{"value": value, "treeIndex": 0}])
    vectors.hash("merkle/load", {"dump": dump}, name="arrays")


def test_load_nested(vectors: Recorder) -> None:
    """What is deeper than 127 levels is not read, wherever it stands (CRY-85)."""
    for name, depth in (("deep_127", 126), ("deep_128", 127)):
        dump = stored().replace("{", '{"more": ' + "[" * depth + "]" * depth + ", ", 1)
        vectors.hash("merkle/load", {"dump": dump}, name=name, flags=[Flag.BOUNDARY, Flag.HOSTILE])


def test_load_what_is_no_json(vectors: Recorder) -> None:
    """Text that is no JSON, or nested without end (CRY-85)."""
    for name, text in (("text", "tree"), ("nested", "[" * 1000)):
        vectors.hash("merkle/load", {"dump": text}, name=name, flags=[Flag.HOSTILE])


def test_multiproofs(vectors: Recorder) -> None:
    """Several leaves share a proof; places that are none are refused (CRY-79)."""
    tree = build_tree(leaves(6))
    for name, places in (("none", []), ("two", [10, 9]), ("all", [5, 6, 7, 8, 9, 10]), ("twice", [7, 7]),
                         ("inner", [2]), ("outside", [11])):  # fmt: skip
        vectors.hash("merkle/multiproof", {"tree": tree.nodes, "treeIndices": places}, name=name)


def test_verify_multiproofs(vectors: Recorder) -> None:
    """Counts that do not fit each other are refused, other leaves lead elsewhere (CRY-80)."""
    tree = build_tree(leaves(6))
    whole = compute_multiproof(tree, [10, 8, 5])
    cases = {
        "true": whole,
        "false": replace(whole, leaves=(whole.leaves[1], whole.leaves[0], whole.leaves[2])),
        "flag_less": replace(whole, flags=whole.flags[:-1]),
        "proof_less": replace(whole, proof=whole.proof[:-1], leaves=(*whole.leaves, whole.leaves[0])),
        "all_known": replace(whole, flags=(True,) * len(whole.flags)),
    }
    for name, multiproof in cases.items():
        vectors.hash("merkle/verifyMultiproof", {"root": tree.root, "multiproof": multiproof}, name=name)
