"""A whole network on a world: token, Router, Mirror, Middleware, deployed in the order of production's script."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from gearexe_spec.base.fixed_bytes import Address
from gearexe_spec.evm.artifacts import Artifact, Artifacts, embedded_artifacts
from gearexe_spec.evm.world import Block, Log, Receipt, World, compute_create_address

SECP256K1_GENERATOR = (
    0x79BE667EF9DCBBAC55A06295CE870B07029BFCDB2DCE28D959F2815B16F81798,
    0x483ADA7726A3C4655DA4FBFC0E1108A8FD17B448A68554199C47D08FFB10D4B8,
)

FIRST_BLOCK = Block(1_000_000, 1_750_000_000)


class StepReverted(Exception):
    """A step that should have succeeded reverted."""

    def __init__(self, what: str, name: str, arguments: dict[str, Any]) -> None:
        super().__init__(f"{what}: {name}{arguments or ''}")
        self.name = name
        self.arguments = arguments


@dataclass(frozen=True)
class NetworkSettings:
    """What a network is initialized with; the defaults are those of the deployment script.

    Args:
        validators: the first era's set.
        aggregated_public_key: x and y on secp256k1.
        secret_sharing_commitment: kept on chain, meaningless to the contracts.
        era_duration: seconds, as are the next two.
    """

    validators: Sequence[Address]
    aggregated_public_key: tuple[int, int] = SECP256K1_GENERATOR
    secret_sharing_commitment: bytes = b""
    era_duration: int = 86_400
    election_duration: int = 7_200
    validation_delay: int = 300


@dataclass(frozen=True)
class Event:
    """A log whose event is known: contract's role (`program` for clones), name, arguments."""

    source: Address
    contract: str
    name: str
    arguments: dict[str, Any]


@dataclass
class Network:
    """The deployed contracts and the world they live in.

    Args:
        deployer: owner of everything.
        wvara: the token's proxy.
        router: the Router's proxy.
        mirror: the implementation behind the clones.
        middleware: the POAMiddleware's proxy.
        programs: clones, as they are created through `send`.
    """

    world: World
    artifacts: Artifacts
    deployer: Address
    wvara: Address
    router: Address
    mirror: Address
    middleware: Address
    programs: list[Address] = field(default_factory=list)

    def artifact_of(self, address: Address) -> Artifact:
        """The artifact whose ABI an address of the network speaks; a program speaks Mirror.

        Raises:
            KeyError: not one of the network.
        """
        names = {self.wvara: "WrappedVara", self.router: "Router", self.middleware: "POAMiddleware"}
        if address in self.programs or address == self.mirror:
            return self.artifacts["Mirror"]
        return self.artifacts[names[address]]

    def send(self, sender: Address, to: Address, function: str, *arguments: Any, **options: Any) -> Receipt:
        """Call a function; `options` are those of `World.call` (value, blob_hashes, gas, dry).

        Raises:
            StepReverted: with the name of the error.
        """
        calldata = self.artifact_of(to).abi.encode_call(function, *arguments)
        return self.send_raw(sender, to, calldata, what=function, **options)

    def send_raw(
        self, sender: Address, to: Address, calldata: bytes, *, what: str = "message", **options: Any
    ) -> Receipt:
        """Send calldata as it is, for fallbacks and plain transfers.

        Raises:
            StepReverted: with the name of the error.
        """
        receipt = self.world.call(sender, to, calldata, **options)
        if not receipt.ok:
            raise StepReverted(what, *self.decode_error(receipt.return_data))
        self.programs += [creation.address for creation in receipt.creations if self.is_program(creation.address)]
        return receipt

    def view(self, to: Address, function: str, *arguments: Any) -> Any:
        """The result of a view: the value where there is one, else a dictionary by name.

        Raises:
            StepReverted: with the name of the error.
        """
        receipt = self.send(self.deployer, to, function, *arguments, dry=True)
        values = self.artifact_of(to).abi.decode_returns(function, receipt.return_data)
        return next(iter(values.values())) if len(values) == 1 else values

    def is_program(self, address: Address) -> bool:
        """Whether the Router knows a program at this address."""
        return any(self.view(self.router, "programCodeId", address))

    def create_program(self, sender: Address, function: str, *arguments: Any) -> tuple[Address, Receipt]:
        """One of the four creation functions; the new program's address and the receipt.

        Raises:
            StepReverted: with the name of the error.
        """
        receipt = self.send(sender, self.router, function, *arguments)
        return Address(receipt.return_data[12:32]), receipt

    def decode_error(self, data: bytes) -> tuple[str, dict[str, Any]]:
        """Name and arguments of revert data, whichever contract of the network it is from."""
        decoded = ("unknown", {"data": data})
        for contract in ("Router", "Mirror", "WrappedVara", "POAMiddleware"):
            decoded = self.artifacts[contract].abi.decode_error(data)
            if decoded[0] != "unknown":
                break
        return decoded

    def decode_log(self, log: Log) -> Event | None:
        """The event of a log, None where it is not the network's."""
        try:
            artifact = self.artifact_of(log.address)
        except KeyError:
            return None
        decoded = artifact.abi.decode_event(log.topics, log.data)
        return None if decoded is None else Event(log.address, artifact.name, *decoded)

    def events(self, receipt: Receipt) -> list[Event]:
        """The known events of a step, in order."""
        return [event for event in map(self.decode_log, receipt.logs) if event is not None]


