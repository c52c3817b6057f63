//! Answers PONG to PING, and to a call through the Solidity interface, and panics at anything else.
#![no_std]

#[no_mangle]
extern "C" fn init() {
    answer()
}

#[no_mangle]
extern "C" fn handle() {
    answer()
}

fn answer() {
    let mut buffer = [0; gear::PAYLOAD_LIMIT];
    let payload = gear::payload(&mut buffer);
    // `ping(bool)`, as a full Mirror hands over calls it does not know: the whole calldata, selector and flag included.
    if payload == b"PING" || payload.starts_with(&PING_SELECTOR) {
        gear::reply(b"PONG", 0)
    } else {
        gear::abort("PING expected")
    }
}

/// First four bytes of Keccak-256 of `ping(bool)`.
const PING_SELECTOR: [u8; 4] = [0x07, 0xca, 0x3b, 0xc1];
