"""The chain of the era scenario: every step on the specification and on the official bytecode, every balance after it.

Where the bytecode is not installed the specification acts alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

from eth_abi import abi as eth_abi

from gearexe_spec.base.fixed_bytes import Address, Bytes32
from gearexe_spec.conformance.compare import Difference
from gearexe_spec.conformance.json_form import Json
from gearexe_spec.conformance.session import SpecTarget
from gearexe_spec.conformance.wire import Accepted, Answer, Apply, Init, RejectedAnswer
from gearexe_spec.crypto.hashes import keccak256
from gearexe_spec.evm.network import FIRST_BLOCK
from gearexe_spec.evm.world import Block, Log
from gearexe_spec.fuzzing.economics_people import encode_call

SLOT = 12
"""Seconds between blocks."""


class StoryBroken(Exception):
    """A step went otherwise than the scenario says."""


class Sides(Protocol):
    """Who answers: the specification alone, or held against the bytecode."""

    def begin(self, init: Init) -> None:
        """The world."""

    def ask(self, init: Init, request: Apply) -> tuple[Answer, tuple[str, Difference] | None]:
        """What came of a transaction, and where the sides part."""

    def look(self, request: Apply) -> tuple[Answer, Difference | None]:
        """What views answer, and where the sides part."""


class SpecificationAlone:
    """The specification, compared with nothing."""

    def __init__(self) -> None:
        self.target = SpecTarget()

    def begin(self, init: Init) -> None:
        """The world."""
        self.target.answer(init)

    def ask(self, init: Init, request: Apply) -> tuple[Answer, tuple[str, Difference] | None]:
        """What came of a transaction."""
        return self.target.answer(request), None

    def look(self, request: Apply) -> tuple[Answer, Difference | None]:
        """What views answer."""
        return self.target.answer(request), None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a step.

    Args:
        reason: name of the error; empty where there is none.
        data: returned.
    """

    reason: str
    data: bytes
    logs: tuple[Log, ...] = ()

    def number(self, place: int = 0) -> int:
        """A word of what was returned."""
        return int.from_bytes(self.data[32 * place : 32 * place + 32], "big")

    def address(self, place: int = 0) -> str:
        """A word of what was returned, as an address."""
        return "0x" + self.data[32 * place + 12 : 32 * place + 32].hex()

    def values(self, types: str) -> tuple[Any, ...]:
        """What was returned, decoded; the types are separated by commas."""
        return eth_abi.decode(types.split(","), self.data)


