"""Transactions: the pure functions by which the world changes.

A transaction is applied as a whole. Its result says what everybody can see: what it returned or reverted with, the
logs, the calls to and from foreign accounts, the contracts made.

Rules: ROU-230 to ROU-239.
Source: the EVM; README of the recorded scenarios for what counts as one transaction.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from immutables import Map

from gearexe_spec.base.fixed_bytes import Address, Bytes32
from gearexe_spec.base.numeric import U64, U256
from gearexe_spec.base.rejection import NotSpecifiedYet, Rejected
from gearexe_spec.codec.abi import abi_bytes, decode_sequence
from gearexe_spec.codec.abi import address as abi_address
from gearexe_spec.crypto.ids import compute_create_address
from gearexe_spec.onchain import batch_multicall, middleware, poa_middleware, router, state_transition, wrapped_vara
from gearexe_spec.onchain.calldata import empty_revert
from gearexe_spec.onchain.dispatch import Interface
from gearexe_spec.onchain.environment import NOBODY, Environment
from gearexe_spec.onchain.errors import Bubbled, encode_revert_data
from gearexe_spec.onchain.events import Log
from gearexe_spec.onchain.machine import Creation, Execution, ExternalCall, Frame
from gearexe_spec.onchain.proxies import construct_erc1967_proxy, run_clone, run_erc1967_proxy
from gearexe_spec.onchain.upgradeable import lock_implementation
from gearexe_spec.onchain.world import (
    ZERO_U256,
    Block,
    CloneCode,
    Code,
    ContractCode,
    ContractKind,
    ExtensionCode,
    MirrorCode,
    UnderConstruction,
    World,
)

INTERFACES: dict[ContractKind, Interface] = {
    ContractKind.Router: router.INTERFACE,
    ContractKind.WrappedVara: wrapped_vara.INTERFACE,
    ContractKind.Middleware: middleware.INTERFACE,
    ContractKind.POAMiddleware: poa_middleware.INTERFACE,
    ContractKind.BatchMulticall: batch_multicall.INTERFACE,
    ContractKind.Gear: poa_middleware.GEAR_INTERFACE,
}
UPGRADEABLE_KINDS = frozenset(
    {ContractKind.Router, ContractKind.WrappedVara, ContractKind.Middleware, ContractKind.POAMiddleware}
)
"""Contracts whose constructor locks them against initialization."""


@dataclass(frozen=True, slots=True)
class Call:
    """A transaction that calls an account.

    Args:
        sender: who signs and pays the value; its nonce grows by one, also on failure.
        to: the target.
        data: calldata.
        value: wei.
        blob_hashes: versioned hashes of the transaction's blobs.
        initcode_hashes: of the contracts it makes, in order, where compiled code decides addresses.
        gas_checks: what contracts find that look at the gas left, in order, where compiled code decides that.
    """

    sender: Address
    to: Address
    data: bytes = b""
    value: U256 = ZERO_U256
    blob_hashes: tuple[Bytes32, ...] = ()
    initcode_hashes: tuple[Bytes32, ...] = ()
    gas_checks: tuple[bool, ...] = ()


@dataclass(frozen=True, slots=True)
class ProxyArguments:
    """What the constructor of an ERC1967Proxy gets."""

    implementation: Address
    data: bytes


Constructor = Callable[[Frame, bytes], ExtensionCode]
"""The constructor of a contract that another room adds: from encoded arguments to code (ROU-244)."""


@dataclass(frozen=True, slots=True)
class Deployment:
    """A transaction that makes a contract.

    Args:
        sender: who signs; its address and nonce give the contract's address.
        contract: the kind; None for the Mirror; the constructor of a contract of another room.
        arguments: the Router for a Mirror, two arguments for a proxy, none for the others; or encoded.
        value: wei.
    """

    sender: Address
    contract: ContractKind | Constructor | None
    arguments: Address | ProxyArguments | bytes | None = None
    value: U256 = ZERO_U256


@dataclass(frozen=True, slots=True)
class Applied:
    """A transaction that took place.

    Args:
        world: afterwards.
        output: return data; the address of a deployed contract.
        logs: in order.
        calls: to and from foreign accounts, in the order they began.
        creations: contracts made inside.
    """

    world: World
    output: bytes
    logs: tuple[Log, ...] = ()
    calls: tuple[ExternalCall, ...] = ()
    creations: tuple[Creation, ...] = ()


@dataclass(frozen=True, slots=True)
class Reverted:
    """A transaction that changed nothing but its sender's nonce.

    Args:
        world: afterwards.
        data: revert data.
        rejected: its name and arguments.
        calls: made before, and undone.
        creations: made before, and undone.
    """

    world: World
    data: bytes
    rejected: Rejected
    calls: tuple[ExternalCall, ...] = field(default=())
    creations: tuple[Creation, ...] = field(default=())


Result = Applied | Reverted


def run_code(frame: Frame, code: Code) -> bytes:
    """Run the code of one of our contracts, or of another room's (ROU-230, ROU-243).

    Raises:
        Rejected: the code reverts.
    """
    match code:
        case ContractCode(ContractKind.ERC1967Proxy):
            return run_erc1967_proxy(frame)
        case ContractCode(kind):
            return INTERFACES[kind].run(frame)
        case MirrorCode():
            return state_transition.INTERFACE.run(frame)
        case CloneCode():
            return run_clone(frame, code)
        case ExtensionCode():
            return code.run(frame)
    return b""


def apply_call(world: World, block: Block, call: Call, environment: Environment = NOBODY) -> Result:
    """Apply a transaction that calls an account.

    Args:
        world: before.
        block: in which it runs.
        call: sender, target, calldata, value, blobs.
        environment: what foreign code answers.

    Returns:
        What everybody can see, and the world afterwards.

    Raises:
        NotSpecifiedYet: something happened for which there is no rule.
        UnexpectedForeignCall: the environment has no answer for a call.

    Rules: ROU-231 to ROU-234.
    """
    execution = begin(world, block, environment, call.blob_hashes)
    execution.initcode_hashes = call.initcode_hashes
    execution.gas_checks = call.gas_checks
    execution.use_nonce(call.sender)
    outcome = execution.call(call.sender, call.to, call.value, call.data, top_level=True)
    if outcome.success:
        return accept(execution, outcome.data)
    return revert(execution, outcome.data)


def apply_deployment(world: World, block: Block, deployment: Deployment, environment: Environment = NOBODY) -> Result:
    """Apply a transaction that makes a contract.

    Returns:
        As `apply_call`; the output is the new address.

    Raises:
        NotSpecifiedYet, UnexpectedForeignCall: as `apply_call`.

    Rules: ROU-235 to ROU-239.
    """
    execution = begin(world, block, environment, ())
    address = compute_create_address(deployment.sender, execution.use_nonce(deployment.sender))
    before = execution.snapshot()
    try:
        construct(execution, deployment, address)
    except Rejected as rejected:
        execution.undo(before)
        return revert(execution, encode_revert_data(rejected))
    return accept(execution, address)


def construct(execution: Execution, deployment: Deployment, address: Address) -> None:
    """Run a constructor, then place the code (ROU-236 to ROU-239, ROU-244).

    Raises:
        Rejected: Empty for value where none is taken; what the constructor reverts with.
    """
    execution.world = execution.world.with_account(
        address, replace(execution.world.account(address), nonce=U64(1), code=UnderConstruction())
    )
    if deployment.value:
        if deployment.contract is not ContractKind.ERC1967Proxy:
            raise empty_revert()
        if deployment.value > execution.world.account(deployment.sender).balance:
            raise NotSpecifiedYet("a deployment whose sender cannot pay is no valid transaction")
        execution.move_ether(deployment.sender, address, deployment.value)

    frame = Frame(execution, address, address, deployment.sender, deployment.value, b"")
    code: Code
    match deployment.contract, decode_arguments(deployment):
        case None, Address() as its_router:
            code = MirrorCode(its_router)
        case ContractKind.ERC1967Proxy as kind, ProxyArguments(implementation, data):
            construct_erc1967_proxy(frame, implementation, data)
            code = ContractCode(kind, address)
        case ContractKind() as kind, None if kind is not ContractKind.ERC1967Proxy:
            code = ContractCode(kind, address)
            if kind in UPGRADEABLE_KINDS:
                lock_implementation(frame)
        case constructor, bytes() as encoded if callable(constructor):
            code = constructor(frame, encoded)
        case _:
            raise NotSpecifiedYet("a deployment with other arguments than its constructor's")
    execution.world = execution.world.with_account(address, replace(execution.world.account(address), code=code))


def decode_arguments(deployment: Deployment) -> Address | ProxyArguments | bytes | None:
    """What the constructor gets, decoded if it is given as bytes (ROU-239); those of other rooms decode it themselves.

    Raises:
        Rejected: Empty, for bytes that do not fit.
    """
    arguments = deployment.arguments
    if isinstance(arguments, Address) or not isinstance(arguments, bytes):
        return arguments
    try:
        match deployment.contract:
            case None:
                return Address(decode_sequence((abi_address,), arguments)[0])
            case ContractKind.ERC1967Proxy:
                return ProxyArguments(*decode_sequence((abi_address, abi_bytes), arguments))
            case ContractKind():
                return None
        return arguments
    except Rejected as rejected:
        raise empty_revert() from rejected


def begin(world: World, block: Block, environment: Environment, blob_hashes: tuple[Bytes32, ...]) -> Execution:
    """A transaction about to run: transient storage is empty, nothing was logged (ROU-231)."""
    return Execution(world, block, blob_hashes, environment, run_code, transient=Map())


def accept(execution: Execution, output: bytes) -> Applied:
    """The result of a transaction that succeeded."""
    return Applied(
        execution.world,
        output,
        tuple(execution.logs),
        finished_calls(execution),
        tuple(execution.creations),
    )


def revert(execution: Execution, data: bytes) -> Reverted:
    """The result of a transaction that reverted."""
    return Reverted(execution.world, data, Bubbled(data), finished_calls(execution), tuple(execution.creations))


def finished_calls(execution: Execution) -> tuple[ExternalCall, ...]:
    """All listed calls; at the end of a transaction none is in progress."""
    return tuple(call for call in execution.calls if call is not None)
