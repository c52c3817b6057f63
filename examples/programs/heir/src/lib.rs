//! Keeps value until it is told `END`; then it exits, and all it has goes to whoever is named behind that word.
//!
//! `END` alone makes the sender the inheritor, `END` and an address (32 bytes) that one.
#![no_std]

#[no_mangle]
extern "C" fn init() {}

#[no_mangle]
extern "C" fn handle() {
    let mut buffer = [0; gear::PAYLOAD_LIMIT];
    let Some(named) = gear::payload(&mut buffer).strip_prefix(b"END") else { return };
    if named.is_empty() {
        gear::exit(gear::source())
    }
    match named.try_into() {
        Ok(inheritor) => gear::exit(inheritor),
        Err(_) => gear::abort("END, or END and an address"),
    }
}
