//! SCALE (chapter 2.1) with parity-scale-codec: bytes are read to the JSON form of chapter 31.5, and written from it.

use crate::form::{bytes, hexadecimal, integer, malformed, member, Refusal, Result};
use alloy_primitives::U256;
use parity_scale_codec::{Compact, Decode, Encode};
use serde_json::{json, Map, Value as Json};

/// A type.
#[derive(Clone, Copy)]
pub enum Shape {
    /// Bits.
    Integer(usize),
    /// Bits.
    Compact(usize),
    /// Length in bytes.
    Fixed(usize),
    Bytes,
    Bool,
    Option(&'static Shape),
    List(&'static Shape),
    Array(&'static Shape, usize),
    /// In JSON an object, keys in their JSON form.
    Map(&'static Shape, &'static Shape),
    /// In JSON a list of pairs.
    Pairs(&'static Shape, &'static Shape),
    Record(&'static [(&'static str, Shape)]),
    Names(&'static [&'static str]),
    Choice(&'static [(&'static str, Shape)]),
}

fn refuse<T>(reason: &'static str) -> Result<T> {
    Err(Refusal::Rejected {
        reason,
        phase: "decode",
    })
}

fn take<'a>(input: &mut &'a [u8], length: usize) -> Result<&'a [u8]> {
    match input.split_at_checked(length) {
        Some((taken, rest)) => {
            *input = rest;
            Ok(taken)
        }
        None => refuse("UnexpectedEnd"),
    }
}

fn number(value: U256) -> Json {
    json!(format!("{value:#x}"))
}

/// SCA-2. The library tells that a compact is refused, not why.
fn read_compact(input: &mut &[u8], bits: usize) -> Result<u128> {
    let before = *input;
    let read = match bits {
        32 => Compact::<u32>::decode(input).map(|value| value.0.into()),
        64 => Compact::<u64>::decode(input).map(|value| value.0.into()),
        _ => Compact::<u128>::decode(input).map(|value| value.0),
    };
    read.or_else(|_| {
        let length = match before.first() {
            None => return refuse("UnexpectedEnd"),
            Some(first) if first & 3 == 3 => usize::from(first >> 2) + 4,
            Some(first) => (1 << (first & 3)) - 1,
        };
        if length > bits / 8 {
            refuse("CompactOutOfRange")
        } else if before.len() <= length {
            refuse("UnexpectedEnd")
        } else {
            refuse("NonCanonicalCompact")
        }
    })
}

fn read_length(input: &mut &[u8]) -> Result<usize> {
    read_compact(input, 32).map(|length| length as usize)
}

/// One of as many things as there are, by an index of one byte.
fn pick<'a, T>(input: &mut &[u8], items: &'a [T], otherwise: &'static str) -> Result<&'a T> {
    let index = take(input, 1)?[0];
    items
        .get(usize::from(index))
        .map_or_else(|| refuse(otherwise), Ok)
}

fn read_items(input: &mut &[u8], count: usize, shape: &Shape) -> Result<Json> {
    (0..count)
        .map(|_| read(input, shape))
        .collect::<Result<Vec<_>>>()
        .map(Json::Array)
}

/// By what keys are ordered: integers and bytes of equal length, both as hex.
fn place_of(key: &str) -> U256 {
    U256::from_str_radix(key.trim_start_matches("0x"), 16).unwrap_or_default()
}

/// SCA-9: any order is read, of equal keys the last stays, and the order is the ascending one from then on.
fn read_entries(input: &mut &[u8], key: &Shape, value: &Shape) -> Result<Vec<(Json, Json)>> {
    let mut entries: Vec<(U256, Json, Json)> = Vec::new();
    for _ in 0..read_length(input)? {
        let key = read(input, key)?;
        let place = place_of(key.as_str().unwrap_or(""));
        let entry = (place, key, read(input, value)?);
        match entries.binary_search_by_key(&place, |entry| entry.0) {
            Ok(index) => entries[index] = entry,
            Err(index) => entries.insert(index, entry),
        }
    }
    Ok(entries
        .into_iter()
        .map(|(_, key, value)| (key, value))
        .collect())
}

