// SPDX-License-Identifier: GPL-3.0-only
//! The text that Rust's `{:?}` makes of plain data, read back as JSON.
//!
//! The schedule has hundreds of numbers under names and no other way out of its crate.

use crate::{answer::Refusal, form::Form};
use serde_json::{Map, Value as Json};

/// Numbers, booleans, names, options, records and tuples; a name before `{` or `(` is dropped.
pub fn parse(text: &str) -> Result<Json, Refusal> {
    let mut reader = Reader { rest: text };
    let value = reader.value().ok_or_else(|| Refusal::Failure(format!("debug text: stuck at {:.40}", reader.rest)))?;
    Ok(value)
}

struct Reader<'a> {
    rest: &'a str,
}

impl<'a> Reader<'a> {
    fn value(&mut self) -> Option<Json> {
        let word = self.word();
        match (word, self.peek()?) {
            ("Some", '(') => self.sequence('(', ')').map(|mut items| items.remove(0)),
            (_, '{') => self.record('{', '}'),
            (_, '(') if self.is_record() => self.record('(', ')'),
            ("", '(') => self.sequence('(', ')').map(Json::Array),
            (_, '(') => self
                .sequence('(', ')')
                .map(|mut items| if items.len() == 1 { items.remove(0) } else { Json::Array(items) }),
            ("", '[') => self.sequence('[', ']').map(Json::Array),
            _ => atom(word),
        }
    }

    fn record(&mut self, open: char, close: char) -> Option<Json> {
        self.take(open)?;
        let mut fields = Map::new();
        while self.take(close).is_none() {
            let name = self.word().to_owned();
            self.take(':')?;
            fields.insert(name, self.value()?);
            self.take(',');
        }
        Some(Json::Object(fields))
    }

    fn sequence(&mut self, open: char, close: char) -> Option<Vec<Json>> {
        self.take(open)?;
        let mut items = Vec::new();
        while self.take(close).is_none() {
            items.push(self.value()?);
            self.take(',');
        }
        Some(items)
    }

    /// Whether a name and a colon follow the opening bracket, as in `Weight(ref_time: 1, proof_size: 0)`.
    fn is_record(&self) -> bool {
        let inside = self.rest.trim_start().trim_start_matches('(');
        let name = inside.find(|letter: char| !is_word(letter)).unwrap_or(0);
        name > 0 && inside[name..].starts_with(':')
    }

    fn peek(&self) -> Option<char> {
        Some(self.rest.trim_start().chars().next().unwrap_or(','))
    }

    fn take(&mut self, letter: char) -> Option<()> {
        self.rest = self.rest.trim_start().strip_prefix(letter)?;
        Some(())
    }

    fn word(&mut self) -> &'a str {
        let rest = self.rest.trim_start();
        let end = rest.find(|letter: char| !is_word(letter)).unwrap_or(rest.len());
        self.rest = &rest[end..];
        &rest[..end]
    }
}

fn is_word(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_'
}

fn atom(word: &str) -> Option<Json> {
    match word {
        "" => None,
        "None" => Some(Json::Null),
        "true" | "false" => Some(Json::Bool(word == "true")),
        _ => Some(word.parse::<u64>().map_or_else(|_| word.form(), |number| number.form())),
    }
}
