"""Merkle trees against the values of OpenZeppelin's own tool (CRY-70 to CRY-82)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gearexe_spec.base.fixed_bytes import Address, Bytes32
from gearexe_spec.base.rejection import Rejected
from gearexe_spec.crypto.merkle import (
    OPERATOR_REWARDS_ENCODING,
    MerkleRejection,
    Multiproof,
    build_tree,
    compute_multiproof,
    compute_proof,
    compute_root_from_multiproof,
    hash_leaf_values,
    hash_leaves,
    is_proof_valid,
    load_tree,
)


def rewards(*rows: tuple[int, int]) -> list[bytes]:
    return hash_leaves(
        OPERATOR_REWARDS_ENCODING, [(Address(number.to_bytes(20, "big")), amount) for number, amount in rows]
    )


def test_the_documented_tree_of_three() -> None:
    leaves = rewards((1, 10**17), (2, 3 * 10**17), (3, 6 * 10**17))
    tree = build_tree(leaves)
    assert leaves[0].hex() == "b77d490dc0f9580cc767909bba59fd55900dec274b637ed820a391c018c8858a"
    assert tree.root.hex() == "1421466e8f910cab140a44dd533adb90ebc2d87e0ab91e851737a77ecd394224"
    assert tree.places == (2, 3, 4)
    assert [node.hex()[:8] for node in compute_proof(tree, 4)] == ["92864efb", "b77d490d"]


@pytest.mark.parametrize(
    ("count", "root", "places"),
    [
        (5, "1884424cf90ef294dbd7192b615c0e960d7f4d18910807ea06c186e7edf8b35e", (7, 8, 5, 4, 6)),
        (3, "b7078708f9b3de0d5eafbf5ba4a1ab21e8434d87683007cb893625fea133e464", None),
        (2, "bffc1e5b6e6798a5f86083d281662e7c129d3608a6548a92526dd5160b487452", None),
        (1, "603da365e7f2e8bd36ede481630047168d861f4f3a350e3b59363f4cbf9d6f21", (0,)),
    ],
)
def test_documented_roots(count: int, root: str, places: tuple[int, ...] | None) -> None:
    tree = build_tree(rewards(*((i, i * 10**12) for i in range(1, count + 1))))
    assert tree.root.hex() == root
    assert places in (None, tree.places)


def test_unsorted_and_strings() -> None:
    numbers = build_tree(rewards(*((i, i * 10**12) for i in range(1, 6))), sort_leaves=False)
    assert numbers.root.hex() == "11158cfa8a1b0f09c9742b20a331e193bf7c9a4421c3f1115a2a5f1567531658"
    letters = [hash_leaf_values(("string",), (letter,)) for letter in "abcdef"]
    assert build_tree(letters).places == (8, 10, 7, 5, 9, 6)
    assert build_tree(letters).root.hex() == "6deb52b5da8fd108f79fab00341f38d2587896634c646ee52e49f845680a70c8"
    unsorted = build_tree(letters, sort_leaves=False)
    assert unsorted.root.hex() == "23be0977360f08bb0bd7f709a7d543d2cd779c79c66d74e0441919871647de2b"


def test_no_leaves_no_tree() -> None:
    with pytest.raises(Rejected) as caught:
        build_tree([])
    assert caught.value.reason is MerkleRejection.NoLeaves


leaf_lists = st.lists(st.binary(min_size=32, max_size=32).map(Bytes32), min_size=1, max_size=24)


@given(leaf_lists, st.booleans(), st.data())
def test_every_leaf_has_a_proof_and_any_set_of_leaves_a_multiproof(
    leaves: list[Bytes32], sort_leaves: bool, data: st.DataObject
) -> None:
    tree = build_tree(leaves, sort_leaves)
    for leaf, place in zip(leaves, tree.places, strict=True):
        assert tree.nodes[place] == leaf
        assert is_proof_valid(tree.root, leaf, compute_proof(tree, place))
    chosen = data.draw(st.sets(st.sampled_from(tree.places)))
    assert compute_root_from_multiproof(compute_multiproof(tree, chosen)) == tree.root
    assert load_tree(tree.nodes, tree.places, leaves) == tree


@given(leaf_lists, st.data())
def test_a_stored_tree_with_one_other_node_is_refused(leaves: list[Bytes32], data: st.DataObject) -> None:
    tree = build_tree(leaves)
    place = data.draw(st.integers(0, len(tree.nodes) - 1))
    nodes = list(tree.nodes)
    nodes[place] = bytes(byte ^ 1 for byte in nodes[place])
    with pytest.raises(Rejected) as caught:
        load_tree(nodes, tree.places, leaves)
    assert caught.value.reason in (MerkleRejection.InvalidNode, MerkleRejection.ValueNotInTree)


@given(leaf_lists, leaf_lists, st.lists(st.booleans(), max_size=30))
def test_any_multiproof_is_judged(leaves: list[Bytes32], proof: list[Bytes32], flags: list[bool]) -> None:
    multiproof = Multiproof(tuple(leaves), tuple(proof), tuple(flags))
    fits = len(leaves) + len(proof) == len(flags) + 1 and len(proof) >= flags.count(False)
    if fits and is_walkable(len(leaves), flags):
        assert len(compute_root_from_multiproof(multiproof)) == 32
    else:
        with pytest.raises(Rejected, match="InvalidMultiproof"):
            compute_root_from_multiproof(multiproof)


def is_walkable(known: int, flags: list[bool]) -> bool:
    """Each step takes one or two known nodes and gives one."""
    for flag in flags:
        if known < 1 + flag:
            return False
        known -= flag
    return True


def test_places_of_proofs_are_checked() -> None:
    tree = build_tree(rewards((1, 1), (2, 2)))
    for place, reason in ((0, MerkleRejection.NotALeaf), (3, MerkleRejection.IndexOutOfRange)):
        with pytest.raises(Rejected) as caught:
            compute_proof(tree, place)
        assert caught.value.reason is reason
    with pytest.raises(Rejected) as caught:
        compute_multiproof(tree, [1, 1])
    assert caught.value.reason is MerkleRejection.DuplicatedIndex
