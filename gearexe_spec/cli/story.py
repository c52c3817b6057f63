"""The story of the demo: one message travels all the way, on real parts.

Every step on Ethereum happens twice, on the EVM and in the specification, and the account says whether they agree.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from gearexe_spec.base.fixed_bytes import Address, Bytes32
from gearexe_spec.base.ids import ActorId, CodeId, MessageId
from gearexe_spec.base.numeric import U128, U256
from gearexe_spec.base.rejection import Rejected
from gearexe_spec.cli.account import Account
from gearexe_spec.cli.executors import Executors, Verdict
from gearexe_spec.codec.blob import encode_blobs
from gearexe_spec.crypto.ecdsa import PrivateKey, hash_for_intended_validator
from gearexe_spec.crypto.hashes import blake2b256, keccak256
from gearexe_spec.crypto.ids import compute_code_id, compute_create2_address, compute_message_id, compute_program_salt
from gearexe_spec.crypto.kzg import compute_commitment, compute_versioned_hash
from gearexe_spec.evm.artifacts import Artifacts
from gearexe_spec.evm.network import FIRST_BLOCK, Event, Network, NetworkSettings, deploy_network
from gearexe_spec.evm.twin import TwinWorld
from gearexe_spec.evm.world import Receipt
from gearexe_spec.execution.codes import ReplyCode
from gearexe_spec.executor.batch_signing import SignedBatch
from gearexe_spec.executor.blocks import BlockOutcome
from gearexe_spec.executor.requests import (
    ExecutableBalanceTopUpRequested,
    MessageQueueingRequested,
    ProgramCreated,
    RequestEvent,
)
from gearexe_spec.program.state import read_state

MAX_BLOBS = 6
"""Blobs that one Ethereum transaction may carry."""
TOP_UP = 10**15
"""WVARA base units paid for the program's gas."""
WVARA = 10**12
VALUE_PER_GAS = 100
NO_PERMIT = (0, 0, bytes(32), bytes(32))
SALT = Bytes32(b"demo".ljust(32, b"\0"))


class CodeTooLong(ValueError):
    """The program does not fit into the blobs of one transaction."""


@dataclass(frozen=True, slots=True)
class Act:
    """A program and what is said to it.

    Args:
        name: for the account.
        wasm: its code.
        init: payload of the first message.
        call: payload of the second, sent through the Mirror's ABI fallback: the selector of a function and its
            first argument `callReply`, at least 36 bytes; None where the second is an ordinary message.
        handle: payload of the second message otherwise.
        value: wei that the second message brings.
    """

    name: str
    wasm: bytes
    init: bytes
    call: bytes | None = None
    handle: bytes = b""
    value: int = 0


