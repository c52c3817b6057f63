"""One transaction: calls inside calls, undone as a whole when they fail.

A `Frame` is one call in progress, as the code in it sees it. It is the only thing here that changes, and it lives no
longer than the transaction: the world in it is replaced, never edited, and undoing is taking the earlier one again.

Gas is not counted. Where gas decides, the caps that production sets are recorded with the call, and foreign code's
answer says whether it was enough. A recursion that would use up all gas is cut at `GREATEST_DEPTH`.

Rules: ROU-23 to ROU-35.
Source: the EVM (Prague); Mirror.sol `_transferEther`, `_sendReplyMessage` for the caps.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import Any

from Crypto.Hash import RIPEMD160
from immutables import Map

from gearexe_spec.base.fixed_bytes import Address, Bytes32
from gearexe_spec.base.numeric import U64, U256
from gearexe_spec.base.rejection import NotSpecifiedYet, Rejected
from gearexe_spec.crypto.hashes import keccak256
from gearexe_spec.crypto.ids import compute_create2_address, compute_create_address
from gearexe_spec.crypto.on_chain_ecdsa import compute_ecrecover
from gearexe_spec.onchain.calldata import Calldata, Meter, empty_revert
from gearexe_spec.onchain.environment import Environment, ForeignCall, NestedCall
from gearexe_spec.onchain.errors import Bubbled, encode_revert_data
from gearexe_spec.onchain.events import Event, Log
from gearexe_spec.onchain.middleware_storage import MiddlewareStorage
from gearexe_spec.onchain.world import (
    ZERO_U256,
    Account,
    Block,
    Code,
    ExtensionCode,
    ForeignCode,
    MirrorStorage,
    RouterStorage,
    Storage,
    UnderConstruction,
    World,
)

STIPEND = 2_300
"""Gas that comes with value on top of what the caller gives."""
GREATEST_DEPTH = 96
"""Deeper than any call of our contracts that can end."""
GREATEST_PRECOMPILE = 0x11
PAIRING, PAIRING_GAS = 8, 45_000
"""A product of pairings costs more than a transfer of Ether hands over (EIP-1108), even of none."""


@dataclass(frozen=True, slots=True)
class ExternalCall:
    """A call between our contracts and a foreign account, in either direction.

    Args:
        parent: number of the listed call during which this one began, if any.
        gas: as in `ForeignCall`.
        success: whether it ended well; it may have been undone later all the same.
        data: what it returned, or reverted with.
    """

    sender: Address
    to: Address
    value: U256
    calldata: bytes
    static: bool
    gas: U64 | None
    parent: int | None
    success: bool
    data: bytes


@dataclass(frozen=True, slots=True)
class Creation:
    """A contract made inside a transaction."""

    address: Address
    creator: Address
    initcode_hash: Bytes32


@dataclass(frozen=True, slots=True)
class Transient:
    """What a contract keeps until the end of the transaction.

    Args:
        entered: the lock of commitBatch.
        counted: validators whose ECDSA signature was counted; never taken back inside a transaction.
    """

    entered: bool = False
    counted: frozenset[Address] = frozenset()


NO_TRANSIENT = Transient()


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a call ended."""

    success: bool
    data: bytes


Snapshot = tuple[World, int, "Map[Address, Transient]"]


