// SPDX-License-Identifier: GPL-3.0-only
//! One run of a program's queue.

use crate::{
    answer::{Outcome, Refusal},
    form::{Form, Input, field, record},
    store::Store,
    wasm::check_code,
};
use core_processor::common::{DispatchOutcome, JournalNote};
use ethexe_common::{PromisePolicy, gear::MessageType};
use ethexe_runtime_common::{
    BlockInfo, ProcessQueueContext, ProgramJournals, RuntimeQueueReport, process_queue_with_report, state::Storage,
};
use gear_core::{
    code::{CodeMetadata, InstrumentedCode},
    gas::GasAllowanceCounter,
};
use gprimitives::H256;
use serde_json::{Value as Json, json};
use std::{cell::RefCell, collections::BTreeMap};

thread_local! {
    /// Checked codes by their bytes' hash.
    static CODES: RefCell<BTreeMap<[u8; 32], (InstrumentedCode, CodeMetadata)>> = const { RefCell::new(BTreeMap::new()) };
}
const CODES_KEPT: usize = 256;

/// `queue/run`: the notes that leave the runtime, the burned gas, promises, states and objects of one queue run.
///
/// `objects` holds everything the run reads, `stateHash` what it starts from, `wasm` the original code.
pub fn run(input: Input) -> Outcome {
    let store = Store::from_input(input.get("objects")?)?;
    let state_root = input.get("stateHash")?.hash()?;
    let state = store.program_state(state_root).ok_or_else(|| input.expected("state in objects"))?;
    let Some(wasm) = input.optional("wasm") else {
        return Err(Refusal::Unsupported("REV-ABSENT-CODE: a program without code".into()));
    };
    if !input.get("chargesCodeLength")?.flag()? {
        return Err(Refusal::Unsupported("REV-CODE-CHARGE: loading a code is charged by its length".into()));
    }
    let (instrumented_code, code_metadata) = instrumented(wasm.bytes()?)?;
    store.open_pages(&state);

    let context = ProcessQueueContext {
        program_id: input.get("program")?.actor()?,
        state_root,
        queue_type: queue_type(input.get("queue")?)?,
        instrumented_code,
        code_metadata,
        gas_allowance: GasAllowanceCounter::new(input.get("allowance")?.integer()?),
        block_info: block_info(input.get("block")?)?,
        promise_policy: if input.get("emitsPromises")?.flag()? {
            PromisePolicy::Enabled
        } else {
            PromisePolicy::Disabled
        },
    };
    let (journals, gas_spent, report) = process_queue_with_report(context, &store);
    Ok(outputs(&store, state_root, journals, gas_spent, report))
}

pub fn queue_type(input: Input) -> Result<MessageType, Refusal> {
    match input.text()? {
        "Canonical" => Ok(MessageType::Canonical),
        "Injected" => Ok(MessageType::Injected),
        _ => Err(input.expected("Canonical or Injected")),
    }
}

fn block_info(input: Input) -> Result<BlockInfo, Refusal> {
    Ok(BlockInfo { height: input.get("height")?.integer()?, timestamp: input.get("timestamp")?.integer()? })
}

fn outputs(store: &Store, before: H256, journals: ProgramJournals, gas_spent: u64, report: RuntimeQueueReport) -> Json {
    let hashes = store.state_hashes();
    let mut burns = report.gas_burned.into_iter();
    let mut ends = report.dispatched.into_iter();
    let dispatches = journals.iter().map(|(notes, message_type, call_reply)| {
        let has_stopped = matches!(notes.last(), Some(JournalNote::StopProcessing { .. }));
        let waits = matches!(notes.last(), Some(JournalNote::WaitDispatch { .. }));
        let burn = if has_stopped { None } else { burns.next() };
        let outcome = match (has_stopped, waits) {
            (true, _) => None,
            (_, true) => Some("Wait"),
            _ => ends.next().map(|end| outcome_name(&end.outcome)),
        };
        record([
            field("messageType", message_type),
            field("callReply", call_reply),
            field("notes", notes),
            field("gasBurned", burn.as_ref().map_or(0, |burn| burn.amount)),
            field("outcome", outcome),
            field("isCharged", burn.map(|burn| burn.charged_to_executable_balance)),
        ])
    });
    json!({
        "dispatches": dispatches.collect::<Vec<_>>(),
        "gasSpent": gas_spent.form(),
        "promises": store.promises().form(),
        "stateHash": hashes.last().unwrap_or(&before).form(),
    })
}

fn outcome_name(outcome: &DispatchOutcome) -> &'static str {
    match outcome {
        DispatchOutcome::Exit { .. } => "Exit",
        DispatchOutcome::InitSuccess { .. } => "InitSuccess",
        DispatchOutcome::InitFailure { .. } => "InitFailure",
        DispatchOutcome::MessageTrap { .. } => "MessageTrap",
        DispatchOutcome::Success => "Success",
        DispatchOutcome::NoExecution => "NoExecution",
    }
}

fn instrumented(code: Vec<u8>) -> Result<(InstrumentedCode, CodeMetadata), Refusal> {
    let key = gear_core::utils::hash(&code);
    if let Some(known) = CODES.with_borrow(|codes| codes.get(&key).cloned()) {
        return Ok(known);
    }
    let (_, instrumented, metadata) = check_code(code)?.into_parts();
    CODES.with_borrow_mut(|codes| {
        if codes.len() >= CODES_KEPT {
            codes.clear();
        }
        codes.insert(key, (instrumented.clone(), metadata.clone()));
    });
    Ok((instrumented, metadata))
}
