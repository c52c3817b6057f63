"""py-evm's state and message layer, on our ledger, with our block context, and with eyes.

Prague rules, and `CLZ` of Osaka, which the published artifacts need. What py-evm does in a transaction around the
message (fees, intrinsic gas, signatures) is not here: one message is one step.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

from eth.abc import (
    ComputationAPI,
    MessageAPI,
    StateAPI,
    TransactionContextAPI,
)
from eth.constants import GAS_LOW
from eth.typing import JournalDBCheckpoint
from eth.vm.execution_context import ExecutionContext
from eth.vm.forks.prague.computation import PragueComputation
from eth.vm.forks.prague.state import PragueState
from eth.vm.opcode import as_opcode
from eth_typing import Address as PyEvmAddress
from eth_typing import Hash32
from immutables import Map

from gearexe_spec.base.fixed_bytes import Address, Bytes32
from gearexe_spec.crypto.hashes import keccak256
from gearexe_spec.evm.ledger import ABSENT, NO_STORAGE, Account, Ledger, hash_code

BLOCK_HASH_WINDOW = 256
"""`blockhash` answers for so many blocks before the current one."""

BlockHashRule = Callable[[int], bytes]
"""Block number to its hash, 32 bytes."""


@dataclass(slots=True)
class CallFrame:
    """A call as it is being traced; `success` and `return_data` are known when it ends."""

    sender: Address
    to: Address
    value: int
    calldata: bytes
    gas: int
    static: bool
    parent: int | None
    success: bool = False
    return_data: bytes = b""


@dataclass(frozen=True, slots=True)
class Creation:
    """A contract that came to be.

    Args:
        address: where.
        creator: the contract that created it.
        initcode_hash: Keccak-256 of the creation code.
        stores_bytes: its code begins with the opcode that stops: data, not a program.
    """

    address: Address
    creator: Address
    initcode_hash: Bytes32
    stores_bytes: bool = False


class Machine(PragueState):
    """The state that computations read and write, and the trace of the message that runs."""

    def __init__(self, context: ExecutionContext, block_hash: BlockHashRule, ledger: Ledger) -> None:
        self.execution_context = context
        self.ledger = ledger
        self.storage_before = ledger.storage
        self.frames: list[CallFrame] = []
        self.open_frames: list[int] = []
        self.creations: list[Creation] = []
        self._block_hash = block_hash
        self._checkpoints: list[Ledger] = []

    def _account(self, address: bytes) -> Account:
        return self.ledger.accounts.get(address, ABSENT)

    def _set_account(self, address: bytes, account: Account) -> None:
        self.ledger = self.ledger._replace(accounts=self.ledger.accounts.set(bytes(address), account))

    # accounts

    def get_balance(self, address: PyEvmAddress) -> int:
        return self._account(address).balance

    def set_balance(self, address: PyEvmAddress, balance: int) -> None:
        self._set_account(address, self._account(address)._replace(balance=balance))

    def get_nonce(self, address: PyEvmAddress) -> int:
        return self._account(address).nonce

    def set_nonce(self, address: PyEvmAddress, nonce: int) -> None:
        self._set_account(address, self._account(address)._replace(nonce=nonce))

    def increment_nonce(self, address: PyEvmAddress) -> None:
        self.set_nonce(address, self.get_nonce(address) + 1)

    def get_code(self, address: PyEvmAddress) -> bytes:
        return self._account(address).code

    def set_code(self, address: PyEvmAddress, code: bytes) -> None:
        self._set_account(address, self._account(address)._replace(code=code))

    def get_code_hash(self, address: PyEvmAddress) -> Hash32:
        return Hash32(hash_code(self.get_code(address)))

    def has_code_or_nonce(self, address: PyEvmAddress) -> bool:
        account = self._account(address)
        return account.nonce != 0 or account.code != b""

    def account_exists(self, address: PyEvmAddress) -> bool:
        return self._account(address) != ABSENT

    def account_is_empty(self, address: PyEvmAddress) -> bool:
        return self._account(address) == ABSENT

    def touch_account(self, address: PyEvmAddress) -> None:
        """Nothing: an empty account is no account here."""

    def delete_account(self, address: PyEvmAddress) -> None:
        self._set_account(address, ABSENT)
        self.delete_storage(address)

    # storage

    def get_storage(self, address: PyEvmAddress, slot: int, from_journal: bool = True) -> int:
        words = self.ledger.storage if from_journal else self.storage_before
        return words.get(address, NO_STORAGE).get(slot, 0)

    def set_storage(self, address: PyEvmAddress, slot: int, value: int) -> None:
        words = self.ledger.storage.get(address, NO_STORAGE)
        if value:
            words = words.set(slot, value)
        elif slot in words:
            words = words.delete(slot)
        self.ledger = self.ledger._replace(storage=self.ledger.storage.set(bytes(address), words))

    def delete_storage(self, address: PyEvmAddress) -> None:
        if address in self.ledger.storage:
            self.ledger = self.ledger._replace(storage=self.ledger.storage.delete(bytes(address)))

    def get_transient_storage(self, address: PyEvmAddress, slot: int) -> bytes:
        return self.ledger.transient.get((address, slot), b"")

    def set_transient_storage(self, address: PyEvmAddress, slot: int, value: bytes) -> None:
        self.ledger = self.ledger._replace(transient=self.ledger.transient.set((bytes(address), slot), value))

    def clear_transient_storage(self) -> None:
        self.ledger = self.ledger._replace(transient=Map())

    # access lists

    def is_storage_warm(self, address: PyEvmAddress, slot: int) -> bool:
        return (address, slot) in self.ledger.warm

    def mark_storage_warm(self, address: PyEvmAddress, slot: int) -> None:
        self.ledger = self.ledger._replace(warm=self.ledger.warm.set((bytes(address), slot), None))

    def is_address_warm(self, address: PyEvmAddress) -> bool:
        return address in self.ledger.warm or address in TracedComputation.get_precompiles()

    def mark_address_warm(self, address: PyEvmAddress) -> None:
        if address not in self.ledger.warm:
            self.ledger = self.ledger._replace(warm=self.ledger.warm.set(bytes(address), None))

    # checkpoints

    def snapshot(self) -> tuple[Hash32, JournalDBCheckpoint]:
        self._checkpoints.append(self.ledger)
        return Hash32(bytes(32)), JournalDBCheckpoint(len(self._checkpoints) - 1)

    def revert(self, snapshot: tuple[Hash32, JournalDBCheckpoint]) -> None:
        self.ledger = self._checkpoints[snapshot[1]]
        self.commit(snapshot)

    def commit(self, snapshot: tuple[Hash32, JournalDBCheckpoint]) -> None:
        del self._checkpoints[snapshot[1] :]

    # blocks

    def get_ancestor_hash(self, block_number: int) -> Hash32:
        """The rule's hash for the last 256 blocks, zero otherwise (the current block included)."""
        if 0 < self.block_number - block_number <= BLOCK_HASH_WINDOW:
            return Hash32(self._block_hash(block_number))
        return Hash32(bytes(32))


