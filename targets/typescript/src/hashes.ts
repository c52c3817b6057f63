// Hashes, identifiers and addresses (chapter 3.1 and 3.2).

import { blake2b } from "@noble/hashes/blake2b";
import { keccak256 as viemKeccak, toRlp } from "viem";
import { bigEndian, bytesOf, type Form, hex, integerOf, join, littleEndian, Malformed, text } from "./bytes.js";

export function keccak256(...parts: Uint8Array[]): Uint8Array {
  return viemKeccak(join(...parts), "bytes");
}

export function blake2b256(...parts: Uint8Array[]): Uint8Array {
  return blake2b(join(...parts), { dkLen: 32 });
}

const word = (form: Form, name: string) => bytesOf(form[name], 32);
const address = (form: Form, name: string) => bytesOf(form[name], 20);

function namespaceSlot(name: string): bigint {
  const inner = BigInt(hex(keccak256(text(name)))) - 1n;
  return BigInt(hex(keccak256(bigEndian(inner, 256)))) & ~0xffn;
}

function createAddress(form: Form): Uint8Array {
  const nonce = integerOf(form.nonce, 64);
  const encoded = toRlp([hex(address(form, "creator")), nonce ? hex(minimal(nonce)) : "0x"] as `0x${string}`[], "bytes");
  return keccak256(encoded).slice(12);
}

function minimal(value: bigint): Uint8Array {
  const digits = value.toString(16);
  return bytesOf("0x" + (digits.length % 2 ? "0" : "") + digits);
}

export const operations: Record<string, (form: Form) => Uint8Array | string> = {
  "hashes/keccak256": (form) => keccak256(bytesOf(form.data)),
  "hashes/blake2b256": (form) => blake2b256(bytesOf(form.data)),
  // CRY-3 to CRY-16
  "ids/computeCodeId": (form) => blake2b256(bytesOf(form.code)),
  "ids/computeMessageId": (form) => keccak256(address(form, "mirror"), bigEndian(integerOf(form.nonce, 256), 256)),
  "ids/computeReplyId": (form) => blake2b256(text("reply"), word(form, "repliedTo")),
  "ids/computeOutgoingId": (form) =>
    blake2b256(text("outgoing"), word(form, "origin"), littleEndian(integerOf(form.nonce, 32), 32)),
  "ids/computeSignalId": (form) => blake2b256(text("signal"), word(form, "origin")),
  "ids/computeReservationId": (form) =>
    blake2b256(text("reservation"), word(form, "messageId"), littleEndian(integerOf(form.nonce, 64), 64)),
  "ids/computeActorIdFromUser": (form) =>
    blake2b256(text("program_from_user"), word(form, "codeId"), bytesOf(form.salt)),
  "ids/computeActorIdFromProgram": (form) =>
    blake2b256(text("program_from_wasm"), word(form, "messageId"), word(form, "codeId"), bytesOf(form.salt)),
  "ids/computeExternalMessageId": (form) =>
    blake2b256(
      text("external"),
      littleEndian(integerOf(form.blockNumber, 32), 32),
      word(form, "user"),
      littleEndian(integerOf(form.nonce, 128), 128),
    ),
  "ids/computeInjectedId": (form) => blake2b256(bytesOf(form.preimage)),
  "ids/computeCreateAddress": createAddress,
  "ids/computeCreate2Address": (form) =>
    keccak256(
      Uint8Array.of(0xff),
      address(form, "creator"),
      word(form, "salt"),
      word(form, "initcodeHash"),
    ).slice(12),
  "ids/computeProgramSalt": (form) => keccak256(word(form, "codeId"), word(form, "userSalt")),
  "ids/computeNamespaceSlot": (form) => {
    if (typeof form.namespace !== "string") throw new Malformed("text expected");
    return "0x" + namespaceSlot(form.namespace).toString(16);
  },
};
