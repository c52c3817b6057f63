"""The words of storage of Middleware and POAMiddleware, as the chain keeps them.

Rules: MID-3, MID-4, MUL-22, ROU-242.
Source: IMiddleware.sol `Storage`; OpenZeppelin 5.6.1 EnumerableMap, EnumerableSet.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple

from gearexe_spec.base.fixed_bytes import Address, Bytes32
from gearexe_spec.base.numeric import U256
from gearexe_spec.crypto.hashes import keccak256
from gearexe_spec.crypto.ids import compute_namespace_slot
from gearexe_spec.onchain.middleware_storage import MiddlewareStorage
from gearexe_spec.onchain.timed_map import Participation, TimedMap
from gearexe_spec.onchain.world import ERC1967_SLOT, MIDDLEWARE_POINTER, VALIDATORS_POINTER, Storage

SYMBIOTIC_OFFSET, OPERATORS_OFFSET, VAULTS_OFFSET = 8, 18, 21
TIME_BITS, VERSION_BITS = 48, 64
MODULUS = 1 << U256.BITS
OWNABLE_SLOT = compute_namespace_slot("openzeppelin.storage.Ownable")
INITIALIZABLE_SLOT = compute_namespace_slot("openzeppelin.storage.Initializable")
Words = dict[int, int]
"""Words that are not zero, by slot."""


def read_word(storage: Storage, slot: U256) -> Bytes32:
    """The word at a slot of an account on which Middleware or POAMiddleware runs."""
    return Bytes32(list_words(storage).get(int(slot), 0).to_bytes(32, "big"))


def list_words(storage: Storage) -> Words:
    """All words, of storages left behind too (MID-8)."""
    words = {
        number_of(ERC1967_SLOT): number_of(storage.implementation),
        int(OWNABLE_SLOT): number_of(storage.owner),
        int(INITIALIZABLE_SLOT): int(storage.initialized),
        int(MIDDLEWARE_POINTER): int(storage.middleware_slot),
        int(VALIDATORS_POINTER): int(storage.validators_slot),
    }
    for slot, validators in storage.validator_lists.items():
        words |= list_array(int(slot), validators)
    for base, middleware in storage.middlewares.items():
        words |= list_middleware(int(base), middleware)
    return words


def list_middleware(base: int, middleware: MiddlewareStorage) -> Words:
    """The words behind a base slot (MID-3)."""
    durations = (
        middleware.era_duration,
        middleware.min_vault_epoch_duration,
        middleware.operator_grace_period,
        middleware.vault_grace_period,
        middleware.min_veto_duration,
    )
    versions = (middleware.allowed_vault_impl_version, middleware.veto_slasher_impl_type)
    plain = (
        pack(durations, TIME_BITS),
        int(middleware.min_slash_execution_delay),
        int(middleware.max_resolver_set_epochs_delay),
        pack(versions, VERSION_BITS),
        number_of(middleware.subnetwork),
        int(middleware.max_admin_fee),
        number_of(middleware.collateral),
        number_of(middleware.router),
        *map(number_of, astuple(middleware.symbiotic)),
    )
    words = {base + offset: word for offset, word in enumerate(plain)}
    words |= list_map(base + OPERATORS_OFFSET, middleware.operators)
    return words | list_map(base + VAULTS_OFFSET, middleware.vaults)


def list_map(base: int, entries: TimedMap) -> Words:
    """The words of a map: its keys, their places counted from 1, their values."""
    words = list_array(base, [key for key, _ in entries])
    for place, (key, entry) in enumerate(entries):
        words[hash_place(number_of(key), base + 1)] = place + 1
        words[hash_place(number_of(key), base + 2)] = pack_participation(entry)
    return words


def list_array(slot: int, items: Sequence[Address]) -> Words:
    """The words of an array: its length, and the items behind the slot's hash."""
    first = number_of(keccak256(slot.to_bytes(32, "big")))
    return {slot: len(items)} | {(first + place) % MODULUS: number_of(item) for place, item in enumerate(items)}


def pack_participation(entry: Participation) -> int:
    """Times and data in one word (chapter 9.2)."""
    return pack((entry.enabled, entry.disabled, number_of(entry.pinned)), TIME_BITS)


def pack(numbers: Sequence[int], bits: int) -> int:
    """Numbers side by side, the first one lowest."""
    return sum(int(number) << bits * place for place, number in enumerate(numbers))


def hash_place(key: int, slot: int) -> int:
    """Where a map keeps the value of a key."""
    return number_of(keccak256(key.to_bytes(32, "big") + slot.to_bytes(32, "big")))


def number_of(value: bytes) -> int:
    """Bytes as a big-endian number."""
    return int.from_bytes(value, "big")
