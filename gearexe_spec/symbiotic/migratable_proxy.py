"""The proxy that a vault stands behind; only its factory may change the implementation.

Its creation code is compiled, so the hash that its address is made of comes with the transaction.

Rules: SYM-58 to SYM-61.
Source: symbiotic-core common/MigratableEntityProxy.sol; OpenZeppelin 5.6.1 ERC1967Proxy, ERC1967Utils.
"""

from __future__ import annotations

from dataclasses import dataclass

from gearexe_spec.base.fixed_bytes import Address, Bytes32
from gearexe_spec.base.rejection import Rejected
from gearexe_spec.crypto.hashes import keccak256
from gearexe_spec.onchain.calldata import HEAD, WORD
from gearexe_spec.onchain.dispatch import Function, Interface, table
from gearexe_spec.onchain.machine import Frame
from gearexe_spec.onchain.proxies import construct_erc1967_proxy, run_erc1967_proxy
from gearexe_spec.onchain.upgradeable import set_implementation_and_call
from gearexe_spec.onchain.words import encode_bytes, encode_tuple, encode_word
from gearexe_spec.onchain.world import ZERO_ADDRESS, ExtensionCode
from gearexe_spec.symbiotic.contract import code_of
from gearexe_spec.symbiotic.errors import EntityRejection
from gearexe_spec.symbiotic.events import AdminChanged


def apply_upgrade_to_and_call(frame: Frame) -> bytes:
    """Replace the implementation, and call it once (SYM-60).

    Raises:
        Rejected: ProxyDeniedAdminAccess; ERC1967InvalidImplementation without code, FailedCall when the call reverts
            without data, else what it reverts with.

    Source: MigratableEntityProxy.sol `upgradeToAndCall`.
    """
    calldata = frame.calldata
    implementation = calldata.address(HEAD)
    data = calldata.bytes(calldata.entry_slice(HEAD + WORD, 1))

    if frame.sender != code_of(frame, MigratableEntityProxy).admin:
        raise Rejected(EntityRejection.ProxyDeniedAdminAccess)
    set_implementation_and_call(frame, implementation, data)
    return b""


INTERFACE = Interface(
    table(Function("upgradeToAndCall(address,bytes)", 2, apply_upgrade_to_and_call)),
    receive=run_erc1967_proxy,
    fallback=run_erc1967_proxy,
)
"""What a proxy answers."""


@dataclass(frozen=True, slots=True)
class MigratableEntityProxy(ExtensionCode):
    """The code of a proxy, with its factory."""

    admin: Address

    def run(self, frame: Frame) -> bytes:
        """One function of its own; all other calls run the implementation (SYM-58)."""
        return INTERFACE.run(frame)


def make_proxy(frame: Frame, salt: Bytes32, implementation: Address, data: bytes) -> Address:
    """Make a proxy that initializes itself by a call of the implementation.

    Returns:
        Its address, by CREATE2 from the salt and the initcode's hash.

    Raises:
        Rejected: ERC1967InvalidImplementation, FailedCall, what the initialization reverts with; Empty, in
            a static call.

    Rules: SYM-59, SYM-61.
    Source: MigratableEntityProxy.sol constructor.
    """
    frame.check_not_static()
    initcode_hash = frame.execution.said_initcode_hash() or compute_stand_in_hash(implementation, data)

    def construct(inside: Frame) -> MigratableEntityProxy:
        construct_erc1967_proxy(inside, implementation, data)
        inside.emit(AdminChanged(ZERO_ADDRESS, inside.sender))
        return MigratableEntityProxy(inside.sender)

    return frame.execution.construct2(frame.address, salt, initcode_hash, construct)


def compute_stand_in_hash(implementation: Address, data: bytes) -> Bytes32:
    """What stands for the initcode's hash where nobody says it: the hash of the constructor's arguments (SYM-61)."""
    return keccak256(encode_tuple(encode_word(implementation), (encode_bytes(data),)))
