"""What the EVM remembers: accounts, their storage, and what lasts only for one message.

Everything is a persistent map, so that a snapshot is a reference and a revert an assignment, however large the world.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from immutables import Map

from gearexe_spec.base.fixed_bytes import Bytes32
from gearexe_spec.crypto.hashes import keccak256


class Account(NamedTuple):
    """An account without its storage.

    Args:
        nonce: u64.
        balance: wei, u256.
        code: runtime code, empty for an account owned by a key.
    """

    nonce: int = 0
    balance: int = 0
    code: bytes = b""


ABSENT = Account()
"""An account nobody has touched; it cannot be told from an emptied one (EIP-161)."""


class Ledger(NamedTuple):
    """All accounts, and the marks of the message that runs.

    Args:
        accounts: by address.
        storage: by address, then by slot; zero words are absent.
        transient: by address and slot (EIP-1153).
        warm: addresses, and pairs of address and slot, that were accessed (EIP-2929).
    """

    accounts: Map[bytes, Account]
    storage: Map[bytes, Map[int, int]]
    transient: Map[tuple[bytes, int], bytes]
    warm: Map[bytes | tuple[bytes, int], None]


EMPTY_LEDGER = Ledger(Map(), Map(), Map(), Map())
NO_STORAGE: Map[int, int] = Map()


@lru_cache(maxsize=256)
def hash_code(code: bytes) -> Bytes32:
    """Keccak-256 of runtime code; contracts are few and asked for often."""
    return keccak256(code)
