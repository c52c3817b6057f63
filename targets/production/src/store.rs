// SPDX-License-Identifier: GPL-3.0-only
//! A content-addressed store in memory.

use crate::{
    answer::Refusal,
    form::{Input, hex, parse_bytes},
};
use ethexe_common::{HashOf, injected::Promise};
use ethexe_runtime_common::{
    RuntimeInterface,
    state::{
        Allocations, DispatchStash, Mailbox, MemoryPages, MemoryPagesRegion, MessageQueue, ProgramState, Storage,
        UserMailbox, Waitlist,
    },
};
use gear_core::{buffer::Payload, memory::PageBuf};
use gear_lazy_pages::{LazyPagesStorage, LazyPagesVersion};
use gear_lazy_pages_common::LazyPagesInitContext;
use gear_lazy_pages_native_interface::LazyPagesNative;
use gprimitives::H256;
use parity_scale_codec::{Decode, Encode};
use serde_json::Value as Json;
use std::{cell::RefCell, collections::BTreeMap, rc::Rc};

/// What a run saw and left.
#[derive(Debug, Default)]
pub struct Store {
    objects: RefCell<BTreeMap<H256, Vec<u8>>>,
    /// Pages of the program that runs, shared with lazy pages.
    pages: Rc<RefCell<BTreeMap<u32, Vec<u8>>>>,
    state_hashes: RefCell<Vec<H256>>,
    promises: RefCell<Vec<Promise>>,
}

impl Store {
    /// A store filled from a request's object of hashes to blobs; every hash is checked.
    pub fn from_input(cas: Input) -> Result<Self, Refusal> {
        let store = Self::default();
        for (name, blob) in cas.entries()? {
            let blob = blob.bytes()?;
            let key = H256(gear_core::utils::hash(&blob));
            if parse_bytes(name).as_deref() != Some(key.as_bytes()) {
                return Err(cas.expected("blobs under their own hash"));
            }
            store.objects.borrow_mut().insert(key, blob);
        }
        Ok(store)
    }

    /// The pages of a program as its state has them; again after each dispatch, which may have written some.
    pub fn open_pages(&self, state: &ProgramState) {
        self.pages.borrow_mut().clear();
        let ethexe_runtime_common::state::Program::Active(program) = &state.program else { return };
        let Some(table) = program.pages_hash.to_inner().and_then(|hash| self.memory_pages(hash)) else { return };
        let regions = table.to_inner().into_iter().filter_map(|region| region.to_inner());
        for region in regions.filter_map(|hash| self.memory_pages_region(hash)) {
            for (page, hash) in region.as_inner() {
                if let Some(data) = self.objects.borrow().get(&hash.inner()) {
                    self.pages.borrow_mut().insert((*page).into(), data.clone());
                }
            }
        }
    }

    pub fn state_hashes(&self) -> Vec<H256> {
        self.state_hashes.borrow().clone()
    }

    pub fn promises(&self) -> Vec<Promise> {
        self.promises.borrow().clone()
    }

    pub fn contains(&self, key: H256) -> bool {
        self.objects.borrow().contains_key(&key)
    }

    /// Objects as they are stored, by hash.
    pub fn forms<'a>(&self, keys: impl Iterator<Item = &'a H256>) -> Json {
        let objects = self.objects.borrow();
        let form = |key: &H256| Some((format!("{key:?}"), hex(objects.get(key)?)));
        Json::Object(keys.filter_map(form).collect())
    }

    fn read<T: Decode>(&self, key: H256) -> Option<T> {
        let objects = self.objects.borrow();
        T::decode(&mut objects.get(&key)?.as_slice()).ok()
    }

    fn write(&self, blob: Vec<u8>) -> H256 {
        let key = H256(gear_core::utils::hash(&blob));
        self.objects.borrow_mut().insert(key, blob);
        key
    }
}

/// Structures are stored as their encoding.
macro_rules! stored {
    ($($read:ident, $write:ident, $kind:ty; )*) => {$(
        fn $read(&self, hash: HashOf<$kind>) -> Option<$kind> {
            self.read(hash.inner())
        }

        fn $write(&self, value: $kind) -> HashOf<$kind> {
            // SAFETY: the hash is of this very object.
            unsafe { HashOf::new(self.write(value.encode())) }
        }
    )*};
}

impl Storage for Store {
    /// The zero state has the zero hash and is never written.
    fn program_state(&self, hash: H256) -> Option<ProgramState> {
        if hash.is_zero() { Some(ProgramState::zero()) } else { self.read(hash) }
    }

    fn write_program_state(&self, state: ProgramState) -> H256 {
        if state.is_zero() { H256::zero() } else { self.write(state.encode()) }
    }

    stored! {
        message_queue, write_message_queue, MessageQueue;
        waitlist, write_waitlist, Waitlist;
        dispatch_stash, write_dispatch_stash, DispatchStash;
        mailbox, write_mailbox, Mailbox;
        user_mailbox, write_user_mailbox, UserMailbox;
        memory_pages, write_memory_pages, MemoryPages;
        memory_pages_region, write_memory_pages_region, MemoryPagesRegion;
        allocations, write_allocations, Allocations;
        page_data, write_page_data, PageBuf;
    }

    /// Payloads are stored raw, without their length.
    fn payload(&self, hash: HashOf<Payload>) -> Option<Payload> {
        Payload::try_from(self.objects.borrow().get(&hash.inner())?.clone()).ok()
    }

    fn write_payload(&self, payload: Payload) -> HashOf<Payload> {
        // SAFETY: the hash is of this very object.
        unsafe { HashOf::new(self.write(payload.into_vec())) }
    }
}

impl RuntimeInterface for Store {
    type LazyPages = LazyPagesNative;

    fn init_lazy_pages(&self) {
        let pages = StoredPages(Rc::clone(&self.pages));
        gear_lazy_pages::init(LazyPagesVersion::Version1, LazyPagesInitContext::new([0; 32]), pages)
            .expect("lazy pages work on this system");
    }

    fn random_data(&self) -> (Vec<u8>, u32) {
        (Vec::new(), 0)
    }

    fn update_state_hash(&self, state_hash: &H256) {
        self.state_hashes.borrow_mut().push(*state_hash);
        self.open_pages(&self.program_state(*state_hash).expect("just written"));
    }

    fn publish_promise(&self, promise: &Promise) {
        self.promises.borrow_mut().push(promise.clone());
    }
}

/// Pages of 16,384 bytes by number; the key ends with the number.
#[derive(Debug)]
struct StoredPages(Rc<RefCell<BTreeMap<u32, Vec<u8>>>>);

impl StoredPages {
    fn number(key: &[u8]) -> u32 {
        u32::from_le_bytes(*key.last_chunk::<4>().expect("a page key ends with four bytes"))
    }
}

impl LazyPagesStorage for StoredPages {
    fn page_exists(&self, key: &[u8]) -> bool {
        self.0.borrow().contains_key(&Self::number(key))
    }

    fn load_page(&mut self, key: &[u8], buffer: &mut [u8]) -> Option<u32> {
        let pages = self.0.borrow();
        let data = pages.get(&Self::number(key))?;
        buffer.copy_from_slice(data);
        Some(data.len() as u32)
    }
}