@dataclass(slots=True)
class Execution:
    """A transaction in progress."""

    world: World
    block: Block
    blob_hashes: tuple[Bytes32, ...]
    environment: Environment
    run: Callable[[Frame, Code], bytes]
    """Runs a contract's code; raises Rejected where it reverts."""
    logs: list[Log] = field(default_factory=list)
    transient: Map[Address, Transient] = field(default_factory=Map)
    calls: list[ExternalCall | None] = field(default_factory=list)
    creations: list[Creation] = field(default_factory=list)
    foreign_calls: int = 0
    enclosing: int | None = None
    """Number of the listed call that is in progress."""
    depth: int = 0
    is_capped: bool = False
    """Whether some call in progress has capped gas; how much of it is left nobody counts."""
    meter: Meter = field(default_factory=Meter)
    initcode_hashes: tuple[Bytes32, ...] = ()
    """Of the transaction's creations in order, as far as it was said (ROU-246)."""
    gas_checks: tuple[bool, ...] = ()
    """Of the contracts' own looks at the gas left, in order: whether it is enough, as far as it was said (ROU-247)."""
    gas_checks_made: int = 0

    def call(
        self,
        sender: Address,
        to: Address,
        value: U256,
        data: bytes,
        *,
        gas: U64 | None = None,
        static: bool = False,
        top_level: bool = False,
        starved: bool = False,
    ) -> Outcome:
        """Call an account: move the value, run its code, undo everything if it fails (ROU-26, ROU-28).

        Without enough balance the call fails before it begins, and is not listed (ROU-27).
        """
        if value > self.world.account(sender).balance:
            return Outcome(False, b"")

        before = self.snapshot()
        enclosing, is_capped = self.enclosing, self.is_capped
        self.is_capped = is_capped or gas is not None
        listed = not top_level and not is_precompile(to) and (self.is_foreign(sender) or self.is_foreign(to))
        if listed:
            self.enclosing = len(self.calls)
            self.calls.append(None)
        try:
            self.depth += 1
            if starved:
                raise empty_revert()
            if value:
                self.move_ether(sender, to, value)
            outcome = Outcome(True, self.execute(Frame(self, to, to, sender, value, data, gas, static)))
        except Rejected as rejected:
            self.undo(before)
            outcome = Outcome(False, encode_revert_data(rejected))
        finally:
            self.depth -= 1
            self.is_capped = is_capped
        if listed:
            assert self.enclosing is not None
            self.calls[self.enclosing] = ExternalCall(
                sender, to, value, data, static, gas, enclosing, outcome.success, outcome.data
            )
        self.enclosing = enclosing
        return outcome

    def snapshot(self) -> Snapshot:
        """What `undo` goes back to."""
        return self.world, len(self.logs), self.transient

    def undo(self, before: Snapshot) -> None:
        """Go back; what was listed stays listed."""
        self.world, logs, self.transient = before
        del self.logs[logs:]

    def execute(self, frame: Frame) -> bytes:
        """Run the code at the frame's code address, unless calls are nested so deeply that no gas is left.

        Returns:
            What it returns; nothing where there is no code.

        Raises:
            Rejected: the code reverts.

        Rules: ROU-29, ROU-35.
        """
        if self.depth > GREATEST_DEPTH:
            raise empty_revert()
        if is_precompile(frame.code_address):
            return self.run_precompile(frame)
        code = self.world.account(frame.code_address).code
        match code:
            case None | UnderConstruction():
                return b""
            case ForeignCode():
                return self.run_foreign(frame)
        return self.run(frame, code)

    def run_foreign(self, frame: Frame) -> bytes:
        """Let the environment answer, and make the calls it says (ROU-23 to ROU-25)."""
        call = ForeignCall(
            frame.sender, frame.address, frame.code_address, frame.value, frame.data, frame.gas, frame.static
        )
        answer = self.environment.answer(self.foreign_calls, call)
        if frame.code_address == frame.address:
            self.foreign_calls += 1
        for nested in answer.calls:
            static = frame.static or nested.static
            self.call(frame.address, nested.to, nested.value, nested.data, static=static, starved=nested.out_of_gas)
        if not answer.success:
            raise Bubbled(answer.data)
        return answer.data

    def run_precompile(self, frame: Frame) -> bytes:
        """What a precompile answers (ROU-30).

        Raises:
            Rejected: Empty, where the precompile fails.
            NotSpecifiedYet: a precompile of elliptic curves or big numbers gets data.
        """
        number = int.from_bytes(frame.code_address, "big")
        answer = answer_precompile(number, frame.data)
        starves = number == PAIRING and frame.gas is not None and frame.gas < PAIRING_GAS
        if answer is None or starves:
            raise empty_revert()
        return answer

    def is_foreign(self, address: Address) -> bool:
        """Whether an account is none of our contracts."""
        code = self.world.account(address).code
        if isinstance(code, ExtensionCode):
            return code.foreign
        return code is None or isinstance(code, ForeignCode)

    def move_ether(self, sender: Address, to: Address, value: U256) -> None:
        """Move wei; the sender has them."""
        world = self.world
        giver = world.account(sender)
        world = world.with_account(sender, replace(giver, balance=giver.balance - value))
        taker = world.account(to)
        self.world = world.with_account(to, replace(taker, balance=taker.balance + value))

    def use_nonce(self, address: Address) -> U64:
        """The nonce of an account, which grows by one."""
        account = self.world.account(address)
        self.world = self.world.with_account(address, replace(account, nonce=account.nonce + 1))
        return account.nonce

    def create(self, creator: Address, initcode: bytes, code: Code) -> Address | None:
        """CREATE without value, of initcode that only returns its code (ROU-31).

        Returns:
            The address, or None where it is taken.
        """
        address = compute_create_address(creator, self.use_nonce(creator))
        return self._place(creator, address, keccak256(initcode), code)

    def create2(self, creator: Address, salt: Bytes32, initcode_hash: Bytes32, code: Code) -> Address | None:
        """CREATE2 without value, of initcode that only returns its code (ROU-32).

        Returns:
            The address, or None where it is taken.
        """
        self.use_nonce(creator)
        return self._place(creator, compute_create2_address(creator, salt, initcode_hash), initcode_hash, code)

    def construct2(
        self, creator: Address, salt: Bytes32, initcode_hash: Bytes32, constructor: Callable[[Frame], Code]
    ) -> Address:
        """CREATE2 without value, of initcode whose constructor acts (ROU-245).

        Returns:
            The address.

        Raises:
            Rejected: Empty where the address is taken; what the constructor reverts with.
        """
        self.use_nonce(creator)
        address = compute_create2_address(creator, salt, initcode_hash)
        before, creations = self.snapshot(), len(self.creations)
        if self._place(creator, address, initcode_hash, UnderConstruction()) is None:
            raise empty_revert()
        self.depth += 1
        try:
            code = constructor(Frame(self, address, address, creator, ZERO_U256, b""))
        except Rejected as rejected:
            self.undo(before)
            del self.creations[creations]
            raise Bubbled(encode_revert_data(rejected)) from rejected
        finally:
            self.depth -= 1
        self.world = self.world.with_account(address, replace(self.world.account(address), code=code))
        return address

    def said_initcode_hash(self) -> Bytes32 | None:
        """The hash of the initcode that the next creation runs, if the transaction came with it (ROU-246)."""
        place = len(self.creations)
        return self.initcode_hashes[place] if place < len(self.initcode_hashes) else None

    def has_enough_gas(self) -> bool:
        """What a contract finds that looks at the gas left: what was said; else enough, if no call is capped (ROU-247).

        Raises:
            NotSpecifiedYet: inside a call with capped gas, where it was not said.
        """
        place, self.gas_checks_made = self.gas_checks_made, self.gas_checks_made + 1
        if place < len(self.gas_checks):
            return self.gas_checks[place]
        if self.is_capped:
            raise NotSpecifiedYet("gas left inside a call with capped gas, unless the transaction says it")
        return True

    def _place(self, creator: Address, address: Address, initcode_hash: Bytes32, code: Code) -> Address | None:
        account = self.world.account(address)
        if account.code is not None or account.nonce:
            return None
        self.creations.append(Creation(address, creator, initcode_hash))
        self.world = self.world.with_account(address, replace(account, nonce=U64(1), code=code))
        return address


