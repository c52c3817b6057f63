//! A Sails service that counts: constructors, commands, a query, an event in both encodings, a thrown error, value that
//! goes back, and a question to another tally. Each takes Solidity calls and Sails' own SCALE payloads.
#![no_std]

use core::cell::RefCell;
use sails_rs::{gstd::msg, prelude::*};

/// What the tally tells the world.
#[sails_rs::event]
#[sails_type]
pub enum TallyEvent {
    Added {
        #[indexed]
        by: ActorId,
        amount: u128,
        total: u128,
    },
}

pub struct Tally<'a> {
    total: &'a RefCell<u128>,
}

#[service(events = TallyEvent)]
impl Tally<'_> {
    /// Adds, tells Ethereum and Sails' clients of it, and answers with the new total.
    #[export]
    pub fn add(&mut self, amount: u128) -> u128 {
        let total = self.total.borrow().checked_add(amount).expect("more than fits");
        *self.total.borrow_mut() = total;
        let by = Syscall::message_source();
        self.emit_eth_event(TallyEvent::Added { by, amount, total }).expect("not emitted");
        self.emit_event(TallyEvent::Added { by, amount, total }).expect("not emitted");
        total
    }

    /// Takes away; an error if there is less.
    #[export(unwrap_result)]
    pub fn subtract(&mut self, amount: u128) -> Result<u128, String> {
        let left = self.total.borrow().checked_sub(amount).ok_or_else(|| "less than that is there".to_string())?;
        *self.total.borrow_mut() = left;
        Ok(left)
    }

    /// Adds the value that came along, and sends half of it back.
    #[export(payable)]
    pub fn deposit(&mut self) -> CommandReply<u128> {
        let value = Syscall::message_value();
        *self.total.borrow_mut() += value;
        CommandReply::new(*self.total.borrow()).with_value(value / 2)
    }

    /// Asks another tally for its total, as a Solidity call, and adds it.
    #[export]
    pub async fn add_of(&mut self, other: ActorId, query: [u8; 4]) -> u128 {
        let mut call = query.to_vec();
        call.extend_from_slice(&[0; 32]); // no callback
        let answer = msg::send_bytes_for_reply(other, call, 0).expect("not sent").await.expect("no answer");
        let word: [u8; 32] = answer.try_into().expect("one word expected");
        let (_, low) = word.split_at(16);
        *self.total.borrow_mut() += u128::from_be_bytes(low.try_into().expect("16 bytes"));
        *self.total.borrow()
    }

    /// The total.
    #[export]
    pub fn total(&self) -> u128 {
        *self.total.borrow()
    }
}

pub struct TallyProgram {
    total: RefCell<u128>,
}

#[program(payable)]
impl TallyProgram {
    /// Begins at nothing.
    pub fn create() -> Self {
        Self { total: RefCell::new(0) }
    }

    /// Begins at so much.
    pub fn create_with(total: u128) -> Self {
        Self { total: RefCell::new(total) }
    }

    pub fn tally(&self) -> Tally<'_> {
        Tally { total: &self.total }
    }
}
