// SPDX-License-Identifier: GPL-3.0-only
//! JSON forms of production's stored and signed types.

use crate::form::{Form, Name, camel_case, choice, field, hex, record};
use ethexe_common::{
    Address, BlockHeader, Digest, HashOf, MaybeHashOf, ScheduledTask, Signature, StateHashWithQueueSize, ValidatorsVec,
    consensus::BatchCommitmentValidationRequest,
    db::{CompactMb, MbMeta},
    ecdsa::SignedMessage,
    events::{BlockEvent, MirrorEvent, RouterEvent, mirror, router},
    gear::{
        AggregatedPublicKey, BatchCommitment, ChainCommitment, CodeCommitment, Message, MessageType,
        OperatorRewardsCommitment, RewardsCommitment, StakerRewards, StakerRewardsCommitment, StateTransition,
        ValidatorsCommitment, ValueClaim,
    },
    injected::{
        CompactPromise, InjectedTransaction, Promise, PurgedTransaction, Receipt, SignedCompactTxReceipt,
        SignedTxReceipt, TransactionPurgedReason,
    },
    network::ValidatorMessage,
};
use ethexe_runtime_common::state::{
    ActiveProgram, Allocations, Dispatch, DispatchStash, Expiring, Mailbox, MailboxMessage, MemoryPages,
    MemoryPagesRegion, MessageQueue, MessageQueueHashWithSize, PayloadLookup, Program, ProgramState, UserMailbox,
    Waitlist,
};
use gear_core::{
    limited::LimitedVec,
    message::{ContextStore, MessageDetails, ReplyDetails, SignalDetails},
    pages::{GearPage, WasmPage, numerated::tree::IntervalsTree},
    rpc::ReplyInfo,
};
use gear_core_errors::SignalCode;
use gprimitives::{ActorId, MessageId};
use parity_scale_codec::{Decode, Encode};
use serde_json::{Map, Value as Json};
use std::collections::{BTreeMap, BTreeSet};

/// Records whose fields are open: the form has them all, in camel case.
macro_rules! records {
    ($($kind:ty { $($name:ident),* $(,)? })*) => {$(
        impl Form for $kind {
            fn form(&self) -> Json {
                Json::Object(Map::from_iter([$((camel_case(stringify!($name)), self.$name.form())),*]))
            }
        }
    )*};
}

records! {
    AggregatedPublicKey { x, y }
    BatchCommitment {
        block_hash, timestamp, previous_batch, expiry, chain_commitment, code_commitments, validators_commitment,
        rewards_commitment,
    }
    BatchCommitmentValidationRequest { digest, head, codes, rewards, validators }
    BlockHeader { height, timestamp, parent_hash }
    ChainCommitment { transitions, head, last_advanced_eth_block }
    CodeCommitment { id, valid }
    CompactPromise { tx_hash, reply_hash }
    Dispatch { id, kind, source, payload, value, details, context, message_type, call }
    InjectedTransaction { destination, payload, value, reference_block, salt }
    MailboxMessage { payload, value, message_type }
    MbMeta { computed, last_advanced_eb }
    Message { id, destination, payload, value, reply_details, call }
    OperatorRewardsCommitment { amount, root }
    Promise { tx_hash, reply }
    PurgedTransaction { tx_hash, reason }
    ReplyInfo { payload, value, code }
    RewardsCommitment { operators, stakers, timestamp }
    StakerRewards { vault, amount }
    StakerRewardsCommitment { distribution, total_amount, token }
    StateHashWithQueueSize { hash, canonical_queue_size, injected_queue_size }
    StateTransition {
        actor_id, new_state_hash, exited, inheritor, value_to_receive, value_to_receive_negative_sign, value_claims,
        messages,
    }
    ValidatorsCommitment {
        has_aggregated_public_key, aggregated_public_key, verifiable_secret_sharing_commitment, validators, era_index,
    }
    ValueClaim { message_id, destination, value }
    mirror::ExecutableBalanceTopUpRequestedEvent { value }
    mirror::MessageCallFailedEvent { id, destination, value }
    mirror::MessageEvent { id, destination, payload, value }
    mirror::MessageQueueingRequestedEvent { id, source, payload, value, call_reply }
    mirror::OwnedBalanceTopUpRequestedEvent { value }
    mirror::ReplyCallFailedEvent { value, reply_to, reply_code }
    mirror::ReplyEvent { payload, value, reply_to, reply_code }
    mirror::ReplyQueueingRequestedEvent { replied_to, source, payload, value }
    mirror::ReplyTransferFailedEvent { destination, value }
    mirror::StateChangedEvent { state_hash }
    mirror::TransferLockedValueToInheritorFailedEvent { inheritor, value }
    mirror::ValueClaimFailedEvent { claimed_id, value }
    mirror::ValueClaimedEvent { claimed_id, value }
    mirror::ValueClaimingRequestedEvent { claimed_id, source }
    router::BatchCommittedEvent { digest }
    router::CodeGotValidatedEvent { code_id, valid }
    router::CodeValidationRequestedEvent { code_id, timestamp, tx_hash }
    router::ComputationSettingsChangedEvent { threshold, wvara_per_second }
    router::ProgramCreatedEvent { actor_id, code_id }
    router::StorageSlotChangedEvent { slot }
    router::ValidatorsCommittedForEraEvent { era_index }
}

