"""The area `blocks`: a network of programs, block after block, and what programs would reply.

Rules: WIR-10.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from immutables import Map

from gearexe_spec.base.fixed_bytes import Bytes32
from gearexe_spec.base.ids import ActorId, CodeId
from gearexe_spec.base.rejection import Rejected
from gearexe_spec.conformance.json_form import Json, from_json, to_json
from gearexe_spec.conformance.operations.program_forms import (
    dump_finalized,
    dump_record,
    dump_schedule,
    expect_list,
    load_operation,
    load_schedule,
    load_states,
    load_storage,
    reachable_objects,
)
from gearexe_spec.conformance.operations.registry import AREAS, Area, Input, operation
from gearexe_spec.conformance.session import rejected_answer
from gearexe_spec.crypto.ecdsa import PrivateKey
from gearexe_spec.crypto.hashes import blake2b256
from gearexe_spec.executor.block_input import (
    BlockInputRejection,
    EthereumChain,
    compute_block_input,
    compute_last_advanced,
)
from gearexe_spec.executor.blocks import BlockInput, Network, try_block
from gearexe_spec.executor.calculated_reply import Question, calculate_reply
from gearexe_spec.executor.codes import CodeRecords
from gearexe_spec.executor.engine import SPECIFIED, Engine
from gearexe_spec.executor.ethereum_events import BlockEvent
from gearexe_spec.executor.injected_transaction import (
    InjectedTransaction,
    compute_transaction_id,
    digest_transaction,
    signed_injected_transaction,
    to_verified,
)
from gearexe_spec.executor.node_records import BlockHeader
from gearexe_spec.executor.queues import ChunkReport, RunReport
from gearexe_spec.executor.signed_message import sign_message
from gearexe_spec.program.in_block import program_states
from gearexe_spec.program.promise import Promise, digest_promise, hash_reply
from gearexe_spec.program.schedule import schedule
from gearexe_spec.program.state import hash_state
from gearexe_spec.wasm.code import CodeMetadata, InstrumentedCode, code_metadata


@dataclass(frozen=True, slots=True)
class CodeRecord:
    """What a node knows of one code."""

    valid: bool | None
    original: bytes | None
    instrumented: InstrumentedCode | None
    metadata: CodeMetadata | None


@dataclass(frozen=True, slots=True)
class BlocksState:
    """A network, how it is run, and the objects that were shown already."""

    network: Network
    engine: Engine
    shown: Map[Bytes32, bool]


def load(form: Json) -> BlocksState:
    """The network from its objects, states, schedule and codes."""
    parts: Any = form
    storage, states = load_storage(parts["objects"]), load_states(parts["states"])
    records = from_json(Mapping[CodeId, CodeRecord], parts["codes"], "/codes")
    network = Network(
        storage=storage,
        states=states,
        schedule=load_schedule(parts["schedule"]),
        codes=CodeRecords(
            valid=Map({key: record.valid for key, record in records.items() if record.valid is not None}),
            original=Map({key: record.original for key, record in records.items() if record.original is not None}),
            instrumented=Map(
                {key: record.instrumented for key, record in records.items() if record.instrumented is not None}
            ),
            metadata=Map({key: record.metadata for key, record in records.items() if record.metadata is not None}),
            of_programs=Map(from_json(Mapping[ActorId, CodeId], parts["programCodes"], "/programCodes")),
        ),
    )
    engine = replace(SPECIFIED, chunk_size=int(parts["chunkSize"], 16))
    return BlocksState(network, engine, reachable_objects(storage, states))


def dump(state: BlocksState) -> Json:
    """The whole network; of an object its length, since its key is its hash, and `getObjects` gives it whole."""
    codes = state.network.codes
    known = {*codes.valid, *codes.original, *codes.instrumented, *codes.metadata}
    return {
        "objects": {key.to_hex(): hex(len(blob)) for key, blob in sorted(state.network.storage.blobs.items())},
        "states": to_json({actor: state.network.states[actor] for actor in sorted(state.network.states)}),
        "schedule": dump_schedule(state.network.schedule),
        "codes": {
            key.to_hex(): to_json(
                CodeRecord(
                    codes.valid.get(key), codes.original.get(key), codes.instrumented.get(key), codes.metadata.get(key)
                )
            )
            for key in sorted(known)
        },
        "programCodes": to_json({actor: codes.of_programs[actor] for actor in sorted(codes.of_programs)}),
        "chunkSize": hex(state.engine.chunk_size),
    }


def root(state: BlocksState) -> str:
    """Hash of the encoded states and the encoded schedule."""
    network = state.network
    return blake2b256(program_states.encode(network.states) + schedule.encode(network.schedule)).to_hex()


def transition_block(state: BlocksState, form: Input) -> tuple[BlocksState, Any]:
    """Execute one block; what is found out about codes stays known even if the block is aborted."""
    before = state.network
    network, outcome = try_block(before, from_json(BlockInput, form), state.engine)
    if isinstance(outcome, Rejected):
        return replace(state, network=network), rejected_answer(outcome)
    finished, shown = dump_finalized(outcome.finalized, before.states, state.shown)
    objects: Any = finished["objects"]
    outputs: Json = {
        **finished,
        "objects": {key: hex(len(blob) // 2 - 1) for key, blob in objects.items()},
        "promises": [dump_promise(promise) for promise in outcome.promises],
        "chunks": [dump_chunk(chunk) for chunk in outcome.chunks],
    }
    return replace(state, network=network, shown=shown), outputs


def transition_question(state: BlocksState, form: Input) -> tuple[BlocksState, Json]:
    """Calculate a reply; the network stays as it is."""
    answer = calculate_reply(state.network, from_json(Question, form), state.engine)
    return state, {
        "reply": to_json(answer.reply),
        "messages": to_json(answer.messages),
        "chunks": [dump_chunk(chunk) for chunk in answer.chunks],
    }


def transition_code(state: BlocksState, form: Input) -> tuple[BlocksState, Json]:
    """What is known of a code; nothing changes."""
    code_id = from_json(CodeId, form["codeId"], "/codeId")
    codes = state.network.codes
    metadata, instrumented = codes.metadata.get(code_id), codes.instrumented.get(code_id)
    return state, {
        "metadata": to_json(metadata),
        "metadataScale": None if metadata is None else to_json(code_metadata.encode(metadata)),
        "instrumented": None if instrumented is None else to_json(instrumented.code),
    }


def transition_objects(state: BlocksState, form: Input) -> tuple[BlocksState, Json]:
    """Stored objects, whole; nothing changes, and keys of nothing are left out."""
    keys, blobs = from_json(tuple[Bytes32, ...], form["keys"], "/keys"), state.network.storage.blobs
    return state, {"objects": {key.to_hex(): to_json(blobs[key]) for key in keys if key in blobs}}


def dump_promise(promise: Promise) -> Json:
    """A promise with its hashes."""
    return {
        "txHash": to_json(promise.tx_hash),
        "reply": to_json(promise.reply),
        "replyHash": to_json(hash_reply(promise.reply)),
        "digest": to_json(digest_promise(promise)),
    }


def dump_chunk(chunk: ChunkReport) -> Json:
    """What ran in a chunk."""
    return {
        "queue": chunk.queue.name,
        "allowance": hex(chunk.allowance),
        "runs": [_dump_run(run) for run in chunk.runs],
    }


def _dump_run(run: RunReport) -> Json:
    return {
        "program": to_json(run.candidate.program),
        "state": to_json(run.candidate.state),
        "newState": to_json(hash_state(run.result.state)),
        "gasSpent": hex(run.result.gas_spent),
        "code": run.has_code,
        "dispatches": [to_json(dispatch) for dispatch in run.result.dispatches],
    }


AREAS["blocks"] = Area(
    load=load,
    dump=dump,
    root=root,
    transitions={
        "applyBlock": transition_block,
        "calculateReply": transition_question,
        "getCode": transition_code,
        "getObjects": transition_objects,
    },
)


@operation("blocks/readInjected")
def read_injected(form: Input) -> Json:
    """Who signed an injected transaction, and the id of its message."""
    verified = to_verified(signed_injected_transaction.decode(from_json(bytes, form["signed"], "/signed")))
    return {
        "source": to_json(verified.source),
        "transaction": to_json(verified.transaction),
        "messageId": to_json(compute_transaction_id(verified.transaction)),
    }


@operation("blocks/signInjected")
def sign_injected(form: Input) -> Json:
    """The signed form of an injected transaction."""
    key = from_json(PrivateKey, form["privateKey"], "/privateKey")
    transaction = from_json(InjectedTransaction, form["transaction"], "/transaction")
    signed = sign_message(key, transaction, digest_transaction(transaction))
    return {"signed": to_json(signed_injected_transaction.encode(signed))}


@dataclass(frozen=True, slots=True)
class EthereumBlock:
    """A block of Ethereum as a node knows it; the events may be missing."""

    header: BlockHeader
    events: tuple[BlockEvent, ...] | None


@operation("blocks/blockInput")
def block_input(form: Input) -> Json:
    """What the operations of a block are executed on."""
    blocks = from_json(Mapping[Bytes32, EthereumBlock], form["ethereumBlocks"], "/ethereumBlocks")
    if not from_json(bool, form["hasParentStates"], "/hasParentStates"):
        raise Rejected(BlockInputRejection.ParentMbStatesMissing)
    chain = EthereumChain(
        headers={key: block.header for key, block in blocks.items()},
        events={key: block.events for key, block in blocks.items() if block.events is not None},
        start_block=from_json(Bytes32, form["startBlock"], "/startBlock"),
        genesis_block=from_json(Bytes32, form["genesisBlock"], "/genesisBlock"),
    )
    last_advanced = from_json(Bytes32, form["lastAdvanced"], "/lastAdvanced")
    operations = tuple(load_operation(part) for part in expect_list(form["operations"]))
    computed = compute_block_input(chain, last_advanced, operations)
    return {
        **dump_record(computed),
        "injected": [
            {"source": to_json(injected.source), "messageId": to_json(compute_transaction_id(injected.transaction))}
            for injected in computed.injected
        ],
        "lastAdvanced": to_json(compute_last_advanced(last_advanced, operations)),
    }
