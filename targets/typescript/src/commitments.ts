// What validators commit to (chapter 4): each hash is over the fields in order, integers big-endian.

import { bigEndian, booleanOf, bytesOf, flag, type Form, integerOf, join, type Json, listOf, recordOf } from "./bytes.js";
import { keccak256 } from "./hashes.js";

const NOTHING = keccak256();
const word = (value: Json | undefined) => bytesOf(value, 32);
const address = (value: Json | undefined) => bytesOf(value, 20);
const unsigned = (value: Json | undefined, bits: number) => bigEndian(integerOf(value, bits), bits);

/** The hash of the concatenated hashes; of none the hash of nothing. */
function list(items: Json | undefined, hash: (form: Form) => Uint8Array): Uint8Array {
  return keccak256(...listOf(items).map((item) => hash(recordOf(item))));
}

/** A list of at most one. */
function optional(items: Json | undefined, hash: (form: Form) => Uint8Array): Uint8Array {
  const [first] = listOf(items);
  return first === undefined ? NOTHING : hash(recordOf(first));
}

export const codeDigest = (form: Form) => keccak256(word(form.id), flag(booleanOf(form.valid)));

export const claimDigest = (form: Form) => keccak256(word(form.messageId), address(form.destination), unsigned(form.value, 128));

function message(form: Form): Uint8Array {
  const reply = recordOf(form.replyDetails);
  return keccak256(
    word(form.id),
    address(form.destination),
    bytesOf(form.payload),
    unsigned(form.value, 128),
    word(reply.to),
    bytesOf(reply.code, 4),
    flag(booleanOf(form.call)),
  );
}

function transition(form: Form): Uint8Array {
  return keccak256(
    address(form.actorId),
    word(form.newStateHash),
    flag(booleanOf(form.exited)),
    address(form.inheritor),
    unsigned(form.valueToReceive, 128),
    flag(booleanOf(form.valueToReceiveNegativeSign)),
    list(form.valueClaims, claimDigest),
    list(form.messages, message),
  );
}

function chain(form: Form): Uint8Array {
  return keccak256(list(form.transitions, transition), word(form.head), word(form.lastAdvancedEthBlock));
}

const operators = (form: Form) => keccak256(unsigned(form.amount, 256), word(form.root));

function stakers(form: Form): Uint8Array {
  const entries = listOf(form.distribution).map((item) => {
    const entry = recordOf(item);
    return join(address(entry.vault), unsigned(entry.amount, 256));
  });
  return keccak256(...entries, unsigned(form.totalAmount, 256), address(form.token));
}

function rewards(form: Form): Uint8Array {
  return keccak256(operators(recordOf(form.operators)), stakers(recordOf(form.stakers)), unsigned(form.timestamp, 48));
}

/** Items of a packed list are padded to words; the secret sharing commitment is not in it. */
function validators(form: Form): Uint8Array {
  const key = recordOf(form.aggregatedPublicKey);
  return keccak256(
    flag(booleanOf(form.hasAggregatedPublicKey)),
    unsigned(key.x, 256),
    unsigned(key.y, 256),
    ...listOf(form.validators).map((item) => join(new Uint8Array(12), address(item))),
    unsigned(form.eraIndex, 256),
  );
}

function batch(form: Form): Uint8Array {
  return keccak256(
    word(form.blockHash),
    unsigned(form.blockTimestamp, 48),
    word(form.previousCommittedBatchHash),
    unsigned(form.expiry, 8),
    optional(form.chainCommitment, chain),
    list(form.codeCommitments, codeDigest),
    optional(form.rewardsCommitment, rewards),
    optional(form.validatorsCommitment, validators),
  );
}

const of = (hash: (form: Form) => Uint8Array, name = "commitment") => (form: Form) => hash(recordOf(form[name]));

export const operations: Record<string, (form: Form) => Uint8Array> = {
  "commitments/hashCodeCommitment": of(codeDigest),
  "commitments/hashCodeCommitments": (form) => list(form.commitments, codeDigest),
  "commitments/hashMessage": of(message, "message"),
  "commitments/hashValueClaim": of(claimDigest, "claim"),
  "commitments/hashStateTransition": of(transition, "transition"),
  "commitments/hashTransitions": (form) => keccak256(...listOf(form.transitionHashes).map(word)),
  "commitments/hashChainCommitment": of(chain),
  "commitments/hashOperatorRewards": of(operators),
  "commitments/hashStakerRewards": of(stakers),
  "commitments/hashRewardsCommitment": of(rewards),
  "commitments/hashValidatorsCommitment": of(validators),
  "commitments/hashBatchCommitment": of(batch, "batch"),
  "commitments/computeSignedDigest": (form) =>
    keccak256(Uint8Array.of(0x19, 0), address(form.router), word(form.batchHash)),
};
