// SPDX-License-Identifier: GPL-3.0-only
//! Keys, signatures and recoveries in production's three formats, and ids.
//!
//! `raw` signs the digest itself, `eip191` a message with it, `contract` binds it to the Router.

use crate::{
    answer::{Outcome, Refusal},
    form::{Form, Input},
};
use ethexe_common::{Address, ContractSignature, Digest, PrivateKey, PublicKey, Signature};
use gear_core::ids::prelude::{CodeIdExt, MessageIdExt};
use gprimitives::{CodeId, MessageId};
use serde_json::{Value as Json, json};

/// `signature/key`: public key and address of a secret.
pub fn key(input: Input) -> Outcome {
    Ok(key_form(secret(input)?.public_key()))
}

/// `signature/sign`: a digest signed in the three formats, v 27 or 28.
pub fn sign(input: Input) -> Outcome {
    let key = secret(input)?;
    let digest = Digest(input.get("digest")?.array()?);
    let router = Address(input.get("router")?.array()?);
    Ok(json!({
        "address": key.public_key().to_address().form(),
        "raw": Signature::create_from_digest(&key, digest).map_err(failed)?.form(),
        "eip191": Signature::create_message(&key, digest).map_err(failed)?.form(),
        "contract": ContractSignature::create_from_digest(router, &key, digest)
            .map_err(failed)?
            .into_pre_eip155_bytes()
            .form(),
    }))
}

/// `signature/recover`: a signature read and normalised, and who signed a digest in each format; null: nobody.
pub fn recover(input: Input) -> Outcome {
    let digest = Digest(input.get("digest")?.array()?);
    let router = Address(input.get("router")?.array()?);
    let bytes: [u8; 65] =
        input.get("signature")?.bytes()?.try_into().map_err(|_| Refusal::rejected("InvalidSignature", "decode"))?;
    let signature =
        Signature::from_pre_eip155_bytes(bytes).ok_or_else(|| Refusal::rejected("InvalidSignature", "decode"))?;
    let contract = ContractSignature::from_signature(signature);
    Ok(json!({
        "normalized": signature.form(),
        "raw": signature.validate::<Digest>(digest).ok().map(key_form),
        "eip191": signature.validate_message::<Digest>(digest).ok().map(key_form),
        "contract": contract.validate::<Digest>(router, digest).ok().map(key_form),
    }))
}

/// `values/messageIds`: what `messageId`, `nonce` and `code` lead to.
pub fn message_ids(input: Input) -> Outcome {
    let message = input.get("messageId")?.message()?;
    Ok(json!({
        "reply": MessageId::generate_reply(message).form(),
        "outgoing": MessageId::generate_outgoing(message, input.get("nonce")?.integer()?).form(),
        "codeId": CodeId::generate(&input.get("code")?.bytes()?).form(),
    }))
}

fn failed(error: impl std::fmt::Display) -> Refusal {
    Refusal::Failure(error.to_string())
}

fn secret(input: Input) -> Result<PrivateKey, Refusal> {
    PrivateKey::from_seed(input.get("secret")?.array()?).map_err(|_| Refusal::rejected("InvalidKey", "decode"))
}

fn key_form(key: PublicKey) -> Json {
    json!({"address": key.to_address().form(), "publicKey": key.to_bytes().form()})
}
