//! Takes as much memory as it is told to: `handle` takes a number of WASM pages (u32, little-endian).
//!
//! It allocates them, writes into the first and the last, and replies with the first one's number (u32). Where it cannot
//! have them it takes all there are, one by one bigger steps first, and replies with how many that were. 0 frees the
//! page taken last.
#![no_std]

static mut LAST: u32 = 0;

#[no_mangle]
extern "C" fn init() {}

#[no_mangle]
extern "C" fn handle() {
    let mut buffer = [0; gear::PAYLOAD_LIMIT];
    let Ok(wanted) = <[u8; 4]>::try_from(gear::payload(&mut buffer)) else { gear::abort("a number of pages expected") };
    let wanted = u32::from_le_bytes(wanted);
    if wanted == 0 {
        let freed = gear::release(unsafe { LAST });
        return gear::reply(if freed { b"FREED" } else { b"NOT MINE" }, 0);
    }
    let answer = match gear::allocate(wanted) {
        Some(first) => {
            mark(first);
            mark(first + wanted - 1);
            first
        }
        None => take_all(),
    };
    gear::reply(&answer.to_le_bytes(), 0)
}

fn take_all() -> u32 {
    let (mut step, mut taken) = (1 << 15, 0);
    while step > 0 {
        match gear::allocate(step) {
            Some(first) => {
                mark(first + step - 1);
                taken += step
            }
            None => step /= 2,
        }
    }
    taken
}

fn mark(page: u32) {
    unsafe {
        LAST = page;
        ((page << 16) as *mut u32).write_volatile(page)
    }
}
