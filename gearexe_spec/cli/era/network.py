"""The network of the era scenario: who takes part, and the world with all contracts before anybody acts.

Symbiotic's contracts, token, Middleware, Router and Mirror stand in one world; addresses follow from the deployer's
nonces. Keys are known to everybody: the hashes of names.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from gearexe_spec.base.fixed_bytes import Address
from gearexe_spec.base.numeric import U64
from gearexe_spec.conformance.json_form import Json
from gearexe_spec.conformance.wire import Init
from gearexe_spec.crypto.ecdsa import PrivateKey
from gearexe_spec.crypto.hashes import keccak256
from gearexe_spec.crypto.ids import compute_create2_address, compute_create_address
from gearexe_spec.evm.network import FIRST_BLOCK, SECP256K1_GENERATOR
from gearexe_spec.fuzzing.economics_people import VETO_SLASHER, encode, encode_call
from gearexe_spec.onchain.middleware_setup import INITIALIZE as INITIALIZE_MIDDLEWARE
from gearexe_spec.onchain.router_setup import INITIALIZE as INITIALIZE_ROUTER
from gearexe_spec.symbiotic.clones import encode_minimal_clone_initcode

DAY = 86_400
ERA, ELECTION, VALIDATION_DELAY = DAY, 7_200, 300
"""Seconds, as of production's script."""
EPOCH, GRACE = 3 * DAY, 10 * DAY
"""Of every vault; of operators and vaults that leave."""
VETO, SLASH_DELAY, RESOLVER_DELAY = DAY, DAY // 4, 3
"""Seconds for a veto, and after it for the slash; epochs until another resolver may veto."""
GREATEST_ADMIN_FEE = 1_000
"""Hundredths of a percent that a vault's administrator may keep of rewards."""

FOUNDERS = tuple(f"founder {number}" for number in range(1, 4))
OPERATORS = tuple(f"operator {number}" for number in range(1, 6))
STAKERS = tuple(f"staker {number}" for number in range(1, 5))
PEOPLE = ("owner", "curator", "developer", "user", *OPERATORS, *STAKERS, "requester", "slasher", "resolver", "burner")
"""Who may hold tokens; the founders, who validate the first era, hold none."""


@cache
def key_of(name: str) -> PrivateKey:
    """The key of somebody: the hash of the name."""
    return PrivateKey(keccak256(f"gearexe-spec era {name}".encode()))


