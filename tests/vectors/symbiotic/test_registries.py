"""Registries, the service of middlewares, factories and what they make (SYM-11 to SYM-16, SYM-62 to SYM-77)."""

from gearexe_spec.conformance.vectors.recorder import Recorder
from gearexe_spec.fuzzing.economics_people import (
    CREATE_BARE_VAULT,
    CREATE_CLONE,
    CREATE_VAULT,
    FULL_RESTAKE,
    NETWORK,
    NETWORK_RESTAKE,
    NOBODY,
    OWNER,
    STRANGER,
    VETO_SLASHER,
    encode_call,
    encode_entity,
    encode_slasher,
)
from tests.vectors.symbiotic.town import ADA, Town, visit, words

WHITELIST, BLACKLIST = "whitelist(address)", "blacklist(uint64)"


def test_registration(vectors: Recorder) -> None:
    """Operators and networks register once (SYM-11, SYM-12)."""
    town = visit()
    operators, networks = town.at("operatorRegistry"), town.at("networkRegistry")
    town.refuse("OperatorAlreadyRegistered", ADA, operators, "registerOperator()")
    town.refuse("NetworkAlreadyRegistered", NETWORK, networks, "registerNetwork()")
    town.do(STRANGER, networks, "registerNetwork()")
    town.do(STRANGER, operators, "registerOperator()")
    assert town.see(operators, "totalEntities()") == 3
    assert town.see(networks, "isEntity(address)", STRANGER) == 1
    assert town.see(operators, "entity(uint256)", 2) == int(STRANGER, 16)
    town.refuse("Panic", ADA, operators, "entity(uint256)", 3)
    town.record(vectors)


def test_middleware_of_a_network(vectors: Recorder) -> None:
    """A network names who speaks for it (SYM-14 to SYM-16)."""
    town = visit()
    service, signature = town.at("networkMiddlewareService"), "setMiddleware(address)"
    town.refuse("NotNetwork", STRANGER, service, signature, STRANGER)
    town.refuse("AlreadySet", NETWORK, service, signature, NETWORK)
    town.do(NETWORK, service, signature, STRANGER)
    assert town.see(service, "middleware(address)", NETWORK) == int(STRANGER, 16)
    town.do(NETWORK, service, signature, NOBODY)
    town.refuse("AlreadySet", NETWORK, service, signature, NOBODY)
    town.record(vectors)


def test_factories(vectors: Recorder) -> None:
    """What may be made, and by whose leave (SYM-62 to SYM-68)."""
    town = visit()
    owner, vaults, delegators = town.at("factoryOwner"), town.at("vaultFactory"), town.at("delegatorFactory")
    for factory in (vaults, delegators):
        town.refuse("OwnableUnauthorizedAccount", STRANGER, factory, WHITELIST, STRANGER)
        town.refuse("OwnableUnauthorizedAccount", STRANGER, factory, BLACKLIST, 1)
        town.refuse("Empty", owner, factory, WHITELIST, STRANGER)
        town.refuse("InvalidImplementation", owner, factory, WHITELIST, town.at("slasherImpl0"))
        town.do(owner, factory, BLACKLIST, 1)
        town.refuse("AlreadyBlacklisted", owner, factory, BLACKLIST, 1)
        assert town.see(factory, "blacklisted(uint64)", 1) == 1
    town.refuse("AlreadyWhitelisted", owner, vaults, WHITELIST, town.at("vaultImpl1"))
    town.refuse("InvalidImplementation", owner, delegators, WHITELIST, town.at("delegatorImpl0"))
    town.refuse("InvalidVersion", owner, vaults, BLACKLIST, 3)
    town.refuse("InvalidVersion", owner, vaults, BLACKLIST, 0)
    town.refuse("InvalidType", owner, delegators, BLACKLIST, 4)
    town.refuse("InvalidVersion", OWNER, vaults, CREATE_BARE_VAULT, 3, OWNER, town.parameters())
    town.refuse("InvalidVersion", OWNER, vaults, CREATE_BARE_VAULT, 0, OWNER, town.parameters())
    town.refuse("Panic", OWNER, delegators, CREATE_CLONE, 4, b"")
    town.make_bare_vault()
    town.record(vectors)


