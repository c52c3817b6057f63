"""`consensus-operations/1`, `consensus-timelines/1`, `consensus-blobs/1`: blocks, time, codes in blobs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from gearexe_spec.conformance.reference.adapter import Case, Document, adapter
from gearexe_spec.conformance.reference.consensus.recorded import (
    Exchanges,
    Form,
    accepted,
    ask,
    number,
    refused,
    replay_groups,
    wire,
)
from gearexe_spec.conformance.wire import Answer, RejectedAnswer

OPERATIONS = {
    "advance": "advanceTillEthereumBlock",
    "progress_tasks": "progressTasks",
    "process_queues": "processQueues",
    "process_queues_v2": "processQueuesV2",
    "process_queues_v3": "processQueuesV3",
}
BLOB_LENGTH = 131_072


@adapter("consensus-operations/1")
def operations(document: Document) -> Iterator[Case]:
    """Pure."""
    return replay_groups(
        document,
        {
            "operations": _operations,
            "decode_operations": _decode_operations,
            "blocks": _block,
            "decode_block": _decode_block,
            "payload_cap": _payload_cap,
            "compact_mb": _compact_block,
        },
    )


@adapter("consensus-timelines/1")
def timelines(document: Document) -> Iterator[Case]:
    """Pure."""
    return replay_groups(
        document,
        {
            "timelines": _timelines,
            "coordinator": _coordinator,
            "coordinator_index_for_slot": _coordinator_index,
            "uint48": _uint48,
        },
    )


@adapter("consensus-blobs/1")
def blobs(document: Document) -> Iterator[Case]:
    """Pure."""
    return replay_groups(document, {"encode": _encode_blobs, "decode": _decode_blobs})


def operation_form(recorded: Form) -> Form:
    """An operation on the wire."""
    name = recorded["op"]
    if name == "injected":
        signed = {"data": wire(recorded["tx"]), "signature": recorded["signature"], "address": recorded["address"]}
        return {"injected": signed}
    return {OPERATIONS[name]: wire({key: value for key, value in recorded.items() if key != "op"})}


def _operations(vector: Form) -> Exchanges:
    forms: list[Any] = [operation_form(recorded) for recorded in vector["operations"]]
    yield ask("sequencer/encodeOperations", operations=forms), accepted(hash=vector["hash"], scale=vector["scale"])
    yield ask("sequencer/decodeOperations", scale=vector["scale"]), accepted(operations=_decoded(vector["operations"]))


def _decode_operations(vector: Form) -> Exchanges:
    request = ask("sequencer/decodeOperations", scale=vector["scale"])
    result = vector["result"]
    yield request, refused("error") if result == "error" else accepted(operations=_decoded(result))


def _decoded(recorded: list[Form]) -> list[Any]:
    """What reading gives: also the hash of each transaction."""
    forms: list[Any] = []
    for part in recorded:
        form = operation_form(part)
        if part["op"] == "injected":
            form["injected"]["hash"] = part["hash"]
        forms.append(form)
    return forms


def _block(vector: Form) -> Exchanges:
    block = wire({name: vector[name] for name in ("parent_hash", "height", "payload", "reserved")})
    yield ask("sequencer/encodeBlock", block=block), accepted(hash=vector["hash"], scale=vector["scale"])
    yield (
        ask("sequencer/decodeBlock", scale=vector["scale"]),
        accepted(block=block, hash=vector["hash"], leftOverBytes="0x0"),
    )


def _decode_block(vector: Form) -> Exchanges:
    request = ask("sequencer/decodeBlock", scale=vector["bytes"])
    if vector["decoded_hash"] is None:
        yield request, RejectedAnswer("UnexpectedEnd", "decode")
    else:
        left = number(vector["left_over_bytes"])
        yield request, accepted(hash=vector["decoded_hash"], leftOverBytes=left)


def _payload_cap(vector: Form) -> Exchanges:
    length = vector["payload_length"]
    payload = bytes([vector["payload_byte"]]) * length
    height = vector["height"].to_bytes(8, "little")
    compact = (length << 2 | 2).to_bytes(4, "little")
    scale = bytes.fromhex(vector["parent_hash"][2:]) + height + compact + payload + bytes(64)
    expected: Answer = (
        RejectedAnswer("LengthOutOfRange", "decode")
        if vector["decoded_hash"] is None
        else accepted(hash=vector["decoded_hash"], leftOverBytes="0x0")
    )
    yield ask("sequencer/decodeBlock", scale="0x" + scale.hex()), expected


def _compact_block(vector: Form) -> Exchanges:
    block = wire({name: vector[name] for name in ("parent", "height", "operations_hash")})
    yield ask("sequencer/compactBlock", block=block), accepted(scale=vector["scale"])


def _timelines(vector: Form) -> Exchanges:
    times = wire(vector["timelines"])
    yield ask("timelines/encode", timelines=times), accepted(scale=vector["scale"])
    for era in vector["eras"]:
        start, election = _time(era["start"]), _time(era["election_start"])
        request = ask("timelines/era", timelines=times, era=number(era["era"]))
        yield request, accepted(start=start, electionStart=election)
    for moment in vector["timestamps"]:
        counts: list[Any] = [number(entry["validators"]) for entry in moment["coordinator_index"]]
        indices: list[Any] = [number(entry["index"]) for entry in moment["coordinator_index"]]
        request = ask("timelines/moment", timelines=times, timestamp=number(moment["ts"]), validators=counts)
        outputs = {"era": number(moment["era"]), "slot": number(moment["slot"])}
        yield request, accepted(coordinators=indices, **outputs)


def _time(part: Any) -> Any:
    """A recorded abort is a rejection, told by its name."""
    return "ElectionLongerThanEra" if part == "panic" else number(part)


def _coordinator(vector: Form) -> Exchanges:
    times = wire(vector["timelines"])
    for entry in vector["coordinators"]:
        request = ask(
            "timelines/coordinator",
            timelines=times,
            timestamp=number(entry["ts"]),
            validators=vector["validators"],
        )
        address = entry["address"]
        yield request, RejectedAnswer("BeforeGenesis", "") if address is None else accepted(address=address)


def _coordinator_index(vector: Form) -> Exchanges:
    request = ask("timelines/coordinatorIndex", slot=number(vector["slot"]), validators=number(vector["validators"]))
    yield request, accepted(index=number(vector["index"]))


def _uint48(vector: Form) -> Exchanges:
    outputs = {"abiValue": number(vector["abi_value"]), "digestBytes": vector["digest_bytes"]}
    yield ask("timelines/uint48", value=number(vector["value"])), accepted(**outputs)


def _encode_blobs(vector: Form) -> Exchanges:
    data = _content(vector["byte_i"], vector["length"])
    if "data" in vector and vector["data"] != "0x" + data.hex():
        raise ValueError("the data do not follow their rule")
    shown: list[Any] = [{"keccak": blob["keccak"], "first64Bytes": blob["first_64_bytes"]} for blob in vector["blobs"]]
    outputs: dict[str, Any] = {
        "blobCount": number(vector["blob_count"]),
        "blobs": shown,
        "codeId": vector["code_id"],
        "keccak": vector["keccak"],
        "decodedLength": number(vector["decoded_length"]),
        "decodesBack": vector["decodes_back"],
    }
    with_proofs = "commitments" in vector
    if with_proofs:
        outputs |= {
            "cellProofCount": number(vector["cell_proof_count"]),
            "cellProofsKeccak": vector["cell_proofs_keccak"],
            "commitments": vector["commitments"],
            "versionedHashes": vector["versioned_hashes"],
        }
    with_contents = "sparse_blobs" in vector
    if with_contents:
        outputs["contents"] = [_whole(blob) for blob in vector["sparse_blobs"]]
    request = ask("blob/encode", data="0x" + data.hex(), withProofs=with_proofs, withContents=with_contents)
    yield request, accepted(**outputs)


def _content(rule: str, length: int) -> bytes:
    """The bytes of a long code by their rule: a constant, or `(i*A + i div B) mod 256`."""
    if rule.isdigit():
        return bytes([int(rule)]) * length
    match = re.fullmatch(r"\(i\*(\d+) \+ i div (\d+)\) mod 256", rule)
    if match is None:
        raise ValueError(f"unknown rule {rule}")
    factor, divisor = int(match[1]), int(match[2])
    return bytes((i * factor + i // divisor) % 256 for i in range(length))


def _sparse(blob: list[list[Any]]) -> list[Any]:
    """Runs of a blob as offset and bytes."""
    return [[number(offset), run] for offset, run in blob]


def _whole(blob: list[list[Any]]) -> str:
    """All bytes of a blob that is recorded as runs."""
    content = bytearray(BLOB_LENGTH)
    for offset, run in blob:
        piece = bytes.fromhex(run[2:])
        content[offset : offset + len(piece)] = piece
    return "0x" + content.hex()


def _decode_blobs(vector: Form) -> Exchanges:
    request = ask("blob/decode", blobs=[_sparse(blob) for blob in vector["blobs"]])
    result = vector["result"]
    if result == "failure":
        yield request, refused("failure")
        return
    outputs: dict[str, Any] = {
        "keccak": result["keccak"],
        "length": number(result["length"]),
        "segments": [number(length) for length in result["segments"]],
    }
    if result["data"] is not None:
        outputs["data"] = result["data"]
    yield request, accepted(**outputs)
