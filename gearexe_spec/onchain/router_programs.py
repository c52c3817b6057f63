"""Creating programs, and Ether that programs return.

Rules: ROU-150 to ROU-164.
Source: Router.sol `createProgram*`, `_createProgram`, `receive`.
"""

from __future__ import annotations

from gearexe_spec.base.fixed_bytes import Address, Bytes32
from gearexe_spec.base.ids import CodeId
from gearexe_spec.base.numeric import U128, U256
from gearexe_spec.base.rejection import NotSpecifiedYet, Rejected
from gearexe_spec.crypto.ids import compute_program_salt
from gearexe_spec.onchain.calldata import HEAD, WORD, empty_revert
from gearexe_spec.onchain.clone_initcode import compute_small_clone_initcode_hash
from gearexe_spec.onchain.contract_calls import PermitParameters, call_without_result, encode_call
from gearexe_spec.onchain.errors import RouterRejection
from gearexe_spec.onchain.events import ProgramCreated
from gearexe_spec.onchain.machine import Frame
from gearexe_spec.onchain.router_checks import check_genesis_hash_known, take_tokens
from gearexe_spec.onchain.upgradeable import check_not_paused
from gearexe_spec.onchain.words import compute_selector, encode_word
from gearexe_spec.onchain.world import ZERO_ADDRESS, CloneCode, CodeState

_INITIALIZE_MIRROR = compute_selector("initialize(address,address,bool,uint128)")


def apply_create_program(frame: Frame) -> bytes:
    """A program with a small clone (ROU-150)."""
    return create_program(frame, has_interface=False, has_balance=False)


def apply_create_program_with_executable_balance(frame: Frame) -> bytes:
    """A program with a small clone, and WVARA to run on (ROU-150)."""
    return create_program(frame, has_interface=False, has_balance=True)


def apply_create_program_with_abi_interface(frame: Frame) -> bytes:
    """A program with a full clone, which takes any call as a message (ROU-150)."""
    return create_program(frame, has_interface=True, has_balance=False)


def apply_create_program_with_abi_interface_and_executable_balance(frame: Frame) -> bytes:
    """A program with a full clone, and WVARA to run on (ROU-150)."""
    return create_program(frame, has_interface=True, has_balance=True)


def create_program(frame: Frame, *, has_interface: bool, has_balance: bool) -> bytes:
    """Create a program's clone and initialize it.

    Args:
        frame: the call.
        has_interface: a full clone; the address to show as its interface is the fourth parameter.
        has_balance: WVARA is taken from the sender; amount and permit follow.

    Returns:
        The program's address, as a word.

    Raises:
        Rejected: EnforcedPause, RouterGenesisHashNotInitialized, CodeNotValidated, Empty where the address is taken,
            TransferFromFailed, or what the token reverts with.

    Rules: ROU-150 to ROU-160.
    Source: Router.sol `createProgram` and its three variants.
    """
    calldata = frame.calldata
    code_id, salt = CodeId(calldata.bytes32(HEAD)), calldata.bytes32(HEAD + WORD)
    override = calldata.address(HEAD + WORD * 2)
    interface = calldata.address(HEAD + WORD * 3) if has_interface else None
    at = HEAD + WORD * (4 if has_interface else 3)
    amount = calldata.unsigned(at, U128) if has_balance else U128(0)
    permit = PermitParameters(calldata, at + WORD) if has_balance else None

    check_not_paused(frame)
    check_genesis_hash_known(frame)
    program = clone_mirror(frame, code_id, salt, small=not has_interface)
    if permit is not None:
        take_tokens(frame, frame.sender, amount, permit)

    initializer = frame.sender if override == ZERO_ADDRESS else override
    shown = frame.router.impl_addresses.mirror if interface is None else interface
    data = encode_call(_INITIALIZE_MIRROR, initializer, shown, not has_interface, amount)
    call_without_result(frame, program, data)
    return encode_word(program)


def clone_mirror(frame: Frame, code_id: CodeId, salt: Bytes32, *, small: bool) -> Address:
    """Make the clone, and remember whose code it runs (ROU-153 to ROU-156).

    Raises:
        Rejected: CodeNotValidated; Empty where the address is taken.

    Source: Router.sol `_createProgram`.
    """
    if frame.router.codes.get(code_id, CodeState.Unknown) is not CodeState.Validated:
        raise Rejected(RouterRejection.CodeNotValidated)

    initcode_hash = find_initcode_hash(frame, small=small)
    code = CloneCode(frame.address, small)
    program = frame.execution.create2(frame.address, compute_program_salt(code_id, salt), initcode_hash, code)
    if program is None:
        raise empty_revert()

    router = frame.router
    frame.update_router(programs=router.programs.set(program, code_id), programs_count=router.programs_count + 1)
    frame.emit(ProgramCreated(program, code_id))
    return program


def find_initcode_hash(frame: Frame, *, small: bool) -> Bytes32:
    """The hash of the initcode of this Router's clones: given with the world, or known of the small kind (ROU-21).

    Raises:
        NotSpecifiedYet: that of full clones is not given.
    """
    given = frame.execution.world.clone_initcode.get(frame.address)
    if given is not None:
        return given.small if small else given.full
    if small:
        return compute_small_clone_initcode_hash(frame.address)
    raise NotSpecifiedYet(f"the initcode of full clones of {frame.address} is not given")


def is_program(frame: Frame, address: Address) -> bool:
    """Whether the Router made it, and its code id is not zero (ROU-157)."""
    code_id = frame.router.programs.get(address)
    return code_id is not None and not code_id.is_zero()


def apply_receive(frame: Frame) -> bytes:
    """Take Ether back from a program; no event.

    Raises:
        Rejected: EnforcedPause, RouterGenesisHashNotInitialized, ZeroValueTransfer, UnknownProgram.

    Rules: ROU-161 to ROU-164.
    Source: Router.sol `receive`.
    """
    check_not_paused(frame)
    check_genesis_hash_known(frame)
    if not U128.truncate(frame.value):
        raise Rejected(RouterRejection.ZeroValueTransfer)
    if not is_program(frame, frame.sender):
        raise Rejected(RouterRejection.UnknownProgram)
    return b""


def program_code_id(frame: Frame, program: Address) -> Bytes32:
    """The code of a program, zero where there is none."""
    return frame.router.programs.get(program, CodeId.zero())


__all__ = [
    "U256",
    "apply_create_program",
    "apply_create_program_with_abi_interface",
    "apply_create_program_with_abi_interface_and_executable_balance",
    "apply_create_program_with_executable_balance",
    "apply_receive",
    "is_program",
    "program_code_id",
]
