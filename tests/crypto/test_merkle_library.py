"""Our trees beside those of npm's @openzeppelin/merkle-tree, in both directions (CRY-70 to CRY-86)."""

import json
import random
import shutil
import subprocess
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from gearexe_spec.base.fixed_bytes import Address
from gearexe_spec.base.rejection import Rejected
from gearexe_spec.crypto.merkle import (
    MerkleRejection,
    compute_multiproof,
    compute_proof,
    compute_root_from_multiproof,
    is_proof_valid,
)
from gearexe_spec.crypto.merkle_dump import Row, StandardTree, build_standard_tree, decode_dump, encode_dump, read_value

ROOT = Path(__file__).parents[2]
LIBRARY = ROOT / "node_modules" / "@openzeppelin" / "merkle-tree"
REWARDS = ("address", "uint256")
SCRIPT = """
const { StandardMerkleTree } = require("@openzeppelin/merkle-tree");
const cases = JSON.parse(require("fs").readFileSync(0, "utf8"));
const answers = cases.map(({ encoding, values, sortLeaves, chosen, dump }) => {
    const tree = StandardMerkleTree.of(values, encoding, { sortLeaves });
    const loaded = StandardMerkleTree.load(JSON.parse(dump));
    return {
        root: tree.root,
        loadedRoot: loaded.root,
        proofs: values.map((_, index) => tree.getProof(index)),
        multiproof: loaded.getMultiProof(chosen),
        lookups: values.map(value => tree.leafLookup(value)),
        dump: JSON.stringify(tree.dump()),
    };
});
process.stdout.write(JSON.stringify(answers));
"""
needs_library = pytest.mark.skipif(
    shutil.which("node") is None or not LIBRARY.is_dir(), reason="Node.js or its package of trees is not installed"
)


def ask_library(cases: list[dict[str, Any]]) -> list[dict[str, Any]]:
    done = subprocess.run(
        ["node", "-e", SCRIPT], cwd=ROOT, input=json.dumps(cases), capture_output=True, text=True, check=True
    )
    answers: list[dict[str, Any]] = json.loads(done.stdout)
    return answers


def rewards(dice: random.Random, count: int) -> list[Row]:
    return [(Address(dice.randbytes(20)), dice.getrandbits(dice.randint(1, 256))) for _ in range(count)]


def other_values(dice: random.Random, count: int) -> list[Row]:
    word = partial(dice.choice, ["", "a", "Übermut", "x" * 40])
    return [
        (word(), dice.random() < 0.5, dice.randint(-(2**127), 2**127 - 1), dice.randbytes(32), dice.randbytes(count),
         (dice.getrandbits(8), 7))
        for _ in range(count)
    ]  # fmt: skip


OTHER = ("string", "bool", "int128", "bytes32", "bytes", "uint8[]")


@needs_library
def test_trees_proofs_multiproofs_and_dumps_agree_in_both_directions() -> None:
    dice = random.Random(9)
    trees: list[StandardTree] = []
    sorting: list[bool] = []
    for count in (*range(1, 18), 31, 32, 33, 100):
        for sort_leaves in (True, False):
            encoding, values = (OTHER, other_values(dice, count)) if count % 5 == 4 else (REWARDS, rewards(dice, count))
            if count > 3:
                values[1] = values[3]  # duplicates
            trees.append(build_standard_tree(encoding, values, sort_leaves))
            sorting.append(sort_leaves)
    chosen = [sorted(dice.sample(range(len(tree.values)), dice.randint(0, len(tree.values)))) for tree in trees]
    dumps = [encode_dump(tree) for tree in trees]
    cases = [
        {
            "encoding": tree.encoding,
            "values": [entry["value"] for entry in json.loads(dump)["values"]],
            "sortLeaves": sort,
            "chosen": indices,
            "dump": dump,
        }
        for tree, dump, sort, indices in zip(trees, dumps, sorting, chosen, strict=True)
    ]
    for tree, dump, indices, answer in zip(trees, dumps, chosen, ask_library(cases), strict=True):
        assert answer["root"] == answer["loadedRoot"] == tree.tree.root.to_hex()
        ours = [[part.to_hex() for part in compute_proof(tree.tree, place)] for place in tree.tree.places]
        assert ours == answer["proofs"]
        multiproof = compute_multiproof(tree.tree, [tree.tree.places[index] for index in indices])
        assert [part.to_hex() for part in multiproof.proof] == answer["multiproof"]["proof"]
        assert list(multiproof.flags) == answer["multiproof"]["proofFlags"]
        assert compute_root_from_multiproof(multiproof) == tree.tree.root
        assert json.loads(dump) == json.loads(answer["dump"])
        assert decode_dump(answer["dump"]) == decode_dump(dump) == tree
        assert [tree.tree.places[index] for index in answer["lookups"]] == [tree.find(value) for value in tree.values]


