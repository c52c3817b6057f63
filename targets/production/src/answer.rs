// SPDX-License-Identifier: GPL-3.0-only
//! The four answers of gearexe-wire, and what an operation returns.

use serde_json::{Value as Json, json};

/// Why a request is not accepted.
#[derive(Debug)]
pub enum Refusal {
    /// The protocol rejects the input.
    Rejected { reason: String, phase: &'static str, details: Json },
    /// This target does not offer what is asked.
    Unsupported(String),
    /// The request is malformed, or production panicked.
    Failure(String),
}

/// Outputs of an accepted operation, or why there are none.
pub type Outcome = Result<Json, Refusal>;

impl Refusal {
    pub fn rejected(reason: impl Into<String>, phase: &'static str) -> Self {
        Self::Rejected { reason: reason.into(), phase, details: json!({}) }
    }

    pub fn malformed(place: &str, wanted: &str) -> Self {
        Self::Failure(format!("request: {place}: {wanted} expected"))
    }
}

/// The answer as an object with one key, its kind.
pub fn to_json(outcome: Outcome) -> Json {
    match outcome {
        Ok(outputs) => json!({"accepted": {"outputs": outputs}}),
        Err(Refusal::Rejected { reason, phase, details }) => {
            json!({"rejected": {"reason": reason, "phase": phase, "details": details}})
        }
        Err(Refusal::Unsupported(what)) => json!({"unsupported": {"what": what}}),
        Err(Refusal::Failure(message)) => json!({"failure": {"message": message}}),
    }
}
