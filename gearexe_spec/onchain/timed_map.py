"""Who takes part, and since when: an enumerable map from addresses to times, with data pinned to each.

The order of enumeration is that of insertion, until somebody is removed: then the last one takes the free place. Both
elections and stakes depend on it. Every operation costs O(log n), and earlier maps stay as they were.

Rules: MID-10 to MID-16.
Source: MapWithTimeData.sol; OpenZeppelin 5.6.1 EnumerableMap, EnumerableSet.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from immutables import Map

from gearexe_spec.base.fixed_bytes import Address, Bytes32
from gearexe_spec.base.numeric import U48
from gearexe_spec.base.rejection import Rejected
from gearexe_spec.onchain.errors import MapRejection

NEVER = U48(0)
NO_DATA = Address.zero()


@dataclass(frozen=True, slots=True)
class Participation:
    """When somebody was enabled and disabled, in seconds; `pinned` is an address kept with it.

    A `disabled` of zero means not disabled.
    """

    enabled: U48
    disabled: U48 = NEVER
    pinned: Address = NO_DATA

    def was_active_at(self, timestamp: U48) -> bool:
        """Whether somebody took part at a moment; both ends count (MID-16).

        Source: Middleware.sol `_wasActiveAt`.
        """
        since, until = self.enabled, self.disabled
        return since != 0 and since <= timestamp and (until == 0 or until >= timestamp)


@dataclass(frozen=True, slots=True)
class TimedMap:
    """Participations by address, and the order of enumeration."""

    listed: Map[int, Address] = Map()
    places: Map[Address, int] = Map()
    entries: Map[Address, Participation] = Map()

    def __contains__(self, key: Address) -> bool:
        return key in self.places

    def __len__(self) -> int:
        return len(self.listed)

    def __iter__(self) -> Iterator[tuple[Address, Participation]]:
        """All keys with their times, in the order of enumeration (MID-10)."""
        for place in range(len(self.listed)):
            key = self.listed[place]
            yield key, self.entries[key]

    def get(self, key: Address) -> Participation:
        """The times and data of a key (MID-11).

        Raises:
            Rejected: EnumerableMapNonexistentKey(key).
        """
        entry = self.entries.get(key)
        if entry is None:
            raise Rejected(MapRejection.EnumerableMapNonexistentKey, Bytes32(bytes(12) + key))
        return entry

    def append(self, key: Address, now: U48, pinned: Address = NO_DATA) -> TimedMap:
        """A new key at the end, enabled now (MID-12).

        Raises:
            Rejected: AlreadyAdded, also for a disabled key.
        """
        if key in self.places:
            raise Rejected(MapRejection.AlreadyAdded)
        place = len(self.listed)
        return TimedMap(
            self.listed.set(place, key),
            self.places.set(key, place),
            self.entries.set(key, Participation(now, pinned=pinned)),
        )

    def enable(self, key: Address, now: U48) -> TimedMap:
        """A key enabled again; when it was enabled before is forgotten (MID-13).

        Raises:
            Rejected: EnumerableMapNonexistentKey, AlreadyEnabled.
        """
        entry = self.get(key)
        if entry.enabled != 0 and entry.disabled == 0:
            raise Rejected(MapRejection.AlreadyEnabled)
        return replace(self, entries=self.entries.set(key, replace(entry, enabled=now, disabled=NEVER)))

    def disable(self, key: Address, now: U48) -> TimedMap:
        """A key disabled now (MID-14).

        Raises:
            Rejected: EnumerableMapNonexistentKey, NotEnabled.
        """
        entry = self.get(key)
        if entry.enabled == 0 or entry.disabled != 0:
            raise Rejected(MapRejection.NotEnabled)
        return replace(self, entries=self.entries.set(key, replace(entry, disabled=now)))

    def remove(self, key: Address) -> TimedMap:
        """The map without a key it has; the last key moves to its place (MID-15)."""
        place, last_place = self.places[key], len(self.listed) - 1
        last = self.listed[last_place]
        listed = self.listed.set(place, last).delete(last_place)
        places = self.places.set(last, place).delete(key)
        return TimedMap(listed, places, self.entries.delete(key))
