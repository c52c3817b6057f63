"""Production's release about a whole block: it takes none, so it is asked every step of one.

A block is executed by the specification with the release's values. On the way due tasks, each run of a queue and the
journals of each chunk are asked of production, with the network as it stands there. What is left to the specification
alone is what lies between these steps: requests of Ethereum and users, chunks, limits, and which code a program has.

Rules: VEC-19, REV-CODE-CHARGE, REV-MAILBOX-VALIDITY, REV-EVENT-DESTINATIONS.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from immutables import Map

from gearexe_spec.base.ids import CodeId
from gearexe_spec.base.numeric import U8, U32, U64
from gearexe_spec.base.rejection import Rejected
from gearexe_spec.conformance.json_form import Json, camel_case_variant, from_json, to_json
from gearexe_spec.conformance.operations import blocks
from gearexe_spec.conformance.operations.program_forms import dump_schedule, reachable_objects
from gearexe_spec.conformance.operations.registry import Input
from gearexe_spec.conformance.revisions import Verdict, compare_with_production
from gearexe_spec.conformance.session import SpecTarget
from gearexe_spec.conformance.targets.target import Target
from gearexe_spec.conformance.wire import Apply
from gearexe_spec.executor.blocks import BlockInput, Network, apply_block, begin_block
from gearexe_spec.executor.engine import Job, apply_in_order
from gearexe_spec.executor.requests import apply_injected, apply_request
from gearexe_spec.program.finalisation import finalize_block
from gearexe_spec.program.in_block import InBlockState, StateHashWithQueueSize
from gearexe_spec.program.journal_handling import DispatchJournal
from gearexe_spec.program.queue_run import QueueRunResult
from gearexe_spec.program.state import write_state
from gearexe_spec.program.storage import Storage

RELEASE_VALIDITY = U32(54_000)
RELEASE_CONFIG: dict[str, Json] = {"mailboxValidity": hex(RELEASE_VALIDITY), "answersEventDestinations": False}
"""REV-MAILBOX-VALIDITY, REV-EVENT-DESTINATIONS."""


class Disagreement(Exception):
    """Production answers a step of the block otherwise; says how."""


def find_disagreement(production: Target, before: blocks.BlocksState, form: Input) -> str | None:
    """What production says otherwise about a step of a block, in words; None if it agrees on all of them.

    Args:
        production: the release, live.
        before: the area `blocks` before the block.
        form: of the block.
    """
    source: BlockInput = from_json(BlockInput, form)
    source = replace(source, mailbox_validity=RELEASE_VALIDITY, answers_event_destinations=False)
    asking = Asking(production, before.network.codes.original)
    engine = replace(before.engine, run_jobs=asking.run_jobs, apply_journals=asking.apply_journals)
    try:
        asking.ask_tasks(before.network, source)
        apply_block(before.network, source, engine)
    except Disagreement as disagreement:
        return str(disagreement)
    except Rejected:
        return None  # the block is aborted: what was asked until then agreed
    return None


@dataclass(frozen=True, slots=True)
class Asking:
    """Somebody to ask, and the codes as they were uploaded."""

    production: Target
    codes: Map[CodeId, bytes]

    def ask_tasks(self, network: Network, source: BlockInput) -> None:
        """What is due once all requests are queued."""
        block = begin_block(network, source)
        for injected in source.injected:
            block = apply_injected(block, injected)
        for event in source.events:
            block = apply_request(block, event, network.codes.valid)
        self._ask("program/applyDueTasks", _network_form(block))

    def run_jobs(self, jobs: Iterable[Job]) -> Iterator[QueueRunResult]:
        """Each run, as the release charges it; without a code the release has none (REV-ABSENT-CODE)."""
        for job in jobs:
            code = job.run.code
            if code is None:
                yield job()
                continue
            self._ask("queue/run", _run_form(job, self.codes[code.code_id]))
            charged = replace(code, charged_length=len(code.instrumented))
            yield replace(job, run=replace(job.run, code=charged))()

    def apply_journals(
        self, block: InBlockState, journals: Iterable[DispatchJournal], allowance: U64
    ) -> tuple[InBlockState, bool]:
        """The journals of a chunk."""
        told = tuple(journals)
        form = {
            **_network_form(block),
            "limits": to_json(block.limits),
            "journals": [_journal_form(journal, allowance) for journal in told],
        }
        self._ask("program/applyJournals", form)
        return apply_in_order(block, told, allowance)

    def _ask(self, operation: str, form: dict[str, Any]) -> None:
        request = Apply(operation, form)
        self.production.reset()
        verdict, difference = compare_with_production(
            request, SpecTarget().answer(request), self.production.answer(request)
        )
        if verdict is Verdict.DIFFERENT and difference is not None:
            place = f"{operation} at {difference.path or '/'}"
            raise Disagreement(f"{place}: production says {difference.expected}, we say {difference.got}")


def _network_form(block: InBlockState) -> dict[str, Json]:
    """The network as it stands inside a block."""
    now = finalize_block(block)
    config = block.config
    return {
        "objects": _objects(now.storage, now.states),
        "states": {actor.to_hex(): to_json(now.states[actor]) for actor in sorted(now.states)},
        "schedule": dump_schedule(now.schedule),
        "config": {"height": hex(config.height), "timestamp": hex(config.timestamp), **RELEASE_CONFIG},
    }


def _run_form(job: Job, wasm: bytes) -> dict[str, Json]:
    storage, key = write_state(job.storage, job.run.state)
    record = StateHashWithQueueSize(key, U8(0), U8(0))
    return {
        "objects": _objects(storage, Map({job.run.program: record})),
        "stateHash": to_json(key),
        "program": to_json(job.run.program),
        "wasm": to_json(wasm),
        "queue": job.run.queue.name,
        "allowance": to_json(job.run.allowance),
        "block": to_json(job.run.block),
        "emitsPromises": job.run.emits_promises,
        "chargesCodeLength": True,
    }


def _journal_form(journal: DispatchJournal, allowance: U64) -> Json:
    return {
        "program": to_json(journal.program),
        "messageType": journal.message_type.name,
        "callReply": journal.call_reply,
        "allowanceLeft": to_json(allowance),
        "notes": [{camel_case_variant(type(note)): to_json(note)} for note in journal.notes],
    }


def _objects(storage: Storage, states: Map[Any, StateHashWithQueueSize]) -> Json:
    return {key.to_hex(): to_json(storage.read(key)) for key in reachable_objects(storage, states)}
