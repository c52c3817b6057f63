"""Operations on sequencer blocks, time, and codes in blobs.

Rules: BLK-80 to BLK-88; ROL-1 to ROL-8; BLB-1 to BLB-9; CRY-3, CRY-50 to CRY-53; BAT-6.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from gearexe_spec.base.fixed_bytes import Address
from gearexe_spec.base.numeric import U48, U64
from gearexe_spec.base.rejection import Rejected
from gearexe_spec.codec.blob import Blob, decode_blobs, encode_blobs
from gearexe_spec.conformance.json_form import Json, JsonFormError, from_json, to_json
from gearexe_spec.conformance.operations.registry import Input, operation
from gearexe_spec.crypto.ecdsa import Signature
from gearexe_spec.crypto.hashes import keccak256
from gearexe_spec.crypto.ids import compute_code_id
from gearexe_spec.crypto.kzg import compute_cell_proofs, compute_commitment, compute_versioned_hash
from gearexe_spec.executor import sequencer_blocks, timelines
from gearexe_spec.executor.injected_transaction import InjectedTransaction, compute_transaction_id
from gearexe_spec.executor.sequencer_blocks import CompactBlock, SequencerBlock
from gearexe_spec.executor.signed_message import SignedMessage
from gearexe_spec.executor.timelines import TimelineRejection, Timelines

_PLAIN_OPERATIONS = (
    sequencer_blocks.AdvanceTillEthereumBlock
    | sequencer_blocks.ProgressTasks
    | sequencer_blocks.ProcessQueues
    | sequencer_blocks.ProcessQueuesV2
    | sequencer_blocks.ProcessQueuesV3
)


def load_operation(form: Json, path: str) -> sequencer_blocks.Operation:
    """An operation from its JSON form; an injected one is called so and carries its signature as bytes."""
    if not isinstance(form, dict) or "injected" not in form:
        plain: sequencer_blocks.Operation = from_json(_PLAIN_OPERATIONS, form, path)
        return plain
    part = form["injected"]
    if not isinstance(part, dict):
        raise JsonFormError(f"{path}/injected: an object is expected")
    return SignedMessage(
        from_json(InjectedTransaction, part["data"], f"{path}/injected/data"),
        Signature.decode(from_json(bytes, part["signature"], f"{path}/injected/signature")),
        from_json(Address, part["address"], f"{path}/injected/address"),
    )


def dump_operation(operation: sequencer_blocks.Operation) -> Json:
    """The JSON form of an operation; an injected one says its hash too."""
    if not isinstance(operation, SignedMessage):
        name = type(operation).__name__
        return {name[0].lower() + name[1:]: to_json(operation)}
    return {
        "injected": {
            "data": to_json(operation.data),
            "signature": to_json(operation.signature.encode()),
            "address": to_json(operation.address),
            "hash": to_json(compute_transaction_id(operation.data)),
        }
    }


@operation("sequencer/encodeOperations")
def encode_operations(form: Input) -> Json:
    """SCALE form and hash of a block's operations."""
    forms = form["operations"]
    if not isinstance(forms, list):
        raise JsonFormError("/operations: a list is expected")
    contents = tuple(load_operation(part, f"/operations/{index}") for index, part in enumerate(forms))
    return {
        "hash": to_json(sequencer_blocks.hash_operations(contents)),
        "scale": to_json(sequencer_blocks.operations.encode(contents)),
    }


@operation("sequencer/decodeOperations")
def decode_operations(form: Input) -> Json:
    """Operations from their SCALE form, which must be all of the bytes."""
    contents = sequencer_blocks.operations.decode(from_json(bytes, form["scale"], "/scale"))
    return {"operations": [dump_operation(each) for each in contents]}


@operation("sequencer/encodeBlock")
def encode_block(form: Input) -> Json:
    """SCALE form, hash and value id of a block."""
    block = from_json(SequencerBlock, form["block"], "/block")
    data = sequencer_blocks.sequencer_block.encode(block)
    return {
        "hash": to_json(sequencer_blocks.hash_sequencer_block(block)),
        "scale": to_json(data),
        "valueId": to_json(sequencer_blocks.compute_value_id(data)),
    }


@operation("sequencer/decodeBlock")
def decode_block(form: Input) -> Json:
    """A block from its SCALE form, its hash, and how many bytes are left."""
    data = from_json(bytes, form["scale"], "/scale")
    block, length = sequencer_blocks.sequencer_block.decode_prefix(data)
    return {
        "block": to_json(block),
        "hash": to_json(sequencer_blocks.hash_sequencer_block(block)),
        "leftOverBytes": hex(len(data) - length),
    }


@operation("sequencer/compactBlock")
def encode_compact_block(form: Input) -> Json:
    """SCALE form of what nodes store of a block."""
    block = from_json(CompactBlock, form["block"], "/block")
    return {"scale": to_json(sequencer_blocks.compact_block.encode(block))}


