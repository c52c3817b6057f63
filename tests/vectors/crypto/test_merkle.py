"""Merkle trees of rewards."""

import pytest

from gearexe_spec.conformance.vectors.forms import Flag
from gearexe_spec.conformance.vectors.recorder import Recorder
from gearexe_spec.crypto.merkle import build_tree, compute_proof


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