/// Choices between records: an object with the variant's name as its only key.
macro_rules! choices {
    ($($kind:ty { $($variant:ident),* $(,)? })*) => {$(
        impl Form for $kind {
            fn form(&self) -> Json {
                match self {
                    $(Self::$variant(content) => choice(&lower_first(stringify!($variant)), content.form())),*
                }
            }
        }
    )*};
}

/// `MBCommitted` becomes `mBCommitted`.
fn lower_first(name: &str) -> String {
    name[..1].to_lowercase() + &name[1..]
}

choices! {
    MirrorEvent {
        OwnedBalanceTopUpRequested, ExecutableBalanceTopUpRequested, Message, MessageCallFailed,
        MessageQueueingRequested, Reply, ReplyCallFailed, ReplyQueueingRequested, StateChanged, ValueClaimed,
        ValueClaimingRequested, TransferLockedValueToInheritorFailed, ReplyTransferFailed, ValueClaimFailed,
    }
    RouterEvent {
        BatchCommitted, MBCommitted, EBCommitted, CodeGotValidated, CodeValidationRequested,
        ComputationSettingsChanged, ProgramCreated, StorageSlotChanged, ValidatorsCommittedForEra,
    }
}

/// Types that are one of their parts.
macro_rules! transparent {
    ($($kind:ty => |$value:ident| $part:expr;)*) => {$(
        impl Form for $kind {
            fn form(&self) -> Json {
                let $value = self;
                $part.form()
            }
        }
    )*};
}

transparent! {
    Address => |address| address.0;
    Digest => |digest| digest.0;
    GearPage => |page| u32::from(*page);
    MemoryPages => |pages| pages.to_inner();
    MemoryPagesRegion => |region| region.as_inner();
    MessageQueue => |queue| queue.as_ref();
    Mailbox => |mailbox| AsRef::<BTreeMap<_, _>>::as_ref(mailbox);
    Signature => |signature| signature.into_pre_eip155_bytes();
    SignedCompactTxReceipt => |receipt| **receipt;
    SignedTxReceipt => |receipt| **receipt;
    UserMailbox => |mailbox| AsRef::<BTreeMap<_, _>>::as_ref(mailbox);
    ValidatorsVec => |validators| validators.iter().copied().collect::<Vec<_>>();
    Waitlist => |waitlist| AsRef::<BTreeMap<_, _>>::as_ref(waitlist);
    WasmPage => |page| u32::from(*page);
    gear_core::program::MemoryInfix => |infix| infix.inner();
    router::EBCommittedEvent => |event| record([field("hash", event.0)]);
    router::MBCommittedEvent => |event| record([field("hash", event.0)]);
}

impl<T> Form for HashOf<T> {
    fn form(&self) -> Json {
        self.inner().form()
    }
}

impl<T> Form for MaybeHashOf<T> {
    fn form(&self) -> Json {
        self.to_inner().form()
    }
}

impl<T: Form + Clone, const N: usize> Form for LimitedVec<T, N> {
    fn form(&self) -> Json {
        (**self).form()
    }
}

/// A dispatch and, under `user`, its destination unless that is the program.
impl Form for DispatchStash {
    fn form(&self) -> Json {
        let entries: &BTreeMap<MessageId, Expiring<(Dispatch, Option<ActorId>)>> = self.as_ref();
        let entry = |(id, entry): (&MessageId, &Expiring<(Dispatch, Option<ActorId>)>)| {
            let (dispatch, user) = &entry.value;
            let value = record([field("dispatch", dispatch), field("user", user)]);
            (*id, Expiring { value, expiry: entry.expiry })
        };
        entries.iter().map(entry).collect::<BTreeMap<_, _>>().form()
    }
}

impl<T: Form> Form for Expiring<T> {
    fn form(&self) -> Json {
        record([field("value", &self.value), field("expiry", self.expiry)])
    }
}

impl<T: Form> Form for ValidatorMessage<T> {
    fn form(&self) -> Json {
        record([field("eraIndex", self.era_index), field("payload", &self.payload)])
    }
}

impl<T: Form> Form for SignedMessage<T> {
    fn form(&self) -> Json {
        record([field("data", self.data()), field("signature", self.signature()), field("address", self.address())])
    }
}

/// The name of a promise's kind in a receipt.
trait Promised {
    const NAME: &str;
}

impl Promised for Promise {
    const NAME: &str = "promise";
}

impl Promised for CompactPromise {
    const NAME: &str = "compactPromise";
}

impl<P: Form + Promised> Form for Receipt<P> {
    fn form(&self) -> Json {
        match self {
            Self::Promise(promise) => choice(P::NAME, promise.form()),
            Self::Purged(purged) => choice("purgedTransaction", purged.form()),
        }
    }
}

impl Form for TransactionPurgedReason {
    fn form(&self) -> Json {
        format!("{self:?}").as_str().form()
    }
}

