// SPDX-License-Identifier: GPL-3.0-only
//! SCALE: decoding any bytes as any stored or signed type, encoding again, hashing.

use crate::{
    answer::{Outcome, Refusal},
    block::schedule_form,
    form::{Form, Input, hex},
    store::Store,
};
use ethexe_common::{
    BlockHeader, ProgramStates, Schedule, ScheduledTask, StateHashWithQueueSize, ToDigest,
    consensus::BatchCommitmentValidationRequest,
    db::{CompactMb, MbMeta},
    events::BlockEvent,
    gear::{
        BatchCommitment, ChainCommitment, CodeCommitment, Message, MessageType, OperatorRewardsCommitment,
        RewardsCommitment, StakerRewardsCommitment, StateTransition, ValidatorsCommitment, ValueClaim,
    },
    injected::{
        CompactPromise, InjectedTransaction, Promise, PurgedTransaction, Receipt, SignedCompactTxReceipt,
        SignedInjectedTransaction, SignedTxReceipt,
    },
};
use ethexe_runtime_common::state::{
    Allocations, Dispatch, DispatchStash, Mailbox, MailboxMessage, MemoryPages, MemoryPagesRegion, MessageQueue,
    MessageQueueHashWithSize, PayloadLookup, Program, ProgramState, Storage, UserMailbox, Waitlist,
};
use gear_core::{
    code::{CodeMetadata, InstantiatedSectionSizes, InstrumentedCode},
    message::{ContextStore, DispatchKind, MessageDetails},
    rpc::ReplyInfo,
};
use gear_core_errors::{ReplyCode, SignalCode};
use gprimitives::{ActorId, CodeId, H256, MessageId, U256};
use parity_scale_codec::{Compact, Decode, Encode};
use serde_json::{Value as Json, json};
use std::collections::BTreeSet;

type Decoder = fn(&[u8]) -> Outcome;

/// A hash by name, and how it is computed from a value.
type NamedHash<'a, T> = (&'a str, fn(&T) -> Json);

