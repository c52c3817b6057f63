"""Three ways to pay for a program, each with a program written for it, to the last wei and base unit of WVARA.

Gas is always taken from the program's executable balance. The patterns differ in who fills it, and from what.
"""

from __future__ import annotations

from gearexe_spec.base.ids import ActorId
from gearexe_spec.execution.codes import ReplyCode
from gearexe_spec.program.outcome import Message
from tests.executor.market import BASE_UNITS_PER_GAS, Market, address_of, gas_of


def actor(name: str) -> bytes:
    return bytes(ActorId.from_address(address_of(name)))


def wide(amount: int) -> bytes:
    return amount.to_bytes(16, "little")


def narrow(number: int) -> bytes:
    return number.to_bytes(4, "little")


def code_of(letter: Message) -> ReplyCode:
    assert letter.reply_details is not None
    return letter.reply_details.code


# A patron pays for the guests it invites


def test_patron() -> None:
    paid = 5 * 10**12
    market = Market("guests", "patron", ("patron", "alice", "bob", "stranger"), b"", paid)
    fees = market.wvara_of_router() - paid

    for guest, visits in (("alice", 2), ("bob", 1)):
        market.say("patron", actor(guest) + narrow(visits))
    market.block()
    for visitor in ("alice", "bob", "alice", "bob", "stranger"):
        market.say(visitor, b"hello")
    outcome = market.block()

    assert [letter.payload for letter in market.letters(outcome, "alice")] == [narrow(1), narrow(0)]
    served, refused = market.letters(outcome, "bob")
    assert served.payload == narrow(0)
    assert code_of(refused) is ReplyCode.ExecutionUserspacePanic
    (refused,) = market.letters(outcome, "stranger")
    assert refused.payload == b"not invited"

    assert len(gas_of(outcome)) == 5, "the refused ones cost the patron too"
    assert market.state.executable_balance == paid - BASE_UNITS_PER_GAS * market.burned
    for visitor in ("alice", "bob", "stranger"):
        assert (market.wei(visitor), market.wvara(visitor)) == (0, 0)
    assert (market.wei("patron"), market.wvara("patron")) == (0, -paid)

    spent = BASE_UNITS_PER_GAS * market.burned
    market.top_up("patron", spent)
    market.block()
    assert market.state.executable_balance == paid
    assert market.wvara("patron") == -paid - spent
    assert market.wvara_of_router() == fees + paid + spent, "what was burned stays with the Router"
    assert market.wei_of_contracts() == (0, 0)


def test_without_a_patron_the_program_falls_silent_and_wakes_again() -> None:
    market = Market("ping", "patron", ("patron", "alice"), b"PING", 5 * 10**10)
    while market.state.executable_balance > 10**10:
        market.say("alice", b"PING")
        market.block()
    silent_at = market.state.executable_balance
    market.say("alice", b"PING")
    (answer,) = market.letters(market.block(), "alice")
    assert code_of(answer) is ReplyCode.ExecutionRanOutOfGas
    assert market.state.executable_balance == silent_at < 2_500_000_000, "the first charge is more than is there"

    market.top_up("patron", 10**12)
    market.say("alice", b"PING")
    outcome = market.block()
    assert [letter.payload for letter in market.letters(outcome, "alice")] == [b"PONG"]
    assert market.state.executable_balance == silent_at + 10**12 - BASE_UNITS_PER_GAS * sum(gas_of(outcome))


# A program lives on its fees