@operation("timelines/encode")
def encode_timelines(form: Input) -> Json:
    """SCALE form of timelines."""
    return {"scale": to_json(timelines.timelines.encode(_times(form)))}


@operation("timelines/era")
def show_era(form: Input) -> Json:
    """When an era begins, and when, in it, the election; null: out of range, a name: why not."""
    times, era = _times(form), from_json(U64, form["era"], "/era")
    return {
        "start": _or_null(lambda: timelines.compute_era_start(times, era)),
        "electionStart": _or_null(lambda: timelines.compute_election_start(times, era)),
    }


@operation("timelines/moment")
def show_moment(form: Input) -> Json:
    """Era, slot, and the coordinator's index for several numbers of validators; null before genesis."""
    times, timestamp = _times(form), from_json(U64, form["timestamp"], "/timestamp")
    counts = from_json(tuple[U64, ...], form["validators"], "/validators")
    slot = _or_null(lambda: timelines.compute_slot(times, timestamp))
    return {
        "era": _or_null(lambda: timelines.compute_era(times, timestamp)),
        "slot": slot,
        "coordinators": [
            None
            if slot is None
            else hex(timelines.compute_coordinator_index(timelines.compute_slot(times, timestamp), int(count)))
            for count in counts
        ],
    }


@operation("timelines/coordinator")
def show_coordinator(form: Input) -> Json:
    """Who coordinates the batch of an Ethereum block."""
    validators = from_json(tuple[Address, ...], form["validators"], "/validators")
    timestamp = from_json(U64, form["timestamp"], "/timestamp")
    return {"address": to_json(timelines.choose_coordinator(_times(form), timestamp, validators))}


@operation("timelines/coordinatorIndex")
def show_coordinator_index(form: Input) -> Json:
    """The coordinator's place in a list of validators."""
    count = int(from_json(U64, form["validators"], "/validators"))
    return {"index": hex(timelines.compute_coordinator_index(from_json(U64, form["slot"], "/slot"), count))}


@operation("timelines/uint48")
def show_uint48(form: Input) -> Json:
    """A time of 64 bits in calls, where it is held at 48 bits, and in digests, where it is cut."""
    value = from_json(U64, form["value"], "/value")
    return {"abiValue": hex(U48.saturate(value)), "digestBytes": to_json(U48.truncate(value).to_big_endian())}


@operation("blob/encode")
def encode_code(form: Input) -> Json:
    """A code in blobs, its id, and, if asked for, commitments and proofs."""
    data = from_json(bytes, form["data"], "/data")
    blobs = encode_blobs(data)
    decoded = b"".join(decode_blobs(blobs))
    shown: list[Json] = [{"keccak": to_json(keccak256(blob)), "first64Bytes": to_json(blob[:64])} for blob in blobs]
    outputs: dict[str, Json] = {
        "blobCount": hex(len(blobs)),
        "blobs": shown,
        "codeId": to_json(compute_code_id(data)),
        "keccak": to_json(keccak256(data)),
        "decodedLength": hex(len(decoded)),
        "decodesBack": decoded == data,
    }
    if from_json(bool, form["withContents"], "/withContents"):
        outputs["contents"] = [to_json(bytes(blob)) for blob in blobs]
    if from_json(bool, form["withProofs"], "/withProofs"):
        commitments = [compute_commitment(blob) for blob in blobs]
        proofs = [proof for blob in blobs for proof in compute_cell_proofs(blob)]
        outputs["cellProofCount"] = hex(len(proofs))
        outputs["cellProofsKeccak"] = to_json(keccak256(b"".join(proofs)))
        outputs["commitments"] = to_json(commitments)
        outputs["versionedHashes"] = [to_json(compute_versioned_hash(commitment)) for commitment in commitments]
    return outputs


@operation("blob/decode")
def decode_code(form: Input) -> Json:
    """The segments that blobs carry; blobs are given as runs of bytes that are not zero."""
    runs = from_json(tuple[tuple[tuple[U64, bytes], ...], ...], form["blobs"], "/blobs")
    segments = decode_blobs([_fill(blob) for blob in runs])
    data = b"".join(segments)
    return {
        "data": to_json(data),
        "keccak": to_json(keccak256(data)),
        "length": hex(len(data)),
        "segments": [hex(len(segment)) for segment in segments],
    }


def _fill(runs: tuple[tuple[U64, bytes], ...]) -> Blob:
    content = bytearray(Blob.LENGTH)
    for offset, run in runs:
        content[int(offset) : int(offset) + len(run)] = run
    return Blob(bytes(content))


def _times(form: Input) -> Timelines:
    times: Timelines = from_json(Timelines, form["timelines"], "/timelines")
    return times


def _or_null(compute: Callable[[], Any]) -> Json:
    try:
        return to_json(compute())
    except Rejected as rejected:
        return rejected.reason.name if rejected.reason is TimelineRejection.ElectionLongerThanEra else None
