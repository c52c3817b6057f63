"""A vault that its factory makes: roles, creation, and what its functions refuse."""

from dataclasses import replace

from gearexe_spec.base.fixed_bytes import Address, Bytes32
from gearexe_spec.base.numeric import U48, U256
from gearexe_spec.codec.abi import encode_sequence
from gearexe_spec.codec.abi_types import parse_type
from gearexe_spec.crypto.hashes import keccak256
from gearexe_spec.crypto.ids import compute_create2_address
from gearexe_spec.onchain.transaction import Applied, Call, Deployment, Result, Reverted, apply_call, apply_deployment
from gearexe_spec.onchain.words import compute_selector, encode_bytes, encode_tuple, encode_word
from gearexe_spec.symbiotic.constructors import CONSTRUCTORS
from gearexe_spec.symbiotic.vault_storage import PARAMETERS, VaultStorage
from tests.symbiotic.chain import DEPLOYER, Chain, person

ADMIN, STAKER = person(0xA1), person(0xA2)
INITCODE_HASH = Bytes32(b"\x11" * 32)
ZERO = Address.zero()


class Vaults(Chain):
    """A chain with the factories and one version of the vault."""

    def __init__(self, artifact: str = "Vault") -> None:
        super().__init__()
        self.factories = [
            self.deploy(name, ("address", ADMIN)) for name in ("VaultFactory", "DelegatorFactory", "SlasherFactory")
        ]
        vaults, delegators, slashers = self.factories
        self.implementation = self.deploy(artifact, ("address", delegators), ("address", slashers), ("address", vaults))
        assert isinstance(self.call(ADMIN, vaults, "whitelist(address)", self.implementation), Applied)

    def make(self, data: bytes, version: int = 1) -> Result:
        arguments = encode_tuple(encode_word(version), encode_word(ADMIN), (encode_bytes(data),))
        calldata = compute_selector("create(uint64,address,bytes)") + arguments
        call = replace(Call(STAKER, self.factories[0], calldata), initcode_hashes=(INITCODE_HASH,))
        result = apply_call(self.world, self.block(), call)
        self.world = result.world
        return result


def parameters(collateral: Address = DEPLOYER, duration: int = 100, admin: Address = ADMIN, limit: int = 0) -> bytes:
    values = (collateral, ZERO, duration, False, False, limit, admin, ZERO, ZERO, ZERO, ZERO)
    return encode_sequence(PARAMETERS, values)


def reason_of(result: Result) -> str:
    assert isinstance(result, Reverted)
    return result.data[:4].hex()


def selector(signature: str) -> str:
    return compute_selector(signature).hex()


def made(vaults: Vaults, data: bytes) -> Address:
    result = vaults.make(data)
    assert isinstance(result, Applied), result
    return Address(result.output[12:])


def test_a_vault_stands_where_factory_salt_and_initcode_say() -> None:
    vaults = Vaults()
    result = vaults.make(parameters())
    assert isinstance(result, Applied)
    (creation,) = result.creations
    assert creation.creator == vaults.factories[0]
    assert creation.initcode_hash == INITCODE_HASH
    salt = encode_tuple(encode_word(0), encode_word(1), encode_word(ADMIN), (encode_bytes(parameters()),))
    expected = compute_create2_address(vaults.factories[0], keccak256(salt), INITCODE_HASH)
    assert Address(result.output[12:]) == creation.address == expected
    assert vaults.ask(expected, "version()") == 1
    assert vaults.ask(expected, "owner()") == int.from_bytes(ADMIN, "big")
    assert vaults.ask(expected, "epochDurationInit()") == vaults.now


def test_creation_refuses_parameters_and_registers_nothing() -> None:
    vaults = Vaults()
    assert reason_of(vaults.make(parameters(), version=2)) == selector("InvalidVersion()")
    assert reason_of(vaults.make(parameters(collateral=ZERO))) == selector("InvalidCollateral()")
    assert reason_of(vaults.make(parameters(duration=0))) == selector("InvalidEpochDuration()")
    assert reason_of(vaults.make(parameters(admin=ZERO, limit=1))) == selector("MissingRoles()")
    assert reason_of(vaults.make(b"\0" * 31)) == selector("FailedCall()")
    assert vaults.ask(vaults.factories[0], "totalEntities()") == 0


def test_constructors_refuse_arguments_they_cannot_read() -> None:
    chain = Chain()
    for artifact in ("VaultFactory", "NetworkMiddlewareService", "OptInService", "Vault"):
        cut = Deployment(DEPLOYER, CONSTRUCTORS[artifact], b"\0" * 31)
        result = apply_deployment(chain.world, chain.block(), cut)
        assert isinstance(result, Reverted)
        assert result.data == b""


def test_nobody_initializes_twice_or_migrates() -> None:
    vaults = Vaults()
    vault = made(vaults, parameters())
    data = encode_tuple(encode_word(1), encode_word(ADMIN), (encode_bytes(parameters()),))
    again = apply_call(
        vaults.world, vaults.block(), Call(ADMIN, vault, compute_selector("initialize(uint64,address,bytes)") + data)
    )
    assert reason_of(again) == selector("AlreadyInitialized()")
    assert reason_of(
        vaults.call(ADMIN, vaults.factories[0], "migrate(address,uint64,bytes)", vault, 1, b"")
    ) == selector("OldVersion()")
    assert reason_of(vaults.call(ADMIN, vault, "upgradeToAndCall(address,bytes)", vault, b"")) == selector(
        "ProxyDeniedAdminAccess()"
    )


