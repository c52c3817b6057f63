"""What both slashers share, and the plain one: how much may still be slashed, and how a slash reaches everybody.

Rules: SYM-154 to SYM-163, SYM-190 to SYM-193.
Source: symbiotic-core slasher/BaseSlasher.sol, slasher/Slasher.sol.
"""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass, replace
from typing import cast

from immutables import Map

from gearexe_spec.base.fixed_bytes import Address, Bytes32
from gearexe_spec.base.numeric import U48, U64, U256
from gearexe_spec.base.rejection import Rejected
from gearexe_spec.onchain.calldata import HEAD, WORD, Calldata, empty_revert
from gearexe_spec.onchain.contract_calls import (
    call_without_result,
    encode_call,
    expect_success,
    read_address,
    read_word,
)
from gearexe_spec.onchain.dispatch import Function, Interface, table
from gearexe_spec.onchain.machine import Frame
from gearexe_spec.onchain.words import compute_selector, encode_bytes, encode_tuple, encode_word
from gearexe_spec.onchain.world import ZERO_ADDRESS, ZERO_U48, ZERO_U256
from gearexe_spec.symbiotic.access_control import not_reentered
from gearexe_spec.symbiotic.checkpoints import Trace
from gearexe_spec.symbiotic.contract import (
    apply_static_delegate_call,
    checked_arithmetic,
    read_now,
    storage_of,
)
from gearexe_spec.symbiotic.entities import Entity, entity_functions
from gearexe_spec.symbiotic.entity_data import check_is_vault, check_words, read_vault_and_parameters
from gearexe_spec.symbiotic.errors import SlasherRejection
from gearexe_spec.symbiotic.events import Slash
from gearexe_spec.symbiotic.hints import look_up, read_hints
from gearexe_spec.symbiotic.hooks import BURNER_GAS_LIMIT, BURNER_ON_SLASH, ON_SLASH, RESERVE, call_hook
from gearexe_spec.symbiotic.subnetworks import network_of

NO_HISTORY = Trace(ZERO_U256)
Share = tuple[Bytes32, Address]
"""A subnetwork and an operator in it."""
_EPOCH_DURATION = compute_selector("epochDuration()")
_DELEGATOR = compute_selector("delegator()")
_BURNER = compute_selector("burner()")
_MIDDLEWARE = compute_selector("middleware(address)")
_STAKE_AT = compute_selector("stakeAt(bytes32,address,uint48,bytes)")
_VAULT_ON_SLASH = compute_selector("onSlash(uint256,uint48)")


@dataclass(frozen=True, slots=True)
class Request:
    """A slash that was asked for."""

    subnetwork: Bytes32
    operator: Address
    amount: U256
    captured: U48
    veto_deadline: U48
    completed: bool = False


@dataclass(frozen=True, slots=True)
class SlasherStorage:
    """What a slasher keeps; the plain one has no requests and resolvers.

    Args:
        vault: whose stake is slashed.
        is_burner_hook: whether the vault's burner is told of every slash.
        latest_captures: the latest captured second that was slashed, in seconds.
        cumulative: history of everything slashed.
        requests: by index.
        resolvers: history of who may veto, by subnetwork.
        veto_duration: in seconds.
        resolver_delay: in epochs.
    """

    vault: Address = ZERO_ADDRESS
    is_burner_hook: bool = False
    latest_captures: Map[Share, U48] = Map()
    cumulative: Map[Share, Trace[U256]] = Map()
    requests: Map[int, Request] = Map()
    resolvers: Map[Bytes32, Trace[Address]] = Map()
    veto_duration: U48 = ZERO_U48
    resolver_delay: U256 = ZERO_U256

    def slashed(self, share: Share) -> Trace[U256]:
        """The history of everything slashed."""
        return self.cumulative.get(share, NO_HISTORY)

    def latest_capture(self, share: Share) -> U48:
        """The latest captured second that was slashed."""
        return self.latest_captures.get(share, ZERO_U48)


@dataclass(frozen=True)
class BaseSlasher(Entity):
    """The code of a slasher; a type adds what it understands of the parameters."""

    vault_factory: Address
    middleware_service: Address

    @abstractmethod
    def read_parameters(self, frame: Frame, vault: Address, parameters: bytes) -> bool:
        """Read and apply the type's parameters, and answer whether the burner is a hook."""


def own_code(frame: Frame) -> BaseSlasher:
    """The running code, of whatever type."""
    code = frame.execution.world.account(frame.code_address).code
    assert isinstance(code, BaseSlasher)
    return code


def storage(frame: Frame) -> SlasherStorage:
    """The slasher's record."""
    return storage_of(frame, SlasherStorage)


def read_share(frame: Frame) -> Share:
    """Subnetwork and operator, which stand first in many functions."""
    return frame.calldata.bytes32(HEAD), frame.calldata.address(HEAD + WORD)


