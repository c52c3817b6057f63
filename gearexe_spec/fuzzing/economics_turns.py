"""Turns of random histories of the economics that ordinary lives seldom take: signed opt-ins, hooks, upgrades.

Each makes the next step for a history, and says what is to be learned if it succeeds.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gearexe_spec.base.fixed_bytes import Address
from gearexe_spec.conformance.wire import Apply
from gearexe_spec.fuzzing.contract_people import CURVE_ORDER, address_of, hash_domain, make_key, sign_typed
from gearexe_spec.fuzzing.dice import Dice
from gearexe_spec.fuzzing.economics_people import (
    CREATE_CLONE,
    NETWORK,
    NETWORK_RESTAKE,
    NETWORK_SPECIFIC,
    NOBODY,
    OPERATORS,
    OWNER,
    STAKERS,
    STRANGER,
    VETO_SLASHER,
    encode_call,
    encode_delegator,
    encode_entity,
    encode_slasher,
    recorded_code,
)

if TYPE_CHECKING:
    from gearexe_spec.fuzzing.economics_histories import EconomicsHistory, Vault

SIGNERS = tuple(make_key(f"operator {index} of the economics") for index in range(2))
"""Operators who opt in by signature."""
SIGNER_ADDRESSES = tuple(address_of(key).to_hex() for key in SIGNERS)
SERVICES = {"operatorVaultOptIn": "OperatorVaultOptInService", "operatorNetworkOptIn": "OperatorNetworkOptInService"}
"""Names of the domains."""
FIELDS = "(address who,address where,uint256 nonce,uint48 deadline)"
MOST_HOOKS = 3
HIGHEST = 2**256 - 1
LARGE = 10**12


def opt_by_signature(history: EconomicsHistory, vault: Vault | None) -> Apply:
    """Somebody hands in an operator's signature: mostly a good one, or late, or none."""
    dice, label, where = history.dice, "operatorNetworkOptIn", history.at("middleware")
    if vault is not None and dice.below(2):
        label, where = "operatorVaultOptIn", vault.address
    elif dice.below(2):
        where = NETWORK
    service, place = history.at(label), dice.below(len(SIGNERS))
    who = SIGNER_ADDRESSES[place]
    kind = dice.pick(("OptIn", "OptIn", "OptOut"))
    deadline = history.timestamp + dice.pick((0, 0, 1, 1_000, -1, 1 << 40))
    nonce = history.nonces[service, who, where] + (dice.pick((1, HIGHEST)) if dice.chance(12) else 0)

    words = [bytes.fromhex(name[2:]) for name in (who, where)] + [(nonce % 2**256).to_bytes(32, "big")]
    domain = hash_domain(SERVICES[label], history.stage.chain_id, Address(bytes.fromhex(service[2:])))
    v, r, s = sign_typed(SIGNERS[place], domain, kind + FIELDS, [*words, deadline.to_bytes(6, "big")])
    signature = r + s + bytes([v])
    if dice.chance(4):
        signature = spoil_signature(dice, signature)
    function = f"opt{kind[3:]}(address,address,uint48,bytes)"
    return history.call(dice.pick((STRANGER, who)), service, function, who, where, deadline, signature)


def spoil_signature(dice: Dice, signature: bytes) -> bytes:
    """A signature that is none, or another form of it."""
    r, s, v = signature[:32], int.from_bytes(signature[32:64], "big"), signature[64]
    match dice.below(6):
        case 0:
            return b""
        case 1:
            return signature[:64]
        case 2:
            return signature + b"\0"
        case 3:
            return signature[:64] + bytes([dice.pick((0, 1, 55 - v))])
        case 4:
            return r + (CURVE_ORDER - s).to_bytes(32, "big") + bytes([55 - v])
    place = dice.below(len(signature))
    return signature[:place] + bytes([signature[place] ^ 1]) + signature[place + 1 :]


def make_hook(history: EconomicsHistory) -> Apply:
    """A hook of the recordings."""
    history.hope(lambda data: history.hooks.append("0x" + data.hex()))
    return history.deploy(OWNER, "HookRecorder", recorded_code("HookRecorder"))


