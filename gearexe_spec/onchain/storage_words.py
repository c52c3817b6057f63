"""Words of storage written from outside, as `eth_call` overrides and tests do.

Rules: ROU-240 to ROU-242.
Source: IRouter.sol `Storage`, Mirror.sol, OpenZeppelin 5.6.1 namespaces.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from gearexe_spec.base.fixed_bytes import Address, Bytes32
from gearexe_spec.base.numeric import U16, U32, U48, U64, U128, U256
from gearexe_spec.base.rejection import NotSpecifiedYet
from gearexe_spec.crypto.ids import compute_namespace_slot
from gearexe_spec.onchain.world import ERC1967_SLOT, CloneCode, Storage, World

Fields = Callable[[int], dict[str, Any]]
"""From a word to the fields it fills."""


def cut(word: int, place: int, bits: int) -> int:
    """Some bits of a word, counted from the least significant one."""
    return word >> place & (1 << bits) - 1


def address_in(word: int, place: int = 0) -> Address:
    """An address inside a word."""
    return Address(cut(word, place, 160).to_bytes(20, "big"))


def as_bytes(word: int) -> Bytes32:
    """A whole word as bytes."""
    return Bytes32(word.to_bytes(32, "big"))


def _wide(name: str) -> Fields:
    return lambda word: {name: U256(word)}


def _slot_words(name: str, base: int) -> dict[int, tuple[str, Fields]]:
    """The static words of one of the two slots for validators."""
    return {
        base: (f"{name}/aggregated_public_key", _wide("x")),
        base + 1: (f"{name}/aggregated_public_key", _wide("y")),
        base + 2: (name, lambda word: {"verifiable_secret_sharing_commitment_pointer": address_in(word)}),
        base + 5: (name, _wide("use_from_timestamp")),
    }


ROUTER_WORDS: dict[int, tuple[str, Fields]] = {
    0: ("", _wide("reserved")),
    1: ("genesis_block", lambda word: {"hash": as_bytes(word)}),
    2: ("genesis_block", lambda word: {"number": U32(cut(word, 0, 32)), "timestamp": U48(cut(word, 32, 48))}),
    3: ("latest_committed_batch", lambda word: {"hash": as_bytes(word)}),
    4: ("latest_committed_batch", lambda word: {"timestamp": U48(cut(word, 0, 48))}),
    5: ("impl_addresses", lambda word: {"mirror": address_in(word)}),
    6: ("impl_addresses", lambda word: {"wrapped_vara": address_in(word)}),
    7: ("impl_addresses", lambda word: {"middleware": address_in(word)}),
    8: (
        "",
        lambda word: {
            "threshold_numerator": U128(cut(word, 0, 128)),
            "threshold_denominator": U128(cut(word, 128, 128)),
        },
    ),
    **_slot_words("validators0", 9),
    **_slot_words("validators1", 15),
    21: (
        "compute_settings",
        lambda word: {"threshold": U64(cut(word, 0, 64)), "wvara_per_second": U128(cut(word, 64, 128))},
    ),
    22: ("timelines", _wide("era")),
    23: ("timelines", _wide("election")),
    24: ("timelines", _wide("validation_delay")),
    27: ("", _wide("programs_count")),
    28: ("", _wide("validated_codes_count")),
    29: ("", lambda word: {"max_validators": U16(cut(word, 0, 16))}),
    30: ("", _wide("request_code_validation_base_fee")),
    31: ("", _wide("request_code_validation_extra_fee")),
    32: ("", _wide("protocol_version")),
}
"""Words of the Router by distance from its base slot: which record they belong to, what they fill (ROU-241)."""

MIRROR_WORDS: dict[int, tuple[str, Fields]] = {
    0: ("", lambda word: {"state_hash": as_bytes(word)}),
    1: ("", _wide("nonce")),
    2: ("", lambda word: {"exited": cut(word, 0, 8) != 0, "inheritor": address_in(word, 8)}),
    3: ("", lambda word: {"initializer": address_in(word), "is_small": cut(word, 160, 8) != 0}),
}
"""The words of a program's Mirror (ROU-242)."""

SHARED_WORDS: dict[int, Fields] = {
    int.from_bytes(ERC1967_SLOT, "big"): lambda word: {"implementation": address_in(word)},
    int(compute_namespace_slot("openzeppelin.storage.Ownable")): lambda word: {"owner": address_in(word)},
    int(compute_namespace_slot("openzeppelin.storage.Initializable")): lambda word: {
        "initialized": U64(cut(word, 0, 64))
    },
    int(compute_namespace_slot("openzeppelin.storage.Pausable")): lambda word: {"paused": cut(word, 0, 8) != 0},
}
"""Words at the same slot in every contract that has them (ROU-242)."""


def set_storage_word(world: World, address: Address, slot: U256, value: U256) -> World:
    """The world with one word of a contract's storage replaced.

    Raises:
        NotSpecifiedYet: the word is none of the tables': maps, lists, and words of other contracts.

    Rules: ROU-240 to ROU-242.
    """
    account = world.account(address)
    storage = change_word(account.storage, int(slot), int(value), is_mirror=isinstance(account.code, CloneCode))
    if storage is None:
        raise NotSpecifiedYet(f"word {hex(slot)} of {address}")
    return world.with_account(address, replace(account, storage=storage))


def change_word(storage: Storage, slot: int, value: int, *, is_mirror: bool) -> Storage | None:
    """The storage with one word replaced, None for a word that is not known."""
    if slot in SHARED_WORDS:
        return replace(storage, **SHARED_WORDS[slot](value))
    if is_mirror and slot in MIRROR_WORDS:
        path, fields = MIRROR_WORDS[slot]
        return replace(storage, mirror=fill(storage.mirror, path, fields(value)))
    distance = slot - int(storage.router_slot)
    if storage.router_slot and distance in ROUTER_WORDS:
        path, fields = ROUTER_WORDS[distance]
        return replace(storage, router=fill(storage.router, path, fields(value)))
    return None


def fill(record: Any, path: str, fields: dict[str, Any]) -> Any:
    """A record with some fields replaced, its own or those of a record inside it."""
    name, _, rest = path.partition("/")
    if not name:
        return replace(record, **fields)
    return replace(record, **{name: fill(getattr(record, name), rest, fields)})
