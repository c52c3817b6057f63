"""Random histories of the economics: operators, vaults, stakers, elections, slashes and rewards, mostly sensible.

A history is made step by step; what the next step may be depends on what came of the last one (which vaults and reward
contracts exist). From the same seed and the same answers comes the same history.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from gearexe_spec.conformance.json_form import Json
from gearexe_spec.conformance.wire import Accepted, Answer, Apply, Init
from gearexe_spec.crypto.hashes import keccak256
from gearexe_spec.fuzzing.dice import Dice
from gearexe_spec.fuzzing.economics_people import (
    CREATE_BARE_VAULT,
    CREATE_REWARDS,
    CREATE_VAULT,
    NETWORK,
    NOBODY,
    OPERATORS,
    OWNER,
    STAKERS,
    STRANGER,
    VETO_SLASHER,
    Stage,
    encode,
    encode_call,
    encode_delegator,
    encode_slasher,
    encode_vault,
    stages,
)
from gearexe_spec.fuzzing.economics_turns import (
    SIGNER_ADDRESSES,
    make_hook,
    may_be_slashed,
    opt_by_signature,
    slash_before_hook,
    stake_for_network,
    upgrade,
    use_hook,
)

HIGHEST = (1 << 256) - 1
INCREASE_NONCE = keccak256(b"IncreaseNonce(address,address)").to_hex()
MOST_VAULTS = 5


@dataclass
class Vault:
    """A vault with what belongs to it; `rewards` is empty until it is made."""

    address: str
    delegator: str
    slasher: str
    owner: str
    epoch: int
    delegator_type: int
    slasher_type: int
    created: int
    rewards: str = ""


class EconomicsHistory:
    """One random history.

    Args:
        seed: everything random comes from it.
    """

    def __init__(self, seed: int) -> None:
        self.dice = Dice("economics", seed)
        self.stage: Stage = self.dice.pick(stages())
        self.number, self.timestamp = self.stage.number, self.stage.timestamp
        self.vaults: list[Vault] = []
        self.stamps: list[int] = [self.timestamp]
        self.claims: list[tuple[str, int, list[bytes]]] = []
        self.hooks: list[str] = []
        self.nonces: Counter[tuple[str, str, str]] = Counter()
        self.spares: list[tuple[Vault, str, bool, int]] = []
        self._staked: list[Vault] = []
        self._hopes: Callable[[bytes], None] | None = None
        self._prepared = self._preparation()

    def init(self) -> Init:
        """The world it begins in."""
        return Init("economics", self.stage.genesis)

    def step(self) -> Apply:
        """The next step: first what everything else needs, then anything."""
        self._hopes = None
        if self._prepared:
            return self._prepared.pop(0)
        if not self.hooks:
            return make_hook(self)
        self._pass_time()
        kinds = (
            *(self._make_vault,) * (3 if len(self.vaults) < MOST_VAULTS else 0),
            *(self._deposit,) * 6,
            *(self._withdraw,) * 5,
            *(self._claim,) * 3,
            *(self._limit,) * 6,
            *(self._set_up_vault,) * 3,
            *(self._register,) * 4,
            *(self._change_membership,) * 4,
            *(self._opt,) * 4,
            *(self._look_up,) * 6,
            *(self._elect,) * 4,
            *(self._request_slash,) * 4,
            *(self._go_on_slashing,) * 5,
            *(self._slash_directly,) * 5,
            *(self._stake_for_network,) * 3,
            *(self._distribute,) * 4,
            *(self._claim_rewards,) * 4,
            *(self._manage,) * 2,
            *(self._opt_by_signature,) * 3,
            *(self._use_hook,) * 4,
            *(self._upgrade,) * 2,
        )
        request = self.dice.pick(kinds)()
        return self._spoil(request) if "calldata" in request.input and self.dice.chance(25) else request

    def learn(self, answer: Answer) -> None:
        """What came of the last step."""
        hopes, self._hopes = self._hopes, None
        if not isinstance(answer, Accepted) or not isinstance(answer.outputs, dict):
            return
        logs: Any = answer.outputs["logs"]
        for log in logs:
            if log["topics"][:1] == [INCREASE_NONCE]:
                self.nonces[(log["address"], *("0x" + topic[26:] for topic in log["topics"][1:]))] += 1
        if hopes is not None:
            hopes(bytes.fromhex(str(answer.outputs["returnData"])[2:]))

    def hope(self, hopes: Callable[[bytes], None]) -> None:
        """Say what is to be done with the result of the step that is being made, if it succeeds."""
        self._hopes = hopes

    # the chain

    def _pass_time(self) -> None:
        stage = self.stage
        seconds = self.dice.pick((0, 0, 0, 1, 1, 2, 12, stage.era // 3, stage.veto, stage.veto + 1, stage.epoch // 2))
        if self.dice.chance(20):
            seconds = stage.epoch * self.dice.between(1, 3)
        if seconds:
            self.wait(seconds)

    def wait(self, seconds: int) -> None:
        """Let time pass."""
        self.number, self.timestamp = self.number + 1 + seconds // 12, self.timestamp + seconds
        self.stamps.append(self.timestamp)

    def call(self, sender: str, to: str, signature: str, *arguments: Any, dry: bool = False) -> Apply:
        """A transaction."""
        return self.send(sender, to, encode_call(signature, *arguments), dry=dry)

    def send(self, sender: str, to: str, calldata: str, dry: bool = False) -> Apply:
        """A transaction with any data."""
        form: dict[str, Json] = {
            "block": {"number": hex(self.number), "timestamp": hex(self.timestamp)},
            "from": sender,
            "to": to,
            "calldata": calldata,
            "value": "0x0",
            "dry": dry,
        }
        return Apply("economics/call", form)

    def deploy(self, sender: str, artifact: str, code: str) -> Apply:
        """A transaction that makes a test contract."""
        block: Json = {"number": hex(self.number), "timestamp": hex(self.timestamp)}
        form: dict[str, Json] = {"block": block, "from": sender, "artifact": artifact, "code": code}
        return Apply("economics/deploy", {**form, "constructorArguments": "0x"})

    def at(self, label: str) -> str:
        """The address of a contract or role."""
        return self.stage.labels[label]

    def _spoil(self, request: Apply) -> Apply:
        """The same by somebody else, with words cut off or changed, or with ether."""
        data = bytes.fromhex(str(request.input["calldata"])[2:])
        match self.dice.below(4):
            case 0:
                return Apply(request.operation, {**request.input, "from": self._anybody()})
            case 1:
                data = data[: self.dice.below(len(data) + 1)]
            case 2 if len(data) > 4:
                place = 4 + 32 * self.dice.below((len(data) - 4 + 31) // 32)
                data = data[:place] + self.dice.integer(256).to_bytes(32, "big") + data[place + 32 :]
            case _:
                data += self.dice.blob(32)
        self._hopes = None
        return Apply(request.operation, {**request.input, "calldata": "0x" + data.hex()})

    def _anybody(self) -> str:
        everybody = (*OPERATORS, *STAKERS, NETWORK, STRANGER, OWNER, self.at("router"), self.at("slashRequester"))
        return self.dice.pick((*everybody, self.at("middleware")))

    def _amount(self, highest: int = 10**6) -> int:
        return self.dice.integer(256) if self.dice.chance(20) else self.dice.below(highest + 1)

    def _past(self) -> int:
        """A moment: one at which something happened, or its neighbour."""
        if self.dice.chance(12):
            return self.dice.integer(48)
        return max(0, self.dice.pick(self.stamps[-12:]) + self.dice.pick((0, 0, 0, -1, 1)))

    def _subnetwork(self) -> bytes:
        network = self.at("middleware") if not self.dice.chance(3) else self.dice.pick((NETWORK, STRANGER))
        return bytes.fromhex(network[2:]) + self.dice.pick((0, 0, 0, 0, 1)).to_bytes(12, "big")

    def _hint(self) -> bytes:
        """Mostly none."""
        return b"" if not self.dice.chance(4) else encode("(uint32)", self.dice.below(4))

    def _token(self) -> str:
        return self.stage.collateral if not self.dice.chance(8) else self.at("testToken")

    # steps

    def _preparation(self) -> list[Apply]:
        token, admin = self.stage.collateral, self.at("admin")
        operators = (*OPERATORS[:3], *SIGNER_ADDRESSES)
        asks = [self.call(name, self.at("operatorRegistry"), "registerOperator()") for name in operators]
        asks += [
            self.call(name, self.at("operatorNetworkOptIn"), "optIn(address)", self.at("middleware"))
            for name in OPERATORS[:3]
        ]
        asks.append(self.call(NETWORK, self.at("networkRegistry"), "registerNetwork()"))
        asks.append(self.call(NETWORK, self.at("networkMiddlewareService"), "setMiddleware(address)", NETWORK))
        for person in (*STAKERS, NETWORK):
            if token == self.at("testToken"):
                asks.append(self.call(admin, token, "mint(address,uint256)", person, 10**12))
            else:
                asks.append(self.call(admin, token, "transfer(address,uint256)", person, 10**12))
            if person == NETWORK:
                asks.append(self._approve(NETWORK, token, self.at("operatorRewards")))
        return asks

    def _approve(self, owner: str, token: str, spender: str) -> Apply:
        return self.call(owner, token, "approve(address,uint256)", spender, HIGHEST)

    def _make_vault(self) -> Apply:
        dice, stage = self.dice, self.stage
        owner, operator = OWNER, dice.pick(OPERATORS[:3])
        epoch = stage.epoch + dice.pick((0, 0, 1, stage.era, -1))
        delegator_type, slasher_type = dice.below(4), dice.pick((0, 1, 1, 1, 1))
        is_limited = dice.chance(5)
        delegation = encode_delegator(delegator_type, owner, self.at("middleware"), operator)
        veto = stage.veto + dice.pick((0, 0, 1, -1, epoch))
        delay = dice.pick((3, 3, 4, 2)) if slasher_type == VETO_SLASHER else 0
        has_hook = dice.chance(3)
        slasher = encode_slasher(slasher_type, max(0, veto), delay, hook=has_hook)
        token, burner = self._token(), dice.pick(self.hooks) if has_hook else self.at("burner")
        whitelist, limit = dice.chance(8), 10**6 if is_limited else None
        parameters = encode_vault(token, burner, epoch, owner, whitelist=whitelist, limit=limit)
        if dice.chance(5):
            return self._make_bare_vault(owner, parameters, epoch)
        with_slasher = not dice.chance(10)
        fields = (1, owner, parameters, delegator_type, delegation, with_slasher, slasher_type, slasher)

        def hopes(data: bytes) -> None:
            vault, delegator, slasher_at = ("0x" + data[32 * place + 12 : 32 * place + 32].hex() for place in range(3))
            made = Vault(vault, delegator, slasher_at, owner, epoch, delegator_type, slasher_type, self.timestamp)
            self.vaults.append(made)
            self._prepared += self._open(made)

        self._hopes = hopes
        return self.call(self._maker(), self.at("vaultConfigurator"), CREATE_VAULT, fields)

    def _make_bare_vault(self, owner: str, parameters: bytes, epoch: int) -> Apply:
        """A vault that has neither delegator nor slasher yet."""

        def hopes(data: bytes) -> None:
            made = Vault("0x" + data[12:32].hex(), NOBODY, NOBODY, owner, epoch, 0, 0, self.timestamp)
            self.vaults.append(made)
            self._prepared += self._open(made)

        self._hopes = hopes
        return self.call(self._maker(), self.at("vaultFactory"), CREATE_BARE_VAULT, 1, owner, parameters)

    def _maker(self) -> str:
        return self.dice.pick((OWNER, *OPERATORS))

    def _open(self, vault: Vault) -> list[Apply]:
        """What makes a new vault useful; the reward contract comes first."""
        token = self.stage.collateral
        asks = [self._approve(staker, token, vault.address) for staker in STAKERS]
        asks += [
            self.call(operator, self.at("operatorVaultOptIn"), "optIn(address)", vault.address)
            for operator in OPERATORS[:3]
            if not self.dice.chance(6)
        ]
        return asks

    def _vault(self) -> Vault | None:
        return self.dice.pick(self.vaults) if self.vaults else None

    def _deposit(self) -> Apply:
        vault = self._vault()
        if vault is None:
            return self._make_vault()
        staker = self.dice.pick(STAKERS)
        behalf = staker if not self.dice.chance(8) else self.dice.pick((*STAKERS, NOBODY))
        return self.call(staker, vault.address, "deposit(address,uint256)", behalf, self._amount())

    def _withdraw(self) -> Apply:
        vault = self._vault()
        if vault is None:
            return self._make_vault()
        staker = self.dice.pick(STAKERS)
        claimer = staker if not self.dice.chance(8) else self.dice.pick((*STAKERS, NOBODY))
        function = self.dice.pick(("withdraw", "withdraw", "redeem"))
        return self.call(staker, vault.address, f"{function}(address,uint256)", claimer, self._amount(10**5))

    def _claim(self) -> Apply:
        vault = self._vault()
        if vault is None:
            return self._make_vault()
        epoch = max(0, (self.timestamp - vault.created) // vault.epoch - self.dice.below(4) + 1)
        staker = self.dice.pick(STAKERS)
        recipient = staker if not self.dice.chance(8) else NOBODY
        if self.dice.chance(3):
            epochs = [max(0, epoch - self.dice.below(4)) for _ in range(self.dice.below(4))]
            return self.call(staker, vault.address, "claimBatch(address,uint256[])", recipient, epochs)
        return self.call(staker, vault.address, "claim(address,uint256)", recipient, epoch)

    def _limit(self) -> Apply:
        vault = self._vault()
        if vault is None:
            return self._make_vault()
        subnetwork, operator = self._subnetwork(), self.dice.pick(OPERATORS)
        amount = self._amount()
        match self.dice.below(4):
            case 0:
                signature = "setOperatorNetworkShares(bytes32,address,uint256)"
                return self.call(vault.owner, vault.delegator, signature, subnetwork, operator, amount)
            case 1:
                signature = "setOperatorNetworkLimit(bytes32,address,uint256)"
                return self.call(vault.owner, vault.delegator, signature, subnetwork, operator, amount)
            case 2 if self.dice.chance(3):
                signature = "setMaxNetworkLimit(uint96,uint256)"
                return self.call(NETWORK, vault.delegator, signature, self.dice.below(2), amount)
        return self.call(vault.owner, vault.delegator, "setNetworkLimit(bytes32,uint256)", subnetwork, amount)

    def _set_up_vault(self) -> Apply:
        vault = self._vault()
        if vault is None:
            return self._make_vault()
        if not vault.rewards and self.dice.below(3):
            holders = (OWNER, OWNER, OWNER)

            def hopes(data: bytes) -> None:
                vault.rewards = "0x" + data[12:32].hex()
                self._prepared.append(self._approve(NETWORK, self.stage.collateral, vault.rewards))

            self._hopes = hopes
            fee = self.dice.pick((0, 0, 777, 10_000, 10_001))
            return self.call(OWNER, self.at("stakerRewardsFactory"), CREATE_REWARDS, (vault.address, fee, *holders))
        flag, amount = bool(self.dice.below(2)), self._amount()
        match self.dice.below(5):
            case 0:
                return self.call(vault.owner, vault.address, "setIsDepositLimit(bool)", flag)
            case 1:
                return self.call(vault.owner, vault.address, "setDepositLimit(uint256)", amount)
            case 2:
                return self.call(vault.owner, vault.address, "setDepositWhitelist(bool)", self.dice.chance(4))
            case 3:
                signature = "setDepositorWhitelistStatus(address,bool)"
                return self.call(vault.owner, vault.address, signature, self.dice.pick((*STAKERS, NOBODY)), flag)
        role = self.dice.pick((bytes(32), bytes(keccak256(b"NETWORK_LIMIT_SET_ROLE"))))
        function = self.dice.pick(("grantRole", "revokeRole", "renounceRole"))
        target = self.dice.pick((vault.address, vault.delegator))
        return self.call(vault.owner, target, f"{function}(bytes32,address)", role, self.dice.pick((STRANGER, OWNER)))

    def _register(self) -> Apply:
        vault = self._vault()
        if vault is None or self.dice.chance(3):
            return self.call(self.dice.pick(OPERATORS), self.at("middleware"), "registerOperator()")
        rewards = vault.rewards or STRANGER
        return self.call(vault.owner, self.at("middleware"), "registerVault(address,address)", vault.address, rewards)

    def _change_membership(self) -> Apply:
        operator, vault = self.dice.pick(OPERATORS), self._vault()
        middleware = self.at("middleware")
        match self.dice.below(6):
            case 0:
                return self.call(operator, middleware, "disableOperator()")
            case 1:
                return self.call(operator, middleware, "enableOperator()")
            case 2:
                return self.call(STRANGER, middleware, "unregisterOperator(address)", operator)
        function = self.dice.pick(("disableVault", "enableVault", "enableVault", "unregisterVault"))
        return self.call(OWNER, middleware, f"{function}(address)", vault.address if vault else STRANGER)

    def _opt(self) -> Apply:
        vault, operator = self._vault(), self.dice.pick(OPERATORS)
        function = self.dice.pick(("optIn", "optIn", "optIn", "optOut", "increaseNonce"))
        if vault is not None and self.dice.below(2):
            return self.call(operator, self.at("operatorVaultOptIn"), f"{function}(address)", vault.address)
        where = self.dice.pick((self.at("middleware"), NETWORK, STRANGER))
        if self.dice.chance(6):
            return self.call(operator, self.at("operatorRegistry"), "registerOperator()")
        return self.call(operator, self.at("operatorNetworkOptIn"), f"{function}(address)", where)

    def _opt_by_signature(self) -> Apply:
        return opt_by_signature(self, self._vault())

    def _stake_for_network(self) -> Apply:
        fit = [vault for vault in self.vaults if may_be_slashed(vault)]
        if not fit:
            return self._make_vault()
        vault = self.dice.pick(fit)
        self._staked.append(vault)
        self._prepared += stake_for_network(self, vault)
        self._prepared += slash_before_hook(self, vault)
        return self._prepared.pop(0)

    def _staked_vault(self) -> Vault | None:
        """Mostly one that the second network may slash."""
        return self.dice.pick(self._staked) if self._staked and self.dice.below(4) else self._vault()

    def _use_hook(self) -> Apply:
        vault = self._staked_vault()
        return self._make_vault() if vault is None else use_hook(self, vault)

    def _upgrade(self) -> Apply:
        vault = self._vault()
        return self._make_vault() if vault is None else upgrade(self, vault)

    def _look_up(self) -> Apply:
        vault, moment, operator = self._vault(), self._past(), self.dice.pick(OPERATORS)
        subnetwork, staker = self._subnetwork(), self.dice.pick(STAKERS)
        if vault is None:
            where = self.at("middleware")
            signature, opt_in = "isOptedInAt(address,address,uint48,bytes)", self.at("operatorNetworkOptIn")
            return self.call(STRANGER, opt_in, signature, operator, where, moment, self._hint(), dry=True)
        lookups: tuple[tuple[str, str, tuple[Any, ...]], ...] = (
            (vault.address, "activeStakeAt(uint48,bytes)", (moment, self._hint())),
            (vault.address, "activeSharesAt(uint48,bytes)", (moment, self._hint())),
            (vault.address, "activeSharesOfAt(address,uint48,bytes)", (staker, moment, self._hint())),
            (vault.address, "activeBalanceOfAt(address,uint48,bytes)", (staker, moment, b"")),
            (vault.address, "slashableBalanceOf(address)", (staker,)),
            (vault.address, "totalStake()", ()),
            (vault.address, "epochAt(uint48)", (moment,)),
            (vault.delegator, "stakeAt(bytes32,address,uint48,bytes)", (subnetwork, operator, moment, b"")),
            (vault.delegator, "stake(bytes32,address)", (subnetwork, operator)),
            (vault.delegator, "networkLimitAt(bytes32,uint48,bytes)", (subnetwork, moment, self._hint())),
            (vault.slasher, "slashableStake(bytes32,address,uint48,bytes)", (subnetwork, operator, moment, b"")),
            (vault.slasher, "cumulativeSlashAt(bytes32,address,uint48,bytes)", (subnetwork, operator, moment, b"")),
            (vault.slasher, "resolverAt(bytes32,uint48,bytes)", (subnetwork, moment, self._hint())),
        )
        target, signature, arguments = self.dice.pick(lookups)
        return self.call(STRANGER, target, signature, *arguments, dry=True)

    def _elect(self) -> Apply:
        moment, middleware = self._past(), self.at("middleware")
        match self.dice.below(3):
            case 0:
                return self.call(STRANGER, middleware, "getActiveOperatorsStakeAt(uint48)", moment, dry=True)
            case 1:
                operator, signature = self.dice.pick(OPERATORS), "getOperatorStakeAt(address,uint48)"
                return self.call(STRANGER, middleware, signature, operator, moment, dry=True)
        return self.call(STRANGER, middleware, "makeElectionAt(uint48,uint256)", moment, self.dice.below(5), dry=True)

    def _request_slash(self) -> Apply:
        vault = self._vault()
        if vault is None:
            return self._make_vault()
        slashes = [(vault.address, self._amount()) for _ in range(self.dice.pick((1, 1, 1, 2, 0)))]
        data = [(self.dice.pick(OPERATORS), self._past(), slashes)]
        signature = "requestSlash((address,uint48,(address,uint256)[])[])"
        return self.call(self.at("slashRequester"), self.at("middleware"), signature, data)

    def _go_on_slashing(self) -> Apply:
        vault = self._vault()
        if vault is None:
            return self._make_vault()
        index = self.dice.pick((0, 0, 1, 2))
        if self.dice.chance(3):
            return self.call(self.at("resolver"), vault.slasher, "vetoSlash(uint256,bytes)", index, b"")
        signature = "executeSlash((address,uint256)[])"
        return self.call(self.at("slashExecutor"), self.at("middleware"), signature, [(vault.address, index)])

    def _slash_directly(self) -> Apply:
        vault = self._staked_vault()
        if vault is None:
            return self._make_vault()
        subnetwork = bytes.fromhex(NETWORK[2:]) + bytes(12)
        operator, amount, moment = self.dice.pick(OPERATORS), self._amount(), self._past()
        if vault.slasher_type == VETO_SLASHER and self.dice.chance(3):
            signature = "setResolver(uint96,address,bytes)"
            return self.call(NETWORK, vault.slasher, signature, 0, self.dice.pick((STRANGER, NOBODY, OWNER)), b"")
        if vault.slasher_type == VETO_SLASHER and self.dice.chance(2):
            return self.call(NETWORK, vault.slasher, "executeSlash(uint256,bytes)", self.dice.below(3), b"")
        function = "requestSlash" if vault.slasher_type == VETO_SLASHER else "slash"
        signature = f"{function}(bytes32,address,uint256,uint48,bytes)"
        return self.call(NETWORK, vault.slasher, signature, subnetwork, operator, amount, moment, b"")

    def _distribute(self) -> Apply:
        token, amount, vault = self._token(), self._amount(), self._vault()
        if self.dice.chance(6):
            signature = "distributeOperatorRewards(address,uint256,bytes32)"
            return self.call(self.at("router"), self.at("middleware"), signature, token, amount, bytes(32))
        if vault is None or not vault.rewards or self.dice.below(2):
            person, total = self.dice.pick(OPERATORS), self._amount()
            other, sibling = leaf(person, total), leaf(STRANGER, self._amount())
            root = bytes(keccak256(min(other, sibling) + max(other, sibling)))
            self.claims.append((person, total, [sibling]))
            signature = "distributeRewards(address,address,uint256,bytes32)"
            return self.call(NETWORK, self.at("operatorRewards"), signature, NETWORK, token, amount, root)
        data = encode("(uint48,uint256,bytes,bytes)", self._past(), self.dice.pick((10_000, 777, 0)), b"", b"")
        signature = "distributeRewards(address,address,uint256,bytes)"
        return self.call(NETWORK, vault.rewards, signature, NETWORK, token, amount, data)

    def _claim_rewards(self) -> Apply:
        token, vault = self._token(), self._vault()
        if self.claims and (vault is None or not vault.rewards or self.dice.below(2)):
            person, total, proof = self.dice.pick(self.claims[-3:])
            signature = "claimRewards(address,address,address,uint256,bytes32[])"
            return self.call(person, self.at("operatorRewards"), signature, person, NETWORK, token, total, proof)
        if vault is None or not vault.rewards:
            return self._distribute()
        if self.dice.chance(4):
            return self.call(OWNER, vault.rewards, "claimAdminFee(address,address)", OWNER, token)
        staker = self.dice.pick(STAKERS)
        data = encode("(address,uint256,bytes[])", NETWORK, self.dice.pick((1, 2, 100, 0)), [])
        return self.call(staker, vault.rewards, "claimRewards(address,address,bytes)", staker, token, data)

    def _manage(self) -> Apply:
        vault, middleware = self._vault(), self.at("middleware")
        match self.dice.below(5):
            case 0:
                who = self.at("slashRequester")
                return self.call(who, middleware, "changeSlashRequester(address)", who)
            case 1 if vault is not None and vault.rewards:
                return self.call(OWNER, vault.rewards, "setAdminFee(uint256)", self.dice.pick((0, 777, 10_000, 10_001)))
            case 2:
                return self.call(self._anybody(), self.at("networkRegistry"), "registerNetwork()")
            case 3:
                target = self.dice.pick((NETWORK, NETWORK, STRANGER))
                return self.call(NETWORK, self.at("networkMiddlewareService"), "setMiddleware(address)", target)
        amount = self._amount()
        return self.call(self.dice.pick(STAKERS), self._token(), "transfer(address,uint256)", OWNER, amount)


def leaf(account: str, total: int) -> bytes:
    """The leaf of a tree of operator rewards."""
    return bytes(keccak256(keccak256(encode("(address,uint256)", account, total))))
