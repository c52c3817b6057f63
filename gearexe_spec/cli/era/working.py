"""The era's work: a program is validated, created, paid for and spoken to; validators execute it and sign batches."""

from __future__ import annotations

from functools import cached_property

from gearexe_spec.base.fixed_bytes import Address, Bytes32
from gearexe_spec.base.ids import ActorId
from gearexe_spec.cli.era.chain import Outcome
from gearexe_spec.cli.era.committing import Committee
from gearexe_spec.cli.story import MAX_BLOBS, NO_PERMIT, TOP_UP, to_request, wvara
from gearexe_spec.codec.blob import encode_blobs
from gearexe_spec.crypto.ids import compute_code_id
from gearexe_spec.crypto.kzg import compute_commitment, compute_versioned_hash
from gearexe_spec.evm.artifacts import embedded_artifacts
from gearexe_spec.evm.network import Event
from gearexe_spec.executor.blocks import BlockOutcome
from gearexe_spec.executor.requests import RequestEvent
from gearexe_spec.program.state import read_state
from gearexe_spec.shipped import shipped

PROGRAM = "counter"
SALT = Bytes32(b"era".ljust(32, b"\0"))
DUTIES = (
    ("operator 1", "operator 2", "operator 3"),
    ("operator 1", "operator 2", "operator 3"),
    ("operator 1", "operator 2", "operator 3", "operator 4"),
    ("operator 1", "operator 2", "operator 3"),
    ("operator 1", "operator 2", "operator 3"),
    ("operator 1", "operator 2", "operator 3"),
)
"""Who signs each batch with messages: operator 4 neglects its duty."""
PAUSE = 150
"""Blocks between two batches, one more with the batch's own: no multiple of four, so that coordinators change."""


class Programs:
    """The program of the era, and what the executors know of it."""

    def __init__(self, committee: Committee) -> None:
        self.committee, self.telling, self.chain = committee, committee.telling, committee.telling.chain
        self.events: list[RequestEvent] = []

    @cached_property
    def wasm(self) -> bytes:
        """The program's code."""
        return shipped(f"examples/{PROGRAM}.wasm").read_bytes()

    def validate(self) -> None:
        """The code travels in blobs; the validators judge it."""
        blobs = encode_blobs(self.wasm)
        assert len(blobs) <= MAX_BLOBS
        hashes = tuple(compute_versioned_hash(compute_commitment(blob)) for blob in blobs)
        code_id = compute_code_id(self.wasm)
        fee = self.chain.ask("Router", "requestCodeValidationBaseFee()").number()
        self.chain.send("developer", "token", "approve(address,uint256)", "Router", fee)
        signature = "requestCodeValidation(bytes32,uint256,uint8,bytes32,bytes32)"
        self.chain.send("developer", "Router", signature, code_id, *NO_PERMIT, blob_hashes=hashes)
        self.telling.told("developer", f"requested the validation of {PROGRAM}.wasm", code_id=code_id, fee=wvara(fee))

        verdict = self.committee.executors.judge(blobs, code_id)
        assert verdict.checked is not None
        signed = self.committee.commit()
        self.telling.told("validators", "found it valid and committed that", batch=signed.digest.to_hex())

    def create(self) -> None:
        """The program is made, and its gas paid for in advance."""
        created = self.chain.send(
            "user", "Router", "createProgram(bytes32,bytes32,address)", compute_code_id(self.wasm), SALT, Address.zero()
        )
        self.chain.labels[PROGRAM] = created.address()
        self.chain.send("developer", "token", "approve(address,uint256)", PROGRAM, TOP_UP)
        topped = self.chain.send("developer", PROGRAM, "executableBalanceTopUp(uint128)", TOP_UP)
        self.events += self.requests(created) + self.requests(topped)
        self.telling.told(
            "user",
            "created the program; the developer topped its executable balance up",
            program=created.address(),
            paid=wvara(TOP_UP),
        )

    def work(self, number: int, signers: tuple[str, ...]) -> None:
        """Messages come, are executed, and committed in one batch."""
        before = self.executable_balance()
        for _ in range(number + 1):
            payload = b"ADD" if number else b""
            self.events += self.requests(self.chain.send("user", PROGRAM, "sendMessage(bytes,bool)", payload, False))
        count, block = number + 1, self.chain.block
        outcome = self.committee.executors.advance(block, self.chain.block_hash(block.number), self.events)
        self.events = []
        gas, paid = gas_burned(outcome), (before or TOP_UP) - self.executable_balance()
        signed = self.committee.commit(signers=signers, gas=gas, paid=paid)

        state = self.committee.executors.network.states[self.actor].hash
        self.chain.check("state", state.to_hex(), "0x" + self.chain.ask(PROGRAM, "stateHash()").data.hex())
        self.telling.told(
            "validators",
            f"executed {count} message(s) and committed the new state",
            batch=signed.digest.to_hex(),
            gas_burned=f"{gas:,}",
            paid=wvara(paid),
            signed_by=", ".join(signers),
        )

    @property
    def actor(self) -> ActorId:
        """The program, as executors call it."""
        return ActorId.from_address(Address.from_hex(self.chain.at(PROGRAM)))

    def executable_balance(self) -> int:
        """What the program can still pay with, base units; none before it was executed."""
        network = self.committee.executors.network
        record = network.states.get(self.actor)
        return 0 if record is None else int(read_state(network.storage, record.hash).executable_balance)

    def requests(self, outcome: Outcome) -> list[RequestEvent]:
        """What the events of a transaction ask of the executors."""
        artifacts, router = embedded_artifacts(), Address.from_hex(self.chain.at("Router"))
        program = Address.from_hex(self.chain.at(PROGRAM))
        contracts = {router: "Router", program: "Mirror"}
        found = []
        for log in outcome.logs:
            name = contracts.get(log.address)
            decoded = None if name is None else artifacts[name].abi.decode_event(log.topics, log.data)
            if name is not None and decoded is not None:
                found.append(to_request(Event(log.address, name, *decoded)))
        return [request for request in found if request is not None]


def gas_burned(outcome: BlockOutcome) -> int:
    """By all dispatches of a block."""
    return sum(
        int(dispatch.gas_burned) for chunk in outcome.chunks for run in chunk.runs for dispatch in run.result.dispatches
    )


def work(committee: Committee) -> None:
    """The whole phase."""
    telling = committee.telling
    telling.begin("Batches of the era")
    programs = Programs(committee)
    programs.validate()
    programs.create()
    for number, signers in enumerate(DUTIES):
        programs.work(number, signers)
        telling.chain.mine(PAUSE)
    telling.end()
