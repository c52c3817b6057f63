"""A chain with Symbiotic on it, on which a test acts; what it did becomes a vector.

The specification leads. Only the hashes of the creation codes of vaults' proxies come from the official contracts,
which are not part of this project; where they are not installed, the committed vectors tell them, and whoever fills is
told that nobody confirmed the cases.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from typing import Any

from gearexe_spec.conformance.builds import MAKES_VAULTS
from gearexe_spec.conformance.json_form import Json
from gearexe_spec.conformance.session import SpecTarget
from gearexe_spec.conformance.suite import shipped_vectors
from gearexe_spec.conformance.targets.evm import EvmTarget
from gearexe_spec.conformance.vectors.recorder import FormOfInit, Recorder
from gearexe_spec.conformance.wire import Accepted, Answer, Apply, Init, RejectedAnswer, Unsupported
from gearexe_spec.fuzzing.economics_people import STRANGER, Stage, encode_call, recorded_code, stages

AREA = "economics"
PLAIN = 2
"""The world of the recordings in which scenes are set: an era has 1000 seconds."""
Form = dict[str, Json]


class Scene:
    """What a test did so far.

    Args:
        before: another scene, that is over; this one goes on from there, and what was done there is not recorded again.
    """

    def __init__(self, before: Scene | None = None) -> None:
        self.stage: Stage = stages()[PLAIN]
        clock = before or self.stage
        self.number, self.timestamp = clock.number, clock.timestamp
        self.past: list[Json] = [] if before is None else [*before.past]
        self.begin = self.state()
        self.steps: list[tuple[str, Json]] = []
        self._spec = SpecTarget()
        assert isinstance(self._spec.answer(Init(AREA, self.begin)), Accepted)

    def at(self, label: str) -> str:
        """The address of a contract or role."""
        return self.stage.labels[label]

    @property
    def chain_id(self) -> int:
        """Of the world."""
        return int(str(self.begin["chainId"]), 16)

    def wait(self, seconds: int) -> int:
        """Let time pass; the new time."""
        self.number, self.timestamp = self.number + 1, self.timestamp + seconds
        return self.timestamp

    def do(self, sender: str, to: str, signature: str, *arguments: Any) -> bytes:
        """A transaction that succeeds, and what it returned."""
        return self._accept("call", self._form(sender, to, encode_call(signature, *arguments), dry=False))

    def see(self, to: str, signature: str, *arguments: Any) -> int:
        """A view, and the first word of its answer."""
        data = self._accept("call", self._form(STRANGER, to, encode_call(signature, *arguments), dry=True))
        return int.from_bytes(data[:32], "big")

    def refuse(self, reason: str, sender: str, to: str, signature: str, *arguments: Any, **limited: Json) -> None:
        """A transaction that reverts, for this reason; it is only tried, so that the state stays as it is."""
        form = self._form(sender, to, encode_call(signature, *arguments), dry=True)
        answer = self._step("call", form | limited)
        assert isinstance(answer, RejectedAnswer), f"{signature} is accepted, {reason} is expected"
        assert answer.reason == reason, f"{signature}: {answer.reason}, not {reason}"

    def deploy(self, sender: str, artifact: str, arguments: bytes = b"") -> str:
        """A test contract of the recordings, and its address."""
        form: Form = {"block": self._block(), "from": sender, "artifact": artifact}
        form |= {"constructorArguments": "0x" + arguments.hex(), "code": recorded_code(artifact)}
        return "0x" + self._accept("deploy", form).hex()

    def record(self, vectors: Recorder, **about: Any) -> None:
        """Let the steps be a vector."""
        vectors.contract(AREA, FormOfInit(self.begin), self.steps, **about)

    def _accept(self, step: str, form: Form) -> bytes:
        answer = self._step(step, form)
        assert isinstance(answer, Accepted), f"{form}: {answer}"
        outputs: Any = answer.outputs
        return bytes.fromhex(outputs["returnData"][2:])

    def _step(self, step: str, form: Form) -> Answer:
        if step == "call" and str(form["calldata"]).startswith(MAKES_VAULTS):
            form |= self._creations(form)
        self.steps.append((step, form))
        answer = self._spec.answer(Apply(f"{AREA}/{step}", form))
        if step == "deploy" or not form["dry"]:
            self.past.append([step, form])
        return answer

    def _creations(self, form: Form) -> Form:
        """The hashes of what a creation creates, which come with a transaction."""
        hashes: Any = ask_contracts(self.state(), form)
        if hashes is None:
            key = json.dumps(form, sort_keys=True)
            assert key in committed_hashes(), "a new creation of a vault needs the official contracts: npm ci"
            hashes = committed_hashes()[key]
        return {"initcodeHashes": hashes} if hashes else {}

    def state(self) -> Form:
        """The chain as it is now, in the form that `init` takes."""
        genesis = self.stage.genesis
        assert isinstance(genesis, dict)
        return {**genesis, "past": [*self.past]}

    def _form(self, sender: str, to: str, calldata: str, *, dry: bool) -> Form:
        form: Form = {"block": self._block(), "from": sender, "to": to, "calldata": calldata}
        return {**form, "dry": dry}

    def _block(self) -> Json:
        return {"number": hex(self.number), "timestamp": hex(self.timestamp)}


def ask_contracts(state: Form, form: Form) -> list[Json] | None:
    """The hashes of the creation codes that run in a call; None where the contracts are not installed."""
    begun = contracts().answer(Init(AREA, state))
    if isinstance(begun, Unsupported):
        return None
    assert isinstance(begun, Accepted), begun
    answer = contracts().answer(Apply(f"{AREA}/call", form))
    parts: Any = answer.outputs if isinstance(answer, Accepted) else getattr(answer, "details", None)
    return [creation["initcodeHash"] for creation in parts["creations"]]


@cache
def contracts() -> EvmTarget:
    """The official contracts."""
    return EvmTarget()


@cache
def committed_hashes() -> dict[str, Json]:
    """The hashes of creations by the rest of their requests, as committed vectors have them; none may be there."""
    return {
        json.dumps({name: part for name, part in form.items() if name != "initcodeHashes"}, sort_keys=True): form.get(
            "initcodeHashes"
        )
        for form in _committed_forms()
        if str(form.get("calldata")).startswith(MAKES_VAULTS)
    }


def _committed_forms() -> Iterator[Form]:
    folder = shipped_vectors()
    for path in sorted((folder / "symbiotic").rglob("*.json")):
        for case in json.loads(path.read_bytes())["cases"]:
            yield from (step["input"] for step in case["steps"])
            state = json.loads((folder / "states" / f"{case['pre']}.json").read_bytes())["state"]
            yield from (form for _, form in state["past"])
