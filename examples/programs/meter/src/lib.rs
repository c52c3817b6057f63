//! Works for users who have put money in, and bills each for the gas that the work took.
//!
//! `init` makes the sender the operator and takes the price of a unit of gas in wei (u128) and the gas of a message that
//! the program cannot see itself (u64), little-endian. Then `handle` takes
//!
//! - an empty payload: the value is put to the sender's credit;
//! - `WORK` and a number of rounds (u32): the work is done and billed, the reply tells the gas that is billed (u64);
//!   without credit for it the message is refused;
//! - `LEAVE`: the sender's credit goes back with the reply;
//! - `TAKE`: what was billed so far goes to the operator with the reply.
//!
//! There is room for 16 users.
#![no_std]

const ROOM: usize = 16;

#[derive(Clone, Copy)]
struct Account {
    owner: [u8; 32],
    credit: u128,
}

struct State {
    operator: [u8; 32],
    price: u128,
    unseen: u64,
    billed: u128,
    accounts: [Account; ROOM],
    count: usize,
    result: u32,
}

static mut STATE: State = State {
    operator: [0; 32],
    price: 0,
    unseen: 0,
    billed: 0,
    accounts: [Account { owner: [0; 32], credit: 0 }; ROOM],
    count: 0,
    result: 0,
};

#[allow(static_mut_refs)] // one thread, and no call returns here while the reference lives
fn state() -> &'static mut State {
    unsafe { &mut STATE }
}

#[no_mangle]
extern "C" fn init() {
    let mut buffer = [0; gear::PAYLOAD_LIMIT];
    let Ok(terms) = <[u8; 24]>::try_from(gear::payload(&mut buffer)) else { gear::abort("price, unseen gas expected") };
    let (mut price, mut unseen) = ([0; 16], [0; 8]);
    price.copy_from_slice(&terms[..16]);
    unseen.copy_from_slice(&terms[16..]);
    state().operator = gear::source();
    state().price = u128::from_le_bytes(price);
    state().unseen = u64::from_le_bytes(unseen);
}

#[no_mangle]
extern "C" fn handle() {
    let before = gear::gas_available();
    let mut buffer = [0; gear::PAYLOAD_LIMIT];
    let order = gear::payload(&mut buffer);
    let state = state();
    match order {
        b"" => account(state).credit += gear::value(),
        b"LEAVE" => {
            let credit = core::mem::take(&mut account(state).credit);
            gear::reply(b"", gear::value() + credit)
        }
        b"TAKE" if gear::source() == state.operator => {
            let billed = core::mem::take(&mut state.billed);
            gear::reply(b"", gear::value() + billed)
        }
        [b'W', b'O', b'R', b'K', a, b, c, d] => {
            state.result = work(u32::from_le_bytes([*a, *b, *c, *d]));
            let gas = before - gear::gas_available() + state.unseen;
            let bill = u128::from(gas) * state.price;
            let account = account(state);
            let Some(left) = account.credit.checked_sub(bill) else { gear::abort("the credit is used up") };
            account.credit = left;
            state.billed += bill;
            gear::reply(&gas.to_le_bytes(), gear::value())
        }
        _ => gear::abort("nothing that is understood"),
    }
}

/// The account of who sent the message; a new one if there is none.
fn account(state: &mut State) -> &mut Account {
    let owner = gear::source();
    let known = state.accounts[..state.count].iter().position(|account| account.owner == owner);
    let place = known.unwrap_or(state.count);
    if place == ROOM {
        gear::abort("no room")
    }
    if known.is_none() {
        state.accounts[place].owner = owner;
        state.count += 1;
    }
    &mut state.accounts[place]
}

/// Something that takes longer the more rounds it has.
fn work(rounds: u32) -> u32 {
    (0..rounds).fold(1, |state, round| state.rotate_left(7) ^ round.wrapping_mul(0x9e37_79b9))
}
