// SPDX-License-Identifier: GPL-3.0-only
//! Which stored objects a program's state leads to.

use crate::store::Store;
use ethexe_runtime_common::state::{Dispatch, Expiring, MailboxMessage, PayloadLookup, Program, ProgramState, Storage};
use gprimitives::{ActorId, H256, MessageId};
use std::collections::{BTreeMap, BTreeSet};

/// The hashes of a state and of everything below it that is stored.
pub fn reachable(store: &Store, state_hash: H256) -> BTreeSet<H256> {
    let mut walk = Walk { store, found: BTreeSet::new() };
    if !state_hash.is_zero() && store.contains(state_hash) {
        walk.found.insert(state_hash);
        if let Some(state) = store.program_state(state_hash) {
            walk.state(&state);
        }
    }
    walk.found
}

struct Walk<'a> {
    store: &'a Store,
    found: BTreeSet<H256>,
}

impl Walk<'_> {
    /// Note an object, if it is there.
    fn note(&mut self, key: H256) {
        if self.store.contains(key) {
            self.found.insert(key);
        }
    }

    fn state(&mut self, state: &ProgramState) {
        for queue in [state.canonical_queue.hash, state.injected_queue.hash] {
            let Some(key) = queue.to_inner() else { continue };
            self.note(key.inner());
            for dispatch in self.store.message_queue(key).unwrap_or_default() {
                self.payload(&dispatch.payload);
            }
        }
        if let Some(key) = state.waitlist_hash.to_inner() {
            self.note(key.inner());
            for entry in self.store.waitlist(key).unwrap_or_default().into_inner().values() {
                self.payload(&entry.value.payload);
            }
        }
        if let Some(key) = state.stash_hash.to_inner() {
            self.note(key.inner());
            let stash = self.store.dispatch_stash(key).unwrap_or_default();
            let entries: BTreeMap<MessageId, Expiring<(Dispatch, Option<ActorId>)>> = stash.into();
            for entry in entries.values() {
                self.payload(&entry.value.0.payload);
            }
        }
        self.mailbox(state);
        self.memory(state);
    }

    fn mailbox(&mut self, state: &ProgramState) {
        let Some(key) = state.mailbox_hash.to_inner() else { return };
        self.note(key.inner());
        let users: BTreeMap<ActorId, _> = self.store.mailbox(key).unwrap_or_default().into();
        for user in users.into_values() {
            self.note(user.inner());
            let messages: BTreeMap<MessageId, Expiring<MailboxMessage>> =
                self.store.user_mailbox(user).unwrap_or_default().into();
            for entry in messages.values() {
                self.payload(&entry.value.payload);
            }
        }
    }

    fn memory(&mut self, state: &ProgramState) {
        let Program::Active(program) = &state.program else { return };
        if let Some(key) = program.allocations_hash.to_inner() {
            self.note(key.inner());
        }
        let Some(key) = program.pages_hash.to_inner() else { return };
        self.note(key.inner());
        let Some(table) = self.store.memory_pages(key) else { return };
        for region in table.to_inner().into_iter().filter_map(|region| region.to_inner()) {
            self.note(region.inner());
            for page in self.store.memory_pages_region(region).unwrap_or_default().as_inner().values() {
                self.note(page.inner());
            }
        }
    }

    fn payload(&mut self, payload: &PayloadLookup) {
        if let PayloadLookup::Stored(key) = payload {
            self.note(key.inner());
        }
    }
}
