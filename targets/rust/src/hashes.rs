//! Hashes, identifiers and addresses (chapter 3.1 and 3.2).

use crate::form::{
    address, big_endian, data, hexadecimal, member, unsigned, word, Refusal, Result,
};
use alloy_primitives::{keccak256 as keccak, B256, U256};
use blake2::{digest::consts::U32, Blake2b, Digest};
use parity_scale_codec::Encode;
use serde_json::{json, Value as Json};

pub fn keccak256(parts: &[&[u8]]) -> B256 {
    keccak(parts.concat())
}

pub fn blake2b256(parts: &[&[u8]]) -> [u8; 32] {
    Blake2b::<U32>::digest(parts.concat()).into()
}

/// ERC-7201: the last byte is cleared.
fn namespace_slot(name: &str) -> U256 {
    let inner = U256::from_be_bytes(keccak(name).0).wrapping_sub(U256::from(1));
    U256::from_be_bytes(keccak(inner.to_be_bytes::<32>()).0) & !U256::from(0xff)
}

pub fn apply(operation: &str, form: &Json) -> Option<Result<Json>> {
    let bytes = match operation {
        "hashes/keccak256" => data(form, "data").map(|data| keccak256(&[&data]).to_vec()),
        "hashes/blake2b256" => data(form, "data").map(|data| blake2b256(&[&data]).to_vec()),
        "ids/computeNamespaceSlot" => return Some(slot(form)),
        _ => identifier(operation, form)?,
    };
    Some(bytes.map(hexadecimal))
}

fn slot(form: &Json) -> Result<Json> {
    let name = member(form, "namespace")?
        .as_str()
        .ok_or_else(|| Refusal::Malformed("text expected".into()))?;
    Ok(json!(format!("{:#x}", namespace_slot(name))))
}

/// CRY-3 to CRY-15.
fn identifier(operation: &str, form: &Json) -> Option<Result<Vec<u8>>> {
    let made: fn(&Json) -> Result<Vec<u8>> = match operation {
        "ids/computeCodeId" => |form| Ok(blake2b256(&[&data(form, "code")?]).into()),
        "ids/computeInjectedId" => |form| Ok(blake2b256(&[&data(form, "preimage")?]).into()),
        "ids/computeMessageId" => |form| {
            Ok(keccak256(&[
                address(form, "mirror")?.as_ref(),
                &big_endian(form, "nonce", 256)?,
            ])
            .to_vec())
        },
        "ids/computeReplyId" => {
            |form| Ok(blake2b256(&[b"reply", word(form, "repliedTo")?.as_ref()]).into())
        }
        "ids/computeSignalId" => {
            |form| Ok(blake2b256(&[b"signal", word(form, "origin")?.as_ref()]).into())
        }
        "ids/computeOutgoingId" => |form| {
            let nonce = unsigned(form, "nonce", 32)?.to::<u32>().encode();
            Ok(blake2b256(&[b"outgoing", word(form, "origin")?.as_ref(), &nonce]).into())
        },
        "ids/computeReservationId" => |form| {
            let nonce = unsigned(form, "nonce", 64)?.to::<u64>().encode();
            Ok(blake2b256(&[b"reservation", word(form, "messageId")?.as_ref(), &nonce]).into())
        },
        "ids/computeActorIdFromUser" => |form| {
            let (code, salt) = (word(form, "codeId")?, data(form, "salt")?);
            Ok(blake2b256(&[b"program_from_user", code.as_ref(), &salt]).into())
        },
        "ids/computeActorIdFromProgram" => |form| {
            let (message, code, salt) = (
                word(form, "messageId")?,
                word(form, "codeId")?,
                data(form, "salt")?,
            );
            Ok(blake2b256(&[b"program_from_wasm", message.as_ref(), code.as_ref(), &salt]).into())
        },
        "ids/computeExternalMessageId" => |form| {
            let block = unsigned(form, "blockNumber", 32)?.to::<u32>().encode();
            let nonce = unsigned(form, "nonce", 128)?.to::<u128>().encode();
            Ok(blake2b256(&[b"external", &block, word(form, "user")?.as_ref(), &nonce]).into())
        },
        "ids/computeCreateAddress" => |form| {
            Ok(address(form, "creator")?
                .create(unsigned(form, "nonce", 64)?.to::<u64>())
                .to_vec())
        },
        "ids/computeCreate2Address" => |form| {
            Ok(address(form, "creator")?
                .create2(word(form, "salt")?, word(form, "initcodeHash")?)
                .to_vec())
        },
        "ids/computeProgramSalt" => |form| {
            Ok(keccak256(&[
                word(form, "codeId")?.as_ref(),
                word(form, "userSalt")?.as_ref(),
            ])
            .to_vec())
        },
        _ => return None,
    };
    Some(made(form))
}
