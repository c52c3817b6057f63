// SPDX-License-Identifier: GPL-3.0-only
//! Signatures and recoveries in production's three formats: of a digest, of a message, for a contract.

use crate::{
    answer::{Outcome, Refusal},
    form::{Form, Input},
};
use ethexe_common::{Address, ContractSignature, Digest, PrivateKey, Signature};
use gear_core::ids::prelude::{CodeIdExt, MessageIdExt};
use gprimitives::{CodeId, MessageId};
use serde_json::json;

/// What is signed besides the digest: nothing, the prefix of messages, or the address of a contract.
enum Format {
    Plain,
    Message,
    Contract(Address),
}

/// `signing/sign`: `privateKey`, `digest`, `format` and, for `Contract`, `contract`; to `signature` with v 27 or 28.
pub fn sign(input: Input) -> Outcome {
    let key = PrivateKey::from_seed(input.get("privateKey")?.array()?)
        .map_err(|_| Refusal::rejected("InvalidPrivateKey", "validate"))?;
    let digest = Digest(input.get("digest")?.array()?);
    let signature = match format(input)? {
        Format::Plain => Signature::create_from_digest(&key, digest),
        Format::Message => Signature::create_message(&key, digest),
        Format::Contract(address) => {
            return match ContractSignature::create_from_digest(address, &key, digest) {
                Ok(signature) => Ok(json!({"signature": signature.into_pre_eip155_bytes().form()})),
                Err(error) => Err(Refusal::Failure(error.to_string())),
            };
        }
    };
    match signature {
        Ok(signature) => Ok(json!({"signature": signature.into_pre_eip155_bytes().form()})),
        Err(error) => Err(Refusal::Failure(error.to_string())),
    }
}

/// `signing/recover`: `signature` (65 bytes) of `digest` in `format`; to `publicKey` (compressed) and `address`.
pub fn recover(input: Input) -> Outcome {
    let digest = Digest(input.get("digest")?.array()?);
    let invalid = || Refusal::rejected("InvalidSignature", "validate");
    let signature = Signature::from_pre_eip155_bytes(input.get("signature")?.array()?).ok_or_else(invalid)?;
    let recovered = match format(input)? {
        Format::Plain => signature.validate::<Digest>(digest),
        Format::Message => signature.validate_message::<Digest>(digest),
        Format::Contract(address) => ContractSignature::from_signature(signature).validate::<Digest>(address, digest),
    };
    let key = recovered.map_err(|_| invalid())?;
    Ok(json!({
        "publicKey": key.to_bytes().form(), "address": key.to_address().form(), "signature": signature.into_pre_eip155_bytes().form(),
    }))
}

/// `signing/publicKey`: of a private key, with its address.
pub fn public_key(input: Input) -> Outcome {
    let key = PrivateKey::from_seed(input.get("privateKey")?.array()?)
        .map_err(|_| Refusal::rejected("InvalidPrivateKey", "validate"))?
        .public_key();
    Ok(json!({"publicKey": key.to_bytes().form(), "address": key.to_address().form()}))
}

/// `signing/ids`: what `messageId`, `nonce` and `code` lead to.
pub fn ids(input: Input) -> Outcome {
    let message = input.get("messageId")?.message()?;
    Ok(json!({
        "reply": MessageId::generate_reply(message).form(),
        "outgoing": MessageId::generate_outgoing(message, input.get("nonce")?.integer()?).form(),
        "codeId": CodeId::generate(&input.get("code")?.bytes()?).form(),
        "blake2b256": gear_core::utils::hash(&input.get("code")?.bytes()?).form(),
        "keccak256": ethexe_common::ToDigest::to_digest(&input.get("code")?.bytes()?).form(),
    }))
}

fn format(input: Input) -> Result<Format, Refusal> {
    match input.get("format")?.text()? {
        "Plain" => Ok(Format::Plain),
        "Message" => Ok(Format::Message),
        "Contract" => Ok(Format::Contract(Address(input.get("contract")?.array()?))),
        _ => Err(input.expected("format Plain, Message or Contract")),
    }
}
