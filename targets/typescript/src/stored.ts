// What executors store and send (chapters 2.1, 4 and 17), by name: operations `stored/…` and `values/decode` (chapter 31.9).

import { bytesOf, type Form, hex, type Json, listOf, recordOf, Rejected, Unsupported } from "./bytes.js";
import { claimDigest, codeDigest } from "./commitments.js";
import { blake2b256, keccak256 } from "./hashes.js";
import { read, Reader, type Shape, write } from "./scale.js";

const u8: Shape = { kind: "integer", bits: 8 };
const u32: Shape = { kind: "integer", bits: 32 };
const u128: Shape = { kind: "integer", bits: 128 };
const bool: Shape = { kind: "bool" };
const bytes: Shape = { kind: "bytes" };
const word: Shape = { kind: "fixed", length: 32 };
const reference: Shape = { kind: "option", of: word };
const record = (fields: Record<string, Shape>): Shape => ({ kind: "record", fields: Object.entries(fields) });
const choice = (variants: Record<string, Shape>): Shape => ({ kind: "choice", variants: Object.entries(variants) });
const map = (key: Shape, value: Shape, pairs = false): Shape => ({ kind: "map", key, value, pairs });

const messageType: Shape = { kind: "names", names: ["Canonical", "Injected"] };
const payload = choice({ directPayload: record({ data: bytes }), storedPayload: record({ hash: word }) });
const valueClaim = record({ messageId: word, destination: word, value: u128 });
const queue = record({ hash: reference, size: u8 });
const mailboxMessage = record({ payload, value: u128, messageType });
const program = choice({
  activeProgram: record({ allocations: reference, pages: reference, memoryInfix: u32, initialized: bool }),
  exitedProgram: record({ inheritor: word }),
  terminatedProgram: record({ source: word }),
});
const programState = record({
  program,
  canonicalQueue: queue,
  injectedQueue: queue,
  waitlist: reference,
  stash: reference,
  mailbox: reference,
  balance: u128,
  executableBalance: u128,
});

const TYPES: Record<string, Shape> = {
  "Compact<u32>": { kind: "compact", bits: 32 },
  "Compact<u64>": { kind: "compact", bits: 64 },
  "Compact<u128>": { kind: "compact", bits: 128 },
  Bytes: bytes, // SCA-5
  U256: { kind: "integer", bits: 256 },
  CodeCommitment: record({ id: word, valid: bool }), // chapter 4
  DispatchKind: { kind: "names", names: ["Init", "Handle", "Reply", "Signal"] }, // EXE-10
  MessageType: messageType, // PST-9
  PayloadLookup: payload, // PST-7
  MailboxMessage: mailboxMessage, // PST-17
  UserMailbox: map(word, record({ value: mailboxMessage, expiry: u32 })), // PST-14, PST-18
  Mailbox: map(word, word), // PST-18
  Allocations: map(u32, u32, true), // PST-27
  MemoryPages: { kind: "array", of: reference, length: 16 }, // PST-22
  MemoryPagesRegion: map(u32, word), // PST-21
  MessageQueueHashWithSize: queue, // PST-32
  Program: program, // PST-31
  ProgramState: programState, // PST-33
  ValueClaim: valueClaim, // PST-51
  ValueClaims: { kind: "list", of: valueClaim },
};

const ADDRESSED = ["Bytes", "UserMailbox", "Mailbox", "Allocations", "MemoryPages", "MemoryPagesRegion", "ProgramState"];

/** PST-53: on chain an actor is its last 20 bytes. */
function onChainClaim(claim: Json): Form {
  const { messageId, destination, value } = recordOf(claim) as Record<string, Json>;
  return { messageId: messageId!, destination: "0x" + String(destination).slice(26), value: value! };
}

/** WIR-60: the hashes of a value. */
function hashesOf(type: string, value: Json, encoded: Uint8Array): Form {
  const isZeroState = type === "ProgramState" && encoded.every((byte) => byte === 0);
  if (isZeroState) return { hash: hex(new Uint8Array(32)) }; // PST-34
  if (ADDRESSED.includes(type)) return { hash: hex(blake2b256(encoded)) };
  if (type === "CodeCommitment") return { digest: hex(codeDigest(recordOf(value))) };
  if (type === "ValueClaim") return { digest: hex(claimDigest(onChainClaim(value))) };
  if (type === "ValueClaims") {
    return { digest: hex(keccak256(...listOf(value).map((claim) => claimDigest(onChainClaim(claim))))) };
  }
  return {};
}

function shapeOf(form: Form): Shape {
  const shape = TYPES[String(form.type)];
  if (shape === undefined) throw new Unsupported(`type ${String(form.type)}`);
  return shape;
}

export const operations: Record<string, (form: Form) => Form> = {
  "stored/decode": (form) => {
    const shape = shapeOf(form);
    const reader = new Reader(bytesOf(form.data));
    const value = read(reader, shape);
    if (reader.place < reader.data.length) throw new Rejected("TrailingBytes", "decode");
    return { value };
  },
  "stored/encode": (form) => ({ data: hex(write(form.value, shapeOf(form))) }),
  "values/decode": (form) => {
    const shape = shapeOf(form);
    const reader = new Reader(bytesOf(form.bytes));
    const value = read(reader, shape);
    const encoded = write(value, shape);
    return {
      value,
      consumed: "0x" + reader.place.toString(16),
      all: reader.place === reader.data.length,
      encodes: hex(encoded),
      ...hashesOf(String(form.type), value, encoded),
    };
  },
};
