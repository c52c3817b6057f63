"""An Ethereum for the contracts to live in: accounts, blocks, messages, snapshots.

One step is one top-level message. There is no gas price and no intrinsic gas; access lists and transient storage are
fresh for each message; the nonce of the sender grows by one, also when the message reverts. Integers of the
specification are taken as plain ones: the EVM's own arithmetic wraps.
"""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import dataclass, replace

import rlp
from eth.abc import ComputationAPI
from eth.constants import CREATE_CONTRACT_ADDRESS
from eth.exceptions import VMError
from eth.vm.execution_context import ExecutionContext
from eth.vm.forks.cancun.transaction_context import CancunTransactionContext
from eth.vm.message import Message
from eth_typing import Address as PyEvmAddress
from eth_typing import BlockNumber, Hash32
from immutables import Map

from gearexe_spec.base.fixed_bytes import Address, Bytes32
from gearexe_spec.crypto.hashes import keccak256
from gearexe_spec.evm.ledger import ABSENT, EMPTY_LEDGER, NO_STORAGE, Account, Ledger
from gearexe_spec.evm.machine import BlockHashRule, CallFrame, Creation, Machine, TracedComputation

MESSAGE_GAS = 16_000_000
"""Gas of a step unless told otherwise."""

BLOCK_GAS_LIMIT = 60_000_000
COINBASE = PyEvmAddress(bytes(20))


@dataclass(frozen=True, slots=True)
class Block:
    """The block a step runs in: number and timestamp (seconds)."""

    number: int
    timestamp: int


@dataclass(frozen=True, slots=True)
class Log:
    """One event: address, up to four topics, data."""

    address: Address
    topics: tuple[Bytes32, ...]
    data: bytes


@dataclass(frozen=True, slots=True)
class TracedCall:
    """A CALL or STATICCALL between two accounts.

    Args:
        gas: what the callee got, stipend included.
        static: made while nothing may be written.
        parent: index of the traced call in which it happened, None for the step itself.
    """

    sender: Address
    to: Address
    value: int
    calldata: bytes
    gas: int
    success: bool
    return_data: bytes
    static: bool
    parent: int | None


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a step did.

    Args:
        ok: False where the message reverted; then everything but the sender's nonce is as before, and `logs` is empty.
        return_data: what it returned, or the revert data.
        calls: all calls below the step's own, in the order they began; also such as were undone later.
        creations: contracts created below the step's own creation, in the order they began.
        created: the address of a top-level creation.
        gas_used: without intrinsic gas and refunds.
    """

    ok: bool
    return_data: bytes
    logs: tuple[Log, ...]
    calls: tuple[TracedCall, ...]
    creations: tuple[Creation, ...]
    created: Address | None
    gas_used: int


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All a world is; may be gone back to any number of times."""

    ledger: Ledger
    block: Block


class SenderCannotPay(ValueError):
    """No network would accept the message: its sender has less than the value."""


def salted_block_hashes(salt: bytes) -> BlockHashRule:
    """Hash of block n = Keccak-256(salt 32 ‖ n as u256 32)."""
    return lambda number: keccak256(salt + number.to_bytes(32, "big"))


