// SPDX-License-Identifier: GPL-3.0-only
//! gearexe-wire over standard input and output, answered by the published Gear.exe crates.
//!
//! One request per line, one answer per line. A panic of production is an answer: the worker thread is
//! replaced and the process goes on.

mod answer;
mod block;
mod codec;
mod debug_form;
mod externalities;
mod form;
mod journal;
mod notes;
mod outcome;
mod queue;
mod reachable;
mod signing;
mod store;
mod stored;
mod wasm;

use answer::{Outcome, Refusal};
use form::Input;
use serde_json::{Value as Json, json};
use std::{
    io::{self, BufRead, Write},
    panic::{self, AssertUnwindSafe},
    sync::{Mutex, mpsc},
    thread,
};

const PROTOCOL: &str = "gearexe-wire/1";
const RELEASE: &str = "2.0.0";
/// What the WebAssembly engine needs for deep recursion, with room to spare.
const STACK_BYTES: usize = 64 << 20;

type Operation = fn(Input) -> Outcome;

/// Every operation this target offers.
const OPERATIONS: &[(&str, Operation)] = &[
    ("values/decode", codec::decode_any),
    ("values/idsFromNumber", codec::ids_from_number),
    ("values/replyCode", codec::reply_code),
    ("values/storePayload", codec::store_payload),
    ("values/zeroState", codec::zero_state),
    ("values/types", codec::types),
    ("values/messageIds", signing::message_ids),
    ("signature/key", signing::key),
    ("signature/recover", signing::recover),
    ("signature/sign", signing::sign),
    ("code/measure", wasm::measure),
    ("queue/measure", queue::measure),
    ("queue/run", queue::run),
    ("program/applyDueTasks", block::apply_due_tasks),
    ("program/applyJournals", block::apply_journals),
    ("program/changeMemory", block::change_memory),
    ("program/restoreSchedule", block::restore_schedule),
    ("code/check", wasm::check),
    ("code/id", wasm::code_id),
    ("code/parse", wasm::parse),
    ("code/process", wasm::process),
    ("code/schedule", wasm::schedule),
    ("code/stage", wasm::stage),
];

/// Message and place of the latest panic, left by the panic hook for the answer.
static PANIC: Mutex<String> = Mutex::new(String::new());

fn main() -> io::Result<()> {
    panic::set_hook(Box::new(|info| {
        if let Ok(mut message) = PANIC.lock() {
            *message = describe(info);
        }
    }));
    let mut worker = Worker::start();
    let mut output = io::stdout().lock();
    for line in io::stdin().lock().lines() {
        let line = line?;
        if line.trim().is_empty() {
            continue;
        }
        let answer = match serde_json::from_str::<Json>(&line) {
            Ok(request) if request.is_object() => worker.respond(request),
            Ok(_) => json!({"id": null, "failure": {"message": "request: an object expected"}}),
            Err(error) => json!({"id": null, "failure": {"message": format!("request: {error}")}}),
        };
        serde_json::to_writer(&mut output, &answer)?;
        output.write_all(b"\n")?;
        output.flush()?;
    }
    Ok(())
}

/// What the panic says and where, without the folder of this machine.
fn describe(info: &panic::PanicHookInfo) -> String {
    let message = info.payload_as_str().unwrap_or("no message");
    let place = info.location().map(|place| format!("{}:{}", place.file(), place.line())).unwrap_or_default();
    let parts: Vec<_> = place.split('/').collect();
    let start = parts.iter().rposition(|part| *part == "src").map_or(0, |src| src.saturating_sub(1));
    format!("{message} ({})", parts[start..].join("/"))
}

/// A thread with a large stack that answers; lazy pages and the engine keep their state per thread.
struct Worker {
    requests: mpsc::Sender<Json>,
    answers: mpsc::Receiver<Answer>,
}

/// An outcome, and whether its thread panicked over it.
struct Answer {
    outcome: Outcome,
    panicked: bool,
}

impl Worker {
    fn start() -> Self {
        let (requests, inbox) = mpsc::channel();
        let (outbox, answers) = mpsc::channel();
        thread::Builder::new()
            .stack_size(STACK_BYTES)
            .spawn(move || serve(inbox, outbox))
            .expect("the system refuses a thread");
        Self { requests, answers }
    }

    /// The answer to one line. A batch is taken apart here, so that a panic costs one of its requests.
    fn respond(&mut self, mut request: Json) -> Json {
        let id = request["id"].take();
        let is_batch = request["method"] == "batch";
        let outcome = match request.pointer_mut("/params/requests").map(Json::take) {
            Some(Json::Array(requests)) if is_batch => {
                Ok(requests.into_iter().map(|request| answer::to_json(self.answer(request))).collect())
            }
            _ => self.answer(request),
        };
        let mut answer = answer::to_json(outcome);
        answer["id"] = id;
        answer
    }

    fn answer(&mut self, request: Json) -> Outcome {
        let sent = self.requests.send(request);
        let answer = sent.ok().and_then(|()| self.answers.recv().ok());
        let answer =
            answer.unwrap_or(Answer { outcome: Err(Refusal::Failure("the worker ended".into())), panicked: true });
        if answer.panicked {
            *self = Self::start();
        }
        answer.outcome
    }
}

/// Answer until a panic; the thread that panicked is not used again.
fn serve(inbox: mpsc::Receiver<Json>, outbox: mpsc::Sender<Answer>) {
    for request in inbox {
        let caught = panic::catch_unwind(AssertUnwindSafe(|| dispatch(&request)));
        let panicked = caught.is_err();
        let outcome = caught.unwrap_or_else(|_| Err(Refusal::Failure(format!("panic: {}", latest_panic()))));
        if outbox.send(Answer { outcome, panicked }).is_err() || panicked {
            return;
        }
    }
}

pub fn latest_panic() -> String {
    PANIC.lock().map(|message| message.clone()).unwrap_or_default()
}

fn dispatch(request: &Json) -> Outcome {
    let request = Input::new(request, "/");
    match request.get("method")?.text()? {
        "hello" => Ok(json!({
            "protocol": PROTOCOL, "name": "production", "version": RELEASE,
            "methods": ["hello", "apply", "batch"], "areas": [],
            "operations": OPERATIONS.iter().map(|(name, _)| *name).collect::<Vec<_>>(),
        })),
        "apply" => {
            let params = request.get("params")?;
            let name = params.get("operation")?.text()?;
            match OPERATIONS.iter().find(|(offered, _)| *offered == name) {
                Some((_, operation)) => operation(params.get("input")?),
                None => Err(Refusal::Unsupported(name.to_owned())),
            }
        }
        method => Err(Refusal::Unsupported(method.to_owned())),
    }
}
