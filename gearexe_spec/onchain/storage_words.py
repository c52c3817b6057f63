"""Words of storage written from outside, as `eth_call` overrides and tests do.

Rules: ROU-240 to ROU-242.
Source: sheet `onchain` 5.2, from IRouter.sol `Storage`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from gearexe_spec.base.fixed_bytes import Address
from gearexe_spec.base.numeric import U16, U256
from gearexe_spec.base.rejection import NotSpecifiedYet
from gearexe_spec.onchain.commitments import AggregatedPublicKey
from gearexe_spec.onchain.world import RouterStorage, Validators, World

Change = Callable[[RouterStorage, U256], RouterStorage]


def _key_x(slot: Validators, value: U256) -> Validators:
    return replace(slot, aggregated_public_key=AggregatedPublicKey(value, slot.aggregated_public_key.y))


def _key_y(slot: Validators, value: U256) -> Validators:
    return replace(slot, aggregated_public_key=AggregatedPublicKey(slot.aggregated_public_key.x, value))


def _use_from(slot: Validators, value: U256) -> Validators:
    return replace(slot, use_from_timestamp=value)


def _with(router: RouterStorage, **changes: Any) -> RouterStorage:
    return replace(router, **changes)


def _field(name: str) -> Change:
    return lambda router, value: _with(router, **{name: value})


def _slot(name: str, change: Callable[[Validators, U256], Validators]) -> Change:
    return lambda router, value: _with(router, **{name: change(getattr(router, name), value)})


def _timeline(name: str) -> Change:
    return lambda router, value: replace(router, timelines=replace(router.timelines, **{name: value}))


WORDS: dict[int, Change] = {
    0: _field("reserved"),
    9: _slot("validators0", _key_x),
    10: _slot("validators0", _key_y),
    14: _slot("validators0", _use_from),
    15: _slot("validators1", _key_x),
    16: _slot("validators1", _key_y),
    20: _slot("validators1", _use_from),
    22: _timeline("era"),
    23: _timeline("election"),
    24: _timeline("validation_delay"),
    27: _field("programs_count"),
    28: _field("validated_codes_count"),
    29: lambda router, value: replace(router, max_validators=U16.truncate(value)),
    30: _field("request_code_validation_base_fee"),
    31: _field("request_code_validation_extra_fee"),
    32: _field("protocol_version"),
}
"""Words of the Router by their distance from its base slot (ROU-241)."""


def set_storage_word(world: World, address: Address, slot: U256, value: U256) -> World:
    """The world with one word of a Router's storage replaced.

    Raises:
        NotSpecifiedYet: the word is none of `WORDS`.

    Rules: ROU-240 to ROU-242.
    """
    account = world.account(address)
    base = account.storage.router_slot
    change = WORDS.get(int(slot) - int(base)) if base else None
    if change is None:
        raise NotSpecifiedYet(f"word {hex(slot)} of {address}")
    storage = replace(account.storage, router=change(account.storage.router, value))
    return world.with_account(address, replace(account, storage=storage))
