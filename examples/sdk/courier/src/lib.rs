//! Carries questions to others and waits for their answers, with the asynchronous messages, sleep and lock of `gstd`.
//!
//! A message is an `Errand` in SCALE; the reply is a `Report`. The value that comes with a question travels on with it.
#![no_std]

use gstd::{ActorId, errors::Error, exec, msg, prelude::*, sync::Mutex};

/// What the courier is asked to do.
#[derive(Decode)]
#[codec(crate = gstd::codec)]
enum Errand {
    /// Carry a question and wait for the answer: up to so many blocks, by default 100.
    Ask { to: ActorId, question: Vec<u8>, patience: Option<u32> },
    /// Carry a question and wait exactly so many blocks, even if the answer comes earlier.
    AskAndWait { to: ActorId, question: Vec<u8>, blocks: u32 },
    /// Carry one question to two, and wait for both answers at once.
    AskBoth { to: [ActorId; 2], question: Vec<u8> },
    /// Carry a question; nobody else's locked question leaves before its answer is there.
    AskAlone { to: ActorId, question: Vec<u8> },
    /// Answer after so many blocks.
    Sleep { blocks: u32 },
}

/// What became of the errand.
#[derive(Encode)]
#[codec(crate = gstd::codec)]
enum Report {
    Answered(Vec<u8>),
    TooLate,
    Refused(String),
    Done,
}

static TURN: Mutex<u32> = Mutex::new(0);

#[gstd::async_init]
async fn init() {
    let greeted: ActorId = msg::load().expect("the address of somebody to greet expected");
    if !greeted.is_zero() {
        let answer = ask(greeted, b"HELLO", None).await;
        msg::reply(answer, 0).expect("no reply");
    }
}

#[gstd::async_main]
async fn main() {
    let errand: Errand = msg::load().expect("an errand expected");
    match errand {
        Errand::Ask { to, question, patience } => report(ask(to, &question, patience).await),
        Errand::AskAndWait { to, question, blocks } => report(ask_and_wait(to, &question, blocks).await),
        Errand::AskBoth { to: [first, second], question } => {
            // Both questions leave before the first answer is waited for.
            let sent = [first, second].map(|to| msg::send_bytes_for_reply(to, &question, 0).expect("not sent"));
            let mut reports = Vec::new();
            for answer in sent {
                reports.push(judge(answer.await));
            }
            msg::reply(reports, 0).expect("no reply");
        }
        Errand::AskAlone { to, question } => {
            let mut turn = TURN.lock().await;
            *turn += 1;
            report(ask(to, &question, None).await)
        }
        Errand::Sleep { blocks } => {
            exec::sleep_for(blocks).await;
            report(Report::Done)
        }
    }
}

async fn ask(to: ActorId, question: &[u8], patience: Option<u32>) -> Report {
    let sent = msg::send_bytes_for_reply(to, question, msg::value()).expect("not sent");
    match sent.up_to(patience) {
        Ok(answer) => judge(answer.await),
        Err(error) => Report::Refused(error.to_string()),
    }
}

async fn ask_and_wait(to: ActorId, question: &[u8], blocks: u32) -> Report {
    let sent = msg::send_bytes_for_reply(to, question, msg::value()).expect("not sent");
    judge(sent.exactly(Some(blocks)).expect("no time to wait").await)
}

fn judge(answer: Result<Vec<u8>, Error>) -> Report {
    match answer {
        Ok(answer) => Report::Answered(answer),
        Err(Error::Timeout(..)) => Report::TooLate,
        Err(error) => Report::Refused(error.to_string()),
    }
}

fn report(report: Report) {
    msg::reply(report, 0).expect("no reply");
}