def ask_u48(frame: Frame, to: Address, selector: bytes) -> U48:
    """A getter that answers seconds.

    Raises:
        Rejected: Empty for more than 48 bits; what the getter reverts with.
    """
    number = read_word(expect_success(frame.static_call(to, selector)))
    if number > U48.MAX:
        raise empty_revert()
    return U48(number)


def ask_epoch_duration(frame: Frame) -> U48:
    """How long the vault's epochs are, in seconds."""
    return ask_u48(frame, storage(frame).vault, _EPOCH_DURATION)


def ask_delegator(frame: Frame) -> Address:
    """The vault's delegator."""
    return read_address(expect_success(frame.static_call(storage(frame).vault, _DELEGATOR)))


def check_network_middleware(frame: Frame, subnetwork: Bytes32) -> None:
    """The caller speaks for the network (SYM-190).

    Raises:
        Rejected: NotNetworkMiddleware; what the service reverts with.
    """
    service = own_code(frame).middleware_service
    call = encode_call(_MIDDLEWARE, network_of(subnetwork))
    if read_address(expect_success(frame.static_call(service, call))) != frame.sender:
        raise Rejected(SlasherRejection.NotNetworkMiddleware)


def compute_slashable_stake(frame: Frame, share: Share, captured: U48, hints: bytes) -> tuple[U256, U256]:
    """What may still be slashed for a captured second.

    Returns:
        That, and the stake at that second; both zero outside the window.

    Raises:
        Rejected: Empty and Panic for hints that are none; Panic(0x11) before the first second of an epoch's length.

    Rules: SYM-191, SYM-192.
    Source: BaseSlasher.sol `_slashableStake`.
    """
    stake_hints, from_hint = read_hints(hints, 2)
    if (
        is_before_window(frame, captured)
        or captured >= read_now(frame)
        or captured < storage(frame).latest_capture(share)
    ):
        return ZERO_U256, ZERO_U256

    request = encode_call(_STAKE_AT, *share, captured, U256(4 * WORD)) + encode_bytes(stake_hints)
    stake = U256(read_word(expect_success(frame.static_call(ask_delegator(frame), request))))
    history = storage(frame).slashed(share)
    since = history.latest() - look_up(history, captured, from_hint)
    return stake - min(since, stake), stake


def is_before_window(frame: Frame, captured: U48) -> bool:
    """Whether a second lies more than an epoch's length back (SYM-191).

    Raises:
        Rejected: Panic(0x11), where now is earlier than an epoch's length.
    """
    now, duration = read_now(frame), ask_epoch_duration(frame)
    with checked_arithmetic():
        return captured < now - duration


def apply_slash_effects(frame: Frame, share: Share, amount: U256, captured: U48, data: bytes) -> None:
    """Write a slash down, then tell delegator, vault and burner, in this order.

    Args:
        frame: the slasher.
        share: who is slashed, for whom.
        amount: not zero.
        captured: the second it is for.
        data: for the delegator's hook: what the type tells.

    Raises:
        Rejected: what delegator and vault revert with; InsufficientBurnerGas.

    Rules: SYM-193, SYM-154 to SYM-158.
    Source: BaseSlasher.sol `_updateLatestSlashedCaptureTimestamp` to `_burnerOnSlash`.
    """
    kept, now = storage(frame), read_now(frame)
    with checked_arithmetic():
        history = kept.slashed(share).push(now, kept.slashed(share).latest() + amount)
    captures = kept.latest_captures.set(share, max(kept.latest_capture(share), captured))
    frame.update(extension=replace(kept, latest_captures=captures, cumulative=kept.cumulative.set(share, history)))

    kind = own_code(frame).entity_type
    told = encode_tuple((encode_tuple(encode_word(kind), (encode_bytes(data),)),))
    call = encode_call(ON_SLASH, *share, amount, captured, U256(5 * WORD))
    call_without_result(frame, ask_delegator(frame), call + encode_bytes(told))
    read_word(expect_success(frame.call(storage(frame).vault, encode_call(_VAULT_ON_SLASH, amount, captured))))
    if storage(frame).is_burner_hook:
        burner = read_address(expect_success(frame.static_call(storage(frame).vault, _BURNER)))
        call = encode_call(BURNER_ON_SLASH, *share, amount, captured)
        call_hook(frame, burner, call, BURNER_GAS_LIMIT, SlasherRejection.InsufficientBurnerGas)


