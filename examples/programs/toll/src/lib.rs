//! Answers for a fee, and hands its revenue to a treasury, which is to buy the program's gas with it.
//!
//! `init` takes treasury (32 bytes), fee (u128) and mark (u128), little-endian. A message that brings less than the fee is
//! refused. What it brings beyond the fee goes back with the reply, which tells how many were served (u32). Whenever the
//! till reaches the mark, all of it goes to the treasury's mailbox.
#![no_std]

struct State {
    treasury: [u8; 32],
    fee: u128,
    mark: u128,
    till: u128,
    served: u32,
}

static mut STATE: State = State { treasury: [0; 32], fee: 0, mark: 0, till: 0, served: 0 };

#[allow(static_mut_refs)] // one thread, and no call returns here while the reference lives
fn state() -> &'static mut State {
    unsafe { &mut STATE }
}

#[no_mangle]
extern "C" fn init() {
    let mut buffer = [0; gear::PAYLOAD_LIMIT];
    let Ok(terms) = <[u8; 64]>::try_from(gear::payload(&mut buffer)) else {
        gear::abort("treasury, fee, mark expected")
    };
    let (mut fee, mut mark) = ([0; 16], [0; 16]);
    state().treasury.copy_from_slice(&terms[..32]);
    fee.copy_from_slice(&terms[32..48]);
    mark.copy_from_slice(&terms[48..]);
    state().fee = u128::from_le_bytes(fee);
    state().mark = u128::from_le_bytes(mark);
}

#[no_mangle]
extern "C" fn handle() {
    let state = state();
    let Some(change) = gear::value().checked_sub(state.fee) else { gear::abort("the fee is missing") };
    state.served += 1;
    state.till += state.fee;
    if state.till >= state.mark {
        gear::send(state.treasury, b"REVENUE", core::mem::take(&mut state.till));
    }
    gear::reply(&state.served.to_le_bytes(), change)
}

/// The treasury has claimed what it was sent; there is nothing to do.
#[no_mangle]
extern "C" fn handle_reply() {}
