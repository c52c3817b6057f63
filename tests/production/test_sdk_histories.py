"""Random histories of the programs on gstd and sails-rs: whatever users do, both sides come to the same states."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from gearexe_spec.base.fixed_bytes import Bytes32
from gearexe_spec.base.ids import ActorId, MessageId
from gearexe_spec.base.numeric import U128
from gearexe_spec.conformance.targets.target import Target
from gearexe_spec.crypto.hashes import blake2b256
from gearexe_spec.crypto.ids import compute_code_id
from gearexe_spec.executor.injected_transaction import InjectedTransaction, VerifiedTransaction
from gearexe_spec.executor.requests import (
    ExecutableBalanceTopUpRequested,
    MessageQueueingRequested,
    OwnedBalanceTopUpRequested,
    ProgramCreated,
    ReplyQueueingRequested,
    RequestEvent,
    ValueClaimingRequested,
)
from gearexe_spec.fuzzing.dice import Dice
from gearexe_spec.fuzzing.mutation import damage
from tests.production.release_network import ReleaseNetwork
from tests.production.sdk import (
    ASK_ALONE,
    ASK_AND_WAIT,
    ASK_BOTH,
    SLEEP,
    amount,
    ask,
    ask_other,
    blocks,
    call,
    code,
    errand,
    header,
    short,
)

COURIERS, TALLIES, USERS = (
    tuple(ActorId(bytes(12) + bytes([number]) * 20) for number in numbers)
    for numbers in ((0x21, 0x22), (0x23, 0x24), (0x01, 0x02, 0x03))
)
SIGNATURES = ("tallyTotal(bool)", "tallyDeposit(bool)", "create(bool)")
BLOCKS = 12


@dataclass
class History:
    """Users at random, and the letters that lie in their mailboxes."""

    network: ReleaseNetwork
    dice: Dice
    letters: list[tuple[ActorId, MessageId, ActorId]] = field(default_factory=list)
    messages: int = 0

    def begin(self) -> None:
        """Create the programs; some of them with little to pay gas from."""
        for program, wasm in self.network.codes.items():
            first = bytes(32) if program in COURIERS else call("createWith(bool,uint128)", 1000)
            paid = self.dice.pick((10**15, 10**14, 5 * 10**11))
            self.block(
                ProgramCreated(program, compute_code_id(wasm)),
                ExecutableBalanceTopUpRequested(program, U128(paid)),
                self.message(program, first),
            )

    def block(self, *events: RequestEvent) -> None:
        """A block, soon or later; what it says to users can be answered afterwards."""
        _, said = self.network.block(*events, injected=self.injected(), blocks=self.dice.pick((1, 1, 1, 2, 7, 101)))
        self.letters += [(letter.source, letter.id, letter.destination) for letter in said if letter.code is None]

    def injected(self) -> tuple[VerifiedTransaction, ...]:
        """At times a transaction that comes without Ethereum, to a program that is initialized."""
        dice, program = self.dice, self.dice.pick(COURIERS + TALLIES)
        if dice.below(2) or program not in self.network.states or not self.network.is_initialized(program):
            return ()
        payload = self.errand(1) if program in COURIERS else self.call()
        reference, salt = Bytes32.zero(), dice.blob(32)
        return (VerifiedTransaction(dice.pick(USERS), InjectedTransaction(program, payload, U128(0), reference, salt)),)

    def event(self) -> RequestEvent:
        """What a user, or somebody who pays, does."""
        dice, program = self.dice, self.dice.pick(COURIERS + TALLIES)
        if self.letters and dice.below(3) == 0:
            source, letter, user = self.letters.pop(dice.below(len(self.letters)))
            if dice.chance(4):
                return ValueClaimingRequested(source, letter, user)
            return ReplyQueueingRequested(source, letter, user, dice.blob(dice.below(40)), self.value())
        if dice.chance(12):
            return OwnedBalanceTopUpRequested(program, U128(dice.below(500)))
        if dice.chance(12):
            return ExecutableBalanceTopUpRequested(program, U128(dice.pick((10**10, 10**11, 10**13))))
        payload = self.errand(dice.below(3)) if program in COURIERS else self.call()
        return self.message(program, damage(payload, dice) if dice.chance(10) else payload)

    def message(self, program: ActorId, payload: bytes) -> RequestEvent:
        """A message from somebody; its id is new."""
        self.messages += 1
        key = MessageId(blake2b256(f"message {self.messages}".encode()))
        value = self.value() if self.messages > len(self.network.codes) else U128(0)
        return MessageQueueingRequested(program, key, self.dice.pick(USERS), payload, value, False)

    def value(self) -> U128:
        return U128(self.dice.pick((0, 0, 0, 1, 30, 1000)))

    def errand(self, depth: int) -> bytes:
        """An errand; what a courier is to tell a courier or a tally is mostly understood there."""
        dice = self.dice
        to = dice.pick((*USERS, *COURIERS, *TALLIES) if depth else USERS)
        question = dice.blob(dice.below(50))
        if to in COURIERS:
            question = self.errand(depth - 1)
        if to in TALLIES:
            question = self.call()
        match dice.below(6):
            case 0:
                return errand(ASK_AND_WAIT, bytes(to), short(question), blocks(dice.below(9)))
            case 1:
                return errand(ASK_BOTH, bytes(to), bytes(dice.pick(USERS)), short(question))
            case 2:
                return errand(ASK_ALONE, bytes(to), short(question))
            case 3:
                return errand(SLEEP, blocks(dice.below(9)))
        return ask(to, question, dice.pick((None, 0, 1, 3, 100)))

    def call(self) -> bytes:
        """A call to a tally."""
        dice = self.dice
        much = dice.pick((0, 1, 70, 5000, (1 << 128) - 1))
        match dice.below(6):
            case 0:
                return call(dice.pick(SIGNATURES), wants_call=dice.chance(2))
            case 1:
                return call("tallySubtract(bool,uint128)", much, wants_call=dice.chance(2))
            case 2:
                return header(dice.below(6), dice.below(3)) + amount(much)
            case 3:
                query = dice.pick((call("tallyTotal(bool)")[:4], b"none"))
                return ask_other(dice.pick(TALLIES + COURIERS + USERS), query)
            case 4:
                return b""
        return call("tallyAdd(bool,uint128)", much, wants_call=dice.chance(2))


@pytest.mark.parametrize("seed", range(2))
def test_both_sides_come_to_the_same_states(seed: int, production: Target) -> None:
    codes = {
        **dict.fromkeys(COURIERS, code("courier")),
        **dict.fromkeys(TALLIES, code("tally")),
    }
    history = History(ReleaseNetwork(production, codes), Dice("sdk", seed))
    history.begin()
    for _ in range(BLOCKS):
        history.block(*(history.event() for _ in range(history.dice.between(1, 6))))
    assert len(history.network.states) == len(codes)
