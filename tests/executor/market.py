"""A network where money moves for real: contracts on an EVM, executors, people with wei and WVARA.

Every step on Ethereum happens on the EVM and in the specification; a difference between them fails the test.
"""

from __future__ import annotations

from io import StringIO
from pathlib import Path

from rich.console import Console

from gearexe_spec.base.fixed_bytes import Address, Bytes32
from gearexe_spec.base.ids import ActorId, MessageId
from gearexe_spec.cli.account import Account
from gearexe_spec.cli.story import Act, Story, key_of
from gearexe_spec.crypto.hashes import keccak256
from gearexe_spec.evm.artifacts import embedded_artifacts
from gearexe_spec.evm.world import Receipt
from gearexe_spec.executor.blocks import BlockOutcome
from gearexe_spec.executor.ethereum_events import FromMirror, ProgramCreated
from gearexe_spec.executor.event_logs import Emitter, Log, read_log
from gearexe_spec.executor.requests import ProgramCreated as ProgramToCreate
from gearexe_spec.executor.requests import RequestEvent, to_request
from gearexe_spec.program.outcome import Message
from gearexe_spec.program.state import ProgramState, read_state

EXAMPLES = Path(__file__).parents[2] / "examples"
WEI, WVARA = 10**18, 10**15
"""What everybody has at first, in wei and in base units of WVARA."""
BASE_UNITS_PER_GAS = 100


def address_of(person: str) -> Address:
    """Of a person, whose key is the hash of the name."""
    return key_of(person).to_address()


class Market:
    """The network, its people, and one program.

    Args:
        program: name of the example program.
        founder: who creates it.
        people: everybody who has money; the founder is one of them.
        init: payload of the first message, which the founder sends.
        paid: WVARA base units that the founder pays for gas at first.
    """

    def __init__(self, program: str, founder: str, people: tuple[str, ...], init: bytes, paid: int) -> None:
        self.story = Story(Account("market", Console(file=StringIO())), embedded_artifacts())
        self.story.set_the_stage()
        self.people = {name: address_of(name) for name in people}
        for address in self.people.values():
            self.story.world.set_balance(address, WEI)
            self.story.send(self.story.deployer, self.story.network.wvara, "transfer", address, WVARA)
        self.burned = 0
        self.requests: list[RequestEvent] = []
        self.program = self._found(program, founder)
        self.top_up(founder, paid)
        self.say(founder, init)
        self.outcome = self.block()

    def _found(self, name: str, founder: str) -> Address:
        story = self.story
        act = Act(name, (EXAMPLES / f"{name}.wasm").read_bytes(), init=b"")
        code_id = story.upload(act)
        assert story.validate(act, code_id)
        salt, creator = Bytes32(keccak256(name.encode())), self.people[founder]
        program, _ = story.network.create_program(creator, "createProgram", code_id, salt, Address.zero())
        self.requests.append(ProgramToCreate(ActorId.from_address(program), code_id))
        return program

    # What people do

    def say(self, who: str, payload: bytes, value: int = 0) -> None:
        """Send a message to the program."""
        receipt = self.story.send(self.people[who], self.program, "sendMessage", payload, False, value=value)
        self._hear(receipt)

    def top_up(self, who: str, amount: int) -> None:
        """Pay for the program's gas."""
        self.story.send(self.people[who], self.story.network.wvara, "approve", self.program, amount)
        self._hear(self.story.send(self.people[who], self.program, "executableBalanceTopUp", amount))

    def claim(self, who: str, letter: MessageId) -> None:
        """Take the value of a letter."""
        self._hear(self.story.send(self.people[who], self.program, "claimValue", letter))

    def swap(self, seller: str, wei: int, buyer: str, base_units: int) -> None:
        """One gives wei, the other gives WVARA; the price is theirs."""
        self.story.network.send_raw(self.people[seller], self.people[buyer], b"", value=wei)
        self.story.send(self.people[buyer], self.story.network.wvara, "transfer", self.people[seller], base_units)

    def block(self) -> BlockOutcome:
        """Executors take in what was requested, run the program, and commit; then comes the next Ethereum block."""
        story, world = self.story, self.story.world
        requests, self.requests = self.requests, []
        outcome = story.executors.advance(world.block, world.block_hash(world.block.number), requests)
        self.burned += sum(gas_of(outcome))
        story.commit()
        world.mine()
        assert not world.differences
        assert story.agreed
        return outcome

    def _hear(self, receipt: Receipt) -> None:
        for log in receipt.logs:
            if log.address != self.program:
                continue
            event = read_log(Emitter.Mirror, Log(log.topics, log.data, Bytes32.zero(), None))
            assert event is not None
            assert not isinstance(event, ProgramCreated)
            request = to_request(FromMirror(ActorId.from_address(self.program), event))  # type: ignore[arg-type]
            self.requests += [] if request is None else [request]

    # Who has what

    def wei(self, who: str) -> int:
        """Of a person, compared with the beginning."""
        return self.story.world.balance(self.people[who]) - WEI

    def wvara(self, who: str) -> int:
        """Of a person, in base units, compared with the beginning."""
        balance = self.story.network.view(self.story.network.wvara, "balanceOf", self.people[who])
        return int(balance) - WVARA

    def wei_of_contracts(self) -> tuple[int, int]:
        """Of the Router and of the program's Mirror."""
        return self.story.world.balance(self.story.network.router), self.story.world.balance(self.program)

    def wvara_of_router(self) -> int:
        """Base units: fees for codes, and all that was ever paid for gas."""
        return int(self.story.network.view(self.story.network.wvara, "balanceOf", self.story.network.router))

    @property
    def state(self) -> ProgramState:
        """Of the program."""
        network = self.story.executors.network
        return read_state(network.storage, network.states[ActorId.from_address(self.program)].hash)

    def letters(self, outcome: BlockOutcome, who: str) -> list[Message]:
        """What the program sent somebody in a block, replies too."""
        actor = ActorId.from_address(self.people[who])
        sent = [message for transition in outcome.finalized.transitions for message in transition.messages]
        return [message for message in sent if message.destination == actor]


def gas_of(outcome: BlockOutcome) -> list[int]:
    """What each dispatch of a block burned."""
    return [int(step.gas_burned) for chunk in outcome.chunks for run in chunk.runs for step in run.result.dispatches]
