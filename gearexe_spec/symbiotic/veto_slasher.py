"""The slasher with appeal: a slash is asked for, may be vetoed by the network's resolver, and is executed after that.

Rules: SYM-164 to SYM-189.
Source: symbiotic-core slasher/VetoSlasher.sol.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from gearexe_spec.base.fixed_bytes import Address, Bytes32
from gearexe_spec.base.numeric import U48, U64, U256
from gearexe_spec.base.rejection import Rejected
from gearexe_spec.onchain.calldata import HEAD, WORD, Calldata, empty_revert
from gearexe_spec.onchain.contract_calls import encode_call
from gearexe_spec.onchain.dispatch import Function, Interface, table
from gearexe_spec.onchain.errors import OpenZeppelinRejection
from gearexe_spec.onchain.machine import Frame
from gearexe_spec.onchain.words import compute_selector, encode_word
from gearexe_spec.onchain.world import ZERO_ADDRESS
from gearexe_spec.symbiotic.access_control import not_reentered
from gearexe_spec.symbiotic.checkpoints import Trace
from gearexe_spec.symbiotic.contract import ask_is_entity, checked_arithmetic, code_of, read_now
from gearexe_spec.symbiotic.entity_data import check_words
from gearexe_spec.symbiotic.errors import SlasherRejection
from gearexe_spec.symbiotic.events import ExecuteSlash, RequestSlash, SetResolver, VetoSlash
from gearexe_spec.symbiotic.hints import look_up, read_hints
from gearexe_spec.symbiotic.slasher import (
    SLASHER,
    BaseSlasher,
    Request,
    apply_slash_effects,
    ask_epoch_duration,
    ask_u48,
    check_network_middleware,
    compute_slashable_stake,
    read_share,
    storage,
)
from gearexe_spec.symbiotic.subnetworks import IDENTIFIER_BITS, compute_subnetwork

NOBODY = Trace(ZERO_ADDRESS)
LEAST_RESOLVER_DELAY = 3
"""Epochs."""
_CURRENT_EPOCH_START = compute_selector("currentEpochStart()")
_EPOCH_DURATION = compute_selector("epochDuration()")


def resolvers_of(frame: Frame, subnetwork: Bytes32) -> Trace[Address]:
    """The history of who may veto."""
    return storage(frame).resolvers.get(subnetwork, NOBODY)


def one_second_ago(frame: Frame) -> U48:
    """The last second that is over.

    Raises:
        Rejected: Panic(0x11) in second zero.
    """
    now = read_now(frame)
    with checked_arithmetic():
        return now - 1


def request_at(frame: Frame, index: U256) -> Request:
    """A request.

    Raises:
        Rejected: SlashRequestNotExist.
    """
    request = storage(frame).requests.get(int(index))
    if request is None:
        raise Rejected(SlasherRejection.SlashRequestNotExist)
    return request


def complete(frame: Frame, index: U256) -> None:
    """Mark a request as completed, or refuse it as one that was (SYM-177).

    Raises:
        Rejected: SlashRequestCompleted.
    """
    kept = storage(frame)
    request = kept.requests[int(index)]
    if request.completed:
        raise Rejected(SlasherRejection.SlashRequestCompleted)
    requests = kept.requests.set(int(index), replace(request, completed=True))
    frame.update(extension=replace(kept, requests=requests))


def apply_request_slash(frame: Frame) -> bytes:
    """Ask for a slash.

    Raises:
        Rejected: ReentrancyGuardReentrantCall, NotNetworkMiddleware, InvalidCaptureTimestamp, InsufficientSlash.

    Rules: SYM-164 to SYM-168.
    Source: VetoSlasher.sol `requestSlash`.
    """
    calldata = frame.calldata
    share, amount = read_share(frame), calldata.u256(HEAD + 2 * WORD)
    captured = calldata.unsigned(HEAD + 3 * WORD, U48)
    hints = calldata.bytes(calldata.entry_slice(HEAD + 4 * WORD, 1))

    with not_reentered(frame):
        check_network_middleware(frame, share[0])
        (slashable_hints,) = read_hints(hints, 1)
        now = read_now(frame)
        with checked_arithmetic():
            deadline = now + storage(frame).veto_duration
            earliest = deadline - ask_epoch_duration(frame)
        if captured < earliest or captured >= now:
            raise Rejected(SlasherRejection.InvalidCaptureTimestamp)
        amount = min(amount, compute_slashable_stake(frame, share, captured, slashable_hints)[0])
        if amount == 0:
            raise Rejected(SlasherRejection.InsufficientSlash)

        kept = storage(frame)
        index = len(kept.requests)
        request = Request(*share, amount, captured, deadline)
        frame.update(extension=replace(kept, requests=kept.requests.set(index, request)))
        frame.emit(RequestSlash(U256(index), *share, amount, captured, deadline))
    return encode_word(index)


def apply_execute_slash(frame: Frame) -> bytes:
    """Execute a request whose time for a veto is over, or that nobody may veto.

    Raises:
        Rejected: ReentrancyGuardReentrantCall, SlashRequestNotExist, NotNetworkMiddleware, VetoPeriodNotEnded,
            SlashPeriodEnded, InsufficientSlash, SlashRequestCompleted; what delegator and vault revert with.

    Rules: SYM-169 to SYM-178.
    Source: VetoSlasher.sol `executeSlash`.
    """
    index = frame.calldata.u256(HEAD)
    hints = frame.calldata.bytes(frame.calldata.entry_slice(HEAD + WORD, 1))

    with not_reentered(frame):
        capture_hint, current_hint, slashable_hints = read_hints(hints, 3)
        request = request_at(frame, index)
        check_network_middleware(frame, request.subnetwork)
        check_veto_is_over(frame, request, capture_hint, current_hint)
        if read_now(frame) - request.captured > ask_epoch_duration(frame):
            raise Rejected(SlasherRejection.SlashPeriodEnded)
        share = request.subnetwork, request.operator
        slashable, stake = compute_slashable_stake(frame, share, request.captured, slashable_hints)
        slashed = min(request.amount, slashable)
        if slashed == 0:
            raise Rejected(SlasherRejection.InsufficientSlash)

        complete(frame, index)
        data = encode_call(b"", slashable, stake, index)
        apply_slash_effects(frame, share, slashed, request.captured, data)
        frame.emit(ExecuteSlash(index, slashed))
    return encode_word(slashed)


def check_veto_is_over(frame: Frame, request: Request, capture_hint: bytes, current_hint: bytes) -> None:
    """The deadline has passed, or there was no resolver at the capture, or is none now (SYM-172).

    Raises:
        Rejected: VetoPeriodNotEnded; Empty, Panic for hints that are none.
    """
    history = resolvers_of(frame, request.subnetwork)
    if (
        look_up(history, request.captured, capture_hint) != ZERO_ADDRESS
        and look_up(history, one_second_ago(frame), current_hint) != ZERO_ADDRESS
        and request.veto_deadline > read_now(frame)
    ):
        raise Rejected(SlasherRejection.VetoPeriodNotEnded)


def apply_veto_slash(frame: Frame) -> bytes:
    """The resolver of the captured second forbids a slash.

    Raises:
        Rejected: ReentrancyGuardReentrantCall, SlashRequestNotExist, NoResolver, NotResolver, VetoPeriodEnded,
            SlashRequestCompleted.

    Rules: SYM-179 to SYM-183.
    Source: VetoSlasher.sol `vetoSlash`.
    """
    index = frame.calldata.u256(HEAD)
    hints = frame.calldata.bytes(frame.calldata.entry_slice(HEAD + WORD, 1))

    with not_reentered(frame):
        capture_hint, current_hint = read_hints(hints, 2)
        request = request_at(frame, index)
        history = resolvers_of(frame, request.subnetwork)
        resolver = look_up(history, request.captured, capture_hint)
        if resolver == ZERO_ADDRESS or look_up(history, one_second_ago(frame), current_hint) == ZERO_ADDRESS:
            raise Rejected(SlasherRejection.NoResolver)
        if frame.sender != resolver:
            raise Rejected(SlasherRejection.NotResolver)
        if request.veto_deadline <= read_now(frame):
            raise Rejected(SlasherRejection.VetoPeriodEnded)
        complete(frame, index)
        frame.emit(VetoSlash(index, frame.sender))
    return b""


def apply_set_resolver(frame: Frame) -> bytes:
    """A network names who may veto: the first at once, others after some epochs; a pending one is taken back.

    Raises:
        Rejected: ReentrancyGuardReentrantCall, NotNetwork, AlreadySet; Panic(0x11) and SafeCastOverflowedUintDowncast
            for a time that does not exist.

    Rules: SYM-184 to SYM-188.
    Source: VetoSlasher.sol `setResolver`.
    """
    calldata = frame.calldata
    subnetwork = compute_subnetwork(frame.sender, calldata.uint(HEAD, IDENTIFIER_BITS))
    resolver = calldata.address(HEAD + WORD)
    hints = calldata.bytes(calldata.entry_slice(HEAD + 2 * WORD, 1))

    with not_reentered(frame):
        read_hints(hints, 1)
        if not ask_is_entity(frame, code_of(frame, VetoSlasher).network_registry, frame.sender):
            raise Rejected(SlasherRejection.NotNetwork)
        history, now = resolvers_of(frame, subnetwork), read_now(frame)
        length = len(history.entries)
        if length and history.entries[length - 1].timestamp > now:
            history = history.pop()
        elif resolver == history.latest():
            raise Rejected(SlasherRejection.AlreadySet)
        if resolver != history.latest():
            history = history.push(compute_resolver_start(frame) if length else now, resolver)

        kept = storage(frame)
        frame.update(extension=replace(kept, resolvers=kept.resolvers.set(subnetwork, history)))
        frame.emit(SetResolver(subnetwork, resolver))
    return b""


def compute_resolver_start(frame: Frame) -> U48:
    """When another resolver takes over: some epochs after the present one's start (SYM-187).

    Raises:
        Rejected: Panic(0x11), SafeCastOverflowedUintDowncast(48, seconds).
    """
    kept = storage(frame)
    start = ask_u48(frame, kept.vault, _CURRENT_EPOCH_START)
    duration = ask_epoch_duration(frame)
    with checked_arithmetic():
        begins = U256(start) + kept.resolver_delay * U256(duration)
    if begins > U48.MAX:
        raise Rejected(OpenZeppelinRejection.SafeCastOverflowedUintDowncast, U256(48), begins)
    return U48(begins)


def answer_resolver_at(frame: Frame) -> bytes:
    """Who may veto at the end of a second."""
    calldata = frame.calldata
    timestamp = calldata.unsigned(HEAD + WORD, U48)
    hint = calldata.bytes(calldata.memory_slice(HEAD + 2 * WORD, 1))
    return encode_word(look_up(resolvers_of(frame, calldata.bytes32(HEAD)), timestamp, hint))


def answer_resolver(frame: Frame) -> bytes:
    """Who may veto now."""
    hint = frame.calldata.bytes(frame.calldata.memory_slice(HEAD + WORD, 1))
    return encode_word(look_up(resolvers_of(frame, frame.calldata.bytes32(HEAD)), read_now(frame), hint))


def answer_slash_request(frame: Frame) -> bytes:
    """The fields of a request.

    Raises:
        Rejected: Empty behind the end.
    """
    request = storage(frame).requests.get(int(frame.calldata.u256(HEAD)))
    if request is None:
        raise empty_revert()
    share, times = (request.subnetwork, request.operator), (request.captured, request.veto_deadline)
    return encode_call(b"", *share, request.amount, *times, request.completed)


INTERFACE = Interface(
    table(
        *SLASHER,
        Function("NETWORK_REGISTRY()", 0, lambda frame: encode_word(code_of(frame, VetoSlasher).network_registry)),
        Function("vetoDuration()", 0, lambda frame: encode_word(storage(frame).veto_duration)),
        Function("resolverSetEpochsDelay()", 0, lambda frame: encode_word(storage(frame).resolver_delay)),
        Function("resolver(bytes32,bytes)", 2, answer_resolver),
        Function("resolverAt(bytes32,uint48,bytes)", 3, answer_resolver_at),
        Function("slashRequests(uint256)", 1, answer_slash_request),
        Function("slashRequestsLength()", 0, lambda frame: encode_word(len(storage(frame).requests))),
        Function("requestSlash(bytes32,address,uint256,uint48,bytes)", 5, apply_request_slash),
        Function("executeSlash(uint256,bytes)", 2, apply_execute_slash),
        Function("vetoSlash(uint256,bytes)", 2, apply_veto_slash),
        Function("setResolver(uint96,address,bytes)", 3, apply_set_resolver),
    )
)


@dataclass(frozen=True)
class VetoSlasher(BaseSlasher):
    """Type 1: slashes after a time in which the resolver may forbid it."""

    network_registry: Address
    factory: Address
    entity_type: U64

    def read_parameters(self, frame: Frame, vault: Address, parameters: bytes) -> bool:
        """The time for a veto, and how long a change of resolvers takes.

        Raises:
            Rejected: InvalidVetoDuration, InvalidResolverSetEpochsDelay; Empty for parameters of another form.

        Rules: SYM-189.
        """
        check_words(parameters, 3)
        fields = Calldata(parameters)
        is_burner_hook, veto_duration = fields.boolean(0), fields.unsigned(WORD, U48)
        delay = fields.u256(2 * WORD)

        if veto_duration >= ask_u48(frame, vault, _EPOCH_DURATION):
            raise Rejected(SlasherRejection.InvalidVetoDuration)
        if delay < LEAST_RESOLVER_DELAY:
            raise Rejected(SlasherRejection.InvalidResolverSetEpochsDelay)
        frame.update(extension=replace(storage(frame), veto_duration=veto_duration, resolver_delay=delay))
        return is_burner_hook

    def run(self, frame: Frame) -> bytes:
        return INTERFACE.run(frame)