@dataclass
class Story:
    """A network, its people, and the account of what they do."""

    account: Account
    artifacts: Artifacts
    deployer: Address = field(default_factory=lambda: key_of("deployer").to_address())
    developer: Address = field(default_factory=lambda: key_of("developer").to_address())
    user: Address = field(default_factory=lambda: key_of("user").to_address())
    keys: tuple[PrivateKey, ...] = field(default_factory=lambda: tuple(key_of(f"validator {n}") for n in range(1, 5)))
    world: TwinWorld = field(init=False)
    network: Network = field(init=False)
    executors: Executors = field(init=False)
    agrees: bool = True
    """Whether everything agreed since the last step that was told."""
    agreed: bool = True
    """Whether everything agreed from the beginning."""

    def tell(self, acts: Sequence[Act]) -> bool:
        """Tell it; whether the specification and the EVM agreed on every step.

        Raises:
            CodeTooLong: a program does not fit into one transaction.
        """
        self.set_the_stage()
        for act in acts:
            self.play(act)
        return self.agreed and not self.world.differences

    def set_the_stage(self) -> None:
        """Deploy the contracts and look the genesis hash up."""
        self.account.chapter("A network stands")
        self.world = TwinWorld(FIRST_BLOCK, self.artifacts)
        for person in (self.deployer, self.developer, self.user):
            self.world.set_balance(person, 10**20)
        validators = [key.to_address() for key in self.keys]
        self.network = deploy_network(self.world, self.deployer, NetworkSettings(validators), self.artifacts)
        self.executors = Executors(self.keys, self.network.router)
        genesis = Bytes32(self.network.view(self.network.router, "genesisBlockHash"))
        self.told(
            "Router",
            "was deployed with token, Mirror and PoA Middleware; it knows its genesis block",
            Router=self.network.router.to_hex(),
            Mirror_implementation=self.network.mirror.to_hex(),
            WVARA=self.network.wvara.to_hex(),
            genesis_hash=genesis.to_hex(),
        )
        self.account.step(
            "executors",
            "four validators, three of whom must sign",
            validators=", ".join(a.to_hex() for a in validators),
        )
        self.send(self.deployer, self.network.wvara, "transfer", self.developer, 10_000 * WVARA)

    def play(self, act: Act) -> None:
        """One program: upload, validation, creation, messages, execution, batch."""
        code_id = self.upload(act)
        if not self.validate(act, code_id):
            return
        program, events = self.create(act, code_id)
        events += self.speak(act, program)
        if self.execute(act, program, events):
            self.settle(act, program)

    def upload(self, act: Act) -> CodeId:
        """Request the validation of the code, which travels in blobs."""
        self.account.chapter(f"The code of {act.name} is uploaded")
        self.blobs = encode_blobs(act.wasm)
        if len(self.blobs) > MAX_BLOBS:
            raise CodeTooLong(
                f"{act.name}: {len(act.wasm)} bytes take {len(self.blobs)} blobs, one transaction carries 6"
            )
        hashes = [compute_versioned_hash(compute_commitment(blob)) for blob in self.blobs]
        code_id = compute_code_id(act.wasm)
        fee = self.network.view(self.network.router, "requestCodeValidationBaseFee")
        self.send(self.developer, self.network.wvara, "approve", self.network.router, fee)
        self.send(self.developer, self.network.router, "requestCodeValidation", code_id, *NO_PERMIT, blob_hashes=hashes)
        self.told(
            "developer",
            f"packed {len(act.wasm)} bytes of WASM into {len(self.blobs)} blob(s) and requested their validation",
            code_id=code_id.to_hex(),
            versioned_hash=hashes[0].to_hex(),
            fee=wvara(fee),
        )
        return code_id

    def validate(self, act: Act, code_id: CodeId) -> bool:
        """Executors judge the code; the batch with their verdict is committed. Whether the code is valid."""
        verdict = self.executors.judge(self.blobs, code_id)
        self.account.step("executors", f"fetched the blobs and {describe_verdict(verdict)}", **verdict_facts(verdict))

        self.commit()
        if verdict.checked is None:
            self.account.step("Router", "forgot the request; the fee stays paid, and the code may be requested again")
        return verdict.checked is not None

    def create(self, act: Act, code_id: CodeId) -> tuple[Address, list[RequestEvent]]:
        """Create the program at the address computed beforehand, and pay for its gas."""
        self.account.chapter(f"{act.name} is created and spoken to")
        self.world.mine()
        is_small = act.call is None
        clones = self.world.spec.clone_initcode[self.network.router]
        predicted = compute_create2_address(
            self.network.router, compute_program_salt(code_id, SALT), clones.small if is_small else clones.full
        )
        function = "createProgram" if is_small else "createProgramWithAbiInterface"
        last = () if is_small else (Address.zero(),)
        program, receipt = self.network.create_program(self.user, function, code_id, SALT, Address.zero(), *last)
        self.agrees &= program == predicted
        self.told(
            "user",
            "created the program; its Mirror is where the specification said it would be",
            Mirror=program.to_hex(),
            computed=predicted.to_hex(),
        )
        events = self.requests(receipt)

        self.send(self.developer, self.network.wvara, "approve", program, TOP_UP)
        receipt = self.send(self.developer, program, "executableBalanceTopUp", TOP_UP)
        self.told("developer", "topped the executable balance up", amount=wvara(TOP_UP))
        return program, events + self.requests(receipt)

    def speak(self, act: Act, program: Address) -> list[RequestEvent]:
        """Send both messages."""
        first = self.send(self.user, program, "sendMessage", act.init, False)
        self.told(
            "user",
            f"sent {printable(act.init)} with sendMessage; the first message initializes the program",
            message=Bytes32(first.return_data).to_hex(),
            computed=compute_message_id(program, U256(0)).to_hex(),
        )
        if act.call is None:
            how = "with sendMessage"
            second = self.send(self.user, program, "sendMessage", act.handle, False, value=act.value)
        else:
            how = "as a Solidity call, which the Mirror's fallback takes"
            second = self.network.send_raw(self.user, program, act.call, value=act.value)
        brought = f" and {act.value} wei" if act.value else ""
        self.told(
            "user",
            f"sent {printable(act.call or act.handle)}{brought} {how}",
            message=Bytes32(second.return_data).to_hex(),
        )
        return self.requests(first) + self.requests(second)

    def execute(self, act: Act, program: Address, events: Sequence[RequestEvent]) -> bool:
        """Executors take the events in and run the program. Whether the block was not aborted."""
        self.account.chapter(f"{act.name} runs")
        actor = ActorId.from_address(program)
        block, block_hash = self.world.block, self.world.block_hash(self.world.block.number)
        try:
            outcome = self.executors.advance(block, block_hash, events)
        except Rejected as rejected:
            self.account.step(
                "executors", f"production's nodes would abort this block: {rejected}; nothing is committed"
            )
            return False
        self.account.step(
            "executors",
            f"read {len(events)} events of Ethereum block {block.number} and queued {count_messages(events)} messages",
        )
        self.report_runs(outcome)
        record = self.executors.network.states[actor]
        state = read_state(self.executors.network.storage, record.hash)
        spent = TOP_UP - int(state.executable_balance)
        self.account.step(
            "program",
            "has a new state",
            state_hash=record.hash.to_hex(),
            gas_paid=f"{spent // VALUE_PER_GAS:,} gas = {wvara(spent)}",
            executable_balance=wvara(int(state.executable_balance)),
            balance=f"{int(state.balance)} wei",
        )
        return True

    def report_runs(self, outcome: BlockOutcome) -> None:
        """Say what each dispatch did, and what it answered."""
        for chunk in outcome.chunks:
            for run in chunk.runs:
                for dispatch in run.result.dispatches:
                    self.account.step(
                        "program",
                        f"executed a message: {dispatch.outcome or 'stopped, the allowance is used up'}",
                        message=dispatch.message_id.to_hex(),
                        gas_burned=f"{int(dispatch.gas_burned):,}",
                    )
        for transition in outcome.finalized.transitions:
            for message in transition.messages:
                if message.reply_details is not None:
                    code = message.reply_details.code
                    did = f"replied {printable(message.payload)}: {describe_reply(code)}"
                else:
                    did = f"sent {printable(message.payload)} to {message.destination.to_address_lossy()}"
                self.account.step("program", did, value=f"{int(message.value)} wei", id=message.id.to_hex())

    def settle(self, act: Act, program: Address) -> None:
        """Commit the transitions, and look at what Ethereum shows afterwards."""
        self.account.chapter(f"Ethereum learns what {act.name} did")
        receipt = self.commit()
        for event in self.network.events(receipt):
            if event.source == program:
                self.account.step("Mirror", f"emitted {event.name}", **event_facts(event))
        on_chain = Bytes32(self.network.view(program, "stateHash"))
        expected = self.executors.network.states[ActorId.from_address(program)].hash
        self.agrees &= on_chain == expected
        for getter in ("nonce", "exited", "inheritor", "initializer"):
            self.network.view(program, getter)
        for view in ("storageView", "validators", "paused"):
            self.network.view(self.network.router, view)
        self.network.view(self.network.wvara, "balanceOf", self.network.router)
        self.told(
            "Mirror",
            "shows the state hash that the executors computed; all views of Router, Mirror and token are the same",
            on_chain=on_chain.to_hex(),
            computed=expected.to_hex(),
        )

    def commit(self) -> Receipt:
        """Sign a batch for the latest block, and hand it to the Router in the next one."""
        signed = self.executors.sign(self.world.block, self.world.block_hash(self.world.block.number))
        self.world.mine()
        self.account.step(
            "executors",
            f"signed a batch: {describe_batch(signed)}",
            batch_hash=signed.digest.to_hex(),
            digest=hash_for_intended_validator(self.network.router, signed.digest).to_hex(),
            signatures=str(len(signed.signatures)),
        )
        receipt = self.network.send_raw(self.keys[0].to_address(), self.network.router, signed.to_calldata())
        events = ", ".join(event.name for event in self.network.events(receipt))
        committed = Bytes32(self.network.view(self.network.router, "latestCommittedBatchHash"))
        self.agrees &= committed == signed.digest
        self.told("Router", "accepted the batch", events=events, latest_batch=committed.to_hex())
        return receipt

    def send(self, sender: Address, to: Address, function: str, *arguments: Any, **options: Any) -> Receipt:
        """A call that must succeed."""
        return self.network.send(sender, to, function, *arguments, **options)

    def told(self, actor: str, did: str, **facts: object) -> None:
        """A step on Ethereum, with the mark whether both sides agreed since the last one."""
        agrees = self.agrees and not self.world.differences
        self.account.step(actor, did, agrees, **facts)
        self.agreed &= agrees
        self.agrees = True
        self.world.differences.clear()

    def requests(self, receipt: Receipt) -> list[RequestEvent]:
        """What the step's events ask of the executors."""
        found = (to_request(event) for event in self.network.events(receipt))
        return [request for request in found if request is not None]


