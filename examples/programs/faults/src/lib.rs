//! Goes wrong in the way it is asked to, in one letter; anything else is fine, and answered with `OK`.
//!
//! P panics with a text, U runs into `unreachable`, M has no memory left, O reads outside memory, L loops for ever,
//! R calls itself for ever, V sends value that it does not have, Z waits for no block.
#![no_std]

#[no_mangle]
extern "C" fn init() {
    go_wrong()
}

#[no_mangle]
extern "C" fn handle() {
    go_wrong()
}

fn go_wrong() {
    let mut buffer = [0; gear::PAYLOAD_LIMIT];
    match gear::payload(&mut buffer).first() {
        Some(b'P') => gear::abort("you asked for it"),
        Some(b'U') => core::arch::wasm32::unreachable(),
        Some(b'M') => gear::out_of_memory(),
        Some(b'O') => drop(unsafe { (0xFFFF_0000 as *const u32).read_volatile() }),
        Some(b'L') => loop {
            core::hint::black_box(0);
        },
        Some(b'R') => drop(core::hint::black_box(descend(core::hint::black_box(1)))),
        Some(b'V') => drop(gear::send(gear::source(), b"", u128::MAX)),
        Some(b'Z') => gear::wait_for(0),
        _ => gear::reply(b"OK", 0),
    }
}

#[inline(never)]
#[allow(unconditional_recursion)] // on purpose: the limit of the stack is what it is for
fn descend(depth: u64) -> u64 {
    descend(core::hint::black_box(depth + 1)) + 1
}
