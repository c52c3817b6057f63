//! The JSON form of values (chapter 31.5): what a request must look like, and what is answered.

use alloy_primitives::{hex, Address, B256, U256};
use serde_json::{json, Value as Json};

/// Why a request is not accepted.
pub enum Refusal {
    /// The protocol refuses the input.
    Rejected {
        reason: &'static str,
        phase: &'static str,
    },
    /// The request has not the form of the operation.
    Malformed(String),
}

pub type Result<T> = std::result::Result<T, Refusal>;

pub fn malformed<T>(wanted: impl std::fmt::Display) -> Result<T> {
    Err(Refusal::Malformed(format!("{wanted} expected")))
}

/// A member of a record.
pub fn member<'a>(form: &'a Json, name: &str) -> Result<&'a Json> {
    form.get(name).map_or_else(|| malformed(name), Ok)
}

pub fn bytes(form: &Json) -> Result<Vec<u8>> {
    let digits = form.as_str().and_then(|text| text.strip_prefix("0x"));
    match digits
        .filter(|digits| !digits.contains(|c: char| c.is_ascii_uppercase()))
        .map(hex::decode)
    {
        Some(Ok(bytes)) => Ok(bytes),
        _ => malformed("bytes"),
    }
}

pub fn array<const N: usize>(form: &Json) -> Result<[u8; N]> {
    bytes(form)?
        .try_into()
        .or_else(|_| malformed(format!("{N} bytes")))
}

pub fn word(form: &Json, name: &str) -> Result<B256> {
    Ok(B256::from(array::<32>(member(form, name)?)?))
}

pub fn address(form: &Json, name: &str) -> Result<Address> {
    Ok(Address::from(array::<20>(member(form, name)?)?))
}

pub fn data(form: &Json, name: &str) -> Result<Vec<u8>> {
    bytes(member(form, name)?)
}

/// A minimal `0x` hex integer of at most `bits` bits.
pub fn integer(form: &Json, bits: usize) -> Result<U256> {
    let digits = form
        .as_str()
        .and_then(|text| text.strip_prefix("0x"))
        .unwrap_or("");
    let minimal = digits == "0" || !digits.is_empty() && !digits.starts_with('0');
    match U256::from_str_radix(digits, 16) {
        Ok(number) if minimal && number.bit_len() <= bits => Ok(number),
        _ => malformed(format!("an integer of {bits} bits")),
    }
}

pub fn unsigned(form: &Json, name: &str, bits: usize) -> Result<U256> {
    integer(member(form, name)?, bits)
}

/// An integer, most significant byte first, `bits` / 8 bytes.
pub fn big_endian(form: &Json, name: &str, bits: usize) -> Result<Vec<u8>> {
    Ok(unsigned(form, name, bits)?.to_be_bytes::<32>()[32 - bits / 8..].to_vec())
}

/// One byte, 1 or 0.
pub fn flag(form: &Json, name: &str) -> Result<Vec<u8>> {
    member(form, name)?
        .as_bool()
        .map_or_else(|| malformed("boolean"), |value| Ok(vec![u8::from(value)]))
}

pub fn list<'a>(form: &'a Json, name: &str) -> Result<&'a Vec<Json>> {
    member(form, name)?
        .as_array()
        .map_or_else(|| malformed("list"), Ok)
}

pub fn hexadecimal(bytes: impl AsRef<[u8]>) -> Json {
    json!(hex::encode_prefixed(bytes))
}