def dumped(**changes: Any) -> str:
    tree = build_standard_tree(REWARDS, [(Address(bytes([i]) * 20), i * 10**12) for i in range(1, 4)])
    return json.dumps({**json.loads(encode_dump(tree)), **changes})


def test_a_dump_of_ours_is_read_back_and_proves_its_values() -> None:
    tree = decode_dump(dumped())
    for value in tree.values:
        place = tree.find(value)
        leaf = tree.tree.nodes[place]
        assert is_proof_valid(tree.tree.root, type(tree.tree.root)(leaf), compute_proof(tree.tree, place))
    with pytest.raises(Rejected, match="ValueNotInTree"):
        tree.find((Address.zero(), 1))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("[" * 200, MerkleRejection.InvalidDump),
        ("{}", MerkleRejection.UnknownFormat),
        (dumped(format="simple-v1"), MerkleRejection.UnknownFormat),
        (dumped(leafEncoding=["address", "uint7"]), MerkleRejection.InvalidDump),
        (dumped(leafEncoding=["address"]), MerkleRejection.InvalidDump),
        (dumped(leafEncoding=["address", "uint8"]), MerkleRejection.InvalidDump),
        (dumped(leafEncoding=None), MerkleRejection.InvalidDump),
        (dumped(tree=[]), MerkleRejection.NoLeaves),
        (dumped(tree=["0x00"]), MerkleRejection.InvalidNode),
        (dumped(tree=["0x" + "00" * 32] * 2), MerkleRejection.InvalidNode),
        (dumped(values=[{"value": ["0x" + "01" * 20, "0x1"], "treeIndex": 2}]), MerkleRejection.ValueNotInTree),
        (dumped(values=[{"value": ["0x" + "01" * 20, 1.5], "treeIndex": 2}]), MerkleRejection.InvalidDump),
        (dumped(values=[{"value": ["0x" + "01" * 20, 10**12], "treeIndex": -1}]), MerkleRejection.ValueNotInTree),
        (dumped(values=[{"value": ["0x" + "01" * 20, 10**12], "treeIndex": True}]), MerkleRejection.InvalidDump),
    ],
)  # fmt: skip
def test_what_is_no_stored_tree_is_refused_by_name(text: str, reason: MerkleRejection) -> None:
    with pytest.raises(Rejected) as caught:
        decode_dump(text)
    assert caught.value.reason is reason


def test_values_are_read_as_the_librarys_users_write_them() -> None:
    assert [read_value("uint256", given) for given in (12, "12", "0x0C")] == [12, 12, 12]
    assert [read_value("bool", given) for given in (True, "true", "false")] == [True, True, False]
    assert read_value("(string,int8)[]", [["a", "-1"], ["b", 2]]) == (("a", -1), ("b", 2))
    for kind, given in (("bool", "yes"), ("bytes4", "0x0"), ("address", 1), ("uint8", "1.0"), ("(bool,bool)", [True])):
        with pytest.raises(ValueError, match=r"no |not |zip"):
            read_value(kind, given)