impl Form for MessageType {
    fn form(&self) -> Json {
        Name(if self.is_canonical() { "Canonical" } else { "Injected" }).form()
    }
}

impl Form for PayloadLookup {
    fn form(&self) -> Json {
        match self {
            Self::Direct(payload) => choice("directPayload", record([("data".into(), hex(payload))])),
            Self::Stored(hash) => choice("storedPayload", record([field("hash", hash)])),
        }
    }
}

impl Form for Program {
    fn form(&self) -> Json {
        match self {
            Self::Active(program) => choice("activeProgram", program.form()),
            Self::Exited(inheritor) => choice("exitedProgram", record([field("inheritor", inheritor)])),
            Self::Terminated(source) => choice("terminatedProgram", record([field("source", source)])),
        }
    }
}

impl Form for ActiveProgram {
    fn form(&self) -> Json {
        record([
            field("allocations", self.allocations_hash),
            field("pages", self.pages_hash),
            field("memoryInfix", self.memory_infix),
            field("initialized", self.initialized),
        ])
    }
}

impl Form for MessageQueueHashWithSize {
    fn form(&self) -> Json {
        record([field("hash", self.hash), field("size", self.cached_queue_size)])
    }
}

impl Form for ProgramState {
    fn form(&self) -> Json {
        record([
            field("program", self.program),
            field("canonicalQueue", self.canonical_queue),
            field("injectedQueue", self.injected_queue),
            field("waitlist", self.waitlist_hash),
            field("stash", self.stash_hash),
            field("mailbox", self.mailbox_hash),
            field("balance", self.balance),
            field("executableBalance", self.executable_balance),
        ])
    }
}

/// A name for the number that programs read.
impl Form for SignalCode {
    fn form(&self) -> Json {
        match self {
            Self::Execution(error) => format!("Execution{error:?}").as_str().form(),
            Self::RemovedFromWaitlist => "RemovedFromWaitlist".form(),
        }
    }
}

impl Form for MessageDetails {
    fn form(&self) -> Json {
        match self {
            Self::Reply(details) => choice("replyDetails", details.form()),
            Self::Signal(details) => choice("signalDetails", details.form()),
        }
    }
}

impl Form for ReplyDetails {
    fn form(&self) -> Json {
        record([field("to", self.to_message_id()), field("code", self.to_reply_code())])
    }
}

impl Form for SignalDetails {
    fn form(&self) -> Json {
        record([field("to", self.to_message_id()), field("code", self.to_signal_code())])
    }
}

/// Its fields are closed; they are read from its own encoding.
impl Form for ContextStore {
    fn form(&self) -> Json {
        type Parts = (BTreeSet<ActorId>, u64, Option<u64>, u32);
        let (initialized, reservation_nonce, system_reservation, local_nonce) =
            Parts::decode(&mut self.encode().as_slice()).expect("its own encoding");
        record([
            field("initialized", initialized),
            field("reservationNonce", reservation_nonce),
            field("systemReservation", system_reservation),
            field("localNonce", local_nonce),
        ])
    }
}

/// Intervals with both ends, as they are encoded; walking over a hostile tree could fail.
impl Form for Allocations {
    fn form(&self) -> Json {
        intervals(self)
    }
}

impl Form for IntervalsTree<WasmPage> {
    fn form(&self) -> Json {
        intervals(self)
    }
}

fn intervals(tree: &impl Encode) -> Json {
    let ends = BTreeMap::<u32, u32>::decode(&mut tree.encode().as_slice()).expect("its own encoding");
    ends.into_iter().collect::<Vec<(u32, u32)>>().form()
}

impl Form for CompactMb {
    fn form(&self) -> Json {
        record([
            field("parent", self.parent),
            field("height", self.height),
            field("operationsHash", self.transactions_hash),
        ])
    }
}

impl Form for BlockEvent {
    fn form(&self) -> Json {
        match self {
            Self::Mirror { actor_id, event } => {
                choice("fromMirror", record([field("actorId", actor_id), field("event", event)]))
            }
            Self::Router(event) => choice("fromRouter", record([field("event", event)])),
        }
    }
}

impl Form for ScheduledTask {
    fn form(&self) -> Json {
        let (kind, fields) = match self {
            Self::RemoveFromMailbox((program, user), message) => {
                let fields = record([field("program", program), field("user", user), field("messageId", message)]);
                ("removeFromMailbox", fields)
            }
            Self::RemoveFromWaitlist(program, message) => ("removeFromWaitlist", task(program, message)),
            Self::WakeMessage(program, message) => ("wakeMessage", task(program, message)),
            Self::SendDispatch((program, message)) => ("sendDispatch", task(program, message)),
            Self::SendUserMessage { message_id, to_mailbox } => ("sendUserMessage", task(to_mailbox, message_id)),
            Self::RemoveGasReservation(program, reservation) => {
                ("removeGasReservation", record([field("program", program), field("reservationId", reservation)]))
            }
        };
        choice(kind, fields)
    }
}

fn task(program: &ActorId, message: &MessageId) -> Json {
    record([field("program", program), field("messageId", message)])
}