def deploy_network(
    world: World, deployer: Address, settings: NetworkSettings, artifacts: Artifacts | None = None
) -> Network:
    """Deploy everything from the deployer's account and look the genesis hash up in a later block.

    The order of creations is production's, so the addresses are those of its script: token (implementation, proxy),
    Router (implementation, proxy), Mirror, POAMiddleware (implementation, proxy).

    Raises:
        StepReverted: the settings are refused.

    Source: Deployment.s.sol.
    """
    artifacts = artifacts or embedded_artifacts()
    network = predict_network(world, deployer, artifacts)

    token = create(network, "WrappedVara")
    create(network, "ERC1967Proxy", token, artifacts["WrappedVara"].abi.encode_call("initialize", deployer))
    router = create(network, "Router")
    create(network, "ERC1967Proxy", router, encode_router_initialization(network, settings))
    create(network, "Mirror", network.router)
    middleware = create(network, "POAMiddleware")
    create(network, "ERC1967Proxy", middleware, encode_middleware_initialization(network, settings))
    network.send(deployer, network.middleware, "setValidators", list(settings.validators))

    world.mine()
    network.send(deployer, network.router, "lookupGenesisHash")
    return network


def predict_network(world: World, deployer: Address, artifacts: Artifacts) -> Network:
    """The addresses that the deployment gives, from the deployer's nonce."""
    nonce = world.nonce(deployer)
    wvara, router, mirror, middleware = (compute_create_address(deployer, nonce + step) for step in (1, 3, 4, 6))
    return Network(world, artifacts, deployer, wvara, router, mirror, middleware)


def create(network: Network, contract: str, *arguments: Any) -> Address:
    """Create one contract.

    Raises:
        StepReverted: its constructor refused.
    """
    receipt = network.world.create(network.deployer, network.artifacts[contract].initcode(*arguments))
    if not receipt.ok or receipt.created is None:
        raise StepReverted(f"creation of {contract}", *network.decode_error(receipt.return_data))
    return receipt.created


def encode_router_initialization(network: Network, settings: NetworkSettings) -> bytes:
    """Calldata of the Router's `initialize`."""
    return network.artifacts["Router"].abi.encode_call(
        "initialize",
        network.deployer,
        network.mirror,
        network.wvara,
        network.middleware,
        settings.era_duration,
        settings.election_duration,
        settings.validation_delay,
        settings.aggregated_public_key,
        settings.secret_sharing_commitment,
        list(settings.validators),
    )


def encode_middleware_initialization(network: Network, settings: NetworkSettings) -> bytes:
    """Calldata of the POAMiddleware's `initialize`, with the parameters of the deployment script."""
    zero = Address.zero()
    symbiotic = (zero, zero, zero, zero, zero, zero, zero, network.router, network.router, network.router)
    parameters = {
        "owner": network.deployer,
        "eraDuration": settings.era_duration,
        "minVaultEpochDuration": 7_200,
        "operatorGracePeriod": 300,
        "vaultGracePeriod": 300,
        "minVetoDuration": 7_200,
        "minSlashExecutionDelay": 300,
        "allowedVaultImplVersion": 1,
        "vetoSlasherImplType": 1,
        "maxResolverSetEpochsDelay": 300,
        "maxAdminFee": 0,
        "collateral": network.wvara,
        "router": network.router,
        "symbiotic": symbiotic,
    }
    return network.artifacts["POAMiddleware"].abi.encode_call("initialize", parameters)


def new_network(
    validators: Sequence[Address],
    *,
    block: Block = FIRST_BLOCK,
    deployer: Address | None = None,
    artifacts: Artifacts | None = None,
) -> Network:
    """A fresh world with a network on it; the deployer owns 10^18 base units of WVARA and all contracts.

    Raises:
        StepReverted: the settings are refused.
    """
    world = World(block)
    deployer = deployer or Address(b"\xde" * 20)
    world.set_balance(deployer, 10**24)
    return deploy_network(world, deployer, NetworkSettings(validators), artifacts)
