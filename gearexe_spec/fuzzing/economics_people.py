"""Who takes part in random histories of the economics, and the worlds these begin in: those of the recordings.

Calldata is encoded by eth-abi, not by the specification.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from eth_abi import abi as eth_abi
from eth_abi.grammar import TupleType, parse

from gearexe_spec.conformance.json_form import Json
from gearexe_spec.conformance.reference.economics_scenarios import Scenario
from gearexe_spec.conformance.suite import read_document, shipped_suite
from gearexe_spec.crypto.hashes import keccak256

WORLDS = (("random", "grace2"), ("elections", "base"), ("stake", "thousand"), ("stake", "grace"), ("stake", "token"))
"""File of the recordings, and a world in it."""
ROLES = ("admin", "burner", "deployer", "resolver", "router", "slashExecutor", "slashRequester")
OPERATORS = tuple("0x" + f"{0xA0 + index:02x}" * 20 for index in range(4))
STAKERS = tuple("0x" + f"{0xB0 + index:02x}" * 20 for index in range(4))
NETWORK, STRANGER, OWNER = "0x" + "c1" * 20, "0x" + "c2" * 20, "0x" + "c3" * 20
NOBODY = "0x" + "00" * 20
CREATE_VAULT = "create((uint64,address,bytes,uint64,bytes,bool,uint64,bytes))"
CREATE_BARE_VAULT = "create(uint64,address,bytes)"
CREATE_CLONE = "create(uint64,bytes)"
CREATE_REWARDS = "create((address,uint256,address,address,address))"
NETWORK_RESTAKE, FULL_RESTAKE, OPERATOR_SPECIFIC, NETWORK_SPECIFIC = range(4)
"""Types of delegators."""
PLAIN_SLASHER, VETO_SLASHER = range(2)


@dataclass(frozen=True, slots=True)
class Stage:
    """A world to begin in.

    Args:
        genesis: as `init` takes it.
        labels: address by name, roles included.
        era: seconds.
        epoch: the shortest epoch a vault may have, seconds.
        veto: the shortest time for a veto, seconds.
        number: of the block.
        timestamp: of the block.
    """

    genesis: Json
    labels: dict[str, str]
    era: int
    epoch: int
    veto: int
    number: int
    timestamp: int

    @property
    def chain_id(self) -> int:
        """Of the world."""
        assert isinstance(self.genesis, dict)
        return int(str(self.genesis["chainId"]), 16)

    @property
    def collateral(self) -> str:
        """What vaults must hold to be registered."""
        return self.labels["collateral"]


@cache
def stages() -> tuple[Stage, ...]:
    """All worlds."""
    return tuple(_read_stage(file, name) for file, name in WORLDS)


def _read_stage(file: str, name: str) -> Stage:
    document: Any = read_document(shipped_suite() / "economics" / f"{file}.json.xz")
    world = document["worlds"][name]
    accounts = {
        label: account
        for case in document["cases"]
        if case["world"] == name
        for label, account in case["accounts"].items()
    }
    proxy = next(entry for entry in world["deployments"] if entry["label"] == "middleware")
    params = proxy["initialize"]["args"]["_params" if "_params" in proxy["initialize"]["args"] else "params"]
    symbiotic, factory_owner = params["symbiotic"], accounts["factoryOwner"]
    labels = {
        **{label: account["address"] for label, account in accounts.items() if label in ROLES},
        **world["contracts"],
        "router": params["router"],
        "collateral": params["collateral"],
        "slashRequester": symbiotic["roleSlashRequester"],
        "slashExecutor": symbiotic["roleSlashExecutor"],
        "resolver": symbiotic["vetoResolver"],
        "factoryOwner": factory_owner["address"],
    }
    genesis = world["genesis"]
    era, epoch, veto = (number_of(params[key]) for key in ("eraDuration", "minVaultEpochDuration", "minVetoDuration"))
    scenario = Scenario(world, {"accounts": accounts}, "")
    return Stage(scenario.genesis(), labels, era, epoch, veto, genesis["blockNumber"], genesis["timestamp"])


@cache
def recorded_code(artifact: str) -> str:
    """The creation code of a test contract, as the recordings have it."""
    for path in sorted((shipped_suite() / "economics").glob("*.json.xz")):
        document: Any = read_document(path)
        for case in document.get("cases", ()):
            for step in case["steps"]:
                if step.get("artifact") == artifact and "code" in step:
                    return str(step["code"])
    raise LookupError(f"no recording has the code of {artifact}")


def number_of(value: int | str) -> int:
    """A recorded number."""
    return value if isinstance(value, int) else int(value, 16)


def encode_call(signature: str, *arguments: Any) -> str:
    """The calldata of a function by its signature."""
    return "0x" + (keccak256(signature.encode())[:4] + encode(signature[signature.index("(") :], *arguments)).hex()


def encode(types: str, *values: Any) -> bytes:
    """The encoding of some values, whose types are written as a tuple."""
    kinds = _kinds(types)
    return eth_abi.encode(kinds, values)


def encode_vault(
    collateral: str,
    burner: str,
    epoch: int,
    owner: str,
    *,
    whitelist: bool = False,
    limit: int | None = None,
    is_limited: bool | None = None,
    roles: Sequence[str] = (),
) -> bytes:
    """The parameters of a vault of which one account has all roles.

    Args:
        epoch: seconds.
        whitelist: whether only listed accounts may deposit.
        limit: of all deposits, in base units.
        is_limited: whether the limit counts; by default where there is one.
        roles: others instead of the owner: administrator, who switches the whitelist, who fills it, who switches the
            limit, who sets it.
    """
    kinds = "(address,address,uint48,bool,bool,uint256,address,address,address,address,address)"
    limits = (limit is not None if is_limited is None else is_limited, limit or 0)
    return encode(kinds, collateral, burner, epoch, whitelist, *limits, *(roles or (owner,) * 5))


def encode_delegator(
    kind: int,
    owner: str,
    network: str,
    operator: str,
    *,
    base: tuple[str, str, str] | None = None,
    curators: Sequence[str] | None = None,
    splitters: Sequence[str] | None = None,
) -> bytes:
    """The parameters of a delegator of which one account has all roles; `network`, `operator` if its type has one.

    Args:
        base: other administrator, hook, and who sets the hook.
        curators: others who set the limits of networks.
        splitters: others who set what operators get.
    """
    base, first = base or (owner, NOBODY, owner), [owner] if curators is None else [*curators]
    match kind:
        case 2:
            return encode("(((address,address,address),address[],address))", (base, first, operator))
        case 3:
            return encode("(((address,address,address),address,address))", (base, network, operator))
    second = first if splitters is None else [*splitters]
    return encode("(((address,address,address),address[],address[]))", (base, first, second))


def encode_slasher(kind: int, veto: int = 0, delay: int = 3, *, hook: bool = False) -> bytes:
    """The parameters of a slasher; veto in seconds, delay in epochs, if it has them; whether the burner is a hook."""
    if kind == VETO_SLASHER:
        return encode("((bool),uint48,uint256)", (hook,), veto, delay)
    return encode("(bool)", hook)


def encode_entity(vault: str, parameters: bytes) -> bytes:
    """What the factories of delegators and slashers take."""
    return encode("(address,bytes)", vault, parameters)


@cache
def _kinds(types: str) -> list[str]:
    if types == "()":
        return []
    parsed = parse(types)
    assert isinstance(parsed, TupleType)
    return [component.to_type_str() for component in parsed.components]
