//! The few system calls that the example programs use, as safe functions.
//!
//! Signatures: spec/16-syscalls.md. Every fallible call writes a structure that starts with an error code (u32, 0 is success).
#![no_std]

/// A failed system call ends the program: the example programs never expect one.
#[panic_handler]
fn panic(_: &core::panic::PanicInfo) -> ! {
    core::arch::wasm32::unreachable()
}

/// The largest payload the examples read; a longer one is cut.
pub const PAYLOAD_LIMIT: usize = 1024;

#[repr(C, packed)]
struct ErrorWithHash {
    code: u32,
    hash: [u8; 32],
}

#[repr(C, packed)]
struct ErrorWithCode {
    code: u32,
    reply: [u8; 4],
}

#[repr(C, packed)]
struct HashWithValue {
    hash: [u8; 32],
    value: u128,
}

#[link(wasm_import_module = "env")]
extern "C" {
    fn gr_size(length: *mut u32);
    fn gr_read(at: u32, len: u32, buffer: *mut u8, err: *mut u32);
    fn gr_value(value: *mut u128);
    fn gr_source(source: *mut [u8; 32]);
    fn gr_reply(payload: *const u8, len: u32, value: *const u128, err: *mut ErrorWithHash);
    fn gr_send(pid_value: *const HashWithValue, payload: *const u8, len: u32, delay: u32, err: *mut ErrorWithHash);
    fn gr_panic(payload: *const u8, len: u32) -> !;
    fn gr_gas_available(gas: *mut u64);
    fn gr_message_id(id: *mut [u8; 32]);
    fn gr_reply_to(result: *mut ErrorWithHash);
    fn gr_reply_code(result: *mut ErrorWithCode);
    fn gr_wait_for(duration: u32) -> !;
    fn gr_wake(id: *const [u8; 32], delay: u32, err: *mut u32);
    fn gr_exit(inheritor: *const [u8; 32]) -> !;
    fn gr_oom_panic() -> !;
    fn alloc(pages: u32) -> u32;
    fn free(page: u32) -> i32;
}

/// Ends the execution; the text becomes the payload of the error reply.
pub fn abort(text: &str) -> ! {
    unsafe { gr_panic(text.as_ptr(), text.len() as u32) }
}

fn check(code: u32) {
    if code != 0 {
        abort("a system call failed")
    }
}

/// The payload of the current message, cut to `PAYLOAD_LIMIT` bytes.
pub fn payload(buffer: &mut [u8; PAYLOAD_LIMIT]) -> &[u8] {
    let mut length = 0;
    unsafe { gr_size(&mut length) };
    let length = (length as usize).min(PAYLOAD_LIMIT);
    let mut code = 0;
    unsafe { gr_read(0, length as u32, buffer.as_mut_ptr(), &mut code) };
    check(code);
    &buffer[..length]
}

/// The value that came with the current message, in wei.
pub fn value() -> u128 {
    let mut value = 0;
    unsafe { gr_value(&mut value) };
    value
}

/// Gas that this execution has left.
pub fn gas_available() -> u64 {
    let mut gas = 0;
    unsafe { gr_gas_available(&mut gas) };
    gas
}

/// Who sent the current message.
pub fn source() -> [u8; 32] {
    let mut source = [0; 32];
    unsafe { gr_source(&mut source) };
    source
}

/// Replies to the current message.
pub fn reply(payload: &[u8], value: u128) {
    let mut result = ErrorWithHash { code: 0, hash: [0; 32] };
    unsafe { gr_reply(payload.as_ptr(), payload.len() as u32, &value, &mut result) };
    check(result.code);
}

/// Sends a message and returns its id.
pub fn send(destination: [u8; 32], payload: &[u8], value: u128) -> [u8; 32] {
    send_later(destination, payload, value, 0)
}

/// Sends a message that leaves after so many blocks, and returns its id.
pub fn send_later(destination: [u8; 32], payload: &[u8], value: u128, delay: u32) -> [u8; 32] {
    let target = HashWithValue { hash: destination, value };
    let mut result = ErrorWithHash { code: 0, hash: [0; 32] };
    unsafe { gr_send(&target, payload.as_ptr(), payload.len() as u32, delay, &mut result) };
    check(result.code);
    result.hash
}

/// The id of the current message.
pub fn message_id() -> [u8; 32] {
    let mut id = [0; 32];
    unsafe { gr_message_id(&mut id) };
    id
}

/// The message that the current one is a reply to.
pub fn reply_to() -> [u8; 32] {
    let mut result = ErrorWithHash { code: 0, hash: [0; 32] };
    unsafe { gr_reply_to(&mut result) };
    check(result.code);
    result.hash
}

/// Whether the current message is a reply that tells of success.
pub fn is_success() -> bool {
    let mut result = ErrorWithCode { code: 0, reply: [0; 4] };
    unsafe { gr_reply_code(&mut result) };
    check(result.code);
    result.reply[0] == 0
}

/// Ends this execution; the message is handled again when it is woken, after so many blocks at the latest.
pub fn wait_for(blocks: u32) -> ! {
    unsafe { gr_wait_for(blocks) }
}

/// Wakes a message that waits.
pub fn wake(id: [u8; 32]) {
    let mut code = 0;
    unsafe { gr_wake(&id, 0, &mut code) };
    check(code)
}

/// Ends the program; what it owns goes to the inheritor.
pub fn exit(inheritor: [u8; 32]) -> ! {
    unsafe { gr_exit(&inheritor) }
}

/// Ends the execution as one that has no memory left.
pub fn out_of_memory() -> ! {
    unsafe { gr_oom_panic() }
}

/// Allocates WASM pages; their first one.
pub fn allocate(pages: u32) -> Option<u32> {
    let first = unsafe { alloc(pages) };
    (first != u32::MAX).then_some(first)
}

/// Frees a WASM page; whether it was allocated.
pub fn release(page: u32) -> bool {
    unsafe { free(page) == 0 }
}
