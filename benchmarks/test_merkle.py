"""A tree of rewards with all its proofs available, beside npm's @openzeppelin/merkle-tree in the same run.

MERKLE_LEAVES chooses the size. With 1000000 leaves the library takes minutes and 2.7 GiB (here 0.5 GiB), so the usual
is smaller. Both sides run as processes of their own, whose time and peak memory are stated.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Any

import pytest

from gearexe_spec.base.fixed_bytes import Address
from gearexe_spec.crypto.merkle import OPERATOR_REWARDS_ENCODING, compute_proof
from gearexe_spec.crypto.merkle_dump import build_standard_tree

ROOT = Path(__file__).parents[1]
LIBRARY = ROOT / "node_modules" / "@openzeppelin" / "merkle-tree"
LEAVES = int(os.environ.get("MERKLE_LEAVES", "50000"))
WANTED_RATIO = 5
"""How many times faster the specification has to be."""
OURS = """
import json, sys, time
from gearexe_spec.base.fixed_bytes import Address
from gearexe_spec.crypto.merkle import OPERATOR_REWARDS_ENCODING
from gearexe_spec.crypto.merkle_dump import build_standard_tree
values = [(Address((i + 1).to_bytes(20, "big")), i * 10**12) for i in range(int(sys.argv[1]))]
began = time.perf_counter()
tree = build_standard_tree(OPERATOR_REWARDS_ENCODING, values)
seconds = time.perf_counter() - began
status = open("/proc/self/status").read()
print(json.dumps({"root": tree.tree.root.to_hex(), "seconds": seconds, "status": status}))
"""
THEIRS = """
const { StandardMerkleTree } = require("@openzeppelin/merkle-tree");
const values = Array.from({ length: Number(process.argv[1]) }, (_, i) => [
    "0x" + (i + 1).toString(16).padStart(40, "0"), (BigInt(i) * 10n ** 12n).toString(),
]);
const began = process.hrtime.bigint();
const tree = StandardMerkleTree.of(values, ["address", "uint256"]);
const seconds = Number(process.hrtime.bigint() - began) / 1e9;
const status = require("fs").readFileSync("/proc/self/status", "utf8");
console.log(JSON.stringify({ root: tree.root, seconds, status }));
"""


@dataclass(frozen=True, slots=True)
class Built:
    """What one side says: root, seconds of building, peak memory of the process in MiB."""

    root: str
    seconds: float
    mebibytes: int


def build(*command: str) -> Built:
    """Run one side to its end."""
    answer = subprocess.run([*command, str(LEAVES)], cwd=ROOT, stdout=subprocess.PIPE, check=True)
    said: dict[str, Any] = json.loads(answer.stdout)
    peak = re.search(r"VmHWM:\s*(\d+) kB", said["status"])
    assert peak is not None
    return Built(said["root"], said["seconds"], int(peak[1]) // 1024)


@pytest.mark.skipif(shutil.which("node") is None or not LIBRARY.is_dir(), reason="Node.js or the package is missing")
def test_a_tree_beside_the_library(benchmark: Any) -> None:
    """The same values on both sides, from values to the tree that has every proof."""
    ours = benchmark.pedantic(build, (sys.executable, "-c", OURS), rounds=1)
    theirs = build("node", "--max-old-space-size=12288", "-e", THEIRS)

    ratio = theirs.seconds / ours.seconds
    benchmark.extra_info |= {
        "leaves": LEAVES,
        "peer": "@openzeppelin/merkle-tree",
        "seconds": round(ours.seconds, 2),
        "peer_seconds": round(theirs.seconds, 2),
        "ratio": round(ratio, 1),
        "memory_mib": ours.mebibytes,
        "peer_memory_mib": theirs.mebibytes,
    }
    print(benchmark.extra_info)
    assert ours.root == theirs.root
    assert ratio >= WANTED_RATIO


def test_a_proof_costs_the_height_of_the_tree(benchmark: Any) -> None:
    """A proof has as many hashes as the tree is high: out of 2^17 leaves it costs 17/10 of one out of 2^10."""
    small, large = (
        build_standard_tree(OPERATOR_REWARDS_ENCODING, [(Address(i.to_bytes(20, "big")), i) for i in range(2**height)])
        for height in (10, 17)
    )
    assert len(benchmark(compute_proof, large.tree, large.tree.places[0])) == 17
    ratio = seconds_of_proofs(large.tree) / seconds_of_proofs(small.tree)
    benchmark.extra_info |= {"peer": "a proof out of 2^10", "ratio": round(ratio, 2)}
    assert ratio < 4


def seconds_of_proofs(tree: Any) -> float:
    """The fastest of several thousand proofs."""
    fastest = float("inf")
    for place in tree.places[:1000]:
        began = perf_counter()
        compute_proof(tree, place)
        fastest = min(fastest, perf_counter() - began)
    return fastest
