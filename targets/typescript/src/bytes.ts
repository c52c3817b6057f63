// The JSON form of values (chapter 31.5), and bytes.

export type Json = null | boolean | number | string | Json[] | { [name: string]: Json };
export type Form = { [name: string]: Json };

/** The request has not the form of the operation. */
export class Malformed extends Error {}

/** Not offered. */
export class Unsupported extends Error {}

/** The protocol refuses the input. */
export class Rejected extends Error {
  constructor(readonly reason: string, readonly phase: string, readonly details: Form = {}) {
    super(reason);
  }
}

export function bytesOf(value: Json | undefined, length?: number): Uint8Array {
  if (typeof value !== "string" || !/^0x([0-9a-f]{2})*$/.test(value)) throw new Malformed("bytes expected");
  const bytes = Uint8Array.from(Buffer.from(value.slice(2), "hex"));
  if (length !== undefined && bytes.length !== length) throw new Malformed(`${length} bytes expected`);
  return bytes;
}

export function hex(bytes: Uint8Array): string {
  return "0x" + Buffer.from(bytes).toString("hex");
}

export function integerOf(value: Json | undefined, bits: number): bigint {
  if (typeof value !== "string" || !/^0x(0|[1-9a-f][0-9a-f]*)$/.test(value)) throw new Malformed("integer expected");
  const number = BigInt(value);
  if (number >> BigInt(bits)) throw new Malformed(`${bits} bits expected`);
  return number;
}

export function booleanOf(value: Json | undefined): boolean {
  if (typeof value !== "boolean") throw new Malformed("boolean expected");
  return value;
}

export function listOf(value: Json | undefined): Json[] {
  if (!Array.isArray(value)) throw new Malformed("list expected");
  return value;
}

export function recordOf(value: Json | undefined): Form {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw new Malformed("record expected");
  return value;
}

/** An unsigned integer, most significant byte first. */
export function bigEndian(value: bigint, bits: number): Uint8Array {
  return bytesOf("0x" + value.toString(16).padStart(bits / 4, "0"), bits / 8);
}

/** An unsigned integer, least significant byte first. */
export function littleEndian(value: bigint, bits: number): Uint8Array {
  return bigEndian(value, bits).reverse();
}

export function flag(value: boolean): Uint8Array {
  return Uint8Array.of(value ? 1 : 0);
}

export function text(value: string): Uint8Array {
  return new TextEncoder().encode(value);
}

export function join(...parts: Uint8Array[]): Uint8Array {
  return Uint8Array.from(Buffer.concat(parts));
}

export function compare(one: Uint8Array, other: Uint8Array): number {
  return Buffer.compare(one, other);
}
