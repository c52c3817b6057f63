"""Checks and small steps that several functions of the Router share.

Rules: ROU-100 to ROU-105.
Source: Router.sol, SSTORE2.sol, Gear.sol `newGenesis`.
"""

from __future__ import annotations

from gearexe_spec.base.fixed_bytes import Address
from gearexe_spec.base.numeric import U32, U48, U128, U256
from gearexe_spec.base.rejection import Rejected
from gearexe_spec.onchain.calldata import empty_revert
from gearexe_spec.onchain.contract_calls import PermitParameters, transfer_from, try_permit
from gearexe_spec.onchain.errors import OpenZeppelinRejection, RouterRejection
from gearexe_spec.onchain.machine import Frame
from gearexe_spec.onchain.world import DataCode, GenesisBlockInfo

GREATEST_STORED_LENGTH = 24_575
"""Bytes that fit in one contract together with the byte in front."""
GREATEST_WRITABLE_LENGTH = 0xFFFE
"""Beyond this the write uses up all gas on purpose."""


def check_genesis_hash_known(frame: Frame) -> None:
    """The hash of the genesis block was looked up (ROU-100).

    Raises:
        Rejected: RouterGenesisHashNotInitialized.
    """
    if frame.router.genesis_block.hash.is_zero():
        raise Rejected(RouterRejection.RouterGenesisHashNotInitialized)


def take_tokens(frame: Frame, payer: Address, amount: U256 | U128, permit: PermitParameters) -> None:
    """Take WVARA from the payer; the permit is tried, but the allowance decides (ROU-101).

    Raises:
        Rejected: TransferFromFailed, or what the token reverts with.
    """
    token = frame.router.impl_addresses.wrapped_vara
    try_permit(frame, token, (payer, frame.address), amount, permit)
    if not transfer_from(frame, token, payer, frame.address, amount):
        raise Rejected(RouterRejection.TransferFromFailed)


def safe_cast(number: U256, bits: int) -> int:
    """A number that fits (ROU-102).

    Raises:
        Rejected: SafeCastOverflowedUintDowncast(bits, number).
    """
    if number >> bits:
        raise Rejected(OpenZeppelinRejection.SafeCastOverflowedUintDowncast, U256(bits), number)
    return int(number)


def make_genesis(frame: Frame) -> GenesisBlockInfo:
    """This block as genesis; its hash is not known yet (ROU-103).

    Raises:
        Rejected: SafeCastOverflowedUintDowncast.
    """
    number = U32(safe_cast(frame.block.number, 32))
    return GenesisBlockInfo(number=number, timestamp=U48(safe_cast(frame.block.timestamp, 48)))


def write_bytes(frame: Frame, data: bytes) -> Address:
    """Store bytes as the code of a new contract (ROU-104).

    Returns:
        Where they are.

    Raises:
        Rejected: DeploymentFailed for more than 24,575 bytes, Empty for more than 65,534.
    """
    if len(data) > GREATEST_WRITABLE_LENGTH:
        raise empty_revert()
    frame.check_not_static()
    if len(data) > GREATEST_STORED_LENGTH:
        raise Rejected(RouterRejection.DeploymentFailed)
    pointer = frame.execution.create(frame.address, encode_stored_bytes(data), DataCode(data))
    if pointer is None:
        raise Rejected(RouterRejection.DeploymentFailed)
    return pointer


def encode_stored_bytes(data: bytes) -> bytes:
    """The initcode that stores bytes: it returns a zero byte and them (ROU-104).

    Source: SSTORE2.sol `write`.
    """
    return b"\x61" + (len(data) + 1).to_bytes(2, "big") + bytes.fromhex("80600a3d393df3") + b"\x00" + data


def read_bytes(frame: Frame, pointer: Address) -> bytes:
    """Read stored bytes (ROU-105).

    Raises:
        Rejected: Empty where there are none: reading from nothing uses up all gas.
    """
    code = frame.execution.world.account(pointer).code
    if not isinstance(code, DataCode):
        raise empty_revert()
    return code.data