def test_new_type_of_slasher(vectors: Recorder) -> None:
    """An implementation of the next type is welcome, once (SYM-63 to SYM-65, SYM-69)."""
    town = visit()
    owner, slashers = town.at("factoryOwner"), town.at("slasherFactory")
    implementation = town.deploy(OWNER, "FreeSlasher", words(slashers, 2))
    town.do(owner, slashers, WHITELIST, implementation)
    town.refuse("InvalidImplementation", owner, slashers, WHITELIST, implementation)
    vault = town.vaults[FULL_RESTAKE].address
    town.do(STRANGER, slashers, CREATE_CLONE, 2, encode_entity(vault, b""))
    town.record(vectors)


def test_entities(vectors: Recorder) -> None:
    """Entities are initialized once, and vaults keep their version (SYM-53 to SYM-55, SYM-57 to SYM-60)."""
    town = visit()
    vault, factory = town.vaults[FULL_RESTAKE], town.at("vaultFactory")
    parts = 1, OWNER, town.parameters()
    town.refuse("AlreadyInitialized", OWNER, vault.address, "initialize(uint64,address,bytes)", *parts)
    town.refuse("InvalidInitialization", OWNER, vault.delegator, "initialize(bytes)", b"")
    town.refuse("InvalidInitialization", OWNER, town.at("slasherImpl1"), "initialize(bytes)", b"")
    town.refuse("NotFactory", OWNER, vault.address, "migrate(uint64,bytes)", 2, b"")
    overlapping = encode_call("migrate(uint64,bytes)", 0, b"")[: 2 + 2 * 36] + "00" * 32
    town.refuse("NotFactory", OWNER, vault.address, "migrate(uint64,bytes)", 0, b"", calldata=overlapping)
    town.refuse("InvalidInitialization", factory, vault.address, "migrate(uint64,bytes)", 1, b"")
    town.refuse("Empty", factory, vault.address, "migrate(uint64,bytes)", 2, b"")
    upgrade = "upgradeToAndCall(address,bytes)"
    town.refuse("ProxyDeniedAdminAccess", OWNER, vault.address, upgrade, town.at("vaultImpl2"), b"")
    migrate = "migrate(address,uint64,bytes)"
    town.refuse("EntityNotExist", OWNER, factory, migrate, STRANGER, 2, b"")
    town.refuse("NotOwner", STRANGER, factory, migrate, vault.address, 2, b"")
    town.refuse("OldVersion", OWNER, factory, migrate, vault.address, 1, b"")
    town.refuse("InvalidVersion", OWNER, factory, migrate, vault.address, 3, b"")
    assert town.see(vault.address, "version()") == 1
    assert town.see(vault.delegator, "TYPE()") == FULL_RESTAKE
    town.record(vectors)


def test_configurator(vectors: Recorder) -> None:
    """A vault, its delegator and its slasher in one call; or none of them (SYM-75 to SYM-77)."""
    town = visit()
    configurator = town.at("vaultConfigurator")
    slasher = encode_slasher(VETO_SLASHER, veto=500)

    def fields(version: int, kind: int, slasher_kind: int, delegator: bytes) -> tuple[object, ...]:
        return version, OWNER, town.parameters(), kind, delegator, True, slasher_kind, slasher

    town.refuse(
        "InvalidVersion", OWNER, configurator, CREATE_VAULT, fields(3, FULL_RESTAKE, 1, town.delegator(FULL_RESTAKE))
    )
    town.refuse("Panic", OWNER, configurator, CREATE_VAULT, fields(1, 4, 1, town.delegator(FULL_RESTAKE)))
    town.refuse("Panic", OWNER, configurator, CREATE_VAULT, fields(1, FULL_RESTAKE, 2, town.delegator(FULL_RESTAKE)))
    town.refuse("Empty", OWNER, configurator, CREATE_VAULT, fields(1, FULL_RESTAKE, 1, b""))
    vault = create_without_slasher(town)
    town.refuse("SlasherAlreadyInitialized", OWNER, vault, "setSlasher(address)", NOBODY)
    town.record(vectors)


def create_without_slasher(town: Town) -> str:
    """A vault that nobody may ever slash."""
    fields = (1, OWNER, town.parameters(), NETWORK_RESTAKE, town.delegator(NETWORK_RESTAKE), False, 0, b"")
    return "0x" + town.do(OWNER, town.at("vaultConfigurator"), CREATE_VAULT, fields)[12:32].hex()