def use_hook(history: EconomicsHistory, vault: Vault) -> Apply:
    """Make another hook, hang one behind a delegator, or tell it how to behave."""
    dice, hooks = history.dice, history.hooks
    if len(hooks) < MOST_HOOKS and dice.chance(6):
        return make_hook(history)
    hook = dice.pick(hooks)
    if dice.below(2):
        return history.call(vault.owner, vault.delegator, "setHook(address)", dice.pick((*hooks, hook, NOBODY)))
    return set_mode(history, vault, hook)


def may_be_slashed(vault: Vault) -> bool:
    """Whether a vault has all that it takes for the second network."""
    return NOBODY not in (vault.delegator, vault.slasher) and vault.delegator_type != NETWORK_SPECIFIC


def stake_for_network(history: EconomicsHistory, vault: Vault) -> list[Apply]:
    """What lets the second network have the stake of a vault, by all operators, so that it may slash it."""
    subnetwork = bytes.fromhex(NETWORK[2:]) + bytes(12)
    what = "Shares" if vault.delegator_type == NETWORK_RESTAKE else "Limit"
    share = f"setOperatorNetwork{what}(bytes32,address,uint256)"
    asks = [
        history.call(NETWORK, vault.delegator, "setMaxNetworkLimit(uint96,uint256)", 0, LARGE),
        history.call(vault.owner, vault.delegator, "setNetworkLimit(bytes32,uint256)", subnetwork, LARGE),
    ]
    asks += [history.call(vault.owner, vault.delegator, share, subnetwork, name, LARGE) for name in OPERATORS[:3]]
    asks += [
        history.call(name, history.at("operatorNetworkOptIn"), "optIn(address)", NETWORK) for name in OPERATORS[:3]
    ]
    return [*asks, history.call(STAKERS[0], vault.address, "deposit(address,uint256)", STAKERS[0], 10**6)]


def slash_before_hook(history: EconomicsHistory, vault: Vault) -> list[Apply]:
    """A slash of such a vault of which a hook is told, if the burner is none."""
    dice, hook = history.dice, history.dice.pick(history.hooks)
    asks = [history.call(vault.owner, vault.delegator, "setHook(address)", hook), set_mode(history, vault, hook)]
    captured, subnetwork = history.timestamp, bytes.fromhex(NETWORK[2:]) + bytes(12)
    history.wait(1)
    function = "requestSlash" if vault.slasher_type == VETO_SLASHER else "slash"
    signature = f"{function}(bytes32,address,uint256,uint48,bytes)"
    operator, amount = dice.pick(OPERATORS[:3]), dice.pick((1, 1_000, HIGHEST))
    asks.append(history.call(NETWORK, vault.slasher, signature, subnetwork, operator, amount, captured, b""))
    if vault.slasher_type == VETO_SLASHER:
        history.wait(dice.pick((0, history.stage.veto, history.stage.veto)))
        asks += [history.call(NETWORK, vault.slasher, "executeSlash(uint256,bytes)", index, b"") for index in range(3)]
    return asks


def set_mode(history: EconomicsHistory, vault: Vault, hook: str) -> Apply:
    """Tell a hook how to behave: record, revert, burn its gas, or run an errand."""
    mode, target, payload = history.dice.below(4), *errand(history, vault, hook)
    return history.call(OWNER, hook, "setMode(uint256,address,bytes)", mode, target, payload)


def errand(history: EconomicsHistory, vault: Vault, hook: str) -> tuple[str, bytes]:
    """Something that a hook may do with the gas it gets."""
    subnetwork = bytes.fromhex(NETWORK[2:]) + bytes(12)
    slash = "slash(bytes32,address,uint256,uint48,bytes)"
    errands = (
        (history.at("operatorRegistry"), encode_call("registerOperator()")),
        (history.at("operatorNetworkOptIn"), encode_call("optIn(address)", NETWORK)),
        (vault.address, encode_call("deposit(address,uint256)", hook, 1)),
        (vault.slasher, encode_call(slash, subnetwork, OPERATORS[0], 1, history.timestamp, b"")),
        (vault.delegator, encode_call("setHook(address)", NOBODY)),
        (history.at("middleware"), encode_call("unregisterOperator(address)", OPERATORS[1])),
        (STRANGER, "0x"),
    )
    target, calldata = history.dice.pick(errands)
    return target, bytes.fromhex(calldata[2:])


