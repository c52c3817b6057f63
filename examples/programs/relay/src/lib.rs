//! Hands what it is told on to another program, waits for the answer, and answers with it.
//!
//! `init` takes the address of the other program: 32 bytes. One question at a time; a second one meanwhile is refused. If
//! no answer comes within ten blocks the answer is `TOO LATE`; if it is an error, `REFUSED`.
#![no_std]

const PATIENCE: u32 = 10;

struct State {
    peer: [u8; 32],
    asked: Option<Question>,
}

struct Question {
    from: [u8; 32],
    sent: [u8; 32],
    answer: Option<Answer>,
}

struct Answer {
    bytes: [u8; gear::PAYLOAD_LIMIT],
    length: usize,
    is_success: bool,
}

static mut STATE: State = State { peer: [0; 32], asked: None };

#[allow(static_mut_refs)] // one thread, and no call returns here while the reference lives
fn state() -> &'static mut State {
    unsafe { &mut STATE }
}

#[no_mangle]
extern "C" fn init() {
    let mut buffer = [0; gear::PAYLOAD_LIMIT];
    match gear::payload(&mut buffer).try_into() {
        Ok(peer) => state().peer = peer,
        Err(_) => gear::abort("the address of a program expected"),
    }
}

#[no_mangle]
extern "C" fn handle() {
    let state = state();
    let current = gear::message_id();
    match &state.asked {
        None => {
            let mut buffer = [0; gear::PAYLOAD_LIMIT];
            let sent = gear::send(state.peer, gear::payload(&mut buffer), gear::value());
            state.asked = Some(Question { from: current, sent, answer: None });
            gear::wait_for(PATIENCE)
        }
        Some(question) if question.from != current => gear::abort("busy"),
        Some(question) => {
            match &question.answer {
                None => gear::reply(b"TOO LATE", 0),
                Some(answer) if answer.is_success => gear::reply(&answer.bytes[..answer.length], 0),
                Some(_) => gear::reply(b"REFUSED", 0),
            }
            state.asked = None
        }
    }
}

#[no_mangle]
extern "C" fn handle_reply() {
    let Some(question) = &mut state().asked else { return };
    if gear::reply_to() != question.sent {
        return;
    }
    let mut bytes = [0; gear::PAYLOAD_LIMIT];
    let length = gear::payload(&mut bytes).len();
    question.answer = Some(Answer { bytes, length, is_success: gear::is_success() });
    gear::wake(question.from)
}
