"""The Merkle tree of the reward contracts: OpenZeppelin's "standard-v1".

A complete binary tree in one array, root first. Nodes are hashed without regard to left and right, so a proof needs no
directions. Leaves are hashed twice, so no leaf can pass for an inner node.

Rules: CRY-70 to CRY-82.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import auto
from typing import Any

from gearexe_spec.base.fixed_bytes import Bytes32
from gearexe_spec.base.rejection import Phase, Rejected, Rejection
from gearexe_spec.codec.abi import encode_sequence
from gearexe_spec.codec.abi_types import parse_type
from gearexe_spec.crypto.hashes import raw_keccak256

OPERATOR_REWARDS_ENCODING = ("address", "uint256")
"""Operator and amount."""


class MerkleRejection(Rejection):
    """Why there is no tree, or no proof."""

    NoLeaves = auto()
    InvalidNode = auto()
    """A node is not the hash of its children, or the number of nodes is even."""
    ValueNotInTree = auto()
    """A value's leaf is not at its place."""
    IndexOutOfRange = auto()
    NotALeaf = auto()
    DuplicatedIndex = auto()
    InvalidMultiproof = auto()
    UnknownFormat = auto()
    InvalidDump = auto()
    """No JSON of a stored tree, or values that are none of its types."""

    @property
    def phase(self) -> Phase:
        """Judged before anything happens."""
        return Phase.VALIDATE


@dataclass(frozen=True, slots=True)
class MerkleTree:
    """The nodes, root first, and where each leaf stands, in the order in which the leaves were given."""

    nodes: tuple[bytes, ...]
    places: tuple[int, ...]

    @property
    def root(self) -> Bytes32:
        """The first node (CRY-73)."""
        return Bytes32(self.nodes[0])


@dataclass(frozen=True, slots=True)
class Multiproof:
    """Several leaves, the hashes that are missing, and where each is used (CRY-79)."""

    leaves: tuple[Bytes32, ...]
    proof: tuple[Bytes32, ...]
    flags: tuple[bool, ...]


def hash_leaf(encoded_values: bytes) -> Bytes32:
    """The hash of the hash of the ABI-encoded values (CRY-70)."""
    return Bytes32(raw_keccak256(raw_keccak256(encoded_values)))


def hash_leaf_values(encoding: Sequence[str], values: Sequence[Any]) -> Bytes32:
    """The leaf of values of the given Solidity types (CRY-70)."""
    return hash_leaf(encode_sequence([parse_type(name) for name in encoding], values))


def hash_leaves(encoding: Sequence[str], rows: Iterable[Sequence[Any]]) -> list[bytes]:
    """The leaves of many rows of values (CRY-70)."""
    kinds = [parse_type(name) for name in encoding]
    return [raw_keccak256(raw_keccak256(encode_sequence(kinds, row))) for row in rows]


def hash_node(one: bytes, other: bytes) -> Bytes32:
    """The hash of two nodes, the smaller one first (CRY-71)."""
    return Bytes32(raw_keccak256(one + other if one < other else other + one))


def build_tree(leaves: Sequence[bytes], sort_leaves: bool = True) -> MerkleTree:
    """The tree over leaf hashes (CRY-72, CRY-73).

    Args:
        leaves: 32 bytes each, at least one; duplicates are allowed.
        sort_leaves: the smallest leaf goes to the end of the array (the default of the standard); otherwise the first.

    Raises:
        Rejected: NoLeaves.

    Source: OpenZeppelin merkle-tree src/core.ts `makeMerkleTree`, src/merkletree.ts `prepare`.
    """
    count = len(leaves)
    if not count:
        raise Rejected(MerkleRejection.NoLeaves)
    order = sorted(range(count), key=leaves.__getitem__) if sort_leaves else range(count)

    last = 2 * count - 2
    nodes = [b""] * (last + 1)
    places = [0] * count
    for rank, index in enumerate(order):
        nodes[last - rank] = leaves[index]
        places[index] = last - rank
    for place in range(count - 2, -1, -1):
        one, other = nodes[2 * place + 1], nodes[2 * place + 2]
        nodes[place] = raw_keccak256(one + other if one < other else other + one)
    return MerkleTree(tuple(nodes), tuple(places))


def compute_proof(tree: MerkleTree, place: int) -> tuple[Bytes32, ...]:
    """The siblings from a leaf up to below the root (CRY-75).

    Raises:
        Rejected: IndexOutOfRange, NotALeaf.
    """
    check_leaf_place(tree, place)
    proof = []
    while place > 0:
        proof.append(Bytes32(tree.nodes[sibling_of(place)]))
        place = parent_of(place)
    return tuple(proof)


def compute_root_from_proof(leaf: Bytes32, proof: Iterable[Bytes32]) -> Bytes32:
    """The root that a proof leads to (CRY-76)."""
    node = leaf
    for sibling in proof:
        node = hash_node(node, sibling)
    return node


