"""The three proxies: ERC1967Proxy, and the two kinds of clones that programs live in.

A clone asks the Router for the implementation on every call. The full kind answers some getters itself and checks the
arguments of some functions before it delegates; nothing else tells the two apart.

Rules: MIR-80 to MIR-84, ROU-67 to ROU-69.
Source: MirrorProxy.sol, MirrorProxySmall.sol; OpenZeppelin 5.6.1 ERC1967Proxy.
"""

from __future__ import annotations

from collections.abc import Callable

from gearexe_spec.base.fixed_bytes import Address
from gearexe_spec.base.numeric import U128
from gearexe_spec.base.rejection import Rejected
from gearexe_spec.onchain.calldata import HEAD, WORD, Calldata, empty_revert
from gearexe_spec.onchain.contract_calls import PermitParameters
from gearexe_spec.onchain.dispatch import Function, Interface, table
from gearexe_spec.onchain.errors import OpenZeppelinRejection
from gearexe_spec.onchain.machine import Frame
from gearexe_spec.onchain.mirror import GETTERS
from gearexe_spec.onchain.upgradeable import set_implementation_and_call
from gearexe_spec.onchain.words import compute_selector
from gearexe_spec.onchain.world import CloneCode

_MIRROR_IMPL = compute_selector("mirrorImpl()")


def delegate_to_mirror(frame: Frame) -> bytes:
    """Ask the Router for the Mirror, and run that code here (MIR-80 to MIR-82).

    An implementation without code succeeds with nothing.

    Raises:
        Rejected: Empty, when the Router does not answer; what the Mirror reverts with.
    """
    code = frame.execution.world.account(frame.code_address).code
    assert isinstance(code, CloneCode)
    outcome = frame.static_call(code.router, _MIRROR_IMPL)
    if not outcome.success:
        raise empty_revert()
    return frame.delegate(read_answered_address(outcome.data))


def read_answered_address(answer: bytes) -> Address:
    """The address in the first word of an answer, whatever else stands there; a short answer is filled up (MIR-81).

    The clones' assembly reads memory, so nothing is checked.
    """
    return Address(answer[:32].ljust(32, b"\0")[12:])


def _checked(check: Callable[[Calldata], object]) -> Callable[[Frame], bytes]:
    """A function of the full clone: arguments are checked, then the Mirror is asked (MIR-84)."""

    def handler(frame: Frame) -> bytes:
        check(frame.calldata)
        return delegate_to_mirror(frame)

    return handler


def _check_send_message(calldata: Calldata) -> None:
    calldata.entry_slice(HEAD, 1)
    calldata.boolean(HEAD + WORD)


def _check_top_up_with_permit(calldata: Calldata) -> None:
    calldata.unsigned(HEAD, U128)
    PermitParameters(calldata, HEAD + WORD)


FULL_CLONE = Interface(
    table(
        *GETTERS,
        Function("sendMessage(bytes,bool)", 2, _checked(_check_send_message), payable=True),
        Function(
            "sendReply(bytes32,bytes)",
            2,
            _checked(lambda calldata: calldata.entry_slice(HEAD + WORD, 1)),
            payable=True,
        ),
        Function("claimValue(bytes32)", 1, delegate_to_mirror),
        Function("executableBalanceTopUp(uint128)", 1, _checked(lambda calldata: calldata.unsigned(HEAD, U128))),
        Function(
            "executableBalanceTopUpWithPermit(uint128,uint256,uint8,bytes32,bytes32)",
            5,
            _checked(_check_top_up_with_permit),
        ),
        Function("transferLockedValueToInheritor()", 0, delegate_to_mirror),
    ),
    receive=delegate_to_mirror,
    fallback=delegate_to_mirror,
)
"""What a full clone knows by itself (MIR-83, MIR-84)."""


def run_clone(frame: Frame, code: CloneCode) -> bytes:
    """A call of a program's Mirror (MIR-80 to MIR-84)."""
    return delegate_to_mirror(frame) if code.small else FULL_CLONE.run(frame)


def run_erc1967_proxy(frame: Frame) -> bytes:
    """A call of a proxy: run the implementation here (ROU-67)."""
    return frame.delegate(frame.storage.implementation)


def construct_erc1967_proxy(frame: Frame, implementation: Address, data: bytes) -> None:
    """What the constructor of a proxy does (ROU-68, ROU-69).

    Raises:
        Rejected: ERC1967ProxyUninitialized without data, ERC1967InvalidImplementation without code, FailedCall, or what
            the initialization reverts with.

    Source: ERC1967Proxy.sol constructor.
    """
    if not data:
        raise Rejected(OpenZeppelinRejection.ERC1967ProxyUninitialized)
    set_implementation_and_call(frame, implementation, data)
