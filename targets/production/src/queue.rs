// SPDX-License-Identifier: GPL-3.0-only
//! One run of a program's queue.

use crate::{
    answer::{Outcome, Refusal},
    form::{Form, Input, field, record},
    journal::{Dispatched, dispatches},
    reachable::reachable,
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
use serde_json::{Value as Json, json};
use std::{
    cell::RefCell,
    collections::BTreeMap,
    time::{Duration, Instant},
};

thread_local! {
    /// Checked codes by their bytes' hash.
    static CODES: RefCell<BTreeMap<[u8; 32], (InstrumentedCode, CodeMetadata)>> = const { RefCell::new(BTreeMap::new()) };
}
const CODES_KEPT: usize = 256;

/// `queue/run`: journals, gas and outcomes of one queue run, promises, and what it stored.
///
/// `objects` holds everything the run reads, `stateHash` what it starts from, `wasm` the original code.
pub fn run(input: Input) -> Outcome {
    let store = Store::from_input(input.get("objects")?)?;
    let state_root = input.get("stateHash")?.hash()?;
    let state = store.program_state(state_root).ok_or_else(|| input.expected("state in objects"))?;
    store.open_pages(&state);
    let (journals, gas_spent, report) = process_queue_with_report(context(input)?, &store);
    let dispatches = dispatches(&context(input)?, &store, &journals, &report)?;
    let state_hash = dispatches.last().map_or(state_root, |last| last.state_hash);
    let after = reachable(&store, state_hash);
    Ok(json!({
        "dispatches": dispatch_forms(&dispatches, &journals, report),
        "gasSpent": gas_spent.form(),
        "promises": store.promises().form(),
        "stateHash": state_hash.form(),
        "objects": store.forms(after.difference(&reachable(&store, state_root))),
    }))
}

/// `queue/measure`: how long the runtime alone takes for the run of `queue/run`, `times` over.
pub fn measure(input: Input) -> Outcome {
    let store = Store::from_input(input.get("objects")?)?;
    let state =
        store.program_state(input.get("stateHash")?.hash()?).ok_or_else(|| input.expected("state in objects"))?;
    let mut spent = Duration::ZERO;
    let mut dispatches = 0usize;
    for _ in 0..input.get("times")?.integer::<u32>()? {
        store.open_pages(&state);
        let context = context(input)?;
        let began = Instant::now();
        let (journals, ..) = process_queue_with_report(context, &store);
        spent += began.elapsed();
        dispatches += journals.len();
    }
    Ok(json!({"dispatches": dispatches.form(), "nanoseconds": spent.as_nanos().form()}))
}

/// What the runtime is given.
fn context(input: Input) -> Result<ProcessQueueContext, Refusal> {
    let Some(wasm) = input.optional("wasm") else {
        return Err(Refusal::Unsupported("REV-ABSENT-CODE: a program without code".into()));
    };
    if !input.get("chargesCodeLength")?.flag()? {
        return Err(Refusal::Unsupported("REV-CODE-CHARGE: loading a code is charged by its length".into()));
    }
    let (instrumented_code, code_metadata) = instrumented(wasm.bytes()?)?;
    let emits_promises = input.get("emitsPromises")?.flag()?;
    Ok(ProcessQueueContext {
        program_id: input.get("program")?.actor()?,
        state_root: input.get("stateHash")?.hash()?,
        queue_type: queue_type(input.get("queue")?)?,
        instrumented_code,
        code_metadata,
        gas_allowance: GasAllowanceCounter::new(input.get("allowance")?.integer()?),
        block_info: block_info(input.get("block")?)?,
        promise_policy: if emits_promises { PromisePolicy::Enabled } else { PromisePolicy::Disabled },
    })
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

fn dispatch_forms(dispatches: &[Dispatched], journals: &ProgramJournals, report: RuntimeQueueReport) -> Vec<Json> {
    let mut burns = report.gas_burned.into_iter();
    let mut ends = report.dispatched.into_iter();
    let forms = dispatches.iter().zip(journals).map(|(dispatch, (_, message_type, call_reply))| {
        let has_stopped = matches!(dispatch.journal.last(), Some(JournalNote::StopProcessing { .. }));
        let waits = matches!(dispatch.journal.last(), Some(JournalNote::WaitDispatch { .. }));
        let burn = if has_stopped { None } else { burns.next() };
        let outcome = match (has_stopped, waits) {
            (true, _) => None,
            (_, true) => Some("Wait"),
            _ => ends.next().map(|end| outcome_name(&end.outcome)),
        };
        record([
            field("messageType", message_type),
            field("callReply", call_reply),
            field("journal", &dispatch.journal),
            field("forwarded", &dispatch.forwarded),
            field("stateHash", dispatch.state_hash),
            field("gasBurned", burn.as_ref().map_or(0, |burn| burn.amount)),
            field("outcome", outcome),
            field("isCharged", burn.map(|burn| burn.charged_to_executable_balance)),
        ])
    });
    forms.collect()
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
