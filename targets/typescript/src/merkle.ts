// Merkle trees of rewards (chapter 3.9): an array of 2n - 1 nodes, leaves at its end in reverse order.

import { booleanOf, bytesOf, compare, type Form, hex, type Json, listOf, Rejected } from "./bytes.js";
import { keccak256 } from "./hashes.js";

const word = (value: Json | undefined) => bytesOf(value, 32);

/** The smaller child first. */
function node(one: Uint8Array, other: Uint8Array): Uint8Array {
  return compare(one, other) <= 0 ? keccak256(one, other) : keccak256(other, one);
}

function tree(form: Form): Json {
  const leaves = listOf(form.leaves).map((leaf, given) => ({ hash: word(leaf), given }));
  if (leaves.length === 0) throw new Rejected("NoLeaves", "validate");
  if (booleanOf(form.sortLeaves)) leaves.sort((one, other) => compare(one.hash, other.hash));
  const nodes: Uint8Array[] = new Array(2 * leaves.length - 1);
  const places: string[] = new Array(leaves.length);
  leaves.forEach((leaf, index) => {
    const place = nodes.length - 1 - index;
    nodes[place] = leaf.hash;
    places[leaf.given] = "0x" + place.toString(16);
  });
  for (let index = nodes.length - 1 - leaves.length; index >= 0; index--) {
    nodes[index] = node(nodes[2 * index + 1]!, nodes[2 * index + 2]!);
  }
  return { nodes: nodes.map(hex), places };
}

function root(leaf: Json | undefined, proof: Json | undefined): Uint8Array {
  return listOf(proof).map(word).reduce(node, word(leaf));
}

export const operations: Record<string, (form: Form) => Json> = {
  "merkle/hashNode": (form) => hex(node(word(form.one), word(form.other))),
  "merkle/buildTree": tree,
  "merkle/computeRootFromProof": (form) => hex(root(form.leaf, form.proof)),
  "merkle/isProofValid": (form) => compare(root(form.leaf, form.proof), word(form.root)) === 0,
};