@dataclass(slots=True)
class Frame:
    """One call in progress, as the code in it sees it.

    Args:
        execution: the transaction.
        address: whose storage, balance and logs these are.
        code_address: whose code runs.
        sender: msg.sender.
        value: msg.value.
        data: msg.data.
        gas: what a capped call got, else None.
        static: whether changes are forbidden.
    """

    execution: Execution
    address: Address
    code_address: Address
    sender: Address
    value: U256
    data: bytes
    gas: U64 | None = None
    static: bool = False

    @property
    def calldata(self) -> Calldata:
        """The calldata, to be read by position."""
        return Calldata(self.data, self.execution.meter)

    @property
    def block(self) -> Block:
        """The block the transaction runs in."""
        return self.execution.block

    @property
    def account(self) -> Account:
        """The account on which the code runs."""
        return self.execution.world.account(self.address)

    @property
    def storage(self) -> Storage:
        """Its storage."""
        return self.account.storage

    @property
    def router(self) -> RouterStorage:
        """The Router's part of it."""
        return self.storage.router

    @property
    def mirror(self) -> MirrorStorage:
        """The Mirror's part of it."""
        return self.storage.mirror

    @property
    def middleware(self) -> MiddlewareStorage:
        """The Middleware's part of it."""
        return self.storage.middleware

    @property
    def transient(self) -> Transient:
        """Its transient storage."""
        return self.execution.transient.get(self.address, NO_TRANSIENT)

    def update(self, **changes: Any) -> None:
        """Replace parts of the storage.

        Raises:
            Rejected: Empty, in a static call.
        """
        self.check_not_static()
        account = self.account
        changed = replace(account, storage=replace(account.storage, **changes))
        self.execution.world = self.execution.world.with_account(self.address, changed)

    def update_router(self, **changes: Any) -> None:
        """Replace fields of the Router's part."""
        self.update(router=replace(self.router, **changes))

    def update_mirror(self, **changes: Any) -> None:
        """Replace fields of the Mirror's part."""
        self.update(mirror=replace(self.mirror, **changes))

    def update_middleware(self, **changes: Any) -> None:
        """Replace fields of the Middleware's part."""
        storage = self.storage
        changed = replace(storage.middleware, **changes)
        self.update(middlewares=storage.middlewares.set(storage.middleware_slot, changed))

    def update_transient(self, **changes: Any) -> None:
        """Replace fields of the transient storage."""
        self.check_not_static()
        self.execution.transient = self.execution.transient.set(self.address, replace(self.transient, **changes))

    def check_not_static(self) -> None:
        """Changes are allowed (ROU-33).

        Raises:
            Rejected: Empty.
        """
        if self.static:
            raise empty_revert()

    def emit(self, event: Event) -> None:
        """Log an event."""
        self.log(event.to_log(self.address))

    def log(self, log: Log) -> None:
        """Log."""
        self.check_not_static()
        self.execution.logs.append(log)

    def call(self, to: Address, data: bytes = b"", value: U256 = ZERO_U256, gas_cap: int | None = None) -> Outcome:
        """CALL; a cap is what the contract writes, to which the stipend comes with value (ROU-28, ROU-34)."""
        if value:
            self.check_not_static()
        gas = None if gas_cap is None else U64(gas_cap + (STIPEND if value else 0))
        return self.execution.call(self.address, to, value, data, gas=gas, static=self.static)

    def static_call(self, to: Address, data: bytes) -> Outcome:
        """STATICCALL."""
        return self.execution.call(self.address, to, U256(0), data, static=True)

    def delegate(self, code_address: Address) -> bytes:
        """DELEGATECALL with the same calldata: other code on this account (ROU-29)."""
        return self.delegate_data(code_address, self.data)

    def delegate_data(self, code_address: Address, data: bytes) -> bytes:
        """DELEGATECALL with calldata of one's own.

        Raises:
            Rejected: what the code reverted with.
        """
        execution = self.execution
        before = execution.snapshot()
        execution.depth += 1
        try:
            inner = Frame(execution, self.address, code_address, self.sender, self.value, data, self.gas, self.static)
            return execution.execute(inner)
        except Rejected:
            execution.undo(before)
            raise
        finally:
            execution.depth -= 1

    def has_code(self, address: Address) -> bool:
        """Whether EXTCODESIZE is not zero."""
        code = self.execution.world.account(address).code
        return code is not None and not isinstance(code, UnderConstruction)


def answer_precompile(number: int, data: bytes) -> bytes | None:
    """The answer of a precompile, None for its failure; without data, as plain transfers come (ROU-30).

    Raises:
        NotSpecifiedYet: data for one of those from 5 on.
    """
    match number:
        case 1:
            word = Calldata(data)
            signer = compute_ecrecover(word.bytes32(0), word.u256(32), word.u256(64), word.u256(96))
            return b"" if signer is None else bytes(12) + signer
        case 2:
            return sha256(data).digest()
        case 3:
            return bytes(12) + bytes(RIPEMD160.new(data).digest())
        case 4:
            return data
    if data:
        raise NotSpecifiedYet(f"calls of precompile {number} with data")
    return {5: b"", 6: bytes(64), 7: bytes(64), PAIRING: bytes(31) + b"\1"}.get(number)


def is_precompile(address: Address) -> bool:
    """Whether an address is one of the precompiles, 1 to 17."""
    return 0 < int.from_bytes(address, "big") <= GREATEST_PRECOMPILE


__all__ = [
    "Creation",
    "Execution",
    "ExternalCall",
    "Frame",
    "NestedCall",
    "Outcome",
    "is_precompile",
]
