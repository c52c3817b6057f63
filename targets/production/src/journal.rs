// SPDX-License-Identifier: GPL-3.0-only
//! The whole journal of each dispatch of a queue run.
//!
//! The runtime hands out only the notes that it does not take itself, and its way from a dispatch to a journal is not
//! public. So that way is walked once more here, with the functions of `core-processor` that the runtime uses, and
//! from the states that the runtime left between the dispatches. What comes out must contain, in order, what the
//! runtime handed out, and must be what it reported; else the run is answered as a failure.

use crate::{answer::Refusal, externalities::Ext, store::Store};
use core_processor::{
    ContextCharged, ProcessExecutionContext,
    common::{ExecutableActorData, JournalNote},
    configs::{BlockConfig, BlockInfo, SyscallName},
};
use ethexe_common::gear::CHUNK_PROCESSING_GAS_LIMIT;
use ethexe_runtime_common::{
    MAX_OUTGOING_MESSAGES_BYTES_PER_EXECUTION, MAX_OUTGOING_MESSAGES_PER_EXECUTION, ProcessQueueContext,
    ProgramJournals, RuntimeDispatchReport, RuntimeGasBurnReport, RuntimeInterface, RuntimeQueueReport,
    state::{Dispatch, Program, ProgramState, Storage},
};
use gear_core::{
    code::{InstrumentedCodeAndMetadata, MAX_WASM_PAGES_AMOUNT, SyscallKind},
    gas::GasAllowanceCounter,
    gas_metering::Schedule,
    message::{DispatchKind, IncomingDispatch, IncomingMessage},
};
use gprimitives::H256;
use gsys::{GasMultiplier, Percent};
use parity_scale_codec::Encode;

/// One dispatch of a run.
pub struct Dispatched {
    /// All notes, in order.
    pub journal: Vec<JournalNote>,
    /// Which of them the runtime handed out.
    pub forwarded: Vec<usize>,
    /// The program's state after what the runtime took.
    pub state_hash: H256,
}

/// The dispatches that a run came to.
///
/// `run` is what the runtime was given, `handed_out` and `report` what it answered; the store has seen the run.
pub fn dispatches(
    run: &ProcessQueueContext,
    store: &Store,
    handed_out: &ProgramJournals,
    report: &RuntimeQueueReport,
) -> Result<Vec<Dispatched>, Refusal> {
    let config = block_config(run.block_info);
    let mut state = store.program_state(run.state_root).expect("the run started from it");
    let mut allowance = GasAllowanceCounter::new(run.gas_allowance.left());
    let queue = state.queue_from_msg_type(run.queue_type).query(store).expect("the run has read it");
    let mut replayed = RuntimeQueueReport::default();
    let mut dispatched = Vec::new();
    let hashes = store.state_hashes();
    store.init_lazy_pages();
    for ((dispatch, (notes, ..)), state_hash) in queue.into_iter().zip(handed_out).zip(hashes) {
        store.open_pages(&state);
        let journal = process(dispatch, &config, &state, run, allowance.left(), store);
        for note in &journal {
            if let JournalNote::GasBurned { amount, .. } | JournalNote::StopProcessing { gas_burned: amount, .. } = note
            {
                allowance.charge(*amount);
            }
        }
        replayed.extend(reported(&journal, report, replayed.gas_burned.len()));
        let forwarded = positions(&journal, notes).ok_or_else(parted)?;
        state = store.program_state(state_hash).expect("the run has written it");
        dispatched.push(Dispatched { journal, forwarded, state_hash });
    }
    let is_whole = dispatched.len() == handed_out.len() && replayed == *report;
    if is_whole { Ok(dispatched) } else { Err(parted()) }
}

fn parted() -> Refusal {
    Refusal::Failure("the journal is not the one that the runtime has seen".into())
}

/// What the runtime reports of a journal. Whether gas is charged is its decision alone, so that is taken over.
fn reported(journal: &[JournalNote], report: &RuntimeQueueReport, burns_before: usize) -> RuntimeQueueReport {
    let mut replayed = RuntimeQueueReport::default();
    for note in journal.iter().cloned() {
        match note {
            JournalNote::MessageDispatched { message_id, source, outcome } => {
                replayed.dispatched.push(RuntimeDispatchReport { message_id, source, outcome });
            }
            JournalNote::GasBurned { message_id, amount, .. } => {
                let known = report.gas_burned.get(burns_before + replayed.gas_burned.len());
                let charged_to_executable_balance = known.is_some_and(|burn| burn.charged_to_executable_balance);
                replayed.gas_burned.push(RuntimeGasBurnReport { message_id, amount, charged_to_executable_balance });
            }
            _ => {}
        }
    }
    replayed
}

