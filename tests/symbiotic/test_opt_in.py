"""Registries and opt-in services, against the selectors and type hashes that the deployed contracts have."""

import pytest
from eth_keys.datatypes import PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from gearexe_spec.base.fixed_bytes import Address
from gearexe_spec.base.numeric import U48, U256
from gearexe_spec.crypto.typed_data import Domain, hash_type, hash_typed_data
from gearexe_spec.onchain.transaction import Applied, Result, Reverted
from gearexe_spec.symbiotic.opt_in import OPT_IN_TYPE, OPT_OUT_TYPE
from tests.symbiotic.chain import NAME, Chain, person

KEY = PrivateKey(b"\x07" * 32)
SIGNER = Address(KEY.public_key.to_canonical_address())
NETWORK, STRANGER = person(1), person(2)
NOT_WHO, NOT_WHERE, ALREADY_IN = "fb9ff950", "21f5408d", "dcdeaba3"
NOT_IN, COOLDOWN, EXPIRED, INVALID = "69613672", "a46fd2dc", "df4cc36d", "8baa579f"
PANIC_OUT_OF_BOUNDS = "4e487b71" + "32".rjust(64, "0")
SIGNED_IN, SIGNED_OUT = "optIn(address,address,uint48,bytes)", "optOut(address,address,uint48,bytes)"
AT = "isOptedInAt(address,address,uint48,bytes)"


@pytest.fixture
def chain() -> Chain:
    """An operator and a network that are registered, and nobody opted in."""
    chain = Chain()
    assert isinstance(chain.call(SIGNER, chain.operators, "registerOperator()"), Applied)
    assert isinstance(chain.call(NETWORK, chain.networks, "registerNetwork()"), Applied)
    return chain


def refusal(result: Result) -> str:
    assert isinstance(result, Reverted), result
    return result.data.hex()


def sign(chain: Chain, nonce: int, deadline: int, *, out: bool = False) -> bytes:
    intent = {"who": SIGNER, "where": NETWORK, "nonce": U256(nonce), "deadline": U48(deadline)}
    domain = Domain(NAME, "1", U256(1), chain.opt_in)
    digest = hash_typed_data(domain, OPT_OUT_TYPE if out else OPT_IN_TYPE, intent)
    signature = KEY.sign_msg_hash(bytes(digest)).to_bytes()
    return signature[:64] + bytes([signature[64] + 27])


def test_types_hash_as_the_deployed_contract_has_them() -> None:
    assert hash_type(OPT_IN_TYPE).hex().endswith("6ab5200f1123a8d51d1695a9e5e757267926b53c6359f90b8873cc7dcc30ea2c")
    assert hash_type(OPT_OUT_TYPE).hex().endswith("7830334d17a05ab8aeca8f1778e27182208fc2d454ac7b38a4edc2069ee3a4a6")


def test_registries_take_everybody_once_and_keep_the_order(chain: Chain) -> None:
    assert refusal(chain.call(SIGNER, chain.operators, "registerOperator()")) == "42ee68b5"
    assert refusal(chain.call(NETWORK, chain.networks, "registerNetwork()")) == "ad5fcda5"
    assert isinstance(chain.call(STRANGER, chain.operators, "registerOperator()"), Applied)
    listed = [chain.ask(chain.operators, "entity(uint256)", U256(place)) for place in range(2)]
    assert listed == [int.from_bytes(SIGNER, "big"), int.from_bytes(STRANGER, "big")]
    assert chain.ask(chain.operators, "totalEntities()") == 2
    assert chain.ask(chain.operators, "isEntity(address)", NETWORK) == 0
    assert refusal(chain.call(SIGNER, chain.operators, "entity(uint256)", U256(2))) == PANIC_OUT_OF_BOUNDS


def test_only_networks_name_a_middleware_and_only_a_new_one(chain: Chain) -> None:
    name = "setMiddleware(address)"
    assert refusal(chain.call(STRANGER, chain.service, name, STRANGER)) == "8f54ee5c"
    assert refusal(chain.call(NETWORK, chain.service, name, person(0))) == "a741a045"
    assert isinstance(chain.call(NETWORK, chain.service, name, STRANGER), Applied)
    assert refusal(chain.call(NETWORK, chain.service, name, STRANGER)) == "a741a045"
    assert chain.ask(chain.service, "middleware(address)", NETWORK) == 2


