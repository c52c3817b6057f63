"""Opting in and out, by a call and by signature (SYM-17 to SYM-28)."""

from gearexe_spec.base.fixed_bytes import Address
from gearexe_spec.conformance.vectors.forms import Flag
from gearexe_spec.conformance.vectors.recorder import Recorder
from gearexe_spec.fuzzing.contract_people import address_of, hash_domain, make_key, sign_typed
from gearexe_spec.fuzzing.economics_people import NETWORK, OWNER, STRANGER
from tests.vectors.symbiotic.town import ADA, Town, visit

SIGNER = make_key("operator who signs")
OTHER = make_key("somebody else")
WHO = address_of(SIGNER).to_hex()
ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
FIELDS = "(address who,address where,uint256 nonce,uint48 deadline)"
BY_SIGNATURE = "(address,address,uint48,bytes)"


def test_by_a_call(vectors: Recorder) -> None:
    """In with both registered, out not in the same second, in again at once (SYM-17 to SYM-23, SYM-28)."""
    town = visit()
    service, opt_in, opt_out = town.at("operatorNetworkOptIn"), "optIn(address)", "optOut(address)"
    town.refuse("NotWho", STRANGER, service, opt_in, NETWORK)
    town.refuse("NotWhereEntity", ADA, service, opt_in, STRANGER)
    town.refuse("AlreadyOptedIn", ADA, service, opt_in, NETWORK)
    town.refuse("NotOptedIn", STRANGER, service, opt_out, NETWORK)
    town.refuse("OptOutCooldown", ADA, service, opt_out, NETWORK)
    began = town.timestamp
    town.wait(1)
    town.do(ADA, service, opt_out, NETWORK)
    town.do(ADA, service, opt_in, NETWORK)
    town.wait(1)
    town.do(ADA, service, opt_out, NETWORK)
    town.refuse("NotOptedIn", ADA, service, opt_out, NETWORK)
    town.do(ADA, service, "increaseNonce(address)", NETWORK)
    at = "isOptedInAt(address,address,uint48,bytes)"
    assert [town.see(service, at, ADA, NETWORK, began + second, b"") for second in (-1, 0, 1, 2)] == [0, 1, 1, 0]
    assert town.see(service, "nonces(address,address)", ADA, NETWORK) == 5
    town.record(vectors)


def test_by_signature(vectors: Recorder) -> None:
    """A signature for the next nonce, until its deadline (SYM-24 to SYM-26)."""
    town = visit()
    service = town.at("operatorNetworkOptIn")
    deadline = town.timestamp + 10
    opt_in, opt_out = f"optIn{BY_SIGNATURE}", f"optOut{BY_SIGNATURE}"
    good = sign(town, service, "OptIn", 0, deadline)
    town.refuse("ExpiredSignature", STRANGER, service, opt_in, WHO, NETWORK, town.timestamp - 1, good)
    town.refuse("NotWho", STRANGER, service, opt_in, WHO, NETWORK, deadline, good)
    town.do(WHO, town.at("operatorRegistry"), "registerOperator()")
    for bad in bad_signatures(town, service, deadline):
        town.refuse("InvalidSignature", STRANGER, service, opt_in, WHO, NETWORK, deadline, bad)
    town.refuse("InvalidSignature", STRANGER, service, opt_in, WHO, town.middleware, deadline, good)
    town.wait(10)
    town.do(STRANGER, service, opt_in, WHO, NETWORK, deadline, good)
    town.refuse("InvalidSignature", STRANGER, service, opt_in, WHO, NETWORK, deadline, good)
    out = sign(town, service, "OptOut", 1, deadline + 1)
    town.refuse("OptOutCooldown", STRANGER, service, opt_out, WHO, NETWORK, deadline + 1, out)
    town.wait(1)
    town.refuse("ExpiredSignature", STRANGER, service, opt_out, WHO, NETWORK, deadline, out)
    town.do(STRANGER, service, opt_out, WHO, NETWORK, deadline + 1, out)
    town.record(vectors, flags=[Flag.BOUNDARY])


def test_for_a_vault(vectors: Recorder) -> None:
    """The service of vaults has a domain of its own (SYM-25, SYM-29)."""
    town = visit()
    networks, vaults = town.at("operatorNetworkOptIn"), town.at("operatorVaultOptIn")
    vault = town.make_bare_vault()
    town.do(WHO, town.at("operatorRegistry"), "registerOperator()")
    deadline, opt_in = town.timestamp, f"optIn{BY_SIGNATURE}"
    foreign = sign(town, networks, "OptIn", 0, deadline, where=vault)
    town.refuse("InvalidSignature", OWNER, vaults, opt_in, WHO, vault, deadline, foreign)
    town.do(OWNER, vaults, opt_in, WHO, vault, deadline, sign(town, vaults, "OptIn", 0, deadline, where=vault))
    assert town.see(vaults, "isOptedIn(address,address)", WHO, vault) == 1
    town.record(vectors)


def test_by_a_contract(vectors: Recorder) -> None:
    """An account with code is asked whether it signed (SYM-27)."""
    town = visit()
    service, wallet = town.at("operatorNetworkOptIn"), town.deploy(OWNER, "Wallet")
    register = bytes.fromhex("2acde098")
    town.do(OWNER, wallet, "exec(address,bytes)", town.at("operatorRegistry"), register)
    opt_in, deadline = f"optIn{BY_SIGNATURE}", town.timestamp
    town.do(OWNER, wallet, "setGood(bytes)", b"yes")
    town.refuse("InvalidSignature", STRANGER, service, opt_in, wallet, NETWORK, deadline, b"no")
    town.do(STRANGER, service, opt_in, wallet, NETWORK, deadline, b"yes")
    vault = town.at("vaultConfigurator")  # code that knows no signatures
    town.refuse("InvalidSignature", STRANGER, service, opt_in, vault, NETWORK, deadline, b"yes")
    town.record(vectors)


def sign(town: Town, service: str, kind: str, nonce: int, deadline: int, *, where: str = NETWORK) -> bytes:
    """The operator's signature."""
    return assemble(*sign_typed(SIGNER, domain(town, service), kind + FIELDS, words(where, nonce, deadline)))


def bad_signatures(town: Town, service: str, deadline: int) -> tuple[bytes, ...]:
    """Nothing, somebody else's, one of the other kind, one of a later nonce, one too long, and one with a high s."""
    good = sign(town, service, "OptIn", 0, deadline)
    foreign = sign_typed(OTHER, domain(town, service), "OptIn" + FIELDS, words(NETWORK, 0, deadline))
    high = ORDER - int.from_bytes(good[32:64], "big")
    return (
        b"",
        assemble(*foreign),
        sign(town, service, "OptOut", 0, deadline),
        sign(town, service, "OptIn", 1, deadline),
        good + b"\0",
        good[:32] + high.to_bytes(32, "big") + bytes([55 - good[64]]),
        good[:64] + b"\0",
    )


def words(where: str, nonce: int, deadline: int) -> list[bytes]:
    """What is signed."""
    return [address_of(SIGNER), bytes.fromhex(where[2:]), nonce.to_bytes(32, "big"), deadline.to_bytes(6, "big")]


def domain(town: Town, service: str) -> bytes:
    """The separator of a service."""
    name = "OperatorVaultOptInService" if service == town.at("operatorVaultOptIn") else "OperatorNetworkOptInService"
    return hash_domain(name, town.chain_id, Address(bytes.fromhex(service[2:])))


def assemble(v: int, r: bytes, s: bytes) -> bytes:
    """A signature in one piece."""
    return r + s + bytes([v])
