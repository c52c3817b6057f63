// SCALE (chapter 2.1): a type is a value of `Shape`; bytes are read to the JSON form of chapter 31.5, and written from it.

import { bytesOf, flag, hex, integerOf, join, type Json, listOf, littleEndian, Malformed, recordOf, Rejected } from "./bytes.js";

export type Shape =
  | { kind: "integer" | "compact"; bits: number }
  | { kind: "fixed"; length: number }
  | { kind: "bytes" | "bool" }
  | { kind: "option" | "list"; of: Shape }
  | { kind: "array"; of: Shape; length: number }
  | { kind: "map"; key: Shape; value: Shape; pairs: boolean }
  | { kind: "record"; fields: [string, Shape][] }
  | { kind: "names"; names: string[] }
  | { kind: "choice"; variants: [string, Shape][] };

const refuse = (reason: string): never => {
  throw new Rejected(reason, "decode");
};

/** Bytes that are taken from the front. */
export class Reader {
  place = 0;
  constructor(readonly data: Uint8Array) {}

  take(length: number): Uint8Array {
    if (length > this.data.length - this.place) refuse("UnexpectedEnd");
    this.place += length;
    return this.data.slice(this.place - length, this.place);
  }

  byte(): number {
    return this.take(1)[0]!;
  }

  integer(length: number): bigint {
    return BigInt(hex(this.take(length).reverse()));
  }
}

/** SCA-2: only the shortest form, and nothing wider than the type. */
function readCompact(reader: Reader, bits: number): bigint {
  const start = reader.place;
  const first = reader.byte();
  const mode = first & 3;
  let value: bigint;
  if (mode === 3) {
    const length = (first >> 2) + 4;
    if (length > bits / 8) refuse("CompactOutOfRange");
    value = reader.integer(length);
  } else {
    const rest = reader.take([0, 1, 3][mode]!);
    value = BigInt(hex(join(Uint8Array.of(first), rest).reverse())) >> 2n;
  }
  if (writeCompact(value).length !== reader.place - start) refuse("NonCanonicalCompact");
  return value;
}

function writeCompact(value: bigint): Uint8Array {
  for (const [mode, bits] of [[0n, 8], [1n, 16], [2n, 32]] as [bigint, number][]) {
    if (!(value >> BigInt(bits - 2))) return littleEndian((value << 2n) | mode, bits);
  }
  const length = Math.ceil(value.toString(16).length / 2);
  return join(Uint8Array.of(((length - 4) << 2) | 3), littleEndian(value, 8 * length));
}

const number = (value: bigint): string => "0x" + value.toString(16);

const repeat = (reader: Reader, count: number, shape: Shape): Json[] => {
  const items: Json[] = [];
  for (let index = 0; index < count; index++) items.push(read(reader, shape));
  return items;
};

export function read(reader: Reader, shape: Shape): Json {
  switch (shape.kind) {
    case "integer":
      return number(reader.integer(shape.bits / 8));
    case "compact":
      return number(readCompact(reader, shape.bits));
    case "fixed":
      return hex(reader.take(shape.length));
    case "bytes":
      return hex(reader.take(Number(readCompact(reader, 32))));
    case "bool":
      return ([false, true][reader.byte()] ?? refuse("InvalidBool")) as boolean;
    case "option":
      return ([() => null, () => read(reader, shape.of)][reader.byte()] ?? (() => refuse("InvalidOption")))();
    case "list":
      return repeat(reader, Number(readCompact(reader, 32)), shape.of);
    case "array":
      return repeat(reader, shape.length, shape.of);
    case "map":
      return readMap(reader, shape);
    case "record":
      return Object.fromEntries(shape.fields.map(([name, of]) => [name, read(reader, of)]));
    case "names":
      return shape.names[reader.byte()] ?? refuse("InvalidVariant");
    case "choice": {
      const [name, of] = shape.variants[reader.byte()] ?? refuse("InvalidVariant");
      return { [name]: read(reader, of) };
    }
  }
}

/** Keys are integers or bytes of equal length, both as hex. */
const byKey = ([one]: [Json, Json], [other]: [Json, Json]): number =>
  BigInt(String(one)) < BigInt(String(other)) ? -1 : 1;

type MapShape = Extract<Shape, { kind: "map" }>;

/** SCA-9: any order is read, of equal keys the last stays, and the order is the ascending one from then on. */
function readMap(reader: Reader, shape: MapShape): Json {
  const entries = new Map<string, [Json, Json]>();
  const count = Number(readCompact(reader, 32));
  for (let index = 0; index < count; index++) {
    const key = read(reader, shape.key);
    entries.set(String(key), [key, read(reader, shape.value)]);
  }
  const sorted = [...entries.values()].sort(byKey);
  return shape.pairs ? sorted : Object.fromEntries(sorted as [string, Json][]);
}

export function write(value: Json | undefined, shape: Shape): Uint8Array {
  switch (shape.kind) {
    case "integer":
      return littleEndian(integerOf(value, shape.bits), shape.bits);
    case "compact":
      return writeCompact(integerOf(value, shape.bits));
    case "fixed":
      return bytesOf(value, shape.length);
    case "bytes":
      return join(writeCompact(BigInt(bytesOf(value).length)), bytesOf(value));
    case "bool":
      if (typeof value !== "boolean") throw new Malformed("boolean expected");
      return flag(value);
    case "option":
      return value === null ? Uint8Array.of(0) : join(Uint8Array.of(1), write(value, shape.of));
    case "list":
      return join(writeCompact(BigInt(listOf(value).length)), ...listOf(value).map((item) => write(item, shape.of)));
    case "array":
      return join(...listOf(value).map((item) => write(item, shape.of)));
    case "map": {
      const entries = shape.pairs ? listOf(value).map(listOf) : Object.entries(recordOf(value)).sort(byKey);
      const parts = entries.map(([key, part]) => join(write(key, shape.key), write(part, shape.value)));
      return join(writeCompact(BigInt(parts.length)), ...parts);
    }
    case "record":
      return join(...shape.fields.map(([name, of]) => write(recordOf(value)[name], of)));
    case "names":
      return Uint8Array.of(indexOf(shape.names, String(value)));
    case "choice": {
      const [[name, part] = [""]] = Object.entries(recordOf(value)) as [string, Json][];
      const index = indexOf(shape.variants.map(([variant]) => variant), name);
      return join(Uint8Array.of(index), write(part, shape.variants[index]![1]));
    }
  }
}

function indexOf(names: string[], name: string): number {
  const index = names.indexOf(name);
  if (index < 0) throw new Malformed(`one of ${names.join(", ")} expected`);
  return index;
}
