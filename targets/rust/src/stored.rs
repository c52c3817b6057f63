//! What executors store and send (chapters 2.1, 4 and 17), by name: operations `stored/…` and `values/decode` (chapter 31.9).

use crate::commitments::{claim_digest, code_digest};
use crate::form::{data, hexadecimal, member, Refusal, Result};
use crate::hashes::{blake2b256, keccak256};
use crate::scale::{
    read, write,
    Shape::{self, *},
};
use serde_json::{json, Map as Object, Value as Json};

const WORD: Shape = Fixed(32);
const REFERENCE: Shape = Option(&WORD);
const MESSAGE_TYPE: Shape = Names(&["Canonical", "Injected"]);
const PAYLOAD: Shape = Choice(&[
    ("directPayload", Record(&[("data", Bytes)])),
    ("storedPayload", Record(&[("hash", WORD)])),
]);
const VALUE_CLAIM: Shape = Record(&[
    ("messageId", WORD),
    ("destination", WORD),
    ("value", Integer(128)),
]);
const QUEUE: Shape = Record(&[("hash", REFERENCE), ("size", Integer(8))]);
const MAILBOX_MESSAGE: Shape = Record(&[
    ("payload", PAYLOAD),
    ("value", Integer(128)),
    ("messageType", MESSAGE_TYPE),
]);
const EXPIRING: Shape = Record(&[("value", MAILBOX_MESSAGE), ("expiry", Integer(32))]);
const ACTIVE: Shape = Record(&[
    ("allocations", REFERENCE),
    ("pages", REFERENCE),
    ("memoryInfix", Integer(32)),
    ("initialized", Bool),
]);
const PROGRAM: Shape = Choice(&[
    ("activeProgram", ACTIVE),
    ("exitedProgram", Record(&[("inheritor", WORD)])),
    ("terminatedProgram", Record(&[("source", WORD)])),
]);
const PROGRAM_STATE: Shape = Record(&[
    ("program", PROGRAM),
    ("canonicalQueue", QUEUE),
    ("injectedQueue", QUEUE),
    ("waitlist", REFERENCE),
    ("stash", REFERENCE),
    ("mailbox", REFERENCE),
    ("balance", Integer(128)),
    ("executableBalance", Integer(128)),
]);

fn shape_of(name: &str) -> std::option::Option<Shape> {
    Some(match name {
        "Compact<u32>" => Compact(32),
        "Compact<u64>" => Compact(64),
        "Compact<u128>" => Compact(128),
        "Bytes" => Bytes, // SCA-5
        "U256" => Integer(256),
        "CodeCommitment" => Record(&[("id", WORD), ("valid", Bool)]), // chapter 4
        "DispatchKind" => Names(&["Init", "Handle", "Reply", "Signal"]), // EXE-10
        "MessageType" => MESSAGE_TYPE,                                // PST-9
        "PayloadLookup" => PAYLOAD,                                   // PST-7
        "MailboxMessage" => MAILBOX_MESSAGE,                          // PST-17
        "UserMailbox" => Map(&WORD, &EXPIRING),                       // PST-14, PST-18
        "Mailbox" => Map(&WORD, &WORD),                               // PST-18
        "Allocations" => Pairs(&Integer(32), &Integer(32)),           // PST-27
        "MemoryPages" => Array(&REFERENCE, 16),                       // PST-22
        "MemoryPagesRegion" => Map(&Integer(32), &WORD),              // PST-21
        "MessageQueueHashWithSize" => QUEUE,                          // PST-32
        "Program" => PROGRAM,                                         // PST-31
        "ProgramState" => PROGRAM_STATE,                              // PST-33
        "ValueClaim" => VALUE_CLAIM,                                  // PST-51
        "ValueClaims" => List(&VALUE_CLAIM),
        _ => return None,
    })
}

/// PST-53: on chain an actor is its last 20 bytes.
fn on_chain_claim(claim: &Json) -> Json {
    let mut claim = claim.clone();
    let destination = claim["destination"].as_str().unwrap_or("");
    claim["destination"] = json!(format!("0x{}", &destination[destination.len() - 40..]));
    claim
}

/// WIR-60: the hashes of a value.
fn add_hashes(outputs: &mut Json, name: &str, value: &Json, encoded: &[u8]) -> Result<()> {
    match name {
        // PST-34
        "ProgramState" if encoded.iter().all(|byte| *byte == 0) => {
            outputs["hash"] = hexadecimal([0; 32]);
        }
        "Bytes" | "UserMailbox" | "Mailbox" | "Allocations" | "MemoryPages"
        | "MemoryPagesRegion" | "ProgramState" => {
            outputs["hash"] = hexadecimal(blake2b256(&[encoded]));
        }
        "CodeCommitment" => outputs["digest"] = hexadecimal(code_digest(value)?),
        "ValueClaim" => outputs["digest"] = hexadecimal(claim_digest(&on_chain_claim(value))?),
        "ValueClaims" => {
            let claims = value.as_array().into_iter().flatten();
            let digests = claims
                .map(|claim| claim_digest(&on_chain_claim(claim)))
                .collect::<Result<Vec<_>>>()?;
            outputs["digest"] = hexadecimal(keccak256(&[digests.concat().as_ref()]));
        }
        _ => {}
    }
    Ok(())
}

pub fn apply(operation: &str, form: &Json) -> std::option::Option<Result<Json>> {
    let made: fn(&str, &Shape, &Json) -> Result<Json> = match operation {
        "stored/decode" => |_, shape, form| {
            let bytes = data(form, "data")?;
            let mut input = bytes.as_slice();
            let value = read(&mut input, shape)?;
            if !input.is_empty() {
                return Err(Refusal::Rejected {
                    reason: "TrailingBytes",
                    phase: "decode",
                });
            }
            Ok(json!({"value": value}))
        },
        "stored/encode" => |_, shape, form| {
            let mut out = Vec::new();
            write(member(form, "value")?, shape, &mut out)?;
            Ok(json!({"data": hexadecimal(out)}))
        },
        "values/decode" => |name, shape, form| {
            let bytes = data(form, "bytes")?;
            let mut input = bytes.as_slice();
            let value = read(&mut input, shape)?;
            let mut encoded = Vec::new();
            write(&value, shape, &mut encoded)?;
            let mut outputs = Object::new();
            outputs.insert(
                "consumed".into(),
                json!(format!("{:#x}", bytes.len() - input.len())),
            );
            outputs.insert("all".into(), json!(input.is_empty()));
            outputs.insert("encodes".into(), hexadecimal(&encoded));
            let mut outputs = Json::Object(outputs);
            add_hashes(&mut outputs, name, &value, &encoded)?;
            outputs["value"] = value;
            Ok(outputs)
        },
        _ => return None,
    };
    let name = form["type"].as_str().unwrap_or("");
    shape_of(name).map(|shape| made(name, &shape, form))
}