def is_proof_valid(root: Bytes32, leaf: Bytes32, proof: Iterable[Bytes32]) -> bool:
    """Whether the proof leads from the leaf to the root; any inner node passes as a leaf hash (CRY-76)."""
    return compute_root_from_proof(leaf, proof) == root


def compute_multiproof(tree: MerkleTree, places: Iterable[int]) -> Multiproof:
    """One proof for several leaves; for none of them the proof is the root (CRY-79).

    Args:
        tree: the tree.
        places: of leaves, in any order.

    Raises:
        Rejected: IndexOutOfRange, NotALeaf, DuplicatedIndex.

    Source: OpenZeppelin merkle-tree src/core.ts `getMultiProof`.
    """
    wanted = sorted(places, reverse=True)
    for place in wanted:
        check_leaf_place(tree, place)
    if len(set(wanted)) != len(wanted):
        raise Rejected(MerkleRejection.DuplicatedIndex)

    queue, head = list(wanted), 0
    proof, flags = [], []
    while head < len(queue) and queue[head] > 0:
        place, head = queue[head], head + 1
        is_known = head < len(queue) and queue[head] == sibling_of(place)
        flags.append(is_known)
        if is_known:
            head += 1
        else:
            proof.append(Bytes32(tree.nodes[sibling_of(place)]))
        queue.append(parent_of(place))
    if not wanted:
        proof.append(tree.root)
    return Multiproof(tuple(Bytes32(tree.nodes[place]) for place in wanted), tuple(proof), tuple(flags))


def compute_root_from_multiproof(multiproof: Multiproof) -> Bytes32:
    """The root that a proof of several leaves leads to (CRY-80).

    Raises:
        Rejected: InvalidMultiproof, when flags, proof and leaves do not fit each other.

    Source: OpenZeppelin merkle-tree src/core.ts `processMultiProof`.
    """
    stack = list(multiproof.leaves)
    proof = list(multiproof.proof)
    taken_of_stack = taken_of_proof = 0
    known = sum(multiproof.flags)
    if len(proof) < len(multiproof.flags) - known or len(stack) + len(proof) != len(multiproof.flags) + 1:
        raise Rejected(MerkleRejection.InvalidMultiproof)

    for is_known in multiproof.flags:
        if taken_of_stack + 1 + is_known > len(stack):
            raise Rejected(MerkleRejection.InvalidMultiproof)
        node = stack[taken_of_stack]
        taken_of_stack += 1
        if is_known:
            other = stack[taken_of_stack]
            taken_of_stack += 1
        else:
            other = proof[taken_of_proof]
            taken_of_proof += 1
        stack.append(hash_node(node, other))
    # of all that was given, each flag made one out of two
    assert len(stack) - taken_of_stack + len(proof) - taken_of_proof == 1
    return stack[-1] if taken_of_stack < len(stack) else proof[-1]


def load_tree(nodes: Sequence[bytes], places: Sequence[int], leaves: Sequence[bytes]) -> MerkleTree:
    """A tree that somebody stored, after checking all of it (CRY-81).

    Args:
        nodes: root first.
        places: where the leaf of each value stands.
        leaves: the leaf of each value, computed from the value.

    Raises:
        Rejected: NoLeaves, InvalidNode, ValueNotInTree.

    Source: OpenZeppelin merkle-tree src/merkletree.ts `validate`.
    """
    if not nodes:
        raise Rejected(MerkleRejection.NoLeaves)
    if not is_valid_tree(nodes):
        raise Rejected(MerkleRejection.InvalidNode)
    for place, leaf in zip(places, leaves, strict=True):
        if not len(nodes) // 2 <= place < len(nodes) or nodes[place] != leaf:
            raise Rejected(MerkleRejection.ValueNotInTree)
    return MerkleTree(tuple(nodes), tuple(places))


def is_valid_tree(nodes: Sequence[bytes]) -> bool:
    """Whether the nodes are a tree: an odd number, 32 bytes each, every inner one the hash of its two (CRY-74)."""
    if len(nodes) % 2 == 0 or any(len(node) != 32 for node in nodes):
        return False
    inner = range(len(nodes) // 2)
    return all(nodes[place] == hash_node(nodes[2 * place + 1], nodes[2 * place + 2]) for place in inner)


def parent_of(place: int) -> int:
    """The node above (CRY-73)."""
    return (place - 1) // 2


def sibling_of(place: int) -> int:
    """The other node below the same parent (CRY-73)."""
    return place + 1 if place % 2 else place - 1


def check_leaf_place(tree: MerkleTree, place: int) -> None:
    """The place is that of a leaf (CRY-75).

    Raises:
        Rejected: IndexOutOfRange, NotALeaf.
    """
    if not 0 <= place < len(tree.nodes):
        raise Rejected(MerkleRejection.IndexOutOfRange)
    if place < len(tree.nodes) // 2:
        raise Rejected(MerkleRejection.NotALeaf)