class EraChain:
    """A world in time.

    Args:
        sides: who answers.
        init: the world.
        labels: address by name; names of programs and vaults are added as they come.
        holders: names of those whose tokens are counted.

    Attributes:
        differences: where the sides parted, in the order of the steps.
        steps: transactions so far.
        balances: of the holders, by name, after the last step.
        stakers: pairs of a staker and a vault in which it has stake.
        stakes: by such pair, as text: what can be slashed of it, what it asked back of late included.
    """

    def __init__(self, sides: Sides, init: Init, labels: dict[str, str], holders: list[str]) -> None:
        self.sides, self.init, self.labels, self.holders = sides, init, labels, holders
        self.block = FIRST_BLOCK
        self.differences: list[Difference] = []
        self.steps = self.comparisons = 0
        self.balances: dict[str, int] = {}
        self.stakers: list[tuple[str, str]] = []
        self.stakes: dict[str, int] = {}
        sides.begin(init)
        self.count()

    # time

    def mine(self, blocks: int = 1) -> None:
        """Some blocks later."""
        self.block = Block(self.block.number + blocks, self.block.timestamp + blocks * SLOT)

    def wait_until(self, timestamp: int) -> None:
        """The first block at or after a second."""
        self.mine(max(0, -(-(timestamp - self.block.timestamp) // SLOT)))

    def block_hash(self, number: int) -> Bytes32:
        """As the area `economics` has it."""
        return keccak256(number.to_bytes(32, "big"))

    # transactions

    def at(self, label: str) -> str:
        """The address behind a name; addresses stand for themselves."""
        return label if label.startswith("0x") else self.labels[label]

    def send(self, sender: str, to: str, signature: str, *arguments: Any, **options: Any) -> Outcome:
        """A transaction that must come to what is expected; `options` as those of `send_raw`.

        Raises:
            StoryBroken: it did not.
        """
        given = [self.at(item) if isinstance(item, str) else item for item in arguments]
        return self.send_raw(sender, to, bytes.fromhex(encode_call(signature, *given)[2:]), **options)

    def send_raw(
        self,
        sender: str,
        to: str,
        calldata: bytes,
        *,
        refused: str = "",
        blob_hashes: tuple[Bytes32, ...] = (),
        dry: bool = False,
    ) -> Outcome:
        """Any transaction; `refused` is the error that it must end in.

        Raises:
            StoryBroken: it ended otherwise.
        """
        form: dict[str, Json] = {
            "block": self._block(),
            "from": self.at(sender),
            "to": self.at(to),
            "calldata": "0x" + calldata.hex(),
            "value": "0x0",
            "blobHashes": [item.to_hex() for item in blob_hashes],
            "dry": dry,
        }
        return self._apply(Apply("economics/call", form), f"{sender} to {to}", refused, dry=dry)

    def _apply(self, request: Apply, what: str, refused: str, *, dry: bool = False) -> Outcome:
        answer, parted = self.sides.ask(self.init, request)
        if parted is not None:
            self.differences.append(parted[1])
        outcome = read_outcome(answer)
        if outcome.reason != refused:
            raise StoryBroken(f"{what}: {outcome.reason or 'accepted'}, where {refused or 'accepted'} belongs")
        if not dry:
            self.steps += 1
            self.count()
        return outcome

    def deploy(self, sender: str, artifact: str, code: bytes) -> str:
        """A contract without constructor's arguments; its address.

        Raises:
            StoryBroken: it was not made.
        """
        form: dict[str, Json] = {
            "block": self._block(),
            "from": self.at(sender),
            "artifact": artifact,
            "constructorArguments": "0x",
            "code": "0x" + code.hex(),
        }
        return "0x" + self._apply(Apply("economics/deploy", form), f"{sender} makes {artifact}", "").data.hex()

    def ask(self, to: str, signature: str, *arguments: Any) -> Outcome:
        """A view."""
        return self.send("0x" + "00" * 20, to, signature, *arguments, dry=True)

    def check(self, what: str, expected: object, got: object) -> None:
        """What was computed must be what the chain shows."""
        if expected != got:
            self.differences.append(Difference(f"/{what}", str(expected), str(got)))

    def count(self) -> None:
        """Count everybody's tokens and stakes: both sides must agree, and the tokens must be all there are."""
        holders = [self._view("token", "balanceOf(address)", holder) for holder in self.holders]
        stakes = [self._view(vault, "slashableBalanceOf(address)", staker) for staker, vault in self.stakers]
        views: list[Json] = [self._view("token", "totalSupply()"), *holders, *stakes]
        answer, difference = self.sides.look(Apply("economics/views", {"block": self._block(), "views": views}))
        if difference is not None:
            self.differences.append(difference)
        if not isinstance(answer, Accepted):
            raise StoryBroken(f"no balances: {answer}")
        outputs: Any = answer.outputs
        supply, *amounts = (int(value["returnData"], 16) for value in outputs["values"])
        self.balances = dict(zip(self.holders, amounts, strict=False))
        names = (f"{staker} in {vault}" for staker, vault in self.stakers)
        self.stakes = dict(zip(names, amounts[len(holders) :], strict=True))
        self.check("supply", supply, sum(self.balances.values()))

    def _view(self, to: str, signature: str, *names: str) -> Json:
        return {"to": self.at(to), "calldata": encode_call(signature, *map(self.at, names))}

    def _block(self) -> Json:
        return {"number": hex(self.block.number), "timestamp": hex(self.block.timestamp)}


def read_outcome(answer: Answer) -> Outcome:
    """What came of a transaction.

    Raises:
        StoryBroken: there was none.
    """
    if isinstance(answer, RejectedAnswer):
        return Outcome(answer.reason, bytes.fromhex(str(answer.details["data"])[2:]))
    if not isinstance(answer, Accepted):
        raise StoryBroken(f"no transaction: {answer}")
    outputs: Any = answer.outputs
    logs = tuple(
        Log(
            Address.from_hex(log["address"]),
            tuple(Bytes32.from_hex(topic) for topic in log["topics"]),
            bytes.fromhex(log["data"][2:]),
        )
        for log in outputs["logs"]
    )
    return Outcome("", bytes.fromhex(outputs["returnData"][2:]), logs)
