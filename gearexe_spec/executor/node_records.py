"""What a node notes about blocks; these records are its own and enter no hash.

Rules: BLK-17, BLK-18.
"""

from __future__ import annotations

from dataclasses import dataclass

from gearexe_spec.base.fixed_bytes import Bytes32
from gearexe_spec.base.numeric import U32, U64
from gearexe_spec.codec.scale import Codec, boolean, fixed, struct, u32, u64


@dataclass(frozen=True, slots=True)
class MbMeta:
    """Whether a block of the executors is computed, and up to which Ethereum block it advanced (BLK-17)."""

    computed: bool
    last_advanced_eb: Bytes32


@dataclass(frozen=True, slots=True)
class BlockHeader:
    """What is kept of the header of an Ethereum block (BLK-18)."""

    height: U32
    timestamp: U64
    parent_hash: Bytes32


mb_meta: Codec[MbMeta] = struct(MbMeta, computed=boolean, last_advanced_eb=fixed(Bytes32))
block_header: Codec[BlockHeader] = struct(BlockHeader, height=u32, timestamp=u64, parent_hash=fixed(Bytes32))
