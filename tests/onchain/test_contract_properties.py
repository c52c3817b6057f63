"""Properties of the pure rules, against plain arithmetic and against an encoder that we did not write here."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from math import ceil

import eth_abi
import pytest
from hypothesis import given
from hypothesis import strategies as some

from gearexe_spec.base.fixed_bytes import Address, Bytes4, Bytes32
from gearexe_spec.base.ids import MessageId
from gearexe_spec.base.numeric import U128, U256
from gearexe_spec.base.rejection import Rejected
from gearexe_spec.onchain.batch_calldata import read_state_transition
from gearexe_spec.onchain.batch_encoding import encode_perform_state_transition
from gearexe_spec.onchain.calldata import Calldata
from gearexe_spec.onchain.commitments import Message, ReplyDetails, StateTransition, ValueClaim
from gearexe_spec.onchain.environment import Answer, NestedCall, Script
from gearexe_spec.onchain.eras import compute_threshold, is_slot1_at
from gearexe_spec.onchain.router import VersionType, bump_version
from gearexe_spec.onchain.transaction import Applied, Reverted
from gearexe_spec.onchain.world import Account, ForeignCode, RouterStorage, Validators
from tests.onchain.network import ALICE, KEYS, OWNER, Network, call_data, deploy, send_message_data

TRANSITION = (
    "(address,bytes32,bool,address,uint128,bool,(bytes32,address,uint128)[],"
    "(bytes32,address,bytes,uint128,(bytes32,bytes4),bool)[])"
)

addresses = some.binary(min_size=20, max_size=20).map(Address)
words = some.binary(min_size=32, max_size=32)
values = some.integers(0, 2**128 - 1).map(U128)
claims = some.builds(ValueClaim, words.map(MessageId), addresses, values)
messages = some.builds(
    Message,
    words.map(MessageId),
    addresses,
    some.binary(max_size=80),
    values,
    some.builds(ReplyDetails, words.map(MessageId), some.binary(min_size=4, max_size=4).map(Bytes4)),
    some.booleans(),
)
transitions = some.builds(
    StateTransition,
    addresses,
    words.map(Bytes32),
    some.booleans(),
    addresses,
    values,
    some.booleans(),
    some.lists(claims, max_size=3).map(tuple),
    some.lists(messages, max_size=3).map(tuple),
)


def as_plain(value: object) -> object:
    """A struct as the tuple that eth-abi takes."""
    if isinstance(value, Address):
        return value.to_hex()
    if isinstance(value, tuple):
        return [as_plain(item) for item in value]
    slots = getattr(type(value), "__slots__", ())
    if slots and not isinstance(value, (int, bytes)):
        return tuple(as_plain(getattr(value, name)) for name in slots)
    return bytes(value) if isinstance(value, bytes) else value


@given(transitions)
def test_forwarded_transitions_are_standard_calldata_and_read_back(transition: StateTransition) -> None:
    data = encode_perform_state_transition(transition)
    assert data[4:] == eth_abi.encode([TRANSITION], [as_plain(transition)])
    assert read_state_transition(Calldata(data), 4 + 32) == transition


@given(transitions, some.data())
def test_damaged_calldata_is_read_or_refused(transition: StateTransition, data: some.DataObject) -> None:
    damaged = bytearray(encode_perform_state_transition(transition))
    word = 4 + 32 * data.draw(some.integers(0, len(damaged) // 32 - 1))
    damaged[word : word + 32] = data.draw(words)
    calldata = Calldata(bytes(damaged))
    reason = "read"
    try:
        read_state_transition(calldata, calldata.entry_record(4, 256))
    except Rejected as rejected:
        reason = rejected.reason.name
    assert reason in {"read", "Empty", "EmptyRevert"}


@given(some.integers(0, 10**6), some.integers(1, 100), some.integers(1, 100))
def test_the_threshold_is_the_fraction_rounded_up(count: int, numerator: int, denominator: int) -> None:
    expected = ceil(Fraction(count * numerator, denominator))
    assert compute_threshold(U256(count), U128(numerator), U128(denominator)) == expected


def test_thresholds_of_the_sheet() -> None:
    counts = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 100]
    thresholds = [compute_threshold(U256(count), U128(2), U128(3)) for count in counts]
    assert thresholds == [0, 1, 2, 2, 3, 4, 4, 5, 6, 6, 7, 67]


@pytest.mark.parametrize(
    ("slot0", "slot1", "moment", "chosen"),
    [
        (10, 20, 9, None),
        (10, 20, 10, 0),
        (10, 20, 19, 0),
        (10, 20, 20, 1),
        (20, 10, 9, None),
        (20, 10, 10, 0),
        (20, 10, 19, 0),
        (20, 10, 20, 0),
        (10, 10, 30, None),
    ],
)
def test_the_slot_rule(slot0: int, slot1: int, moment: int, chosen: int | None) -> None:
    router = RouterStorage(
        validators0=Validators(use_from_timestamp=U256(slot0)), validators1=Validators(use_from_timestamp=U256(slot1))
    )
    if chosen is None:
        with pytest.raises(Rejected, match=r"ErasTimestampMustNotBeEqual|ValidatorsNotFoundForTimestamp"):
            is_slot1_at(router, U256(moment))
    else:
        assert is_slot1_at(router, U256(moment)) == bool(chosen)


@given(some.integers(0, 2**256 - 1), some.sampled_from(VersionType))
def test_a_bump_never_lowers_the_major(version: int, part: VersionType) -> None:
    bumped = bump_version(U256(version), part)
    assert bumped >> 16 == (version >> 16) or part is VersionType.Major


@pytest.fixture(scope="module")
def network() -> Network:
    return deploy()


def test_a_deployed_network_answers(network: Network) -> None:
    assert network.view(network.router, "validatorsThreshold()") == (3).to_bytes(32, "big")
    assert network.view(network.token, "balanceOf(address)", OWNER) == (10**18).to_bytes(32, "big")
    assert network.reject(ALICE, network.router, b"\x00" * 4) == "Empty"
    assert network.reject(ALICE, network.router, call_data("pause()")) == "OwnableUnauthorizedAccount"


@given(some.binary(max_size=200))
def test_any_calldata_is_answered(network: Network, data: bytes) -> None:
    for contract in (network.router, network.token):
        _, result = network.call(ALICE, contract, data)
        assert isinstance(result, (Applied, Reverted))


def test_a_failing_callee_undoes_what_it_did_inside(network: Network) -> None:
    after, program = network.with_program()
    stranger = Address(b"\x77" * 20)
    world = after.world.with_account(stranger, Account(balance=U256(100), code=ForeignCode()))
    after = replace(after, world=world)
    send = NestedCall(program, U256(5))
    kept, result = after.accept(ALICE, stranger, environment=Script((Answer(calls=(send,)),)))
    assert kept.world.account(program).balance == 5
    assert [log.address for log in result.logs] == [program]

    gone, failed = after.call(ALICE, stranger, environment=Script((Answer(success=False, calls=(send,)),)))
    assert isinstance(failed, Reverted)
    assert gone.world.account(program).balance == 0
    assert len(failed.calls) == 1


def test_a_transaction_shares_what_it_does_not_touch(network: Network) -> None:
    after, program = network.with_program()
    later, _ = after.accept(ALICE, program, send_message_data(b"hello"))
    assert later.world.account(after.token) is after.world.account(after.token)
    assert later.world.account(after.router) is after.world.account(after.router)
    assert later.world.account(program) is not after.world.account(program)


def test_too_few_and_foreign_signatures(network: Network) -> None:
    for keys in ((), KEYS[:2], (KEYS[0],) * 3, KEYS[4:8]):
        data = network.commit_data(network.batch(), keys)
        assert network.reject(ALICE, network.router, data) == "SignatureVerificationFailed"
    network.commit(network.batch(), (*KEYS[4:6], KEYS[3], KEYS[3], KEYS[1], KEYS[0]))