/// Where the notes stand in the journal; nothing if they do not, in this order.
fn positions(journal: &[JournalNote], notes: &[JournalNote]) -> Option<Vec<usize>> {
    let journal: Vec<_> = journal.iter().map(Encode::encode).collect();
    let mut from = 0;
    notes
        .iter()
        .map(|note| {
            let place = from + journal[from..].iter().position(|other| *other == note.encode())?;
            from = place + 1;
            Some(place)
        })
        .collect()
}

/// From a dispatch to its journal, as `process_dispatch` of the runtime does it.
fn process(
    dispatch: Dispatch,
    config: &BlockConfig,
    state: &ProgramState,
    run: &ProcessQueueContext,
    allowance: u64,
    store: &Store,
) -> Vec<JournalNote> {
    let kind = dispatch.kind;
    let charged = ContextCharged::new(run.program_id, incoming(dispatch, config, state, store), allowance);
    let charged = match charged.charge_for_program(config) {
        Ok(charged) => charged,
        Err(journal) => return journal,
    };
    let active = match &state.program {
        Program::Active(active) => active,
        Program::Terminated(_) => return core_processor::process_failed_init(charged),
        Program::Exited(inheritor) => return core_processor::process_program_exited(charged, *inheritor),
    };
    if !active.initialized && !matches!(kind, DispatchKind::Init | DispatchKind::Reply) {
        return core_processor::process_uninitialized(charged);
    }
    let allocations =
        active.allocations_hash.map_or_default(|hash| store.allocations(hash).expect("the run has read it"));
    let code_length = run.instrumented_code.bytes().len() as u32;
    let sections = run.instrumented_code.instantiated_section_sizes();
    let charged = charged
        .charge_for_code_metadata(config)
        .and_then(|charged| charged.charge_for_instrumented_code(config, code_length))
        .and_then(|charged| charged.charge_for_allocations(config, allocations.tree_len()))
        .and_then(|charged| {
            let actor = ExecutableActorData {
                allocations: allocations.into(),
                gas_reservation_map: Default::default(),
                memory_infix: active.memory_infix,
            };
            charged.charge_for_module_instantiation(config, actor, sections, &run.code_metadata)
        });
    let charged = match charged {
        Ok(charged) => charged,
        Err(journal) => return journal,
    };
    let code = InstrumentedCodeAndMetadata {
        instrumented_code: run.instrumented_code.clone(),
        metadata: run.code_metadata.clone(),
    };
    let context = ProcessExecutionContext::new(charged, code, state.balance, SyscallKind::Eth);
    core_processor::process::<Ext>(config, context, store.random_data()).expect("the run has done it")
}

fn incoming(dispatch: Dispatch, config: &BlockConfig, state: &ProgramState, store: &Store) -> IncomingDispatch {
    let gas = config.gas_multiplier.value_to_gas(state.executable_balance).min(CHUNK_PROCESSING_GAS_LIMIT);
    let payload = dispatch.payload.query(store).expect("the run has read it");
    let message = IncomingMessage::new(dispatch.id, dispatch.source, payload, gas, dispatch.value, dispatch.details);
    IncomingDispatch::new(dispatch.kind, message, dispatch.context)
}

/// What `process_queue` of the runtime sets for every run.
fn block_config(block_info: BlockInfo) -> BlockConfig {
    use SyscallName::*;
    BlockConfig {
        block_info,
        forbidden_funcs: [
            CreateProgram,
            CreateProgramWGas,
            Random,
            ReplyCommitWGas,
            ReplyDeposit,
            ReplyInputWGas,
            ReplyWGas,
            ReservationReply,
            ReservationReplyCommit,
            ReservationSend,
            ReservationSendCommit,
            ReserveGas,
            SendCommitWGas,
            SendInputWGas,
            SendWGas,
            SignalCode,
            SignalFrom,
            SystemReserveGas,
            UnreserveGas,
            Wait,
        ]
        .into(),
        gas_multiplier: GasMultiplier::from_value_per_gas(100),
        costs: Schedule::default().process_costs(),
        max_pages: MAX_WASM_PAGES_AMOUNT.into(),
        outgoing_limit: MAX_OUTGOING_MESSAGES_PER_EXECUTION,
        outgoing_bytes_limit: MAX_OUTGOING_MESSAGES_BYTES_PER_EXECUTION,
        performance_multiplier: Percent::new(100),
        existential_deposit: 0,
        mailbox_threshold: 0,
        max_reservations: 0,
        reserve_for: 0,
    }
}
