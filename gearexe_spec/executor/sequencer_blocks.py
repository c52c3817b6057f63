"""Sequencer blocks: the operations in them, the envelope around these, and their hashes.

Rules: BLK-80 to BLK-88.
Source: ethexe/common/src/malachite.rs; ethexe/malachite/core/src/types.rs.
"""

from __future__ import annotations

from dataclasses import dataclass

from gearexe_spec.base.fixed_bytes import Address, Bytes32, FixedBytes
from gearexe_spec.base.numeric import I64, U32, U64
from gearexe_spec.codec.scale import Codec, byte_vector, compact_u32, fixed, struct, u32, u64, union, vector
from gearexe_spec.crypto.hashes import blake2b256, keccak256
from gearexe_spec.executor.commitments import hash32
from gearexe_spec.executor.injected_transaction import InjectedTransaction, signed_injected_transaction
from gearexe_spec.executor.signed_message import SignedMessage

GREATEST_PAYLOAD = 1_048_576
"""Bytes of operations that a block may carry (BLK-84)."""


@dataclass(frozen=True, slots=True)
class AdvanceTillEthereumBlock:
    """The events of Ethereum up to this block are taken in (BLK-80)."""

    block_hash: Bytes32


@dataclass(frozen=True, slots=True)
class ProgressTasks:
    """Due tasks are carried out (BLK-80)."""


@dataclass(frozen=True, slots=True)
class ProcessQueues:
    """Queues are run; only in old blocks (BLK-80)."""

    gas_allowance: U64


@dataclass(frozen=True, slots=True)
class ProcessQueuesV2:
    """Queues are run, messages to users live shorter; only in old blocks (BLK-80)."""

    gas_allowance: U64


@dataclass(frozen=True, slots=True)
class ProcessQueuesV3:
    """Queues are run (BLK-80)."""

    gas_allowance: U64


Operation = (
    AdvanceTillEthereumBlock
    | ProgressTasks
    | ProcessQueues
    | SignedMessage[InjectedTransaction]
    | ProcessQueuesV2
    | ProcessQueuesV3
)
Operations = tuple[Operation, ...]

operation: Codec[Operation] = union(
    {
        0: (AdvanceTillEthereumBlock, struct(AdvanceTillEthereumBlock, block_hash=hash32)),
        1: (ProgressTasks, struct(ProgressTasks)),
        2: (ProcessQueues, struct(ProcessQueues, gas_allowance=u64)),
        3: (SignedMessage, signed_injected_transaction),
        4: (ProcessQueuesV2, struct(ProcessQueuesV2, gas_allowance=u64)),
        5: (ProcessQueuesV3, struct(ProcessQueuesV3, gas_allowance=u64)),
    },
    tag=u32,
)
operations: Codec[Operations] = vector(operation)


def hash_operations(contents: Operations) -> Bytes32:
    """The key under which nodes store operations: the hash of their encoding (BLK-82)."""
    return blake2b256(operations.encode(contents))


class Reserved(FixedBytes):
    """64 bytes for later; zero, though nobody checks it (BLK-84)."""

    LENGTH = 64


@dataclass(frozen=True, slots=True)
class SequencerBlock:
    """A block as it is proposed (BLK-84).

    Args:
        parent_hash: hash of the block one height below; zero at height 1.
        height: from 1 on.
        payload: encoded operations.
        reserved: zero.
    """

    parent_hash: Bytes32
    height: U64
    payload: bytes
    reserved: Reserved


sequencer_block: Codec[SequencerBlock] = struct(
    SequencerBlock,
    parent_hash=hash32,
    height=u64,
    payload=byte_vector(GREATEST_PAYLOAD),
    reserved=fixed(Reserved),
)


def hash_sequencer_block(block: SequencerBlock) -> Bytes32:
    """The block's name for the application (BLK-85).

    The payload enters by the hash of its length and bytes; so that hash is not the key of the operations (BLK-82).

    Source: ethexe/malachite/core/src/types.rs `Block::hash`.
    """
    payload_hash = blake2b256(compact_u32.encode(U32(len(block.payload))) + block.payload)
    return blake2b256(block.parent_hash + block.height.to_little_endian() + payload_hash + block.reserved)


def compute_value_id(block_bytes: bytes) -> Bytes32:
    """The block's name for the BFT engine: the hash of all proposed bytes (BLK-86).

    Source: ethexe/malachite/core/src/context.rs.
    """
    return keccak256(b"mala-svc/value-id:v1:" + block_bytes)


def compute_buffer_key(height: U64, proposal_round: I64, proposer: Address, block_bytes: bytes) -> Bytes32:
    """Under which parts of a proposal wait whose round has not come yet (BLK-87)."""
    place = height.to_big_endian() + int(proposal_round).to_bytes(8, "big", signed=True)
    return keccak256(b"mala-svc/value-id-from-parts:v1:" + place + proposer + block_bytes)


@dataclass(frozen=True, slots=True)
class CompactBlock:
    """What nodes store of a block (BLK-88)."""

    parent: Bytes32
    height: U64
    operations_hash: Bytes32


compact_block: Codec[CompactBlock] = struct(CompactBlock, parent=hash32, height=u64, operations_hash=hash32)