pub fn read(input: &mut &[u8], shape: &Shape) -> Result<Json> {
    Ok(match shape {
        Shape::Integer(bits) => number(U256::from_le_slice(take(input, bits / 8)?)),
        Shape::Compact(bits) => number(U256::from(read_compact(input, *bits)?)),
        Shape::Fixed(length) => hexadecimal(take(input, *length)?),
        Shape::Bytes => {
            let length = read_length(input)?;
            hexadecimal(take(input, length)?)
        }
        Shape::Bool => json!(pick(input, &[false, true], "InvalidBool")?),
        Shape::Option(of) => match pick(input, &[false, true], "InvalidOption")? {
            false => Json::Null,
            true => read(input, of)?,
        },
        Shape::List(of) => {
            let count = read_length(input)?;
            read_items(input, count, of)?
        }
        Shape::Array(of, length) => read_items(input, *length, of)?,
        Shape::Map(key, value) => read_entries(input, key, value)?
            .into_iter()
            .map(|(key, value)| (key.as_str().unwrap_or("").to_owned(), value))
            .collect::<Map<_, _>>()
            .into(),
        Shape::Pairs(key, value) => json!(read_entries(input, key, value)?),
        Shape::Record(fields) => fields
            .iter()
            .map(|(name, of)| Ok(((*name).to_owned(), read(input, of)?)))
            .collect::<Result<Map<_, _>>>()?
            .into(),
        Shape::Names(names) => json!(pick(input, names, "InvalidVariant")?),
        Shape::Choice(variants) => {
            let (name, of) = pick(input, variants, "InvalidVariant")?;
            json!({*name: read(input, of)?})
        }
    })
}

fn write_length(count: usize, out: &mut Vec<u8>) -> Result<()> {
    match u32::try_from(count) {
        Ok(count) => Ok(Compact(count).encode_to(out)),
        Err(_) => malformed("a shorter list"),
    }
}

pub fn write(value: &Json, shape: &Shape, out: &mut Vec<u8>) -> Result<()> {
    match shape {
        Shape::Integer(bits) => {
            out.extend_from_slice(&integer(value, *bits)?.to_le_bytes::<32>()[..bits / 8]);
        }
        Shape::Compact(bits) => Compact(integer(value, *bits)?.to::<u128>()).encode_to(out),
        Shape::Fixed(length) => match bytes(value)? {
            bytes if bytes.len() == *length => out.extend(bytes),
            _ => return malformed(format!("{length} bytes")),
        },
        Shape::Bytes => bytes(value)?.encode_to(out),
        Shape::Bool => match value.as_bool() {
            Some(value) => value.encode_to(out),
            None => return malformed("boolean"),
        },
        Shape::Option(_) if value.is_null() => out.push(0),
        Shape::Option(of) => {
            out.push(1);
            write(value, of, out)?;
        }
        Shape::List(of) => {
            write_length(items(value)?.len(), out)?;
            write_items(value, of, out)?;
        }
        Shape::Array(of, length) if items(value)?.len() == *length => write_items(value, of, out)?,
        Shape::Array(_, length) => return malformed(format!("{length} items")),
        Shape::Map(key, of) => {
            let entries = value.as_object().map_or_else(|| malformed("object"), Ok)?;
            let mut sorted: Vec<_> = entries.iter().collect();
            sorted.sort_by_key(|(name, _)| place_of(name));
            write_length(sorted.len(), out)?;
            for (name, part) in sorted {
                write(&json!(name), key, out)?;
                write(part, of, out)?;
            }
        }
        Shape::Pairs(key, of) => {
            write_length(items(value)?.len(), out)?;
            for entry in items(value)? {
                write(&entry[0], key, out)?;
                write(&entry[1], of, out)?;
            }
        }
        Shape::Record(fields) => {
            for (name, of) in *fields {
                write(member(value, name)?, of, out)?;
            }
        }
        Shape::Names(names) => match names.iter().position(|name| value == name) {
            Some(index) => out.push(index as u8),
            None => return malformed(names.join(" or ")),
        },
        Shape::Choice(variants) => {
            let found = variants
                .iter()
                .position(|(name, _)| value.get(name).is_some());
            let Some(index) = found else {
                return malformed("a variant");
            };
            out.push(index as u8);
            write(&value[variants[index].0], &variants[index].1, out)?;
        }
    }
    Ok(())
}

fn items(value: &Json) -> Result<&Vec<Json>> {
    value.as_array().map_or_else(|| malformed("list"), Ok)
}

fn write_items(value: &Json, of: &Shape, out: &mut Vec<u8>) -> Result<()> {
    items(value)?
        .iter()
        .try_for_each(|item| write(item, of, out))
}