def key_of(name: str) -> PrivateKey:
    """A key that everybody knows: the hash of a name."""
    return PrivateKey(keccak256(f"gearexe-spec demo {name}".encode()))


def to_request(event: Event) -> RequestEvent | None:
    """The request behind an event of the story."""
    given = event.arguments
    actor = ActorId.from_address(event.source)
    match event.name:
        case "ProgramCreated":
            return ProgramCreated(ActorId.from_address(Address(given["actorId"])), CodeId(given["codeId"]))
        case "ExecutableBalanceTopUpRequested":
            return ExecutableBalanceTopUpRequested(actor, U128(given["value"]))
        case "MessageQueueingRequested":
            source = ActorId.from_address(Address(given["source"]))
            return MessageQueueingRequested(
                actor, MessageId(given["id"]), source, given["payload"], U128(given["value"]), given["callReply"]
            )
    return None


def count_messages(events: Sequence[RequestEvent]) -> int:
    """How many of the requests are messages."""
    return sum(isinstance(event, MessageQueueingRequested) for event in events)


def describe_verdict(verdict: Verdict) -> str:
    """What the executors say of a code."""
    if verdict.refusal is not None:
        return f"refused the code: {verdict.refusal}"
    return "validated and instrumented the code"


def verdict_facts(verdict: Verdict) -> dict[str, object]:
    """What to check a verdict by."""
    if verdict.checked is None:
        return {"valid": False}
    instrumented = verdict.checked.instrumented.code
    metadata = verdict.checked.metadata
    return {
        "valid": True,
        "entry_points": ", ".join(sorted(export.name for export in metadata.exports)),
        "instrumented": f"{len(instrumented)} bytes",
        "their BLAKE2b": blake2b256(instrumented).to_hex(),
    }


