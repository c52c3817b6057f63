// SPDX-License-Identifier: GPL-3.0-only
//! One run of a program's queue.

use crate::{
    answer::{Outcome, Refusal},
    form::{Form, Input, field, record},
    store::Store,
    wasm::check_code,
};
use ethexe_common::{PromisePolicy, gear::MessageType, injected::Promise};
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

/// `execution/run`: the notes that leave the runtime, the burned gas, promises, states and objects of one queue run.
///
/// `cas` holds everything the run reads, `stateHash` what it starts from, `wasm` the original code.
pub fn run(input: Input) -> Outcome {
    let store = Store::from_input(input.get("cas")?)?;
    let state_root = input.get("stateHash")?.hash()?;
    let state = store.program_state(state_root).ok_or_else(|| input.expected("state in cas"))?;
    let Some(wasm) = input.optional("wasm") else {
        return Err(Refusal::Unsupported("REV-ABSENT-CODE: a program without code".into()));
    };
    let (instrumented_code, code_metadata) = instrumented(wasm.bytes()?)?;
    store.open_pages(&state);
    store.start_log();

    let context = ProcessQueueContext {
        program_id: input.get("programId")?.actor()?,
        state_root,
        queue_type: queue_type(input.get("queueType")?)?,
        instrumented_code,
        code_metadata,
        gas_allowance: GasAllowanceCounter::new(input.get("gasAllowance")?.integer()?),
        block_info: BlockInfo {
            height: input.get("height")?.integer()?,
            timestamp: input.get("timestamp")?.integer()?,
        },
        promise_policy: if input.get("promises")?.flag()? { PromisePolicy::Enabled } else { PromisePolicy::Disabled },
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

fn outputs(store: &Store, before: H256, journals: ProgramJournals, gas_spent: u64, report: RuntimeQueueReport) -> Json {
    let hashes = store.state_hashes();
    let dispatches = journals.iter().map(|(notes, message_type, call_reply)| {
        record([field("forwarded", notes), field("messageType", message_type), field("callReply", call_reply)])
    });
    let burned = report.gas_burned.iter().map(|burn| {
        record([
            field("messageId", burn.message_id),
            field("amount", burn.amount),
            field("charged", burn.charged_to_executable_balance),
        ])
    });
    let dispatched = report.dispatched.iter().map(|end| {
        record([field("messageId", end.message_id), field("source", end.source), field("outcome", &end.outcome)])
    });
    json!({
        "dispatches": dispatches.collect::<Vec<_>>(),
        "burned": burned.collect::<Vec<_>>(),
        "dispatched": dispatched.collect::<Vec<_>>(),
        "gasSpent": gas_spent.form(),
        "stateHashes": hashes.form(),
        "stateHash": hashes.last().unwrap_or(&before).form(),
        "promises": store.promises().iter().map(promise).collect::<Vec<_>>(),
        "written": store.written(),
    })
}

fn promise(promise: &Promise) -> Json {
    record([
        field("txHash", promise.tx_hash),
        field("payload", &promise.reply.payload),
        field("value", promise.reply.value),
        field("code", promise.reply.code),
        field("replyHash", promise.reply_hash()),
    ])
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
