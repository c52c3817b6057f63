// SPDX-License-Identifier: GPL-3.0-only
//! How a dispatch ended, and the words of the specification for why it failed.

use crate::form::{Form, choice, field, record};
use core_processor::common::DispatchOutcome;
use serde_json::Value as Json;

impl Form for DispatchOutcome {
    fn form(&self) -> Json {
        match self {
            Self::Exit { program_id } => choice("exit", record([field("programId", program_id)])),
            Self::InitSuccess { program_id } => choice("initSuccess", record([field("programId", program_id)])),
            Self::InitFailure { program_id, origin, reason } => choice(
                "initFailure",
                record([field("programId", program_id), field("origin", origin), field("reason", word(reason))]),
            ),
            Self::MessageTrap { program_id, trap } => {
                choice("messageTrap", record([field("programId", program_id), field("trap", word(trap))]))
            }
            Self::Success => choice("success", record([])),
            Self::NoExecution => choice("noExecution", record([])),
        }
    }
}

/// The word for a text; the text itself where there is none.
fn word(text: &str) -> &str {
    REASONS.iter().find(|(start, _)| text.starts_with(start)).map_or(text, |(_, word)| word)
}

/// Production's texts for people, by how they begin.
const REASONS: &[(&str, &str)] = &[
    ("Not enough gas to handle program data", "precharge:programData"),
    ("Not enough gas to obtain code metadata", "precharge:codeMetadata"),
    ("Not enough gas to obtain instrumented code", "precharge:instrumentedCode"),
    ("Not enough gas to obtain program allocations", "precharge:allocations"),
    ("Not enough gas to instantiate Function section", "precharge:code"),
    ("Not enough gas to instantiate Data section", "precharge:data"),
    ("Not enough gas to instantiate Global section", "precharge:global"),
    ("Not enough gas to instantiate Table section", "precharge:table"),
    ("Not enough gas to instantiate Element section", "precharge:element"),
    ("Not enough gas to instantiate Type section", "precharge:type"),
    ("Not enough gas to continue execution", "gasLimitExceeded"),
    ("Unable to call a forbidden function", "forbiddenFunction"),
    ("Trying to allocate more wasm program memory than allowed", "programAllocOutOfBounds"),
    ("Panic occurred", "panic"),
    ("Stack limit exceeded", "stackLimitExceeded"),
    ("Reason is unknown", "unknown"),
    ("Environment error", "environment"),
    ("Syscall unrecoverable error: Execution error: Invalid debug string", "invalidDebugString"),
    ("Syscall unrecoverable error: Execution error: Not enough gas for operation", "notEnoughGas"),
    ("Syscall unrecoverable error: Execution error: Unsupported version", "unsupportedEnvVarsVersion"),
    ("Syscall unrecoverable error: Execution error: Length is overflowed", "panicBufferIsTooBig"),
    ("Syscall unrecoverable error: Memory error: Trying to access memory outside", "accessOutOfBounds"),
    ("Syscall unrecoverable error: Memory error: Trying to allocate more memory", "runtimeAllocOutOfBounds"),
    ("Syscall unrecoverable error: Waiting error: Waiting duration cannot be zero", "zeroDuration"),
    ("Syscall unrecoverable error: Waiting error: `wait()` is not allowed", "waitAfterReply"),
];