def initialize(frame: Frame, data: bytes) -> None:
    """Take the vault, what the type understands, and whether the burner is told.

    Raises:
        Rejected: Empty and Panic for data of another form; NotVault, NoBurner; what the type refuses.

    Rules: SYM-109, SYM-159.
    Source: BaseSlasher.sol `_initialize`.
    """
    code = own_code(frame)
    vault, parameters = read_vault_and_parameters(data)
    check_is_vault(frame, code.vault_factory, vault, SlasherRejection.NotVault)

    frame.update(extension=replace(storage(frame), vault=vault))
    is_burner_hook = code.read_parameters(frame, vault, parameters)
    burner = read_address(expect_success(frame.static_call(vault, _BURNER)))
    if burner == ZERO_ADDRESS and is_burner_hook:
        raise Rejected(SlasherRejection.NoBurner)
    frame.update(extension=replace(storage(frame), is_burner_hook=is_burner_hook))


def answer_cumulative(frame: Frame) -> bytes:
    """Everything slashed so far."""
    return encode_word(storage(frame).slashed(read_share(frame)).latest())


def answer_cumulative_at(frame: Frame) -> bytes:
    """Everything slashed up to the end of a second."""
    calldata = frame.calldata
    timestamp = calldata.unsigned(HEAD + 2 * WORD, U48)
    hint = calldata.bytes(calldata.memory_slice(HEAD + 3 * WORD, 1))
    return encode_word(look_up(storage(frame).slashed(read_share(frame)), timestamp, hint))


def answer_slashable_stake(frame: Frame) -> bytes:
    """What may still be slashed for a captured second (SYM-191, SYM-192)."""
    calldata = frame.calldata
    captured = calldata.unsigned(HEAD + 2 * WORD, U48)
    hints = calldata.bytes(calldata.memory_slice(HEAD + 3 * WORD, 1))
    return encode_word(compute_slashable_stake(frame, read_share(frame), captured, hints)[0])


def apply_slash(frame: Frame) -> bytes:
    """Slash at once.

    Raises:
        Rejected: ReentrancyGuardReentrantCall, NotNetworkMiddleware, InvalidCaptureTimestamp, InsufficientSlash.

    Rules: SYM-160 to SYM-163.
    Source: Slasher.sol `slash`.
    """
    calldata = frame.calldata
    share, amount = read_share(frame), calldata.u256(HEAD + 2 * WORD)
    captured = calldata.unsigned(HEAD + 3 * WORD, U48)
    hints = calldata.bytes(calldata.entry_slice(HEAD + 4 * WORD, 1))

    with not_reentered(frame):
        check_network_middleware(frame, share[0])
        (slashable_hints,) = read_hints(hints, 1)
        if is_before_window(frame, captured) or captured >= read_now(frame):
            raise Rejected(SlasherRejection.InvalidCaptureTimestamp)
        slashable, stake = compute_slashable_stake(frame, share, captured, slashable_hints)
        slashed = min(amount, slashable)
        if slashed == 0:
            raise Rejected(SlasherRejection.InsufficientSlash)

        apply_slash_effects(frame, share, slashed, captured, encode_word(slashable) + encode_word(stake))
        frame.emit(Slash(*share, slashed, captured))
    return encode_word(slashed)


SLASHER = (
    *entity_functions(cast("type[Entity]", BaseSlasher), initialize),
    Function("BURNER_GAS_LIMIT()", 0, lambda frame: encode_word(BURNER_GAS_LIMIT)),
    Function("BURNER_RESERVE()", 0, lambda frame: encode_word(RESERVE)),
    Function("VAULT_FACTORY()", 0, lambda frame: encode_word(own_code(frame).vault_factory)),
    Function("NETWORK_MIDDLEWARE_SERVICE()", 0, lambda frame: encode_word(own_code(frame).middleware_service)),
    Function("vault()", 0, lambda frame: encode_word(storage(frame).vault)),
    Function("isBurnerHook()", 0, lambda frame: encode_word(storage(frame).is_burner_hook)),
    Function(
        "latestSlashedCaptureTimestamp(bytes32,address)",
        2,
        lambda frame: encode_word(storage(frame).latest_capture(read_share(frame))),
    ),
    Function("cumulativeSlash(bytes32,address)", 2, answer_cumulative),
    Function("cumulativeSlashAt(bytes32,address,uint48,bytes)", 4, answer_cumulative_at),
    Function("slashableStake(bytes32,address,uint48,bytes)", 4, answer_slashable_stake),
    Function("staticDelegateCall(address,bytes)", 2, apply_static_delegate_call),
)
"""What both slashers answer."""
PLAIN = Interface(table(*SLASHER, Function("slash(bytes32,address,uint256,uint48,bytes)", 5, apply_slash)))


@dataclass(frozen=True)
class Slasher(BaseSlasher):
    """Type 0: slashes at once."""

    factory: Address
    entity_type: U64

    def read_parameters(self, frame: Frame, vault: Address, parameters: bytes) -> bool:
        """Whether the burner is a hook, and no more."""
        check_words(parameters, 1)
        return Calldata(parameters).boolean(0)

    def run(self, frame: Frame) -> bytes:
        return PLAIN.run(frame)