class EraNetwork:
    """The contracts in the order in which the owner deploys them.

    Attributes:
        labels: address by name, of people and contracts.
        artifacts: of the contracts, each once.
        subnetwork: the Middleware's.
    """

    def __init__(self) -> None:
        self.labels = {name: key_of(name).to_address().to_hex() for name in (*PEOPLE, *FOUNDERS)}
        self.artifacts: list[str] = []
        self._contracts: list[Json] = []
        self._deploy("token code", "WrappedVara")
        self._proxy("token", "token code", encode_call("initialize(address)", self.at("owner")))
        self._deploy_registries()
        self._deploy_vaults()
        self._deploy_rewards()
        self._deploy_gear()
        self.subnetwork = bytes.fromhex(self.at("Middleware")[2:]) + bytes(12)

    def at(self, label: str) -> str:
        """The address of a person or contract."""
        return self.labels[label]

    def init(self) -> Init:
        """The world, as the area `economics` takes it."""
        whitelisted = [("vault factory", "vault code")]
        whitelisted += [("slasher factory", f"slasher code {kind}") for kind in range(2)]
        whitelisted += [("delegator factory", f"delegator code {kind}") for kind in range(3)]
        calls: list[Json] = [
            {
                "from": self.at("owner"),
                "to": self.at(factory),
                "calldata": encode_call("whitelist(address)", self.at(code)),
            }
            for factory, code in whitelisted
        ]
        block: Json = {"number": hex(FIRST_BLOCK.number), "timestamp": hex(FIRST_BLOCK.timestamp)}
        world: Json = {"chainId": "0x1", "block": block, "accounts": [], "contracts": self._contracts, "calls": calls}
        return Init("economics", world)

    # deployments

    def _predict(self, steps: int = 0) -> str:
        """Where the owner's next contract will stand, or one behind it."""
        owner = Address.from_hex(self.at("owner"))
        return compute_create_address(owner, U64(len(self._contracts) + steps)).to_hex()

    def _deploy(self, label: str, artifact: str, types: str = "()", *arguments: Any) -> None:
        self.labels[label] = self._predict()
        if artifact not in self.artifacts:
            self.artifacts.append(artifact)
        form: dict[str, Json] = {
            "from": self.at("owner"),
            "nonce": hex(len(self._contracts)),
            "artifact": artifact,
            "constructorArguments": "0x" + encode(types, *arguments).hex(),
        }
        self._contracts.append(form)

    def _proxy(self, label: str, code: str, call: str) -> None:
        self._deploy(label, "ERC1967Proxy", "(address,bytes)", self.at(code), bytes.fromhex(call[2:]))

    def _deploy_registries(self) -> None:
        owner, addresses = self.at("owner"), "(address,address,string)"
        for label, artifact in (
            ("vault factory", "VaultFactory"),
            ("delegator factory", "DelegatorFactory"),
            ("slasher factory", "SlasherFactory"),
        ):
            self._deploy(label, artifact, "(address)", owner)
        self._deploy("network registry", "NetworkRegistry")
        self._deploy("operator registry", "OperatorRegistry")
        self._deploy("middleware service", "NetworkMiddlewareService", "(address)", self.at("network registry"))
        operators, networks = self.at("operator registry"), self.at("network registry")
        vaults = self.at("vault factory")
        self._deploy("vault opt-in", "OptInService", addresses, operators, vaults, "OperatorVaultOptInService")
        self._deploy("network opt-in", "OptInService", addresses, operators, networks, "OperatorNetworkOptInService")

    def _deploy_vaults(self) -> None:
        vaults, delegators, slashers = (self.at(f"{kind} factory") for kind in ("vault", "delegator", "slasher"))
        networks, service = self.at("network registry"), self.at("middleware service")
        opt_ins = (self.at("vault opt-in"), self.at("network opt-in"))
        three, five = "(address,address,address", "(address,address,address,address,address,uint64)"
        self._deploy("vault code", "Vault", three + ")", delegators, slashers, vaults)
        self._deploy("delegator code 0", "NetworkRestakeDelegator", five, networks, vaults, *opt_ins, delegators, 0)
        self._deploy("delegator code 1", "FullRestakeDelegator", five, networks, vaults, *opt_ins, delegators, 1)
        six = "(address,address,address,address,address,address,uint64)"
        parties = (self.at("operator registry"), networks, vaults, *opt_ins, delegators)
        self._deploy("delegator code 2", "OperatorSpecificDelegator", six, *parties, 2)
        self._deploy("slasher code 0", "Slasher", three + ",uint64)", vaults, service, slashers, 0)
        four = "(address,address,address,address,uint64)"
        self._deploy("slasher code 1", "VetoSlasher", four, vaults, service, networks, slashers, VETO_SLASHER)
        self._deploy("vault configurator", "VaultConfigurator", three + ")", vaults, delegators, slashers)

    def _deploy_rewards(self) -> None:
        vaults, service = self.at("vault factory"), self.at("middleware service")
        self._deploy("staker rewards code", "DefaultStakerRewards", "(address,address)", vaults, service)
        self._deploy(
            "staker rewards factory", "DefaultStakerRewardsFactory", "(address)", self.at("staker rewards code")
        )
        self._deploy("operator rewards code", "DefaultOperatorRewards", "(address)", service)
        code = self.at("operator rewards code")
        self._deploy("operator rewards factory", "DefaultOperatorRewardsFactory", "(address)", code)

        factory = Address.from_hex(self.at("operator rewards factory"))
        initcode = encode_minimal_clone_initcode(Address.from_hex(code))
        salt = keccak256(encode("(uint256,address)", 0, self.at("owner")))
        clone = compute_create2_address(factory, salt, keccak256(initcode)).to_hex()
        call: dict[str, Json] = {
            "from": self.at("owner"),
            "nonce": hex(len(self._contracts)),
            "artifact": "clone",
            "address": clone,
            "to": factory.to_hex(),
            "calldata": encode_call("create()"),
        }
        self._contracts.append(call)
        self.labels["operator rewards"] = clone

    def _deploy_gear(self) -> None:
        """Middleware, Router and Mirror name each other; who is not there yet is predicted."""
        router, mirror, middleware = self._predict(3), self._predict(4), self._predict(1)
        registries = ("vault factory", "operator registry", "network registry", "middleware service", "network opt-in")
        contracts = (*registries, "staker rewards factory", "operator rewards", "requester", "slasher", "resolver")
        parameters = (
            *(self.at("owner"), ERA, 2 * ERA, GRACE, GRACE, VETO, SLASH_DELAY, 1, VETO_SLASHER, RESOLVER_DELAY),
            *(GREATEST_ADMIN_FEE, self.at("token"), router, tuple(map(self.at, contracts))),
        )
        self._deploy("Middleware code", "Middleware")
        self._proxy("Middleware", "Middleware code", encode_call(INITIALIZE_MIDDLEWARE, parameters))
        self._deploy("Router code", "Router")
        roles = (self.at("owner"), mirror, self.at("token"), middleware)
        times = (ERA, ELECTION, VALIDATION_DELAY)
        founders = [self.at(name) for name in FOUNDERS]
        call = encode_call(INITIALIZE_ROUTER, *roles, *times, SECP256K1_GENERATOR, b"", founders)
        self._proxy("Router", "Router code", call)
        self._deploy("Mirror code", "Mirror", "(address)", router)
