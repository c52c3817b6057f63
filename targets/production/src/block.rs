// SPDX-License-Identifier: GPL-3.0-only
//! Inside one block: what journals and due tasks do to program states, the schedule restored from states, and memory.

use crate::{
    answer::{Outcome, Refusal},
    form::{Form, Input, field, hex, record},
    queue::queue_type,
    reachable::reachable,
    store::Store,
};
use core_processor::handle_journal;
use ethexe_common::{
    ProgramStates, Schedule, ScheduledTask, StateHashWithQueueSize, ToDigest,
    gear::{CHUNK_PROCESSING_GAS_LIMIT, StateTransition},
};
use ethexe_runtime_common::{
    InBlockTransitions, JournalHandler, ScheduleHandler, ScheduleRestorer, TransitionController,
    state::{Allocations, MAILBOX_VALIDITY, MemoryPages, Storage},
};
use gear_core::{
    gas::GasAllowanceCounter,
    memory::PageBuf,
    pages::{
        GearPage, WasmPage,
        numerated::{interval::Interval, tree::IntervalsTree},
    },
};
use gprimitives::ReservationId;
use parity_scale_codec::{Decode, Encode};
use serde_json::{Map, Value as Json, json};
use std::collections::{BTreeMap, BTreeSet};

/// What may still go to users in a block.
const BLOCK_LIMITS: Limits = Limits { messages: 128, bytes: 32_768, call_replies: 4 };

struct Limits {
    messages: u32,
    bytes: u32,
    call_replies: u32,
}

/// `program/applyJournals`: hand the notes of several dispatches to the native side.
pub fn apply_journals(input: Input) -> Outcome {
    let block = Block::from_input(input)?;
    let mut transitions = block.transitions();
    let mut limits = limits(input)?;
    let mut out_of_gas = false;
    for dispatch in input.get("journals")?.items()? {
        let notes = dispatch.get("notes")?.items()?.map(|note| note.note()).collect::<Result<Vec<_>, _>>()?;
        let allowance = GasAllowanceCounter::new(dispatch.get("allowanceLeft")?.integer()?);
        let mut handler = JournalHandler {
            program_id: dispatch.get("program")?.actor()?,
            message_type: queue_type(dispatch.get("messageType")?)?,
            call_reply: dispatch.get("callReply")?.flag()?,
            controller: TransitionController { storage: &block.store, transitions: &mut transitions },
            gas_allowance_counter: &allowance,
            chunk_gas_limit: CHUNK_PROCESSING_GAS_LIMIT,
            out_of_gas: &mut out_of_gas,
            outgoing_messages_limiter: &mut limits.messages,
            outgoing_messages_bytes_limiter: &mut limits.bytes,
            call_reply_limiter: &mut limits.call_replies,
        };
        handle_journal(notes, &mut handler);
    }
    let mut outputs = block.outputs(transitions);
    outputs["limits"] = record([
        field("outgoingMessages", limits.messages),
        field("outgoingBytes", limits.bytes),
        field("callReplies", limits.call_replies),
    ]);
    outputs["outOfGas"] = out_of_gas.form();
    Ok(outputs)
}

/// `program/applyDueTasks`: take the tasks that are due and do them.
pub fn apply_due_tasks(input: Input) -> Outcome {
    let block = Block::from_input(input)?;
    let mut transitions = block.transitions();
    let tasks = transitions.take_actual_tasks();
    for task in tasks.iter().cloned() {
        let mut handler = ScheduleHandler {
            controller: TransitionController { storage: &block.store, transitions: &mut transitions },
        };
        task.process_with(&mut handler);
    }
    let mut outputs = block.outputs(transitions);
    outputs["tasks"] = tasks.form();
    Ok(outputs)
}

/// `program/restoreSchedule`: tasks that are due at height 0 are left out (REV-RESTORE).
pub fn restore_schedule(input: Input) -> Outcome {
    let store = Store::from_input(input.get("objects")?)?;
    let restorer = ScheduleRestorer::from_storage(&store, &states(input.get("states")?)?, 0)
        .map_err(|error| Refusal::rejected(error.to_string(), "execute"))?;
    let schedule = restorer.restore();
    Ok(json!({"schedule": schedule_form(&schedule), "scheduleHash": hash(&schedule)}))
}