def upgrade(history: EconomicsHistory, vault: Vault) -> Apply:
    """Another version, another initialization, another type, or another part of a vault."""
    dice, factory = history.dice, history.at("vaultFactory")
    match dice.below(7):
        case 0:
            version, caller = dice.pick((0, 1, 2, 2, 3)), dice.pick((OWNER, OWNER, STRANGER))
            entity = dice.pick((vault.address, vault.address, vault.delegator))
            return history.call(caller, factory, "migrate(address,uint64,bytes)", entity, version, b"")
        case 1:
            caller, version = dice.pick((OWNER, factory)), dice.pick((1, 2))
            return history.call(caller, vault.address, "migrate(uint64,bytes)", version, b"")
        case 2:
            caller, implementation = dice.pick((OWNER, factory)), dice.pick(("vaultImpl1", "vaultImpl2", "wvara"))
            function = "upgradeToAndCall(address,bytes)"
            return history.call(caller, vault.address, function, history.at(implementation), b"")
        case 3:
            entity = dice.pick((vault.delegator, vault.slasher))
            return history.call(OWNER, entity, "initialize(bytes)", encode_entity(vault.address, b""))
        case 4:
            return change_types(history)
        case 5:
            return set_part(history, vault)
    return make_part(history, vault)


def change_types(history: EconomicsHistory) -> Apply:
    """The factories' owner, or somebody else, allows or forbids something."""
    dice = history.dice
    caller = dice.pick((history.at("factoryOwner"), STRANGER))
    factory = history.at(dice.pick(("vaultFactory", "delegatorFactory", "slasherFactory")))
    if dice.below(2):
        return history.call(caller, factory, "blacklist(uint64)", dice.below(5))
    implementation = dice.pick(("vaultImpl1", "delegatorImpl0", "delegatorImpl3", "slasherImpl1", "wvara"))
    return history.call(caller, factory, "whitelist(address)", history.at(implementation))


def make_part(history: EconomicsHistory, vault: Vault) -> Apply:
    """A delegator or slasher of a vault, by its factory; they are kept for `set_part`."""
    dice = history.dice
    kind, is_slasher = dice.below(5), bool(dice.below(2))
    target = dice.pick((vault.address, vault.address, vault.address, STRANGER))
    if is_slasher:
        kind %= 3
        veto = dice.pick((0, history.stage.veto, vault.epoch - 1, vault.epoch))
        parameters = encode_slasher(kind, veto, dice.pick((2, 3)), hook=dice.chance(3))
    else:
        people = dice.pick(((OWNER,), (OWNER, STRANGER), (), (OWNER, OWNER), (NOBODY,)))
        base = (dice.pick((OWNER, NOBODY)), NOBODY, OWNER)
        operator, network = dice.pick((*OPERATORS, STAKERS[0])), dice.pick((NETWORK, history.at("middleware"), OWNER))
        parameters = encode_delegator(kind, OWNER, network, operator, base=base, curators=people)

    history.hope(lambda data: history.spares.append((vault, "0x" + data[12:32].hex(), is_slasher, kind)))
    factory = history.at("slasherFactory" if is_slasher else "delegatorFactory")
    return history.call(STRANGER, factory, CREATE_CLONE, kind, encode_entity(target, parameters))


def set_part(history: EconomicsHistory, vault: Vault) -> Apply:
    """A vault, mostly one without, gets a delegator or a slasher."""
    if not history.spares:
        return make_part(history, vault)
    owner, part, is_slasher, kind = history.dice.pick(history.spares)
    target = history.dice.pick((owner, owner, vault))

    def learn(_: bytes) -> None:
        if is_slasher:
            target.slasher, target.slasher_type = part, kind
        else:
            target.delegator, target.delegator_type = part, kind

    history.hope(learn)
    return history.call(STRANGER, target.address, f"set{'Slasher' if is_slasher else 'Delegator'}(address)", part)
