"""From the operations of a block to what it is executed on: events, transactions, gas, height.

Rules: BLK-12 to BLK-16.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import auto

from gearexe_spec.base.fixed_bytes import Bytes32
from gearexe_spec.base.numeric import U32, U64
from gearexe_spec.base.rejection import Rejected, Rejection
from gearexe_spec.executor.blocks import MAILBOX_VALIDITY_1, MAILBOX_VALIDITY_2, BlockInput
from gearexe_spec.executor.ethereum_events import BlockEvent
from gearexe_spec.executor.injected_transaction import VerifiedTransaction, to_verified
from gearexe_spec.executor.node_records import BlockHeader
from gearexe_spec.executor.requests import RequestEvent, to_request
from gearexe_spec.executor.sequencer_blocks import (
    AdvanceTillEthereumBlock,
    Operations,
    ProcessQueues,
    ProcessQueuesV2,
    ProcessQueuesV3,
    ProgressTasks,
)

NO_BLOCK = Bytes32.zero()
"""Stands for the parent of the first block."""


class BlockInputRejection(Rejection):
    """Why operations cannot be turned into an input; a node cannot go on then."""

    ParentMbStatesMissing = auto()
    AnchorBlockHeaderMissing = auto()
    GenesisBlockMissing = auto()
    StartBlockNotGenesis = auto()
    BlockNotSynced = auto()
    StartBlockHeightZero = auto()
    TargetEbOlderThanLastAdvanced = auto()
    TargetEbSameHeightAsLastAdvanced = auto()
    AdvanceChainHeaderMissing = auto()
    AdvanceChainDisconnected = auto()
    AdvanceBlockEventsMissing = auto()


@dataclass(frozen=True, slots=True)
class EthereumChain:
    """What a node knows of Ethereum (BLK-12).

    Args:
        headers: of synced blocks.
        events: of synced blocks, in the order of the logs.
        start_block: where the node began.
        genesis_block: where the Router began.
    """

    headers: Mapping[Bytes32, BlockHeader]
    events: Mapping[Bytes32, tuple[BlockEvent, ...]]
    start_block: Bytes32
    genesis_block: Bytes32


@dataclass(frozen=True, slots=True)
class _Anchor:
    """The Ethereum block that the executors have advanced to."""

    hash: Bytes32
    height: int


def compute_block_input(
    chain: EthereumChain, last_advanced: Bytes32, operations: Operations, emits_promises: bool = False
) -> BlockInput:
    """Walk the operations and collect what they ask for.

    Args:
        chain: what is known of Ethereum.
        last_advanced: the Ethereum block that the parent block had advanced to; zero if none.
        operations: of the block, in any order.
        emits_promises: whether this node makes promises.

    Raises:
        Rejected: a BlockInputRejection.

    Rules: BLK-12 to BLK-16.
    Source: ethexe/compute/src/compute.rs `build_executable_data`.
    """
    anchor = None if last_advanced == NO_BLOCK else _anchor(chain, last_advanced)
    events: list[RequestEvent] = []
    injected: list[VerifiedTransaction] = []
    gas: U64 | None = None
    validity, answers = MAILBOX_VALIDITY_2, False

    for operation in operations:
        match operation:
            case AdvanceTillEthereumBlock():
                target = _anchor(chain, operation.block_hash)
                events += collect_requests(chain, anchor, target)
                anchor = target
            case ProgressTasks():
                pass
            case ProcessQueues():
                validity, answers, gas = MAILBOX_VALIDITY_1, False, operation.gas_allowance
            case ProcessQueuesV2():
                answers, gas = False, operation.gas_allowance
            case ProcessQueuesV3():
                answers, gas = True, operation.gas_allowance
            case _:
                injected.append(to_verified(operation))

    header = _final_header(chain, anchor)
    return BlockInput(
        height=header.height,
        timestamp=header.timestamp,
        events=tuple(events),
        injected=tuple(injected),
        gas_allowance=gas,
        emits_promises=emits_promises,
        mailbox_validity=validity,
        answers_event_destinations=answers,
    )


def collect_requests(chain: EthereumChain, anchor: _Anchor | None, target: _Anchor) -> list[RequestEvent]:
    """The requests of all blocks behind the anchor up to the target, oldest first (BLK-15).

    Raises:
        Rejected: StartBlockNotGenesis, BlockNotSynced, StartBlockHeightZero, TargetEbOlderThanLastAdvanced,
            TargetEbSameHeightAsLastAdvanced, AdvanceChainHeaderMissing, AdvanceChainDisconnected,
            AdvanceBlockEventsMissing.

    Source: ethexe/compute/src/compute.rs `collect_advance_chain`.
    """
    previous = anchor or _before_start(chain)
    depth = target.height - previous.height
    if depth < 0:
        raise Rejected(BlockInputRejection.TargetEbOlderThanLastAdvanced)
    if not depth:
        raise Rejected(BlockInputRejection.TargetEbSameHeightAsLastAdvanced)

    path: list[Bytes32] = []
    block = target.hash
    for _ in range(depth):
        header = chain.headers.get(block)
        if header is None:
            raise Rejected(BlockInputRejection.AdvanceChainHeaderMissing)
        path.append(block)
        block = header.parent_hash
    if block != previous.hash:
        raise Rejected(BlockInputRejection.AdvanceChainDisconnected)

    if any(block not in chain.events for block in path):
        raise Rejected(BlockInputRejection.AdvanceBlockEventsMissing)
    requests = (to_request(event) for block in reversed(path) for event in chain.events[block])
    return [request for request in requests if request is not None]


def compute_last_advanced(last_advanced: Bytes32, operations: Operations) -> Bytes32:
    """The Ethereum block that a block advances to: that of its last advance, or its parent's (BLK-16)."""
    for operation in reversed(operations):
        if isinstance(operation, AdvanceTillEthereumBlock):
            return operation.block_hash
    return last_advanced


def _before_start(chain: EthereumChain) -> _Anchor:
    """Where the first advance begins: just before the genesis block, whose own events count (BLK-14)."""
    if chain.start_block != chain.genesis_block:
        raise Rejected(BlockInputRejection.StartBlockNotGenesis)
    header = chain.headers.get(chain.start_block)
    if header is None:
        raise Rejected(BlockInputRejection.BlockNotSynced)
    if header.height == U32(0):
        raise Rejected(BlockInputRejection.StartBlockHeightZero)
    return _Anchor(NO_BLOCK, int(header.height) - 1)


def _anchor(chain: EthereumChain, block: Bytes32) -> _Anchor:
    header = chain.headers.get(block)
    if header is None:
        raise Rejected(BlockInputRejection.AnchorBlockHeaderMissing)
    return _Anchor(block, int(header.height))


def _final_header(chain: EthereumChain, anchor: _Anchor | None) -> BlockHeader:
    """Height and time of a block are those of its anchor, or of the genesis block (BLK-16)."""
    header = chain.headers.get(anchor.hash if anchor else chain.genesis_block)
    if header is None:
        raise Rejected(BlockInputRejection.GenesisBlockMissing)
    return header