def describe_batch(signed: SignedBatch) -> str:
    """What is in a batch."""
    batch = signed.batch
    parts = [f"{len(batch.code_commitments)} code(s)"] if batch.code_commitments else []
    if batch.chain_commitment is not None:
        parts.append(f"{len(batch.chain_commitment.transitions)} state transition(s)")
    return " and ".join(parts)


def describe_reply(code: ReplyCode) -> str:
    """A reply code in words and bytes."""
    return f"{code.name} (0x{code.to_bytes().hex()})"


def event_facts(event: Event) -> dict[str, object]:
    """An event's arguments as a person reads them."""
    return {
        name: printable(value) if name == "payload" else f"0x{value.hex()}" if isinstance(value, bytes) else value
        for name, value in event.arguments.items()
    }


def printable(payload: bytes) -> str:
    """Text where it is text, else hexadecimal; long payloads are cut."""
    if not payload:
        return "an empty payload"
    if payload.isascii() and payload.decode().isprintable():
        return f"“{payload.decode()[:80]}”"
    return f"0x{payload[:20].hex()}{'…' if len(payload) > 20 else ''}"


def wvara(units: int) -> str:
    """Base units as WVARA."""
    whole, rest = divmod(units, WVARA)
    return f"{whole:,}.{rest:012d}".rstrip("0").rstrip(".") + " WVARA"
