//! Merkle trees of rewards (chapter 3.9): an array of 2n - 1 nodes, leaves at its end in reverse order.

use crate::form::{array, hexadecimal, list, member, word, Refusal, Result};
use crate::hashes::keccak256;
use alloy_primitives::B256;
use serde_json::{json, Value as Json};

/// The smaller child first.
fn node(one: &B256, other: &B256) -> B256 {
    let (first, second) = if one <= other {
        (one, other)
    } else {
        (other, one)
    };
    keccak256(&[first.as_ref(), second.as_ref()])
}

fn tree(form: &Json) -> Result<Json> {
    let words = list(form, "leaves")?
        .iter()
        .map(array::<32>)
        .collect::<Result<Vec<_>>>()?;
    let mut leaves: Vec<_> = words.into_iter().map(B256::from).enumerate().collect();
    if leaves.is_empty() {
        return Err(Refusal::Rejected {
            reason: "NoLeaves",
            phase: "validate",
        });
    }
    if member(form, "sortLeaves")? == &json!(true) {
        leaves.sort_by_key(|(_, leaf)| *leaf);
    }
    let count = leaves.len();
    let mut nodes = vec![B256::ZERO; 2 * count - 1];
    let mut places = vec![Json::Null; count];
    for (index, (given, leaf)) in leaves.into_iter().enumerate() {
        let place = nodes.len() - 1 - index;
        nodes[place] = leaf;
        places[given] = json!(format!("{place:#x}"));
    }
    for index in (0..count - 1).rev() {
        nodes[index] = node(&nodes[2 * index + 1], &nodes[2 * index + 2]);
    }
    Ok(json!({"nodes": nodes.iter().map(hexadecimal).collect::<Vec<_>>(), "places": places}))
}

fn root(form: &Json) -> Result<B256> {
    let mut hash = word(form, "leaf")?;
    for sibling in list(form, "proof")? {
        hash = node(&hash, &B256::from(array::<32>(sibling)?));
    }
    Ok(hash)
}

pub fn apply(operation: &str, form: &Json) -> Option<Result<Json>> {
    Some(match operation.strip_prefix("merkle/")? {
        "hashNode" => {
            word(form, "one").and_then(|one| Ok(hexadecimal(node(&one, &word(form, "other")?))))
        }
        "buildTree" => tree(form),
        "computeRootFromProof" => root(form).map(hexadecimal),
        "isProofValid" => root(form).and_then(|root| Ok(json!(root == word(form, "root")?))),
        _ => return None,
    })
}
