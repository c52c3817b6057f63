//! Keeps value and sends it on.
//!
//! An empty payload puts value in. Address (32 bytes), amount (u128) and delay (u32), little-endian, send so much from
//! the purse there after so many blocks; who sent what is not looked at. The reply brings back what the message brought.
#![no_std]

#[no_mangle]
extern "C" fn init() {}

#[no_mangle]
extern "C" fn handle() {
    let mut buffer = [0; gear::PAYLOAD_LIMIT];
    let order = gear::payload(&mut buffer);
    if order.is_empty() {
        return;
    }
    let Ok(order) = <[u8; 52]>::try_from(order) else { gear::abort("address, amount, delay expected") };
    let mut address = [0; 32];
    address.copy_from_slice(&order[..32]);
    let mut amount = [0; 16];
    amount.copy_from_slice(&order[32..48]);
    let mut delay = [0; 4];
    delay.copy_from_slice(&order[48..]);
    gear::send_later(address, b"from the purse", u128::from_le_bytes(amount), u32::from_le_bytes(delay));
    gear::reply(b"SENT", gear::value())
}
