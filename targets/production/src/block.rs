// SPDX-License-Identifier: GPL-3.0-only
//! Inside one block: what journals and due tasks do to program states, and the schedule restored from states.
//!
//! `states` and `schedule` travel as their SCALE encodings, objects as blobs under their hash.

use crate::{
    answer::{Outcome, Refusal},
    form::{Form, Input, hex},
    queue::queue_type,
    store::Store,
};
use core_processor::handle_journal;
use ethexe_common::{ProgramStates, Schedule, ToDigest, gear::CHUNK_PROCESSING_GAS_LIMIT};
use ethexe_runtime_common::{
    InBlockTransitions, JournalHandler, ScheduleHandler, ScheduleRestorer, TransitionController,
};
use gear_core::gas::GasAllowanceCounter;
use parity_scale_codec::{Decode, Encode};
use serde_json::{Value as Json, json};

/// What may still go to users; the block's limits unless the request says otherwise.
struct Limits {
    messages: u32,
    bytes: u32,
    call_replies: u32,
}

/// `program/journal`: hand the notes of several dispatches to the native side.
pub fn journal(input: Input) -> Outcome {
    let store = Store::from_input(input.get("cas")?)?;
    let mut transitions = transitions(input)?;
    let mut limits = limits(input)?;
    let mut out_of_gas = false;
    for dispatch in input.get("journals")?.items()? {
        let notes = dispatch.get("notes")?.items()?.map(|note| note.note()).collect::<Result<Vec<_>, _>>()?;
        let allowance = GasAllowanceCounter::new(dispatch.get("allowanceLeft")?.integer()?);
        let mut handler = JournalHandler {
            program_id: dispatch.get("programId")?.actor()?,
            message_type: queue_type(dispatch.get("messageType")?)?,
            call_reply: dispatch.get("callReply")?.flag()?,
            controller: TransitionController { storage: &store, transitions: &mut transitions },
            gas_allowance_counter: &allowance,
            chunk_gas_limit: CHUNK_PROCESSING_GAS_LIMIT,
            out_of_gas: &mut out_of_gas,
            outgoing_messages_limiter: &mut limits.messages,
            outgoing_messages_bytes_limiter: &mut limits.bytes,
            call_reply_limiter: &mut limits.call_replies,
        };
        handle_journal(notes, &mut handler);
    }
    let mut outputs = outputs(&store, transitions);
    outputs["limits"] = json!({
        "outgoingMessages": limits.messages.form(),
        "outgoingBytes": limits.bytes.form(),
        "callReplies": limits.call_replies.form(),
    });
    outputs["outOfGas"] = out_of_gas.form();
    Ok(outputs)
}

/// `program/tasks`: take the tasks that are due and do them.
pub fn tasks(input: Input) -> Outcome {
    let store = Store::from_input(input.get("cas")?)?;
    let mut transitions = transitions(input)?;
    let tasks = transitions.take_actual_tasks();
    for task in tasks.iter().cloned() {
        let mut handler =
            ScheduleHandler { controller: TransitionController { storage: &store, transitions: &mut transitions } };
        task.process_with(&mut handler);
    }
    let mut outputs = outputs(&store, transitions);
    outputs["tasks"] = hex(tasks.encode());
    Ok(outputs)
}

/// `program/restore`: the schedule made from states; tasks due at `height` or earlier are left out (REV-RESTORE).
pub fn restore(input: Input) -> Outcome {
    let store = Store::from_input(input.get("cas")?)?;
    let states = scale::<ProgramStates>(input.get("states")?)?;
    let restorer = ScheduleRestorer::from_storage(&store, &states, input.get("height")?.integer()?)
        .map_err(|error| Refusal::rejected(error.to_string(), "execute"))?;
    Ok(json!({"schedule": hex(restorer.restore().encode())}))
}

fn transitions(input: Input) -> Result<InBlockTransitions, Refusal> {
    let states = scale::<ProgramStates>(input.get("states")?)?;
    let schedule = scale::<Schedule>(input.get("schedule")?)?;
    Ok(InBlockTransitions::new(input.get("height")?.integer()?, states, schedule))
}

fn limits(input: Input) -> Result<Limits, Refusal> {
    let limits = input.get("limits")?;
    Ok(Limits {
        messages: limits.get("outgoingMessages")?.integer()?,
        bytes: limits.get("outgoingBytes")?.integer()?,
        call_replies: limits.get("callReplies")?.integer()?,
    })
}

fn scale<T: Decode>(input: Input) -> Result<T, Refusal> {
    T::decode(&mut input.bytes()?.as_slice()).map_err(|_| input.expected("SCALE encoding"))
}

fn outputs(store: &Store, transitions: InBlockTransitions) -> Json {
    let modifications = transitions.modifications_len();
    let finalized = transitions.finalize();
    json!({
        "modifications": modifications.form(),
        "transitions": finalized.transitions.form(),
        "outcome": hex(finalized.transitions.encode()),
        "transitionsDigest": finalized.transitions.to_digest().form(),
        "states": hex(finalized.states.encode()),
        "schedule": hex(finalized.schedule.encode()),
        "written": store.written_blobs(),
    })
}
