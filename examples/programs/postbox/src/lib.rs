//! Writes to a user's mailbox and keeps count of what comes back: answers, with their value, and letters only claimed.
//!
//! `handle` puts the payload with the message's value into the sender's mailbox and replies with the two counts (u32
//! each) and the value that answers brought (u128), little-endian.
#![no_std]

struct State {
    answered: u32,
    claimed: u32,
    value: u128,
}

static mut STATE: State = State { answered: 0, claimed: 0, value: 0 };

#[allow(static_mut_refs)] // one thread, and no call returns here while the reference lives
fn state() -> &'static mut State {
    unsafe { &mut STATE }
}

#[no_mangle]
extern "C" fn init() {}

#[no_mangle]
extern "C" fn handle() {
    let mut buffer = [0; gear::PAYLOAD_LIMIT];
    gear::send(gear::source(), gear::payload(&mut buffer), gear::value());
    let state = state();
    let mut answer = [0; 24];
    answer[..4].copy_from_slice(&state.answered.to_le_bytes());
    answer[4..8].copy_from_slice(&state.claimed.to_le_bytes());
    answer[8..].copy_from_slice(&state.value.to_le_bytes());
    gear::reply(&answer, 0)
}

#[no_mangle]
extern "C" fn handle_reply() {
    let mut buffer = [0; gear::PAYLOAD_LIMIT];
    if gear::payload(&mut buffer).is_empty() {
        state().claimed += 1
    } else {
        state().answered += 1
    }
    state().value += gear::value()
}