class TracedComputation(PragueComputation):
    """A message that leaves a trace of calls and creations."""

    @classmethod
    def apply_message(
        cls,
        state: StateAPI,
        message: MessageAPI,
        transaction_context: TransactionContextAPI,
        parent_computation: ComputationAPI | None = None,
    ) -> ComputationAPI:
        machine = cast(Machine, state)
        if not is_traced(message):
            return super().apply_message(state, message, transaction_context, parent_computation)
        frame = open_frame(machine, message)
        computation = super().apply_message(state, message, transaction_context, parent_computation)
        frame.success, frame.return_data = computation.is_success, bytes(computation.output)
        machine.open_frames.pop()
        return computation

    @classmethod
    def apply_create_message(
        cls,
        state: StateAPI,
        message: MessageAPI,
        transaction_context: TransactionContextAPI,
        parent_computation: ComputationAPI | None = None,
    ) -> ComputationAPI:
        machine = cast(Machine, state)
        place = len(machine.creations)
        computation = super().apply_create_message(state, message, transaction_context, parent_computation)
        if computation.is_success and message.depth > 0:
            created = Creation(
                address=Address(message.storage_address),
                creator=Address(message.sender),
                initcode_hash=keccak256(message.code),
                stores_bytes=computation.output[:1] == b"\0",
            )
            machine.creations.insert(place, created)
        return computation


def is_traced(message: MessageAPI) -> bool:
    """Calls below the step's own one; no creations, delegate calls or precompiles."""
    if message.depth == 0 or message.is_create or message.code_address != message.to:
        return False
    return message.to not in TracedComputation.get_precompiles()


def open_frame(machine: Machine, message: MessageAPI) -> CallFrame:
    """Begin to trace a call; its parent is the traced call that is still running."""
    parent = machine.open_frames[-1] if machine.open_frames else None
    frame = CallFrame(
        sender=Address(message.sender),
        to=Address(message.to),
        value=message.value,
        calldata=bytes(message.data),
        gas=message.gas,
        static=message.is_static,
        parent=parent,
    )
    machine.open_frames.append(len(machine.frames))
    machine.frames.append(frame)
    return frame


def count_leading_zeros(computation: ComputationAPI) -> None:
    """`CLZ` (EIP-7939): 256 for zero."""
    computation.stack_push_int(256 - computation.stack_pop1_int().bit_length())


CLZ = 0x1E
TracedComputation.opcodes = {
    **PragueComputation.opcodes,
    CLZ: as_opcode(logic_fn=count_leading_zeros, mnemonic="CLZ", gas_cost=GAS_LOW),
}
Machine.computation_class = TracedComputation
