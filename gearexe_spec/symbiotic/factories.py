"""Factories: lists of implementations that their owner keeps, and registries of what was made from them.

Delegators and slashers are clones of an implementation chosen by its type, from 0. Vaults are proxies of an
implementation chosen by its version, from 1; that of a proxy can be changed, a clone's cannot.

Rules: SYM-62 to SYM-74.
Source: symbiotic-core common/Factory.sol, common/MigratablesFactory.sol, common/Registry.sol.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from gearexe_spec.base.fixed_bytes import Address, Bytes32
from gearexe_spec.base.numeric import U64, U256
from gearexe_spec.base.rejection import Rejected
from gearexe_spec.codec.abi import address as abi_address
from gearexe_spec.codec.abi import decode_sequence
from gearexe_spec.crypto.hashes import keccak256
from gearexe_spec.onchain.calldata import HEAD, WORD, Calldata, empty_revert
from gearexe_spec.onchain.contract_calls import (
    call_without_result,
    expect_success,
    read_address,
    read_word,
)
from gearexe_spec.onchain.dispatch import Function, Interface, table
from gearexe_spec.onchain.errors import panic
from gearexe_spec.onchain.machine import Frame
from gearexe_spec.onchain.transaction import Constructor
from gearexe_spec.onchain.upgradeable import OWNABLE, check_owner, initialize_owner
from gearexe_spec.onchain.words import compute_selector, encode_bytes, encode_tuple, encode_word
from gearexe_spec.onchain.world import ExtensionCode
from gearexe_spec.symbiotic.clones import make_clone
from gearexe_spec.symbiotic.contract import storage_of
from gearexe_spec.symbiotic.errors import FactoryRejection
from gearexe_spec.symbiotic.events import AddEntity, Blacklist, Migrate, Whitelist
from gearexe_spec.symbiotic.hints import OUT_OF_BOUNDS
from gearexe_spec.symbiotic.migratable_proxy import make_proxy
from gearexe_spec.symbiotic.registries import REGISTRY, RegistryStorage

_FACTORY = compute_selector("FACTORY()")
_TYPE = compute_selector("TYPE()")
_OWNER = compute_selector("owner()")
_VERSION = compute_selector("version()")
_INITIALIZE = compute_selector("initialize(bytes)")
_INITIALIZE_VERSION = compute_selector("initialize(uint64,address,bytes)")
_MIGRATE = compute_selector("migrate(uint64,bytes)")
_UPGRADE = compute_selector("upgradeToAndCall(address,bytes)")


@dataclass(frozen=True, slots=True)
class FactoryStorage(RegistryStorage):
    """The entities, the implementations in the order of their types or versions, and which of them are blacklisted."""

    implementations: tuple[Address, ...] = ()
    blacklisted: frozenset[int] = frozenset()


def add_entity(frame: Frame, entity: Address) -> None:
    """Put an entity at the end of the registry (SYM-62)."""
    frame.update(extension=storage_of(frame, FactoryStorage).add(entity))
    frame.emit(AddEntity(entity))


def total_entities(frame: Frame) -> U256:
    """How many entities there are."""
    return U256(len(storage_of(frame, FactoryStorage).listed))


def add_implementation(frame: Frame, implementation: Address) -> None:
    """Put an implementation at the end of the list (SYM-64).

    Raises:
        Rejected: AlreadyWhitelisted.
    """
    factory = storage_of(frame, FactoryStorage)
    if implementation in factory.implementations:
        raise Rejected(FactoryRejection.AlreadyWhitelisted)
    frame.update(extension=replace(factory, implementations=(*factory.implementations, implementation)))
    frame.emit(Whitelist(implementation))


def add_to_blacklist(frame: Frame, number: U64) -> None:
    """Mark a type or version; it can be made all the same (SYM-66).

    Raises:
        Rejected: AlreadyBlacklisted.
    """
    factory = storage_of(frame, FactoryStorage)
    if int(number) in factory.blacklisted:
        raise Rejected(FactoryRejection.AlreadyBlacklisted)
    frame.update(extension=replace(factory, blacklisted=factory.blacklisted | {int(number)}))
    frame.emit(Blacklist(number))


def check_is_own(frame: Frame, implementation: Address) -> None:
    """An implementation names this factory as its own (SYM-63).

    Raises:
        Rejected: InvalidImplementation; Empty for an account that does not answer; what it reverts with.
    """
    if read_address(expect_success(frame.static_call(implementation, _FACTORY))) != frame.address:
        raise Rejected(FactoryRejection.InvalidImplementation)


def apply_whitelist_type(frame: Frame) -> bytes:
    """Add the implementation of the next type.

    Raises:
        Rejected: OwnableUnauthorizedAccount, InvalidImplementation, AlreadyWhitelisted.

    Rules: SYM-63 to SYM-65.
    Source: Factory.sol `whitelist`.
    """
    implementation = frame.calldata.address(HEAD)

    check_owner(frame)
    check_is_own(frame, implementation)
    number = read_word(expect_success(frame.static_call(implementation, _TYPE)))
    if number > U64.MAX:
        raise empty_revert()
    if number != len(storage_of(frame, FactoryStorage).implementations):
        raise Rejected(FactoryRejection.InvalidImplementation)
    add_implementation(frame, implementation)
    return b""


def apply_whitelist_version(frame: Frame) -> bytes:
    """Add the implementation of the next version.

    Raises:
        Rejected: OwnableUnauthorizedAccount, InvalidImplementation, AlreadyWhitelisted.

    Rules: SYM-63, SYM-64.
    Source: MigratablesFactory.sol `whitelist`.
    """
    implementation = frame.calldata.address(HEAD)

    check_owner(frame)
    check_is_own(frame, implementation)
    add_implementation(frame, implementation)
    return b""


def apply_blacklist_type(frame: Frame) -> bytes:
    """Mark a type.

    Raises:
        Rejected: OwnableUnauthorizedAccount, InvalidType, AlreadyBlacklisted.

    Rules: SYM-66.
    Source: Factory.sol `blacklist`.
    """
    number = frame.calldata.unsigned(HEAD, U64)

    check_owner(frame)
    if number >= len(storage_of(frame, FactoryStorage).implementations):
        raise Rejected(FactoryRejection.InvalidType)
    add_to_blacklist(frame, number)
    return b""


def apply_blacklist_version(frame: Frame) -> bytes:
    """Mark a version.

    Raises:
        Rejected: OwnableUnauthorizedAccount, InvalidVersion, AlreadyBlacklisted.

    Rules: SYM-66.
    Source: MigratablesFactory.sol `blacklist`.
    """
    number = frame.calldata.unsigned(HEAD, U64)

    check_owner(frame)
    implementation_of_version(frame, number)
    add_to_blacklist(frame, number)
    return b""


def implementation_of_type(frame: Frame, number: U64) -> Address:
    """The implementation of a type (SYM-67).

    Raises:
        Rejected: Panic(0x32) for a type that is not there.
    """
    implementations = storage_of(frame, FactoryStorage).implementations
    if number >= len(implementations):
        raise panic(OUT_OF_BOUNDS)
    return implementations[int(number)]


def implementation_of_version(frame: Frame, number: U64) -> Address:
    """The implementation of a version (SYM-68).

    Raises:
        Rejected: InvalidVersion.
    """
    implementations = storage_of(frame, FactoryStorage).implementations
    if number == 0 or number > len(implementations):
        raise Rejected(FactoryRejection.InvalidVersion)
    return implementations[int(number) - 1]


def apply_create_clone(frame: Frame) -> bytes:
    """Make a clone, register it, initialize it; by anyone.

    Raises:
        Rejected: Panic(0x32) for a type that is not there; what the initialization reverts with.

    Rules: SYM-67, SYM-69.
    Source: Factory.sol `create`.
    """
    number, data = frame.calldata.unsigned(HEAD, U64), read_data(frame.calldata, 1)

    implementation = implementation_of_type(frame, number)
    parts = encode_tuple(encode_word(total_entities(frame)), encode_word(number), (encode_bytes(data),))
    entity = make_clone(frame, implementation, keccak256(parts))
    add_entity(frame, entity)
    call_without_result(frame, entity, _INITIALIZE + encode_tuple((encode_bytes(data),)))
    return encode_word(entity)


def apply_create_proxy(frame: Frame) -> bytes:
    """Make a proxy, which initializes itself, and register it; by anyone.

    Raises:
        Rejected: InvalidVersion; what the initialization reverts with.

    Rules: SYM-68, SYM-70.
    Source: MigratablesFactory.sol `create`.
    """
    calldata = frame.calldata
    version, owner = calldata.unsigned(HEAD, U64), calldata.address(HEAD + WORD)
    data = read_data(calldata, 2)

    implementation = implementation_of_version(frame, version)
    arguments = encode_word(version), encode_word(owner), (encode_bytes(data),)
    salt: Bytes32 = keccak256(encode_tuple(encode_word(total_entities(frame)), *arguments))
    entity = make_proxy(frame, salt, implementation, _INITIALIZE_VERSION + encode_tuple(*arguments))
    add_entity(frame, entity)
    return encode_word(entity)


def apply_migrate(frame: Frame) -> bytes:
    """Take an entity to a later version.

    Raises:
        Rejected: EntityNotExist, NotOwner, OldVersion, InvalidVersion; what the entity reverts with.

    Rules: SYM-71 to SYM-74.
    Source: MigratablesFactory.sol `migrate`.
    """
    calldata = frame.calldata
    entity, version = calldata.address(HEAD), calldata.unsigned(HEAD + WORD, U64)
    data = read_data(calldata, 2)

    if entity not in storage_of(frame, FactoryStorage).places:
        raise Rejected(FactoryRejection.EntityNotExist)
    if read_address(expect_success(frame.static_call(entity, _OWNER))) != frame.sender:
        raise Rejected(FactoryRejection.NotOwner)
    if version <= read_word(expect_success(frame.static_call(entity, _VERSION))):
        raise Rejected(FactoryRejection.OldVersion)

    migration = _MIGRATE + encode_tuple(encode_word(version), (encode_bytes(data),))
    upgrade = encode_tuple(encode_word(implementation_of_version(frame, version)), (encode_bytes(migration),))
    call_without_result(frame, entity, _UPGRADE + upgrade)
    frame.emit(Migrate(entity, version))
    return b""


def read_data(calldata: Calldata, place: int) -> bytes:
    """The byte string whose offset is the parameter at a place."""
    return calldata.bytes(calldata.entry_slice(HEAD + place * WORD, 1))


def answer_blacklisted(frame: Frame) -> bytes:
    """Whether a type or version is marked (SYM-66)."""
    number = frame.calldata.unsigned(HEAD, U64)
    return encode_word(int(number) in storage_of(frame, FactoryStorage).blacklisted)


def answer_implementation_count(frame: Frame) -> bytes:
    """The number of types, or the last version."""
    return encode_word(U64(len(storage_of(frame, FactoryStorage).implementations)))


def answer_implementation_of_type(frame: Frame) -> bytes:
    """The implementation of a type (SYM-67)."""
    return encode_word(implementation_of_type(frame, frame.calldata.unsigned(HEAD, U64)))


def answer_implementation_of_version(frame: Frame) -> bytes:
    """The implementation of a version (SYM-68)."""
    return encode_word(implementation_of_version(frame, frame.calldata.unsigned(HEAD, U64)))


FACTORY = (*OWNABLE, *REGISTRY, Function("blacklisted(uint64)", 1, answer_blacklisted))
CLONES = Interface(
    table(
        *FACTORY,
        Function("blacklist(uint64)", 1, apply_blacklist_type),
        Function("create(uint64,bytes)", 2, apply_create_clone),
        Function("implementation(uint64)", 1, answer_implementation_of_type),
        Function("totalTypes()", 0, answer_implementation_count),
        Function("whitelist(address)", 1, apply_whitelist_type),
    )
)
PROXIES = Interface(
    table(
        *FACTORY,
        Function("blacklist(uint64)", 1, apply_blacklist_version),
        Function("create(uint64,address,bytes)", 3, apply_create_proxy),
        Function("implementation(uint64)", 1, answer_implementation_of_version),
        Function("lastVersion()", 0, answer_implementation_count),
        Function("migrate(address,uint64,bytes)", 3, apply_migrate),
        Function("whitelist(address)", 1, apply_whitelist_version),
    )
)


@dataclass(frozen=True, slots=True)
class Factory(ExtensionCode):
    """The code of the factories of delegators and of slashers."""

    def run(self, frame: Frame) -> bytes:
        return CLONES.run(frame)


@dataclass(frozen=True, slots=True)
class MigratablesFactory(ExtensionCode):
    """The code of the factory of vaults."""

    def run(self, frame: Frame) -> bytes:
        return PROXIES.run(frame)


def construct_factory(code: ExtensionCode) -> Constructor:
    """The constructor of a factory: its argument is the owner (SYM-62)."""

    def construct(frame: Frame, arguments: bytes) -> ExtensionCode:
        try:
            (owner,) = decode_sequence((abi_address,), arguments)
        except Rejected as rejected:
            raise empty_revert() from rejected
        initialize_owner(frame, Address(owner))
        return code

    return construct
