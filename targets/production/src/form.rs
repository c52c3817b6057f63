// SPDX-License-Identifier: GPL-3.0-only
//! The one JSON form of values: integers as minimal `0x` hex, bytes as `0x` hex, records in camel case.

use crate::answer::Refusal;
use gprimitives::{ActorId, CodeId, H256, MessageId, ReservationId, U256};
use serde_json::{Map, Value as Json};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// A value that has a JSON form.
pub trait Form {
    fn form(&self) -> Json;

    /// The form of several of them; a list, but for bytes.
    fn forms(items: &[&Self]) -> Json
    where
        Self: Sized,
    {
        Json::Array(items.iter().map(|item| item.form()).collect())
    }
}

pub fn hex(bytes: impl AsRef<[u8]>) -> Json {
    Json::String(format!("0x{}", hex::encode(bytes.as_ref())))
}

/// `new_state_hash` becomes `newStateHash`.
pub fn camel_case(name: &str) -> String {
    let mut parts = name.split('_');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |name, part| match part.split_at_checked(1) {
        Some((initial, rest)) => name + &initial.to_uppercase() + rest,
        None => name,
    })
}

/// One field of a record.
pub fn field(name: &str, value: impl Form) -> (String, Json) {
    (name.to_owned(), value.form())
}

pub fn record<const N: usize>(fields: [(String, Json); N]) -> Json {
    Json::Object(Map::from_iter(fields))
}

/// A choice between records: an object with the variant's name as its only key.
pub fn choice(name: &str, value: Json) -> Json {
    Json::Object(Map::from_iter([(name.to_owned(), value)]))
}

/// A name from an enumeration.
pub struct Name(pub &'static str);

impl Form for Name {
    fn form(&self) -> Json {
        Json::String(self.0.to_owned())
    }
}

impl Form for Json {
    fn form(&self) -> Json {
        self.clone()
    }
}

impl Form for bool {
    fn form(&self) -> Json {
        Json::Bool(*self)
    }
}

impl Form for str {
    fn form(&self) -> Json {
        Json::String(self.to_owned())
    }
}

impl<T: Form + ?Sized> Form for &T {
    fn form(&self) -> Json {
        (**self).form()
    }
}

macro_rules! integers {
    ($($kind:ty),*) => {$(
        impl Form for $kind {
            fn form(&self) -> Json {
                Json::String(format!("{self:#x}"))
            }
        }
    )*};
}
integers!(u16, u32, u64, u128, usize, U256);

impl Form for u8 {
    fn form(&self) -> Json {
        Json::String(format!("{self:#x}"))
    }

    fn forms(items: &[&Self]) -> Json {
        hex(items.iter().map(|item| **item).collect::<Vec<u8>>())
    }
}

macro_rules! fixed_bytes {
    ($($kind:ty),*) => {$(
        impl Form for $kind {
            fn form(&self) -> Json {
                hex(AsRef::<[u8]>::as_ref(self))
            }
        }
    )*};
}
fixed_bytes!(ActorId, CodeId, H256, MessageId, ReservationId);

impl<T: Form> Form for Option<T> {
    fn form(&self) -> Json {
        self.as_ref().map_or(Json::Null, Form::form)
    }
}

macro_rules! lists {
    ($($kind:ty),*) => {$(
        impl<T: Form> Form for $kind {
            fn form(&self) -> Json {
                T::forms(&self.iter().collect::<Vec<_>>())
            }
        }
    )*};
}
lists!(Vec<T>, VecDeque<T>, BTreeSet<T>, [T]);

impl<T: Form, const N: usize> Form for [T; N] {
    fn form(&self) -> Json {
        self.as_slice().form()
    }
}

impl<A: Form, B: Form> Form for (A, B) {
    fn form(&self) -> Json {
        Json::Array(vec![self.0.form(), self.1.form()])
    }
}

impl<K: Form, V: Form> Form for BTreeMap<K, V> {
    fn form(&self) -> Json {
        let key = |key: &K| match key.form() {
            Json::String(text) => text,
            other => other.to_string(),
        };
        Json::Object(self.iter().map(|(k, v)| (key(k), v.form())).collect())
    }
}

/// Reads the fields of a request.
#[derive(Clone, Copy)]
pub struct Input<'a> {
    form: &'a Json,
    place: &'a str,
}

impl<'a> Input<'a> {
    pub fn new(form: &'a Json, place: &'a str) -> Self {
        Self { form, place }
    }

    pub fn get(&self, name: &'a str) -> Result<Input<'a>, Refusal> {
        match self.form.get(name) {
            Some(form) => Ok(Input { form, place: name }),
            None => Err(Refusal::malformed(self.place, &format!("field {name}"))),
        }
    }

    /// The field, or nothing where it is absent or null.
    pub fn optional(&self, name: &'a str) -> Option<Input<'a>> {
        self.form.get(name).filter(|form| !form.is_null()).map(|form| Input { form, place: name })
    }

    pub fn items(&self) -> Result<impl Iterator<Item = Input<'a>> + use<'a>, Refusal> {
        let items = self.form.as_array().ok_or_else(|| self.expected("list"))?;
        let place = self.place;
        Ok(items.iter().map(move |form| Input { form, place }))
    }

    pub fn entries(&self) -> Result<impl Iterator<Item = (&'a str, Input<'a>)> + use<'a>, Refusal> {
        let entries = self.form.as_object().ok_or_else(|| self.expected("object"))?;
        Ok(entries.iter().map(|(name, form)| (name.as_str(), Input { form, place: name })))
    }

    /// The single key of a choice and what stands under it.
    pub fn choice(&self) -> Result<(&'a str, Input<'a>), Refusal> {
        let mut entries = self.entries()?;
        match (entries.next(), entries.next()) {
            (Some(entry), None) => Ok(entry),
            _ => Err(self.expected("object with one key")),
        }
    }

    pub fn text(&self) -> Result<&'a str, Refusal> {
        self.form.as_str().ok_or_else(|| self.expected("string"))
    }

    pub fn flag(&self) -> Result<bool, Refusal> {
        self.form.as_bool().ok_or_else(|| self.expected("boolean"))
    }

    pub fn bytes(&self) -> Result<Vec<u8>, Refusal> {
        parse_bytes(self.text()?).ok_or_else(|| self.expected("0x hex bytes"))
    }

    pub fn array<const N: usize>(&self) -> Result<[u8; N], Refusal> {
        self.bytes()?.try_into().map_err(|_| self.expected(&format!("{N} bytes")))
    }

    pub fn hash(&self) -> Result<H256, Refusal> {
        Ok(H256(self.array()?))
    }

    pub fn u128(&self) -> Result<u128, Refusal> {
        let digits = self.text()?.strip_prefix("0x").ok_or_else(|| self.expected("0x hex integer"))?;
        u128::from_str_radix(digits, 16).map_err(|_| self.expected("0x hex integer up to 128 bits"))
    }

    pub fn integer<T: TryFrom<u128>>(&self) -> Result<T, Refusal> {
        T::try_from(self.u128()?).map_err(|_| self.expected(std::any::type_name::<T>()))
    }

    pub fn expected(&self, wanted: &str) -> Refusal {
        Refusal::malformed(self.place, wanted)
    }
}

pub fn parse_bytes(text: &str) -> Option<Vec<u8>> {
    hex::decode(text.strip_prefix("0x")?).ok()
}
