"""Roles and the lock, in a contract that has nothing else; names and selectors as OpenZeppelin has them."""

from dataclasses import dataclass

import pytest

from gearexe_spec.base.fixed_bytes import Address, Bytes4, Bytes32
from gearexe_spec.onchain.calldata import HEAD
from gearexe_spec.onchain.contract_calls import expect_success
from gearexe_spec.onchain.dispatch import Function, Interface, table
from gearexe_spec.onchain.machine import Frame
from gearexe_spec.onchain.transaction import Applied, Deployment, Result, Reverted, apply_deployment
from gearexe_spec.onchain.words import compute_selector
from gearexe_spec.onchain.world import ExtensionCode
from gearexe_spec.symbiotic.access_control import ACCESS_CONTROL, DEFAULT_ADMIN_ROLE, grant_role, not_reentered
from tests.symbiotic.chain import DEPLOYER, Chain, person

ROLE = Bytes32(b"\x05" * 32)
ADMIN, MEMBER = person(1), person(2)
GRANT, REVOKE, RENOUNCE = (f"{verb}Role(bytes32,address)" for verb in ("grant", "revoke", "renounce"))
GRANTED = "2f8788117e7eff1d82e926ec794901d17c78024a50270940304540a733656f0d"
REVOKED = "f6391f5c32d9c69d2a47ea670b442974b53935d1edc7fd64eb21e047a839171b"
UNAUTHORIZED, BAD_CONFIRMATION, REENTRANT = "e2517d3f", "6697b232", "3ee5aeb5"


def call_with_lock(frame: Frame) -> bytes:
    with not_reentered(frame):
        expect_success(frame.call(frame.calldata.address(HEAD), compute_selector("again()")))
    return b""


def again(frame: Frame) -> bytes:
    with not_reentered(frame):
        return b""


LOCKED = Interface(table(*ACCESS_CONTROL, Function("once(address)", 1, call_with_lock), Function("again()", 0, again)))


@dataclass(frozen=True, slots=True)
class Locked(ExtensionCode):
    def run(self, frame: Frame) -> bytes:
        return LOCKED.run(frame)


def construct(frame: Frame, arguments: bytes) -> ExtensionCode:
    grant_role(frame, DEFAULT_ADMIN_ROLE, ADMIN)
    return Locked()


@pytest.fixture
def chain() -> Chain:
    return Chain()


@pytest.fixture
def locked(chain: Chain) -> Address:
    """A contract whose administrator is ADMIN."""
    result = apply_deployment(chain.world, chain.block(), Deployment(DEPLOYER, construct, b""))
    assert isinstance(result, Applied)
    chain.world = result.world
    return Address(result.output)


def logged(result: Result) -> list[str]:
    assert isinstance(result, Applied), result
    return [log.topics[0].hex() for log in result.logs]


def refusal(result: Result) -> str:
    assert isinstance(result, Reverted), result
    return result.data.hex()


def test_only_the_administrator_gives_and_takes_roles(chain: Chain, locked: Address) -> None:
    word = bytes(12) + MEMBER
    assert refusal(chain.call(MEMBER, locked, GRANT, ROLE, MEMBER)) == UNAUTHORIZED + word.hex() + bytes(32).hex()
    assert logged(chain.call(ADMIN, locked, GRANT, ROLE, MEMBER)) == [GRANTED]
    assert chain.ask(locked, "hasRole(bytes32,address)", ROLE, MEMBER) == 1
    assert refusal(chain.call(MEMBER, locked, REVOKE, ROLE, MEMBER)).startswith(UNAUTHORIZED)
    assert logged(chain.call(ADMIN, locked, REVOKE, ROLE, MEMBER)) == [REVOKED]
    assert chain.ask(locked, "hasRole(bytes32,address)", ROLE, MEMBER) == 0


def test_events_tell_only_of_changes(chain: Chain, locked: Address) -> None:
    assert logged(chain.call(ADMIN, locked, REVOKE, ROLE, MEMBER)) == []
    chain.call(ADMIN, locked, GRANT, ROLE, MEMBER)
    assert logged(chain.call(ADMIN, locked, GRANT, ROLE, MEMBER)) == []


def test_a_role_is_renounced_by_its_holder_who_says_so(chain: Chain, locked: Address) -> None:
    assert refusal(chain.call(ADMIN, locked, RENOUNCE, DEFAULT_ADMIN_ROLE, MEMBER)) == BAD_CONFIRMATION
    assert logged(chain.call(MEMBER, locked, RENOUNCE, ROLE, MEMBER)) == []
    assert logged(chain.call(ADMIN, locked, RENOUNCE, DEFAULT_ADMIN_ROLE, ADMIN)) == [REVOKED]
    assert refusal(chain.call(ADMIN, locked, GRANT, ROLE, MEMBER)).startswith(UNAUTHORIZED)


def test_every_role_has_the_same_administrator(chain: Chain, locked: Address) -> None:
    assert chain.ask(locked, "getRoleAdmin(bytes32)", ROLE) == chain.ask(locked, "DEFAULT_ADMIN_ROLE()") == 0


@pytest.mark.parametrize(("interface", "known"), [("01ffc9a7", 1), ("7965db0b", 1), ("ffffffff", 0)])
def test_interfaces(chain: Chain, locked: Address, interface: str, known: int) -> None:
    assert chain.ask(locked, "supportsInterface(bytes4)", Bytes4.from_hex(interface)) == known


def test_the_lock_holds_while_a_call_lasts_and_no_longer(chain: Chain, locked: Address) -> None:
    assert refusal(chain.call(MEMBER, locked, "once(address)", locked)) == REENTRANT
    assert logged(chain.call(MEMBER, locked, "once(address)", MEMBER)) == []
    assert logged(chain.call(MEMBER, locked, "again()")) == []