/// `program/changeMemory`: changes of one page table and of one allocation set, both empty at first.
pub fn change_memory(input: Input) -> Outcome {
    let store = Store::default();
    let mut table = MemoryPages::default();
    let mut allocations = Allocations::default();
    let mut results = Vec::new();
    for step in input.get("steps")?.items()? {
        let (kind, step) = step.choice()?;
        if kind == "setAllocations" {
            let removed = allocations.update(ranges(step.get("ranges")?)?);
            let key = allocations.clone().store(&store).and_then(|key| key.to_inner());
            // Production stores what changed; the hash of what did not is the one it had.
            let is_empty = allocations.tree_len() == 0;
            let key = key
                .map(|key| key.inner())
                .or((!is_empty).then(|| store.write_allocations(allocations.clone()).inner()));
            results.push(json!({
                "removed": removed.form(), "allocations": allocations.form(), "hash": key.form(),
                "scale": hex(allocations.encode()),
            }));
            continue;
        }
        match kind {
            "updatePages" => {
                let mut hashes = BTreeMap::new();
                for (number, content) in step.get("pages")?.entries()? {
                    let page =
                        PageBuf::decode(&mut content.bytes()?.as_slice()).map_err(|_| content.expected("page"))?;
                    hashes.insert(page_number(number, content)?, store.write_page_data(page));
                }
                table.update_and_store_regions(&store, hashes);
            }
            "removePages" => {
                let pages = step.get("pages")?.items()?.map(|page| page_number(page.text()?, page));
                table.remove_and_store_regions(&store, &pages.collect::<Result<Vec<_>, _>>()?);
            }
            other => return Err(Refusal::Unsupported(format!("step {other}"))),
        }
        results.push(pages_form(&store, &table));
    }
    Ok(json!({"results": results}))
}

/// The network before the block.
struct Block {
    store: Store,
    height: u32,
    states: ProgramStates,
    schedule: Schedule,
}

impl Block {
    fn from_input(input: Input) -> Result<Self, Refusal> {
        let config = input.get("config")?;
        if config.get("mailboxValidity")?.integer::<u32>()? != MAILBOX_VALIDITY {
            return Err(Refusal::Unsupported(format!("REV-MAILBOX-VALIDITY: other than {MAILBOX_VALIDITY} blocks")));
        }
        if config.get("answersEventDestinations")?.flag()? {
            return Err(Refusal::Unsupported("REV-EVENT-DESTINATIONS: answering them".into()));
        }
        Ok(Self {
            store: Store::from_input(input.get("objects")?)?,
            height: config.get("height")?.integer()?,
            states: states(input.get("states")?)?,
            schedule: schedule(input.get("schedule")?)?,
        })
    }

    fn transitions(&self) -> InBlockTransitions {
        InBlockTransitions::new(self.height, self.states.clone(), self.schedule.clone())
    }

    fn outputs(&self, transitions: InBlockTransitions) -> Json {
        let modifications = transitions.modifications_len();
        let finalized = transitions.finalize();
        let changed: BTreeMap<_, _> =
            finalized.states.iter().filter(|(actor, record)| self.states.get(actor) != Some(record)).collect();
        let before: BTreeSet<_> = self.states.values().flat_map(|record| reachable(&self.store, record.hash)).collect();
        let after: BTreeSet<_> = changed.values().flat_map(|record| reachable(&self.store, record.hash)).collect();
        let program = |record: &StateHashWithQueueSize| self.store.program_state(record.hash).expect("just written");
        json!({
            "modifications": modifications.form(),
            "transitions": finalized.transitions.iter().map(transition_form).collect::<Vec<_>>(),
            "transitionsDigest": finalized.transitions.to_digest().form(),
            "outcomeHash": hash(&finalized.transitions),
            "states": changed.form(),
            "programs": changed.iter().map(|(actor, record)| (*actor, program(record))).collect::<BTreeMap<_, _>>().form(),
            "objects": self.store.forms(after.difference(&before)),
            "programCreations": finalized.program_creations.form(),
            "programStatesHash": hash(&finalized.states),
            "schedule": schedule_form(&finalized.schedule),
            "scheduleHash": hash(&finalized.schedule),
        })
    }
}

fn transition_form(transition: &StateTransition) -> Json {
    let mut form = transition.form();
    form["digest"] = transition.to_digest().form();
    form
}