def test_settings_need_a_role_and_a_change() -> None:
    vaults = Vaults()
    vault = made(vaults, parameters())
    role = Bytes32(vaults.ask(vault, "DEPOSIT_LIMIT_SET_ROLE()").to_bytes(32, "big"))
    denied = selector("AccessControlUnauthorizedAccount(address,bytes32)")
    assert reason_of(vaults.call(STAKER, vault, "setDepositLimit(uint256)", 5)) == denied
    assert isinstance(vaults.call(ADMIN, vault, "grantRole(bytes32,address)", role, STAKER), Applied)
    assert reason_of(vaults.call(STAKER, vault, "setDepositLimit(uint256)", 0)) == selector("AlreadySet()")
    assert isinstance(vaults.call(STAKER, vault, "setDepositLimit(uint256)", 5), Applied)
    assert vaults.ask(vault, "depositLimit()") == 5


def test_epochs_go_on_with_time() -> None:
    vaults = Vaults()
    vault = made(vaults, parameters(duration=100))
    assert reason_of(vaults.call(STAKER, vault, "previousEpochStart()")) == selector("NoPreviousEpoch()")
    vaults.now += 250
    assert vaults.ask(vault, "currentEpoch()") == 2
    assert vaults.ask(vault, "currentEpochStart()") == vaults.now - 50
    assert vaults.ask(vault, "nextEpochStart()") == vaults.now + 50
    refused = reason_of(vaults.call(STAKER, vault, "withdraw(address,uint256)", ZERO, U256(1)))
    assert refused == selector("InvalidClaimer()")


def test_the_implementation_itself_has_no_epochs() -> None:
    vaults = Vaults()
    result = vaults.call(STAKER, vaults.implementation, "currentEpoch()")
    assert isinstance(result, Reverted)
    assert result.data[-1] == 0x12


def test_shares_as_a_token() -> None:
    vaults = Vaults("VaultTokenized")
    kinds = [parse_type(kind) for kind in ("string", "string")]
    texts = encode_sequence(kinds, ("Stake", "STK"))
    head = 32 * (len(PARAMETERS) + 2)
    offsets = [int.from_bytes(texts[at : at + 32], "big") - 64 + head for at in (0, 32)]
    record = parameters() + b"".join(map(encode_word, offsets)) + texts[64:]
    vault = made(vaults, encode_word(32) + record)
    name = vaults.call(STAKER, vault, "name()")
    assert isinstance(name, Applied)
    assert b"Stake" in name.output
    assert reason_of(vaults.call(STAKER, vault, "transfer(address,uint256)", ADMIN, 1)) == selector(
        "ERC20InsufficientBalance(address,uint256,uint256)"
    )
    assert isinstance(vaults.call(STAKER, vault, "transfer(address,uint256)", ADMIN, 0), Applied)


def test_shares_change_hands_as_a_token() -> None:
    vaults = Vaults("VaultTokenized")
    texts = encode_sequence([parse_type("string")] * 2, ("", ""))
    head = 32 * (len(PARAMETERS) + 2)
    record = parameters() + encode_word(head) + encode_word(head + 32) + texts[64:]
    vault = made(vaults, encode_word(32) + record)
    give(vaults, vault, STAKER, 100)

    assert isinstance(vaults.call(STAKER, vault, "transfer(address,uint256)", ADMIN, 30), Applied)
    send = "transferFrom(address,address,uint256)"
    assert reason_of(vaults.call(ADMIN, vault, send, STAKER, ADMIN, 1)) == selector(
        "ERC20InsufficientAllowance(address,uint256,uint256)"
    )
    assert isinstance(vaults.call(STAKER, vault, "approve(address,uint256)", ADMIN, 50), Applied)
    assert isinstance(vaults.call(ADMIN, vault, send, STAKER, ADMIN, 20), Applied)
    assert vaults.ask(vault, "allowance(address,address)", STAKER, ADMIN) == 30
    assert [vaults.ask(vault, "balanceOf(address)", who) for who in (STAKER, ADMIN)] == [50, 50]
    assert isinstance(vaults.call(STAKER, vault, "decimals()"), Reverted)  # the collateral is a person
    assert reason_of(vaults.call(STAKER, vault, "transfer(address,uint256)", ZERO, 1)) == selector(
        "ERC20InvalidReceiver(address)"
    )


def give(vaults: Vaults, vault: Address, owner: Address, shares: int) -> None:
    """Active shares that nobody paid for."""
    account = vaults.world.account(vault)
    held = account.storage.extension
    assert isinstance(held, VaultStorage)
    histories = held.accounts.active_shares_of.set(owner, held.accounts.shares_of(owner).push(U48(1), U256(shares)))
    changed = replace(held, accounts=replace(held.accounts, active_shares_of=histories))
    storage = replace(account.storage, extension=changed)
    vaults.world = vaults.world.with_account(vault, replace(account, storage=storage))
