"""A small network of programs, block after block; the specification and production's release take every step of it.

Ethereum's events and injected transactions are queued by the specification. Due tasks, runs of queues and journals are
asked of both sides, and the network goes on only if the answer is the same: journals note by note, gas, promises,
states, objects, schedule.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from immutables import Map

from gearexe_spec.base.fixed_bytes import Bytes32
from gearexe_spec.base.ids import ActorId, CodeId, MessageId
from gearexe_spec.base.numeric import U32, U64
from gearexe_spec.conformance.json_form import Json, from_json, to_json
from gearexe_spec.conformance.operations.program_forms import (
    dump_schedule,
    load_schedule,
    load_states,
    reachable_objects,
)
from gearexe_spec.conformance.revisions import Verdict, compare_with_production
from gearexe_spec.conformance.session import SpecTarget
from gearexe_spec.conformance.targets.target import Target
from gearexe_spec.conformance.vectors.production_oracle import RELEASE_CONFIG
from gearexe_spec.conformance.wire import Accepted, Apply
from gearexe_spec.crypto.ids import compute_code_id
from gearexe_spec.execution.codes import ReplyCode
from gearexe_spec.executor.chunks import split_into_chunks
from gearexe_spec.executor.injected_transaction import VerifiedTransaction
from gearexe_spec.executor.requests import RequestEvent, apply_injected, apply_request
from gearexe_spec.program.dispatch import MessageType
from gearexe_spec.program.finalisation import FinalizedBlock, finalize_block
from gearexe_spec.program.in_block import BlockConfig, InBlockState, set_run_result
from gearexe_spec.program.promise import Promise
from gearexe_spec.program.schedule import Schedule
from gearexe_spec.program.state import ProgramState, read_state, requires_init_message
from gearexe_spec.program.storage import Storage

ALLOWANCE = U64(10**12)


@dataclass(frozen=True, slots=True)
class Ran:
    """One dispatch: what came of it and what it burned."""

    program: ActorId
    outcome: str
    gas: int


@dataclass(frozen=True, slots=True)
class Said:
    """One message that a program sent to somebody outside; the code is None unless it is a reply."""

    source: ActorId
    destination: ActorId
    id: MessageId
    payload: bytes
    value: int
    code: ReplyCode | None


@dataclass
class ReleaseNetwork:
    """The network, and the targets that are asked.

    Args:
        production: the release, live.
        codes: the code of every program.
    """

    production: Target
    codes: dict[ActorId, bytes]
    height: int = 1000
    storage: Storage = field(default_factory=Storage.empty)
    states: Map[ActorId, Any] = field(default_factory=Map)
    schedule: Schedule = field(default_factory=Map)
    ran: list[Ran] = field(default_factory=list)
    said: list[Said] = field(default_factory=list)
    promised: list[Promise] = field(default_factory=list)

    def block(
        self, *events: RequestEvent, injected: tuple[VerifiedTransaction, ...] = (), blocks: int = 1
    ) -> tuple[list[Ran], list[Said]]:
        """A block so many heights later: what ran in it, and what was said to the outside."""
        self.height += blocks
        self.ran, self.said, self.promised = [], [], []
        self._queue_requests(events, injected)
        self._settle(self._ask("program/applyDueTasks", {**self._form(), "config": self._config()}))
        for queue in (MessageType.Injected, MessageType.Canonical):
            while chunks := split_into_chunks(self.states, queue):
                for chunk in chunks:
                    if self._run_chunk([candidate.program for candidate in chunk], queue):
                        return self.ran, self.said
        return self.ran, self.said

    def state(self, program: ActorId) -> ProgramState:
        """The state of a program."""
        return read_state(self.storage, self.states[program].hash)

    def is_initialized(self, program: ActorId) -> bool:
        """Whether injected transactions may come to a program."""
        return not requires_init_message(self.state(program))

    def _queue_requests(self, events: tuple[RequestEvent, ...], injected: tuple[VerifiedTransaction, ...]) -> None:
        valid: Map[CodeId, bool] = Map({compute_code_id(code): True for code in self.codes.values()})
        block = InBlockState(self.storage, from_json(BlockConfig, self._config()), self.states, self.schedule)
        for transaction in injected:
            block = apply_injected(block, transaction)
        for event in events:
            block = apply_request(block, event, valid)
        self._take(finalize_block(block))

    def _run_chunk(self, programs: list[ActorId], queue: MessageType) -> bool:
        """Run one queue of each; whether the block is out of gas."""
        journals: list[Json] = []
        answers = {program: self._run(program, queue) for program in programs}
        block = InBlockState(self.storage, from_json(BlockConfig, self._config()), self.states, self.schedule)
        for program, answer in answers.items():
            block = set_run_result(block, program, read_state(self.storage, from_json(Bytes32, answer["stateHash"])))
            journals += [_forwarded(program, dispatch) for dispatch in answer["dispatches"]]
        self._take(finalize_block(block))
        form = {**self._form(), "config": self._config(), "limits": None, "journals": journals}
        answer = self._ask("program/applyJournals", form)
        self._settle(answer)
        return bool(answer["outOfGas"])

    def _run(self, program: ActorId, queue: MessageType) -> dict[str, Any]:
        form = {
            "objects": self._objects(program),
            "stateHash": to_json(self.states[program].hash),
            "program": to_json(program),
            "wasm": to_json(self.codes[program]),
            "queue": queue.name,
            "allowance": hex(ALLOWANCE),
            "block": {"height": hex(self.height), "timestamp": hex(12 * self.height)},
            "emitsPromises": queue is MessageType.Injected,
            "chargesCodeLength": True,
        }
        answer = self._ask("queue/run", form)
        self._add_objects(answer["objects"])
        self.promised += [from_json(Promise, promise) for promise in answer["promises"]]
        self.ran += [Ran(program, step["outcome"], int(step["gasBurned"], 16)) for step in answer["dispatches"]]
        return answer

    def _ask(self, operation: str, form: dict[str, Any]) -> dict[str, Any]:
        """The answer that both sides give."""
        request = Apply(operation, form)
        ours, theirs = SpecTarget().answer(request), self.production.answer(request)
        verdict, difference = compare_with_production(request, ours, theirs)
        assert verdict is Verdict.SAME, difference
        assert isinstance(ours, Accepted)
        assert isinstance(ours.outputs, dict)
        return ours.outputs

    def _settle(self, answer: dict[str, Any]) -> None:
        self._add_objects(answer["objects"])
        self.states = self.states.update(load_states(answer["states"]))
        self.schedule = load_schedule(answer["schedule"])
        for transition in answer["transitions"]:
            source = from_json(ActorId, transition["actorId"])
            self.said += [_said(source, message) for message in transition["messages"]]

    def _take(self, block: FinalizedBlock) -> None:
        self.storage, self.states, self.schedule = block.storage, block.states, block.schedule

    def _add_objects(self, objects: dict[str, str]) -> None:
        for blob in objects.values():
            self.storage, _ = self.storage.write(from_json(bytes, blob))

    def _objects(self, *programs: ActorId) -> Json:
        keys = reachable_objects(self.storage, Map({program: self.states[program] for program in programs}))
        return {key.to_hex(): to_json(self.storage.read(key)) for key in keys}

    def _form(self) -> dict[str, Json]:
        return {
            "objects": self._objects(*self.states),
            "states": {program.to_hex(): to_json(self.states[program]) for program in sorted(self.states)},
            "schedule": dump_schedule(self.schedule),
        }

    def _config(self) -> Json:
        return {"height": hex(U32(self.height)), "timestamp": hex(12 * self.height), **RELEASE_CONFIG}


def _forwarded(program: ActorId, dispatch: dict[str, Any]) -> Json:
    notes = [dispatch["journal"][int(index, 16)] for index in dispatch["forwarded"]]
    return {
        "program": to_json(program),
        "messageType": dispatch["messageType"],
        "callReply": dispatch["callReply"],
        "allowanceLeft": hex(ALLOWANCE),
        "notes": notes,
    }


def _said(source: ActorId, message: dict[str, Any]) -> Said:
    details = message["replyDetails"]
    return Said(
        source,
        from_json(ActorId, message["destination"]),
        from_json(MessageId, message["id"]),
        from_json(bytes, message["payload"]),
        int(message["value"], 16),
        None if details is None else from_json(ReplyCode, details["code"]),
    )
