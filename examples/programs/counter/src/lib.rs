//! Counts its messages and the value they bring, and tells its owner about each.
//!
//! `init` makes the sender the owner. `handle` adds one to the count and the message's value to the sum, sends the owner
//! a message with the new count, and replies with count (u32) and sum (u128), both little-endian. The payload `EMPTY`,
//! from the owner only, pays the whole sum out with the reply.
#![no_std]

struct State {
    owner: [u8; 32],
    count: u32,
    sum: u128,
}

static mut STATE: State = State { owner: [0; 32], count: 0, sum: 0 };

#[allow(static_mut_refs)] // one thread, and no call returns here while the reference lives
fn state() -> &'static mut State {
    unsafe { &mut STATE }
}

#[no_mangle]
extern "C" fn init() {
    state().owner = gear::source();
    state().sum = gear::value();
}

#[no_mangle]
extern "C" fn handle() {
    let mut buffer = [0; gear::PAYLOAD_LIMIT];
    let payout = gear::payload(&mut buffer) == b"EMPTY";
    let state = state();
    state.count += 1;
    state.sum += gear::value();

    gear::send(state.owner, &state.count.to_le_bytes(), 0);
    let mut answer = [0; 20];
    answer[..4].copy_from_slice(&state.count.to_le_bytes());
    answer[4..].copy_from_slice(&state.sum.to_le_bytes());
    if payout {
        if gear::source() != state.owner {
            gear::abort("only the owner empties the counter")
        }
        gear::reply(&answer, core::mem::take(&mut state.sum));
    } else {
        gear::reply(&answer, 0)
    }
}
