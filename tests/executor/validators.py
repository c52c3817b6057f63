"""A small network for tests: three validators, five Ethereum blocks, one code that waits for its verdict."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from gearexe_spec.base.fixed_bytes import Address, Bytes32
from gearexe_spec.base.ids import ActorId, CodeId
from gearexe_spec.base.numeric import U8, U16, U32, U64, U128
from gearexe_spec.conformance.operations.node import World, to_view
from gearexe_spec.crypto.ecdsa import PrivateKey
from gearexe_spec.executor.batch_building import BatchLimits
from gearexe_spec.executor.node_view import EthereumRecord, NodeView, ProgramKind, ProgramView, SequencerRecord
from gearexe_spec.executor.roles import ValidatorConfig
from gearexe_spec.executor.timelines import Timelines
from gearexe_spec.executor.tx_validity import LEAST_EXECUTABLE_BALANCE
from gearexe_spec.program.outcome import StateTransition

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


def mb(number: int) -> Bytes32:
    """The hash of a sequencer block; 0 is the zero block."""
    return Bytes32((0x3B00 + number).to_bytes(32, "big")) if number else Bytes32.zero()


def sequencer(number: int) -> SequencerRecord:
    """A computed sequencer block on the one before; it advanced to the Ethereum block of its number."""
    program = ActorId(bytes(12) + bytes([0x50 + number]) * 20)
    return SequencerRecord(
        hash=mb(number),
        parent=mb(number - 1),
        height=U64(number),
        computed=True,
        last_advanced_eb=eb(number),
        outcome=(transition(program, number),),
        committed_message_ids=None,
        injected_hashes=(),
        program_states=(program_view(program),),
    )


def transition(program: ActorId, value: int) -> StateTransition:
    """A program's new state and value; nothing else."""
    return StateTransition(program, Bytes32(b"\x77" * 32), False, ActorId.zero(), U128(value), False, (), ())


def program_view(program: ActorId) -> ProgramView:
    """A program that takes injected transactions."""
    balance = LEAST_EXECUTABLE_BALANCE
    return ProgramView(program, ProgramKind.ActiveInitialized, U64(0), U64(0), False, balance, True)


def advanced() -> World:
    """The network after three sequencer blocks, all finalized, none committed."""
    blocks = tuple(sequencer(number) for number in (1, 2, 3))
    return replace(world(), sequencer_blocks=blocks, latest_finalized_mb=mb(3), latest_computed_mb=mb(3))


def with_block(known: World, number: int, **changes: Any) -> World:
    """The world with one Ethereum block changed."""
    blocks = (replace(each, **changes) if each.hash == eb(number) else each for each in known.ethereum_blocks)
    return replace(known, ethereum_blocks=tuple(blocks))


def with_mb(known: World, number: int, **changes: Any) -> World:
    """The world with one sequencer block changed."""
    blocks = (replace(each, **changes) if each.hash == mb(number) else each for each in known.sequencer_blocks)
    return replace(known, sequencer_blocks=tuple(blocks))


def view() -> NodeView:
    """The same, by its keys."""
    return to_view(world())


def config(number: int, threshold: int = 2, period: int = 1) -> ValidatorConfig:
    """The settings of one of the validators."""
    return ValidatorConfig(KEYS[number], ROUTER, U64(threshold), U32(period), LIMITS)


def without_verdict() -> World:
    """A world in which the code is not processed."""
    return replace(world(), code_validity=())