def test_checks_of_opting_in_and_out_come_in_order(chain: Chain) -> None:
    assert refusal(chain.call(STRANGER, chain.opt_in, "optIn(address)", STRANGER)) == NOT_WHO
    assert refusal(chain.call(SIGNER, chain.opt_in, "optIn(address)", STRANGER)) == NOT_WHERE
    assert refusal(chain.call(SIGNER, chain.opt_in, "optOut(address)", NETWORK)) == NOT_IN
    assert isinstance(chain.call(SIGNER, chain.opt_in, "optIn(address)", NETWORK), Applied)
    assert refusal(chain.call(SIGNER, chain.opt_in, "optIn(address)", NETWORK)) == ALREADY_IN
    assert refusal(chain.call(SIGNER, chain.opt_in, "optOut(address)", NETWORK)) == COOLDOWN
    chain.now += 1
    assert isinstance(chain.call(SIGNER, chain.opt_in, "optOut(address)", NETWORK), Applied)
    assert isinstance(chain.call(SIGNER, chain.opt_in, "optIn(address)", NETWORK), Applied)
    assert chain.ask(chain.opt_in, "nonces(address,address)", SIGNER, NETWORK) == 3


def test_a_signature_is_good_once_until_its_deadline(chain: Chain) -> None:
    pair = (SIGNER, NETWORK)
    late = (*pair, U48(chain.now - 1), sign(chain, 0, chain.now - 1))
    assert refusal(chain.call(STRANGER, chain.opt_in, SIGNED_IN, *late)) == EXPIRED
    good = (*pair, U48(chain.now), sign(chain, 0, chain.now))
    assert refusal(chain.call(STRANGER, chain.opt_in, SIGNED_OUT, *good)) == INVALID
    assert isinstance(chain.call(STRANGER, chain.opt_in, SIGNED_IN, *good), Applied)
    assert refusal(chain.call(STRANGER, chain.opt_in, SIGNED_IN, *good)) == INVALID
    chain.now += 1
    leaving = (*pair, U48(chain.now), sign(chain, 1, chain.now, out=True))
    assert isinstance(chain.call(STRANGER, chain.opt_in, SIGNED_OUT, *leaving), Applied)
    assert chain.ask(chain.opt_in, "isOptedIn(address,address)", *pair) == 0


@given(st.lists(st.tuples(st.integers(0, 3), st.booleans()), max_size=12))
@settings(max_examples=25)
def test_histories_are_those_of_a_plain_model(moves: list[tuple[int, bool]]) -> None:
    chain = Chain()
    chain.call(SIGNER, chain.operators, "registerOperator()")
    chain.call(NETWORK, chain.networks, "registerNetwork()")
    by_second: dict[int, bool] = {}
    for wait, enter in moves:
        chain.now += wait
        inside = bool(by_second) and by_second[max(by_second)]
        result = chain.call(SIGNER, chain.opt_in, "optIn(address)" if enter else "optOut(address)", NETWORK)
        allowed = not inside if enter else inside and max(by_second) != chain.now
        assert isinstance(result, Applied) == allowed
        if allowed:
            by_second[chain.now] = enter
    for second in range(995, chain.now + 2):
        past = [key for key in by_second if key <= second]
        expected = by_second[max(past)] if past else False
        assert chain.ask(chain.opt_in, AT, SIGNER, NETWORK, U48(second), b"") == expected
    hint = len(by_second).to_bytes(32, "big")
    result = chain.call(SIGNER, chain.opt_in, AT, SIGNER, NETWORK, U48(0), hint)
    assert refusal(result) == PANIC_OUT_OF_BOUNDS
    assert refusal(chain.call(SIGNER, chain.opt_in, AT, SIGNER, NETWORK, U48(0), b"\x01")) == ""
