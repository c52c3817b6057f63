"""The configurator: a vault with its delegator and perhaps a slasher, all in one transaction.

Rules: SYM-75 to SYM-77.
Source: symbiotic-core VaultConfigurator.sol.
"""

from __future__ import annotations

from dataclasses import dataclass

from gearexe_spec.base.fixed_bytes import Address
from gearexe_spec.base.numeric import U64
from gearexe_spec.codec.calldata import GREATEST_OFFSET
from gearexe_spec.onchain.calldata import HEAD, WORD, Calldata, empty_revert
from gearexe_spec.onchain.contract_calls import call_without_result, encode_call, expect_success, read_address
from gearexe_spec.onchain.dispatch import Function, Interface, table
from gearexe_spec.onchain.machine import Frame
from gearexe_spec.onchain.words import compute_selector, encode_bytes, encode_tuple, encode_word
from gearexe_spec.onchain.world import ZERO_ADDRESS, ExtensionCode
from gearexe_spec.symbiotic.contract import code_of

_CREATE_VAULT = compute_selector("create(uint64,address,bytes)")
_CREATE_ENTITY = compute_selector("create(uint64,bytes)")
_SET_DELEGATOR = compute_selector("setDelegator(address)")
_SET_SLASHER = compute_selector("setSlasher(address)")
PARAMETER_WORDS = 8


@dataclass(frozen=True, slots=True)
class InitParams:
    """What the configurator makes."""

    version: U64
    owner: Address
    vault_params: bytes
    delegator_index: U64
    delegator_params: bytes
    with_slasher: bool
    slasher_index: U64
    slasher_params: bytes


def read_parameters(calldata: Calldata) -> InitParams:
    """The parameters, copied to memory as a whole, in the order of the fields (SYM-75).

    Raises:
        Rejected: Empty; Panic(0x41) for a length that no memory holds.
    """
    offset = calldata.word(HEAD)
    base = HEAD + offset
    if offset > GREATEST_OFFSET or len(calldata.data) - base < PARAMETER_WORDS * WORD:
        raise empty_revert()

    def dynamic(place: int) -> bytes:
        return calldata.bytes(calldata.memory_member(base, base + place * WORD, 1, 1))

    return InitParams(
        calldata.unsigned(base, U64),
        calldata.address(base + WORD),
        dynamic(2),
        calldata.unsigned(base + 3 * WORD, U64),
        dynamic(4),
        calldata.boolean(base + 5 * WORD),
        calldata.unsigned(base + 6 * WORD, U64),
        dynamic(7),
    )


def apply_create(frame: Frame) -> bytes:
    """Make a vault, its delegator, its slasher if it has one, and tie them together.

    Raises:
        Rejected: what a factory or the vault reverts with.

    Rules: SYM-75 to SYM-77.
    Source: VaultConfigurator.sol `create`.
    """
    parameters, code = read_parameters(frame.calldata), code_of(frame, VaultConfigurator)

    arguments = encode_word(parameters.version), encode_word(parameters.owner), (encode_bytes(parameters.vault_params),)
    vault = create(frame, code.vault_factory, _CREATE_VAULT + encode_tuple(*arguments))
    delegator = create_entity(
        frame, code.delegator_factory, parameters.delegator_index, (vault, parameters.delegator_params)
    )
    slasher = ZERO_ADDRESS
    if parameters.with_slasher:
        slasher = create_entity(
            frame, code.slasher_factory, parameters.slasher_index, (vault, parameters.slasher_params)
        )

    call_without_result(frame, vault, encode_call(_SET_DELEGATOR, delegator))
    call_without_result(frame, vault, encode_call(_SET_SLASHER, slasher))
    return b"".join(map(encode_word, (vault, delegator, slasher)))


def create_entity(frame: Frame, factory: Address, index: U64, data: tuple[Address, bytes]) -> Address:
    """Let a factory make a delegator or slasher of a vault (SYM-76)."""
    vault, parameters = data
    its_data = encode_tuple(encode_word(vault), (encode_bytes(parameters),))
    return create(frame, factory, _CREATE_ENTITY + encode_tuple(encode_word(index), (encode_bytes(its_data),)))


def create(frame: Frame, factory: Address, data: bytes) -> Address:
    """The address that a factory answers.

    Raises:
        Rejected: what the factory reverts with; Empty for an answer that is no address.
    """
    return read_address(expect_success(frame.call(factory, data)))


INTERFACE = Interface(
    table(
        Function("create((uint64,address,bytes,uint64,bytes,bool,uint64,bytes))", 1, apply_create),
        Function("VAULT_FACTORY()", 0, lambda frame: encode_word(code_of(frame, VaultConfigurator).vault_factory)),
        Function(
            "DELEGATOR_FACTORY()", 0, lambda frame: encode_word(code_of(frame, VaultConfigurator).delegator_factory)
        ),
        Function("SLASHER_FACTORY()", 0, lambda frame: encode_word(code_of(frame, VaultConfigurator).slasher_factory)),
    )
)


@dataclass(frozen=True, slots=True)
class VaultConfigurator(ExtensionCode):
    """The code of the configurator, with the factories."""

    vault_factory: Address
    delegator_factory: Address
    slasher_factory: Address

    def run(self, frame: Frame) -> bytes:
        return INTERFACE.run(frame)
