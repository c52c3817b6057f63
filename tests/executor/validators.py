"""A small network for tests: three validators, five Ethereum blocks, one code that waits for its verdict."""

from __future__ import annotations

from dataclasses import replace

from gearexe_spec.base.fixed_bytes import Address, Bytes32
from gearexe_spec.base.ids import CodeId
from gearexe_spec.base.numeric import U8, U16, U32, U64
from gearexe_spec.conformance.operations.node import World, to_view
from gearexe_spec.crypto.ecdsa import PrivateKey
from gearexe_spec.executor.batch_building import BatchLimits
from gearexe_spec.executor.node_view import EthereumRecord, NodeView
from gearexe_spec.executor.roles import ValidatorConfig
from gearexe_spec.executor.timelines import Timelines

KEYS = tuple(PrivateKey(bytes([number]) * 32) for number in (1, 2, 3))
ADDRESSES = tuple(key.to_address() for key in KEYS)
STRANGER = PrivateKey(b"\x09" * 32)
ROUTER = Address(b"\x2c" * 20)
CODE = CodeId(b"\xcc" * 32)
LIMITS = BatchLimits(U64(102_400), U8(16), U32(500))
SLOT = 10


def eb(number: int) -> Bytes32:
    """The hash of an Ethereum block; its coordinator is the validator `number` modulo 3."""
    return Bytes32((0xEB00 + number).to_bytes(32, "big"))


def record(number: int, is_known: bool = True) -> EthereumRecord:
    """An Ethereum block of height 30 + number, with one code in its queue."""
    return EthereumRecord(
        hash=eb(number),
        height=U32(30 + number),
        timestamp=U64(1_000 + SLOT * number),
        parent_hash=eb(number - 1),
        synced=is_known,
        prepared=is_known,
        codes_queue=(CODE,),
        last_committed_batch=Bytes32.zero(),
        last_committed_mb=Bytes32.zero(),
        last_committed_eb=Bytes32.zero(),
        latest_era_validators_committed=U64(0),
        events=(),
    )


def world(*blocks: EthereumRecord) -> World:
    """What each of the validators knows: these blocks, or five; the block after them lies in an era nobody knows."""
    return World(
        timelines=Timelines(U64(1_000), U64(5 * SLOT), U64(0), U64(SLOT)),
        max_validators=U16(10),
        start_block=eb(0),
        genesis_block=eb(0),
        latest_finalized_mb=Bytes32.zero(),
        latest_computed_mb=Bytes32.zero(),
        ethereum_blocks=blocks or tuple(record(number) for number in range(6)),
        sequencer_blocks=(),
        code_validity=((CODE, True),),
        validators=((U64(0), ADDRESSES),),
        elections=(),
    )


def view() -> NodeView:
    """The same, by its keys."""
    return to_view(world())


def config(number: int, threshold: int = 2, period: int = 1) -> ValidatorConfig:
    """The settings of one of the validators."""
    return ValidatorConfig(KEYS[number], ROUTER, U64(threshold), U32(period), LIMITS)


def without_verdict() -> World:
    """A world in which the code is not processed."""
    return replace(world(), code_validity=())