class World:
    """Accounts and a block; messages change them."""

    def __init__(self, block: Block, *, chain_id: int = 1, block_hash: BlockHashRule | None = None) -> None:
        self.block = block
        self.chain_id = chain_id
        self._block_hash = block_hash or salted_block_hashes(bytes(32))
        self._ledger = EMPTY_LEDGER

    # accounts

    def balance(self, address: Address) -> int:
        """Wei of an account."""
        return self._account(address).balance

    def nonce(self, address: Address) -> int:
        """Messages sent by a key, or one more than the contracts created by a contract."""
        return self._account(address).nonce

    def code(self, address: Address) -> bytes:
        """Runtime code."""
        return self._account(address).code

    def storage(self, address: Address, slot: int) -> int:
        """A storage word."""
        return self._ledger.storage.get(address, NO_STORAGE).get(slot, 0)

    def storage_words(self, address: Address) -> Map[int, int]:
        """All non-zero storage words by slot."""
        return self._ledger.storage.get(address, NO_STORAGE)

    def set_balance(self, address: Address, wei: int) -> None:
        """Give an account a balance."""
        self._set_account(address, self._account(address)._replace(balance=int(wei)))

    def set_nonce(self, address: Address, nonce: int) -> None:
        """Say how many messages a key has sent; the next contract's address follows from it."""
        self._set_account(address, self._account(address)._replace(nonce=int(nonce)))

    def set_code(self, address: Address, code: bytes) -> None:
        """Put a contract at an address, with nonce 1 as if it had been created."""
        self._set_account(address, self._account(address)._replace(code=code, nonce=1))

    def set_storage(self, address: Address, slot: int, value: int) -> None:
        """Write a storage word from outside."""
        machine = self._machine()
        machine.set_storage(PyEvmAddress(address), int(slot), int(value))
        self._ledger = machine.ledger

    # time

    def mine(self, blocks: int = 1, seconds: int = 12) -> Block:
        """Move to a later block; each takes `seconds`."""
        self.block = Block(self.block.number + blocks, self.block.timestamp + blocks * seconds)
        return self.block

    def block_hash(self, number: int) -> Bytes32:
        """The hash of a block, whether `blockhash` still answers for it or not."""
        return Bytes32(self._block_hash(number))

    def snapshot(self) -> Snapshot:
        """Remember everything; costs nothing."""
        return Snapshot(self._ledger, self.block)

    def revert(self, snapshot: Snapshot) -> None:
        """Go back."""
        self._ledger, self.block = snapshot.ledger, snapshot.block

    # messages

    def call(
        self,
        sender: Address,
        to: Address,
        calldata: bytes = b"",
        *,
        value: int = 0,
        blob_hashes: Sequence[bytes] = (),
        gas: int = MESSAGE_GAS,
        dry: bool = False,
    ) -> Receipt:
        """Send a message to an account.

        Args:
            value: wei.
            blob_hashes: versioned hashes, as `blobhash(i)` sees them.
            dry: undo everything afterwards, as `eth_call` does.

        Raises:
            SenderCannotPay: the sender's balance is below the value.
        """
        message = Message(
            gas=gas,
            to=PyEvmAddress(to),
            sender=PyEvmAddress(sender),
            value=int(value),
            data=calldata,
            code=self.code(to),
        )
        return self._apply(message, None, blob_hashes, dry)

    def create(
        self, sender: Address, initcode: bytes, *, value: int = 0, gas: int = MESSAGE_GAS, dry: bool = False
    ) -> Receipt:
        """Create a contract; `created` of the receipt says where.

        Raises:
            SenderCannotPay: the sender's balance is below the value.
        """
        address = compute_create_address(sender, self.nonce(sender))
        message = Message(
            gas=gas,
            to=CREATE_CONTRACT_ADDRESS,
            sender=PyEvmAddress(sender),
            value=int(value),
            data=b"",
            code=initcode,
            create_address=PyEvmAddress(address),
        )
        return self._apply(message, address, (), dry)

    def _apply(self, message: Message, created: Address | None, blob_hashes: Sequence[bytes], dry: bool) -> Receipt:
        if self.balance(Address(message.sender)) < message.value:
            raise SenderCannotPay(Address(message.sender).to_hex())
        machine = self._machine()
        machine.increment_nonce(message.sender)
        machine.mark_address_warm(message.sender)
        machine.mark_address_warm(message.storage_address)
        blobs = [Hash32(blob_hash) for blob_hash in blob_hashes]
        context = CancunTransactionContext(gas_price=0, origin=message.sender, blob_versioned_hashes=blobs)
        receipt = run(machine, message, context, created)
        if not dry:
            self._ledger = machine.ledger._replace(transient=Map(), warm=Map())
        return receipt

    def _machine(self) -> Machine:
        context = ExecutionContext(
            coinbase=COINBASE,
            timestamp=int(self.block.timestamp),
            block_number=BlockNumber(int(self.block.number)),
            difficulty=0,
            mix_hash=Hash32(bytes(32)),
            gas_limit=BLOCK_GAS_LIMIT,
            prev_hashes=(),
            chain_id=int(self.chain_id),
            base_fee_per_gas=0,
            excess_blob_gas=0,
        )
        return Machine(context, self._block_hash, self._ledger)

    def _account(self, address: Address) -> Account:
        return self._ledger.accounts.get(address, ABSENT)

    def _set_account(self, address: Address, account: Account) -> None:
        self._ledger = self._ledger._replace(accounts=self._ledger.accounts.set(bytes(address), account))


def run(machine: Machine, message: Message, context: CancunTransactionContext, created: Address | None) -> Receipt:
    """Run a top-level message on the machine and collect what it did."""
    if created is not None and machine.has_code_or_nonce(PyEvmAddress(created)):
        return Receipt(False, b"", (), (), (), created, message.gas)
    apply = TracedComputation.apply_message if created is None else TracedComputation.apply_create_message
    try:
        computation = apply(machine, message, context)
    except VMError:  # creation code above the limit of EIP-3860: refused before anything runs
        return Receipt(False, b"", (), (), (), created, message.gas)
    for address in computation.get_accounts_for_deletion():
        machine.delete_account(address)
    return Receipt(
        ok=computation.is_success,
        return_data=b"" if computation.is_success and created is not None else bytes(computation.output),
        logs=collect_logs(computation),
        calls=tuple(close_frame(frame) for frame in machine.frames),
        creations=tuple(machine.creations),
        created=created,
        gas_used=message.gas - computation.get_gas_remaining(),
    )


def collect_logs(computation: ComputationAPI) -> tuple[Log, ...]:
    """The events in the order they were emitted; none of an undone part."""
    return tuple(
        Log(Address(address), tuple(Bytes32(topic.to_bytes(32, "big")) for topic in topics), bytes(data))
        for address, topics, data in computation.get_log_entries()
    )


def close_frame(frame: CallFrame) -> TracedCall:
    """The finished form of a traced call."""
    return TracedCall(
        sender=frame.sender,
        to=frame.to,
        value=frame.value,
        calldata=frame.calldata,
        gas=frame.gas,
        success=frame.success,
        return_data=frame.return_data,
        static=frame.static,
        parent=frame.parent,
    )


def select_foreign_calls(calls: Sequence[TracedCall], protocol: Container[Address]) -> tuple[TracedCall, ...]:
    """The calls in which a foreign account takes part, as caller or callee.

    Args:
        calls: all calls of a step.
        protocol: the contracts of the protocol, clones included.

    Returns:
        All but the calls among contracts of the protocol, in order; `parent` counts among the chosen: the nearest one
        around.
    """
    chosen: list[TracedCall] = []
    place: list[int | None] = []
    for call in calls:
        parent = None if call.parent is None else place[call.parent]
        if call.sender in protocol and call.to in protocol:
            place.append(parent)
        else:
            place.append(len(chosen))
            chosen.append(replace(call, parent=parent))
    return tuple(chosen)


def compute_create_address(creator: Address, nonce: int) -> Address:
    """Where CREATE puts a contract: the last 20 bytes of Keccak-256(RLP([creator, nonce]))."""
    return Address(keccak256(rlp.encode([bytes(creator), nonce]))[12:])