/// A type by name: how its bytes are read, and what is hashed.
struct Entry(&'static str, Decoder);

macro_rules! entries {
    ($($name:literal: $kind:ty $(, $hash:ident)*;)*) => {
        &[$(Entry($name, |bytes| {
            decode::<$kind>(bytes, &[$((stringify!($hash), |value| $hash(value))),*])
        })),*]
    };
}

/// Types and the hashes that production gives them: `hash` of the encoding, `state_hash` that keeps the zero state
/// apart, `digest` (Keccak), and what single types have besides.
const ENTRIES: &[Entry] = entries! {
    "Allocations": Allocations, hash;
    "BatchCommitment": BatchCommitment, digest;
    "BatchCommitmentValidationRequest": BatchCommitmentValidationRequest, digest;
    "BlockEvent": BlockEvent;
    "BlockHeader": BlockHeader;
    "Bytes": Vec<u8>, hash;
    "ChainCommitment": ChainCommitment, digest;
    "CodeCommitment": CodeCommitment, digest;
    "CodeMetadata": CodeMetadata;
    "CommittedMessageIds": BTreeSet<MessageId>;
    "Compact<u128>": Compact<u128>;
    "Compact<u32>": Compact<u32>;
    "Compact<u64>": Compact<u64>;
    "CompactMb": CompactMb;
    "CompactPromise": CompactPromise, digest;
    "ContextStore": ContextStore;
    "Dispatch": Dispatch, hash;
    "DispatchKind": DispatchKind;
    "DispatchStash": DispatchStash, hash;
    "InjectedTransaction": InjectedTransaction, injected_hash, message_id, digest;
    "InstantiatedSectionSizes": InstantiatedSectionSizes;
    "InstrumentedCode": InstrumentedCode;
    "Mailbox": Mailbox, hash;
    "MailboxMessage": MailboxMessage;
    "MbMeta": MbMeta;
    "MemoryPages": MemoryPages, hash;
    "MemoryPagesRegion": MemoryPagesRegion, hash;
    "Message": Message, digest;
    "MessageDetails": MessageDetails;
    "MessageQueue": MessageQueue, hash;
    "MessageQueueHashWithSize": MessageQueueHashWithSize;
    "MessageType": MessageType;
    "Messages": Vec<Message>, digest;
    "OperatorRewardsCommitment": OperatorRewardsCommitment, digest;
    "Outcome": Vec<StateTransition>, digest;
    "PayloadLookup": PayloadLookup;
    "Program": Program;
    "ProgramState": ProgramState, state_hash;
    "ProgramStates": ProgramStates;
    "Promise": Promise, digest, reply_hash;
    "PurgedTransaction": PurgedTransaction, digest;
    "Receipt<CompactPromise>": Receipt<CompactPromise>, digest;
    "Receipt<Promise>": Receipt<Promise>, digest;
    "ReplyCode": ReplyCode;
    "ReplyInfo": ReplyInfo, reply_info_hash;
    "RewardsCommitment": RewardsCommitment, digest;
    "Schedule": Heights;
    "ScheduledTask": ScheduledTask;
    "SignalCode": SignalCode;
    "SignedCompactTxReceipt": SignedCompactTxReceipt;
    "SignedInjectedTransaction": SignedInjectedTransaction;
    "SignedTxReceipt": SignedTxReceipt;
    "StakerRewardsCommitment": StakerRewardsCommitment, digest;
    "StateHashWithQueueSize": StateHashWithQueueSize;
    "StateTransition": StateTransition, digest;
    "U256": U256;
    "UserMailbox": UserMailbox, hash;
    "ValidatorsCommitment": ValidatorsCommitment, digest;
    "ValueClaim": ValueClaim, digest;
    "ValueClaims": Vec<ValueClaim>, digest;
    "Waitlist": Waitlist, hash;
};

/// Types that the release does not have, or has in another form.
const PINNED_ONLY: &[&str] = &["Operation", "Operations"];

/// `values/decode`: `type` and `bytes` to the value, how many bytes it took, its encoding and its hashes.
///
/// Bytes that are no such value are rejected; bytes that remain are the caller's to judge.
pub fn decode_any(input: Input) -> Outcome {
    let name = input.get("type")?.text()?;
    let bytes = input.get("bytes")?.bytes()?;
    match ENTRIES.iter().find(|Entry(known, _)| *known == name) {
        Some(Entry(_, decoder)) => decoder(&bytes),
        None if PINNED_ONLY.contains(&name) => Err(Refusal::Unsupported(format!("REV-OPERATIONS: type {name}"))),
        None => Err(Refusal::Unsupported(format!("type {name}"))),
    }
}

/// `values/storePayload`: where a payload goes, and its hash.
pub fn store_payload(input: Input) -> Outcome {
    let raw = input.get("payload")?.bytes()?;
    let key = gear_core::utils::hash(&raw);
    let lookup = Store::default().write_payload_raw(raw);
    let lookup = lookup.map_err(|error| Refusal::rejected(error.to_string(), "execute"))?;
    Ok(json!({"lookup": hex(lookup.encode()), "hash": key.form()}))
}

/// `values/replyCode`: the code that any four bytes are read as.
pub fn reply_code(input: Input) -> Outcome {
    let code = ReplyCode::from_bytes(input.get("bytes")?.array()?);
    Ok(json!({"code": code.to_bytes().form(), "scale": hex(code.encode())}))
}

/// `values/zeroState`: the state of a program that was just created.
pub fn zero_state(_: Input) -> Outcome {
    let read = Store::default().program_state(H256::zero()).ok_or_else(|| Refusal::Failure("no zero state".into()))?;
    Ok(json!({"readOfZeroHash": read.form(), "scale": hex(read.encode()), "stateHash": state_hash(&read)}))
}

/// `values/idsFromNumber`: ids for tests, made from a number.
pub fn ids_from_number(input: Input) -> Outcome {
    let number: u64 = input.get("number")?.integer()?;
    Ok(json!({
        "actorId": ActorId::from(number).form(),
        "codeId": CodeId::from(number).form(),
        "messageId": MessageId::from(number).form(),
    }))
}

/// `values/types`: the names that `values/decode` knows.
pub fn types(_: Input) -> Outcome {
    Ok(json!({"types": ENTRIES.iter().map(|Entry(name, _)| *name).collect::<Vec<_>>()}))
}

fn decode<T: Decode + Encode + Form>(bytes: &[u8], hashes: &[NamedHash<T>]) -> Outcome {
    let mut rest = bytes;
    let value = T::decode(&mut rest).map_err(|error| Refusal::Rejected {
        reason: "DecodeError".into(),
        phase: "decode",
        details: json!({"message": error.to_string()}),
    })?;
    let mut outputs = json!({
        "value": value.form(),
        "consumed": (bytes.len() - rest.len()).form(),
        "all": rest.is_empty(),
        "encodes": hex(value.encode()),
    });
    for (name, hash) in hashes {
        outputs[camel(name)] = hash(&value);
    }
    Ok(outputs)
}

fn camel(name: &str) -> String {
    crate::form::camel_case(match name {
        "state_hash" | "injected_hash" | "reply_info_hash" => "hash",
        other => other,
    })
}

fn hash(value: &impl Encode) -> Json {
    hex(gear_core::utils::hash(&value.encode()))
}

/// The zero state is never stored; its hash is zero.
fn state_hash(state: &ProgramState) -> Json {
    if state.is_zero() { H256::zero().form() } else { hash(state) }
}

fn digest(value: &impl ToDigest) -> Json {
    value.to_digest().form()
}

fn injected_hash(transaction: &InjectedTransaction) -> Json {
    transaction.to_hash().form()
}

fn message_id(transaction: &InjectedTransaction) -> Json {
    transaction.to_message_id().form()
}

fn reply_hash(promise: &Promise) -> Json {
    promise.reply_hash().form()
}

fn reply_info_hash(reply: &ReplyInfo) -> Json {
    reply.to_hash().form()
}

/// A schedule, whose form is a list of heights with their tasks.
#[derive(Encode, Decode)]
struct Heights(Schedule);

impl Form for Heights {
    fn form(&self) -> Json {
        schedule_form(&self.0)
    }
}

macro_rules! compact {
    ($($kind:ty),*) => {$(
        impl Form for Compact<$kind> {
            fn form(&self) -> Json {
                self.0.form()
            }
        }
    )*};
}
compact!(u32, u64, u128);
