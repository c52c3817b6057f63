// gearexe-wire 1 over standard input and output (chapter 31): a line in, a line out.

import { createInterface } from "node:readline";
import { type Form, hex, type Json, listOf, Malformed, recordOf, Rejected, Unsupported } from "./bytes.js";
import { operations as commitments } from "./commitments.js";
import { operations as hashes } from "./hashes.js";
import { operations as merkle } from "./merkle.js";
import { operations as stored } from "./stored.js";

/** Their result is the one output `result`. */
const OPERATIONS: Record<string, (form: Form) => Uint8Array | Json> = { ...hashes, ...commitments, ...merkle };
/** They give all their outputs. */
const RECORDS: Record<string, (form: Form) => Form> = stored;

function hello(): Json {
  return {
    protocol: "gearexe-wire/1",
    name: "gearexe-wire-client (TypeScript)",
    version: "0.1.0",
    methods: ["hello", "apply", "batch"],
    operations: Object.keys({ ...OPERATIONS, ...RECORDS }).sort(),
  };
}

function apply(params: Form): Form {
  const record = RECORDS[String(params.operation)];
  if (record !== undefined) return { accepted: { outputs: record(recordOf(params.input)) } };
  const operation = OPERATIONS[String(params.operation)];
  if (operation === undefined) return { unsupported: { what: String(params.operation) } };
  const result = operation(recordOf(params.input));
  return { accepted: { outputs: { result: result instanceof Uint8Array ? hex(result) : result } } };
}

/** The answer without its id. */
function answer(request: Form): Form {
  try {
    const params = recordOf(request.params ?? {});
    switch (request.method) {
      case "hello":
        return { accepted: { outputs: hello() } };
      case "apply":
        return apply(params);
      case "batch":
        return { accepted: { outputs: listOf(params.requests).map((item) => answer(recordOf(item))) } };
      default:
        return { unsupported: { what: String(request.method) } };
    }
  } catch (error) {
    if (error instanceof Unsupported) return { unsupported: { what: error.message } };
    if (error instanceof Rejected) {
      return { rejected: { reason: error.reason, phase: error.phase, details: error.details } };
    }
    const kind = error instanceof Malformed ? "request: " : "";
    return { failure: { message: kind + (error instanceof Error ? error.message : String(error)) } };
  }
}

function answerLine(line: string): Form {
  let request: Form;
  try {
    request = recordOf(JSON.parse(line) as Json);
  } catch {
    return { id: null, failure: { message: "request: no JSON object" } };
  }
  return { id: request.id ?? null, ...answer(request) };
}

for await (const line of createInterface({ input: process.stdin })) {
  if (line.trim()) process.stdout.write(JSON.stringify(answerLine(line)) + "\n");
}
