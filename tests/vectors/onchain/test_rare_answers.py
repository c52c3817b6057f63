"""What random lives of networks seldom meet, step by step (ROU-230 to ROU-239)."""

from __future__ import annotations

import random
from collections.abc import Iterator

from gearexe_spec.base.fixed_bytes import Address
from gearexe_spec.conformance.vectors.recorder import Recorder
from gearexe_spec.conformance.wire import Apply
from gearexe_spec.evm.storage_view import ROUTER_V1
from gearexe_spec.fuzzing.contract_batches import NOBODY, Committee
from gearexe_spec.fuzzing.contract_histories import History
from gearexe_spec.fuzzing.contract_people import Fields, word
from gearexe_spec.fuzzing.contract_settlement import (
    MIDDLEWARE,
    MIRROR,
    MULTICALL,
    ROUTER,
    TOKEN,
    Settlement,
    code_id,
    foreign_abi,
    foreign_address,
)
from tests.vectors.onchain.test_histories import live, record

SEED = 11
"""A network whose token and Middleware are the stand-ins that fail on demand."""
CODE = code_id(0)
NO_PERMIT = (0, 0, bytes(32), bytes(32))


def test_rare_answers(vectors: Recorder) -> None:
    """A token and a Middleware that fail, an heir who takes nothing, calls back, empty payments, double settings."""
    history = History(random.Random(SEED))
    record(vectors, *live(history, rare_answers(history)))


def rare_answers(history: History) -> Iterator[Apply]:
    """The deployment, a program, and what may fail."""
    chain = history.chain
    yield from history.deployment()
    yield from history.first_program()
    program = chain.predict(0, 0, "full")
    for name in ("exited", "inheritor", "initializer", "nonce", "router", "stateHash"):
        yield chain.call(chain.users[2], program, MIRROR.encode_call(name))
    yield from failing_tokens(chain, program)
    yield from failing_rewards(history.committee)
    yield from refusing_heir(history.committee, program)
    yield from odd_payments(chain)
    yield from double_settings(chain)
    yield from members_far_before_their_batch(history.committee)
    yield from batch_of_tomorrow(history.committee)


def failing_tokens(chain: Settlement, program: Address) -> Iterator[Apply]:
    """A token that answers false: to Mirror, Router and BatchMulticall."""
    user = chain.users[1]
    creations = MULTICALL.encode_call("createProgramBatch", chain.router, [(CODE, word(1), b"init", 0, 5)])
    funded = ROUTER.encode_call("createProgramWithExecutableBalance", CODE, word(1), NOBODY, 5, *NO_PERMIT)
    yield chain.plan("StubToken", 1, 0, 0, 12)
    yield chain.call(user, program, MIRROR.encode_call("executableBalanceTopUp", 5))
    yield chain.call(user, chain.router, funded)
    yield chain.call(user, chain.multicall, creations)
    yield chain.plan("StubToken", 0, 1, 0, 12)
    yield chain.call(user, chain.multicall, creations)


def failing_rewards(committee: Committee) -> Iterator[Apply]:
    """Rewards that the token does not approve, or of a moment to come, and a Middleware that calls the Router back."""
    chain = committee.settlement
    chain.mine(1, chain.era)
    yield committee.commit_only(rewardsCommitment=[rewards(committee)])
    yield committee.commit_only(rewardsCommitment=[{**rewards(committee), "timestamp": chain.timestamp + 12}])
    yield chain.plan("StubToken", 0, 0, 0, 12)
    again = ROUTER.encode_call("commitBatch", committee.batch([]), 1, [])
    yield chain.plan("StubMiddleware", bytes(32), bytes(32), 5, chain.router, again)
    yield committee.commit_only(rewardsCommitment=[rewards(committee)])


def refusing_heir(committee: Committee, program: Address) -> Iterator[Apply]:
    """A program with value of its own exits to somebody who takes nothing; it is tried once more."""
    chain = committee.settlement
    yield chain.call(chain.users[1], program, b"", 7)
    transition = {
        "actorId": program,
        "newStateHash": word(1),
        "exited": True,
        "inheritor": foreign_address("Rejecter"),
        "valueToReceive": 0,
        "valueToReceiveNegativeSign": False,
        "valueClaims": [],
        "messages": [],
    }
    chained = {"transitions": [transition], "head": word(2), "lastAdvancedEthBlock": word(3)}
    yield committee.commit_only(chainCommitment=[chained])
    yield chain.call(chain.users[1], program, MIRROR.encode_call("transferLockedValueToInheritor"))
    yield chain.call(chain.users[1], program, MIRROR.encode_call("sendMessage", b"late", False))


def odd_payments(chain: Settlement) -> Iterator[Apply]:
    """Nothing sent to the Router, value from a stranger, value with upgrades that call nothing, and no owner."""
    owner = chain.deployer
    yield chain.call(owner, chain.router, b"")
    yield chain.call(owner, chain.router, b"", 1)
    for proxy, implementation in (
        ("router", "other Router"),
        ("token", "other WrappedVara"),
        ("middleware", "POAMiddleware"),
    ):
        upgrade = ROUTER.encode_call("upgradeToAndCall", chain.contracts[implementation], b"")
        yield chain.call(owner, chain.contracts[proxy], upgrade, 5)
    for proxy, interface in (("router", ROUTER), ("token", TOKEN), ("middleware", MIDDLEWARE)):
        yield chain.call(owner, chain.contracts[proxy], interface.encode_call("transferOwnership", NOBODY))


def double_settings(chain: Settlement) -> Iterator[Apply]:
    """A Mirror that its Router initializes a second time."""
    lonely, relay = chain.contracts["lonely Mirror"], foreign_abi("StubRouter")
    calldata = MIRROR.encode_call("initialize", NOBODY, lonely, False, 0)
    for _ in range(2):
        yield chain.call(chain.users[2], foreign_address("StubRouter"), relay.encode_call("relay", lonely, calldata))


def members_far_before_their_batch(committee: Committee) -> Iterator[Apply]:
    """Lists at negative offsets, outside of calldata: they are read there, and are empty (ABI-20, ABI-23)."""
    batch, fixed = 4 + 3 * 32, 4
    for member in range(4):
        request = committee.commit_only()
        calldata = bytearray.fromhex(str(request.input["calldata"])[2:])
        place = batch + 32 * (fixed + member)
        calldata[place : place + 32] = word(2**255)
        yield Apply(request.operation, {**request.input, "calldata": "0x" + calldata.hex()})


def batch_of_tomorrow(committee: Committee) -> Iterator[Apply]:
    """With a word of the Router overwritten, as for estimates of gas, the header goes unread; the time does not."""
    chain = committee.settlement
    yield chain.set_storage(chain.router, ROUTER_V1, 1)
    yield committee.commit_only(blockTimestamp=chain.timestamp + 86_400)
    yield committee.commit_only(blockHash=bytes(32))


def rewards(committee: Committee) -> Fields:
    """Rewards of the era before the running one."""
    chain, genesis = committee.settlement, committee.genesis()
    start = genesis + (chain.timestamp - genesis) // chain.era * chain.era
    return {
        "operators": {"amount": 5, "root": word(4)},
        "stakers": {"distribution": [], "totalAmount": 0, "token": chain.token},
        "timestamp": start - 1,
    }