def test_revenue() -> None:
    paid, fee, mark, rate = 10**12, 1_000, 3_000, 10**8
    people = ("founder", "treasury", "exchange", "alice", "bob", "carol")
    terms = b"".join((wide(fee), wide(mark)))
    market = Market("toll", "founder", people, actor("treasury") + terms, paid)
    assert market.burned > 0

    market.say("alice", b"serve me", value=1_000)
    market.say("bob", b"serve me", value=1_500)
    market.say("carol", b"serve me", value=999)
    outcome = market.block()
    assert [(letter.payload, letter.value) for letter in market.letters(outcome, "bob")] == [(narrow(2), 500)]
    (refused,) = market.letters(outcome, "carol")
    assert (refused.payload, refused.value) == (b"the fee is missing", 999)
    assert [market.wei(user) for user in ("alice", "bob", "carol")] == [-1_000, -1_000, 0]
    assert market.state.balance == 2_000
    assert sum(market.wei_of_contracts()) == 2_000

    market.say("carol", b"serve me", value=1_000)
    (letter,) = market.letters(market.block(), "treasury")
    assert (letter.payload, letter.value) == (b"REVENUE", 3_000)
    assert market.state.balance == 0, "it lies in the treasury's mailbox"
    assert (market.wei("treasury"), sum(market.wei_of_contracts())) == (0, 3_000)
    market.claim("treasury", letter.id)
    market.block()
    assert (market.wei("treasury"), market.wei_of_contracts()) == (3_000, (0, 0))

    bought = 3_000 * rate
    market.swap("treasury", 3_000, "exchange", bought)
    market.top_up("treasury", bought)
    market.block()
    spent = BASE_UNITS_PER_GAS * market.burned
    assert market.state.executable_balance == paid + bought - spent
    assert spent < bought, "three fees pay for everything that ran so far"
    assert [market.wei(who) for who in people] == [0, 0, 3_000, -1_000, -1_000, -1_000]
    assert [market.wvara(who) for who in people] == [-paid, 0, -bought, 0, 0, 0]


# Users pay for what they use


def test_users_pay() -> None:
    paid, price = 10**13, 2
    unseen = 460_000_000
    people = ("operator", "exchange", "alice", "bob")
    market = Market("meter", "operator", people, wide(price) + unseen.to_bytes(8, "little"), paid)

    deposit = 10**10
    market.say("alice", b"", value=deposit)
    market.say("bob", b"", value=1)
    market.block()
    assert market.state.balance == deposit + 1

    billed = []
    for rounds in (0, 1_000, 50_000):
        market.say("alice", b"WORK" + narrow(rounds))
        outcome = market.block()
        (receipt,) = market.letters(outcome, "alice")
        (burned,) = gas_of(outcome)
        billed.append(int.from_bytes(receipt.payload, "little"))
        assert billed[-1] >= burned, "the bill covers what the program cannot see"
        assert billed[-1] - burned < 10_000_000
    assert billed == sorted(billed)

    market.say("bob", b"WORK" + narrow(1_000))
    (refused,) = market.letters(market.block(), "bob")
    assert refused.payload == b"the credit is used up"

    for user in ("alice", "bob"):
        market.say(user, b"LEAVE")
    market.say("operator", b"TAKE")
    market.say("alice", b"TAKE")
    outcome = market.block()
    bill = price * sum(billed)
    assert market.letters(outcome, "operator")[0].value == bill
    assert market.letters(outcome, "alice")[1].payload == b"nothing that is understood"
    assert [market.wei(who) for who in people] == [bill, 0, -bill, 0]
    assert (market.state.balance, market.wei_of_contracts()) == (0, (0, 0))

    before = market.state.executable_balance
    bought = bill * BASE_UNITS_PER_GAS // price
    market.swap("operator", bill, "exchange", bought)
    market.top_up("operator", bought)
    market.block()
    assert market.state.executable_balance == before + BASE_UNITS_PER_GAS * sum(billed)
    assert market.state.executable_balance == paid + bought - BASE_UNITS_PER_GAS * market.burned
    assert [market.wei(who) for who in people] == [0, bill, -bill, 0]
    assert [market.wvara(who) for who in people] == [-paid, -bought, 0, 0]


# Whoever pays, letters to be claimed cost gas too


def test_an_empty_letter_is_claimed_and_the_answer_costs_gas() -> None:
    paid = 10**12
    market = Market("counter", "owner", ("owner", "alice"), b"", paid)
    market.say("alice", b"", value=5)
    told, *_ = market.letters(market.block(), "owner")
    assert (told.payload, told.value) == (narrow(1), 0)
    assert told.reply_details is None

    market.claim("owner", told.id)
    outcome = market.block()

    (transition,) = outcome.finalized.transitions
    assert [(claim.message_id, claim.value) for claim in transition.value_claims] == [(told.id, 0)]
    assert gas_of(outcome)[0] > 0, "the automatic reply runs the program too"
    assert market.state.executable_balance == paid - BASE_UNITS_PER_GAS * market.burned
    assert (market.wei("owner"), market.wei("alice"), market.state.balance) == (0, -5, 5)

    market.say("owner", b"EMPTY")
    market.block()
    assert (market.wei("owner"), market.state.balance, market.wei_of_contracts()) == (5, 0, (0, 0))