fn pages_form(store: &Store, table: &MemoryPages) -> Json {
    let regions = table.to_inner().into_iter().enumerate().filter_map(|(index, region)| {
        let key = region.to_inner()?;
        let pages = store.memory_pages_region(key).map(|region| region.form());
        Some((format!("{index:#x}"), json!({"hash": key.form(), "pages": pages})))
    });
    json!({
        "pagesHash": hash(table),
        "regions": Json::Object(regions.collect::<Map<_, _>>()),
    })
}

fn page_number(text: &str, place: Input) -> Result<GearPage, Refusal> {
    let number = text.strip_prefix("0x").and_then(|digits| u32::from_str_radix(digits, 16).ok());
    number.and_then(|number| GearPage::try_from(number).ok()).ok_or_else(|| place.expected("page number"))
}

fn ranges(input: Input) -> Result<IntervalsTree<WasmPage>, Refusal> {
    let mut tree = IntervalsTree::new();
    for range in input.items()? {
        let ends = range.items()?.map(|end| end.integer::<u16>()).collect::<Result<Vec<_>, _>>()?;
        let [first, last] = ends[..] else { return Err(range.expected("ends of a range")) };
        let interval = Interval::try_from(WasmPage::from(first)..=WasmPage::from(last));
        tree.insert(interval.map_err(|_| range.expected("first and last page"))?);
    }
    Ok(tree)
}

fn limits(input: Input) -> Result<Limits, Refusal> {
    let Some(limits) = input.optional("limits") else { return Ok(BLOCK_LIMITS) };
    Ok(Limits {
        messages: limits.get("outgoingMessages")?.integer()?,
        bytes: limits.get("outgoingBytes")?.integer()?,
        call_replies: limits.get("callReplies")?.integer()?,
    })
}

fn states(input: Input) -> Result<ProgramStates, Refusal> {
    let record = |(actor, record): (&str, Input)| {
        let actor = crate::form::parse_bytes(actor).and_then(|bytes| <[u8; 32]>::try_from(bytes).ok());
        let state = StateHashWithQueueSize {
            hash: record.get("hash")?.hash()?,
            canonical_queue_size: record.get("canonicalQueueSize")?.integer()?,
            injected_queue_size: record.get("injectedQueueSize")?.integer()?,
        };
        Ok((actor.ok_or_else(|| input.expected("actor ids"))?.into(), state))
    };
    input.entries()?.map(record).collect()
}

fn schedule(input: Input) -> Result<Schedule, Refusal> {
    let mut schedule = Schedule::new();
    for entry in input.items()? {
        let parts: Vec<_> = entry.items()?.collect();
        let [height, tasks] = parts[..] else { return Err(entry.expected("height and tasks")) };
        let tasks = tasks.items()?.map(task).collect::<Result<BTreeSet<_>, _>>()?;
        schedule.entry(height.integer()?).or_default().extend(tasks);
    }
    Ok(schedule)
}

fn task(input: Input) -> Result<ScheduledTask, Refusal> {
    let (kind, task) = input.choice()?;
    let program = task.get("program")?.actor()?;
    if kind == "removeGasReservation" {
        return Ok(ScheduledTask::RemoveGasReservation(
            program,
            ReservationId::from(task.get("reservationId")?.array()?),
        ));
    }
    let message = task.get("messageId")?.message()?;
    match kind {
        "removeFromMailbox" => Ok(ScheduledTask::RemoveFromMailbox((program, task.get("user")?.actor()?), message)),
        "removeFromWaitlist" => Ok(ScheduledTask::RemoveFromWaitlist(program, message)),
        "wakeMessage" => Ok(ScheduledTask::WakeMessage(program, message)),
        "sendDispatch" => Ok(ScheduledTask::SendDispatch((program, message))),
        "sendUserMessage" => Ok(ScheduledTask::SendUserMessage { message_id: message, to_mailbox: program }),
        other => Err(Refusal::Unsupported(format!("task {other}"))),
    }
}

/// `[[height, [task, …]], …]`, ascending.
pub fn schedule_form(schedule: &Schedule) -> Json {
    schedule.iter().map(|(height, tasks)| json!([height.form(), tasks.form()])).collect()
}

fn hash(value: &impl Encode) -> Json {
    hex(gear_core::utils::hash(&value.encode()))
}
