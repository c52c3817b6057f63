//! Serves the guests of a patron, who pays for the program's gas and says how often each guest may come.
//!
//! `init` makes the sender the patron. From the patron `handle` takes an address (32 bytes) and a number of visits (u32,
//! little-endian); from anybody else, any payload is a visit, answered with the visits that are left (u32). Who has none
//! left is refused. There is room for 16 guests.
#![no_std]

const ROOM: usize = 16;

#[derive(Clone, Copy)]
struct Guest {
    address: [u8; 32],
    visits: u32,
}

struct State {
    patron: [u8; 32],
    guests: [Guest; ROOM],
    count: usize,
}

static mut STATE: State =
    State { patron: [0; 32], guests: [Guest { address: [0; 32], visits: 0 }; ROOM], count: 0 };

#[allow(static_mut_refs)] // one thread, and no call returns here while the reference lives
fn state() -> &'static mut State {
    unsafe { &mut STATE }
}

#[no_mangle]
extern "C" fn init() {
    state().patron = gear::source();
}

#[no_mangle]
extern "C" fn handle() {
    let state = state();
    let source = gear::source();
    if source == state.patron {
        let mut buffer = [0; gear::PAYLOAD_LIMIT];
        return invite(state, gear::payload(&mut buffer));
    }
    let guest = state.guests[..state.count].iter_mut().find(|guest| guest.address == source);
    match guest {
        Some(guest) if guest.visits > 0 => {
            guest.visits -= 1;
            gear::reply(&guest.visits.to_le_bytes(), 0)
        }
        _ => gear::abort("not invited"),
    }
}

fn invite(state: &mut State, order: &[u8]) {
    let Ok(order) = <[u8; 36]>::try_from(order) else { gear::abort("address, visits expected") };
    let (mut address, mut visits) = ([0; 32], [0; 4]);
    address.copy_from_slice(&order[..32]);
    visits.copy_from_slice(&order[32..]);
    let known = state.guests[..state.count].iter().position(|guest| guest.address == address);
    let place = known.unwrap_or(state.count);
    if place == ROOM {
        gear::abort("no room")
    }
    state.guests[place] = Guest { address, visits: u32::from_le_bytes(visits) };
    state.count = state.count.max(place + 1);
}
