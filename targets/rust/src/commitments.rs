//! What validators commit to (chapter 4): each hash is over the fields in order, integers big-endian.

use crate::form::{
    address, array, big_endian, data, flag, hexadecimal, list, member, word, Result,
};
use crate::hashes::keccak256;
use alloy_primitives::B256;
use serde_json::Value as Json;

type Hash = fn(&Json) -> Result<B256>;

/// The hash of the concatenated hashes; of none the hash of nothing.
fn each(form: &Json, name: &str, hash: Hash) -> Result<B256> {
    let hashes = list(form, name)?
        .iter()
        .map(hash)
        .collect::<Result<Vec<_>>>()?;
    Ok(keccak256(&[hashes.concat().as_ref()]))
}

/// A list of at most one.
fn optional(form: &Json, name: &str, hash: Hash) -> Result<B256> {
    list(form, name)?
        .first()
        .map_or_else(|| Ok(keccak256(&[])), hash)
}

pub fn code_digest(form: &Json) -> Result<B256> {
    Ok(keccak256(&[
        word(form, "id")?.as_ref(),
        &flag(form, "valid")?,
    ]))
}

pub fn claim_digest(form: &Json) -> Result<B256> {
    let (id, destination) = (word(form, "messageId")?, address(form, "destination")?);
    Ok(keccak256(&[
        id.as_ref(),
        destination.as_ref(),
        &big_endian(form, "value", 128)?,
    ]))
}

fn message(form: &Json) -> Result<B256> {
    let reply = member(form, "replyDetails")?;
    Ok(keccak256(&[
        word(form, "id")?.as_ref(),
        address(form, "destination")?.as_ref(),
        &data(form, "payload")?,
        &big_endian(form, "value", 128)?,
        word(reply, "to")?.as_ref(),
        &array::<4>(member(reply, "code")?)?,
        &flag(form, "call")?,
    ]))
}

fn transition(form: &Json) -> Result<B256> {
    Ok(keccak256(&[
        address(form, "actorId")?.as_ref(),
        word(form, "newStateHash")?.as_ref(),
        &flag(form, "exited")?,
        address(form, "inheritor")?.as_ref(),
        &big_endian(form, "valueToReceive", 128)?,
        &flag(form, "valueToReceiveNegativeSign")?,
        each(form, "valueClaims", claim_digest)?.as_ref(),
        each(form, "messages", message)?.as_ref(),
    ]))
}

fn chain(form: &Json) -> Result<B256> {
    let transitions = each(form, "transitions", transition)?;
    Ok(keccak256(&[
        transitions.as_ref(),
        word(form, "head")?.as_ref(),
        word(form, "lastAdvancedEthBlock")?.as_ref(),
    ]))
}

fn operators(form: &Json) -> Result<B256> {
    Ok(keccak256(&[
        &big_endian(form, "amount", 256)?,
        word(form, "root")?.as_ref(),
    ]))
}

fn stakers(form: &Json) -> Result<B256> {
    let mut packed = Vec::new();
    for entry in list(form, "distribution")? {
        packed.extend(address(entry, "vault")?);
        packed.extend(big_endian(entry, "amount", 256)?);
    }
    Ok(keccak256(&[
        &packed,
        &big_endian(form, "totalAmount", 256)?,
        address(form, "token")?.as_ref(),
    ]))
}

fn rewards(form: &Json) -> Result<B256> {
    let (operators, stakers) = (
        operators(member(form, "operators")?)?,
        stakers(member(form, "stakers")?)?,
    );
    Ok(keccak256(&[
        operators.as_ref(),
        stakers.as_ref(),
        &big_endian(form, "timestamp", 48)?,
    ]))
}

/// Items of a packed list are padded to words; the secret sharing commitment is not in it.
fn validators(form: &Json) -> Result<B256> {
    let key = member(form, "aggregatedPublicKey")?;
    let mut packed = flag(form, "hasAggregatedPublicKey")?;
    packed.extend(big_endian(key, "x", 256)?);
    packed.extend(big_endian(key, "y", 256)?);
    for validator in list(form, "validators")? {
        packed.extend([0; 12]);
        packed.extend(array::<20>(validator)?);
    }
    packed.extend(big_endian(form, "eraIndex", 256)?);
    Ok(keccak256(&[&packed]))
}

fn batch(form: &Json) -> Result<B256> {
    Ok(keccak256(&[
        word(form, "blockHash")?.as_ref(),
        &big_endian(form, "blockTimestamp", 48)?,
        word(form, "previousCommittedBatchHash")?.as_ref(),
        &big_endian(form, "expiry", 8)?,
        optional(form, "chainCommitment", chain)?.as_ref(),
        each(form, "codeCommitments", code_digest)?.as_ref(),
        optional(form, "rewardsCommitment", rewards)?.as_ref(),
        optional(form, "validatorsCommitment", validators)?.as_ref(),
    ]))
}

pub fn apply(operation: &str, form: &Json) -> Option<Result<Json>> {
    let of = |name, hash: Hash| member(form, name).and_then(hash);
    let digest = match operation.strip_prefix("commitments/")? {
        "hashCodeCommitment" => of("commitment", code_digest),
        "hashCodeCommitments" => each(form, "commitments", code_digest),
        "hashMessage" => of("message", message),
        "hashValueClaim" => of("claim", claim_digest),
        "hashStateTransition" => of("transition", transition),
        "hashTransitions" => each(form, "transitionHashes", |form| {
            Ok(B256::from(array::<32>(form)?))
        }),
        "hashChainCommitment" => of("commitment", chain),
        "hashOperatorRewards" => of("commitment", operators),
        "hashStakerRewards" => of("commitment", stakers),
        "hashRewardsCommitment" => of("commitment", rewards),
        "hashValidatorsCommitment" => of("commitment", validators),
        "hashBatchCommitment" => of("batch", batch),
        "computeSignedDigest" => signed_digest(form),
        _ => return None,
    };
    Some(digest.map(hexadecimal))
}

fn signed_digest(form: &Json) -> Result<B256> {
    Ok(keccak256(&[
        b"\x19\0",
        address(form, "router")?.as_ref(),
        word(form, "batchHash")?.as_ref(),
    ]))
}
