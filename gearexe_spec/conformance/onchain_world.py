"""A world of contracts from its flat paths: the inverse of reading them.

Only what paths say is known: balances of the listed accounts, the storage of Router, token and Mirrors. Every other
account is empty.

Rules: WIR-43.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from immutables import Map

from gearexe_spec.base.fixed_bytes import Address, Bytes32
from gearexe_spec.base.ids import CodeId
from gearexe_spec.base.numeric import U16, U32, U48, U64, U128, U256
from gearexe_spec.onchain.commitments import AggregatedPublicKey
from gearexe_spec.onchain.router_setup import DOMAIN_VERSION, NAME
from gearexe_spec.onchain.world import (
    MAINNET,
    Account,
    AddressBook,
    CloneCode,
    CloneInitcode,
    Code,
    CodeState,
    CommittedBatchInfo,
    ComputationSettings,
    ContractCode,
    ContractKind,
    DataCode,
    GenesisBlockInfo,
    MirrorCode,
    MirrorStorage,
    RouterStorage,
    Storage,
    Timelines,
    TokenStorage,
    Validators,
    World,
)
from gearexe_spec.onchain.wrapped_vara import NAME as TOKEN_NAME
from gearexe_spec.onchain.wrapped_vara import SYMBOL

Paths = Mapping[str, Any]


class MalformedState(ValueError):
    """Paths that are none of a world."""


@dataclass(frozen=True, slots=True)
class Roles:
    """Which address is which contract; None where there is none."""

    router: Address
    wvara: Address | None = None
    mirror: Address | None = None


def world_from_paths(
    paths: Paths, roles: Roles, chain_id: U256 = MAINNET, initcode: CloneInitcode | None = None
) -> World:
    """The world that paths describe (WIR-43).

    Raises:
        MalformedState: a value does not fit its path.
    """
    try:
        accounts = dict(_accounts(_Reader(paths), roles))
    except (ValueError, ArithmeticError, TypeError, AttributeError) as error:
        raise MalformedState(str(error)) from error
    return World(chain_id, Map(accounts), Map({roles.router: initcode} if initcode else {}))


class _Reader:
    """Typed values by path; absent ones are zero."""

    def __init__(self, paths: Paths) -> None:
        self.paths = paths

    def number(self, path: str) -> int:
        value = self.paths.get(path, 0)
        return value if isinstance(value, int) else int(value, 16)

    def flag(self, path: str) -> bool:
        return bool(self.paths.get(path, False))

    def address(self, path: str) -> Address:
        return Address.from_hex(self.paths[path]) if path in self.paths else Address.zero()

    def word(self, path: str) -> Bytes32:
        return Bytes32.from_hex(self.paths[path]) if path in self.paths else Bytes32.zero()

    def below(self, root: str) -> Iterator[tuple[str, str]]:
        """What follows a root, and the whole path."""
        prefix = root + "/"
        return ((path.removeprefix(prefix), path) for path in self.paths if path.startswith(prefix))

    def map_of_numbers(self, root: str) -> Map[Address, U256]:
        return Map({Address.from_hex(key): U256(self.number(path)) for key, path in self.below(root)})


def _accounts(read: _Reader, roles: Roles) -> Iterator[tuple[Address, Account]]:
    balances = {Address.from_hex(key): U256(read.number(path)) for key, path in read.below("balances")}
    found = dict(_contracts(read, roles))
    for address in balances.keys() | found.keys():
        nonce, code, storage = found.get(address, (U64(0), None, Storage()))
        yield address, Account(balances.get(address, U256(0)), nonce, code, storage)


Contract = tuple[U64, Code, Storage]


def _contracts(read: _Reader, roles: Roles) -> Iterator[tuple[Address, Contract]]:
    one = U64(1)
    implementation = read.address("router/implementation")
    yield implementation, (one, ContractCode(ContractKind.Router, implementation), Storage())
    proxy = ContractCode(ContractKind.ERC1967Proxy, roles.router)
    yield roles.router, (U64(read.number("router/accountNonce")), proxy, _router_storage(read))
    if roles.wvara is not None:
        implementation = read.address("wvara/implementation")
        yield implementation, (one, ContractCode(ContractKind.WrappedVara, implementation), Storage())
        yield roles.wvara, (one, ContractCode(ContractKind.ERC1967Proxy, roles.wvara), _token_storage(read))
    mirror = roles.mirror or read.address("router/implAddresses/mirror")
    yield mirror, (one, MirrorCode(roles.router), Storage())
    for program in sorted({key.split("/")[0] for key, _ in read.below("mirrors")}):
        storage = _mirror_storage(read, f"mirrors/{program}")
        yield Address.from_hex(program), (one, CloneCode(roles.router, storage.mirror.is_small), storage)
    for index in (0, 1):
        root = f"router/validators{index}"
        data = bytes.fromhex(str(read.paths.get(f"{root}/verifiableSecretSharingCommitment", "0x"))[2:])
        if f"{root}/verifiableSecretSharingCommitmentPointer" not in read.paths:
            continue
        yield read.address(f"{root}/verifiableSecretSharingCommitmentPointer"), (one, DataCode(data), Storage())


def _router_storage(read: _Reader) -> Storage:
    return Storage(
        implementation=read.address("router/implementation"),
        owner=read.address("router/owner"),
        initialized=U64(read.number("router/initialized")),
        paused=read.flag("router/paused"),
        nonces=read.map_of_numbers("router/nonces"),
        domain_name=NAME,
        domain_version=DOMAIN_VERSION,
        router_slot=U256(read.number("router/storageSlot")),
        router=_router_fields(read),
    )


def _router_fields(read: _Reader) -> RouterStorage:
    def wide(name: str) -> U256:
        return U256(read.number(f"router/{name}"))

    return RouterStorage(
        reserved=wide("reserved"),
        genesis_block=GenesisBlockInfo(
            read.word("router/genesisBlock/hash"),
            U32(read.number("router/genesisBlock/number")),
            U48(read.number("router/genesisBlock/timestamp")),
        ),
        latest_committed_batch=CommittedBatchInfo(
            read.word("router/latestCommittedBatch/hash"), U48(read.number("router/latestCommittedBatch/timestamp"))
        ),
        impl_addresses=AddressBook(
            *(read.address(f"router/implAddresses/{name}") for name in ("mirror", "wrappedVara", "middleware"))
        ),
        threshold_numerator=U128(read.number("router/thresholdNumerator")),
        threshold_denominator=U128(read.number("router/thresholdDenominator")),
        validators0=_validators(read, "router/validators0"),
        validators1=_validators(read, "router/validators1"),
        compute_settings=ComputationSettings(
            U64(read.number("router/computeSettings/threshold")),
            U128(read.number("router/computeSettings/wvaraPerSecond")),
        ),
        timelines=Timelines(*(wide(f"timelines/{name}") for name in ("era", "election", "validationDelay"))),
        codes=Map({CodeId.from_hex(key): CodeState(read.number(path)) for key, path in read.below("router/codes")}),
        programs=Map(
            {Address.from_hex(key): CodeId.from_hex(read.paths[path]) for key, path in read.below("router/programs")}
        ),
        programs_count=wide("programsCount"),
        validated_codes_count=wide("validatedCodesCount"),
        max_validators=U16(read.number("router/maxValidators")),
        request_code_validation_base_fee=wide("requestCodeValidationBaseFee"),
        request_code_validation_extra_fee=wide("requestCodeValidationExtraFee"),
        protocol_version=wide("protocolVersion"),
    )


def _validators(read: _Reader, root: str) -> Validators:
    key = AggregatedPublicKey(*(U256(read.number(f"{root}/aggregatedPublicKey/{name}")) for name in "xy"))
    return Validators(
        aggregated_public_key=key,
        verifiable_secret_sharing_commitment_pointer=read.address(f"{root}/verifiableSecretSharingCommitmentPointer"),
        members=frozenset(Address.from_hex(member) for member, _ in read.below(f"{root}/map")),
        listed=tuple(Address.from_hex(member) for member in read.paths.get(f"{root}/list", ())),
        use_from_timestamp=U256(read.number(f"{root}/useFromTimestamp")),
    )


def _token_storage(read: _Reader) -> Storage:
    allowances = {
        (Address.from_hex(key.split("/")[0]), Address.from_hex(key.split("/")[1])): U256(read.number(path))
        for key, path in read.below("wvara/allowances")
    }
    token = TokenStorage(
        balances=read.map_of_numbers("wvara/balances"),
        allowances=Map(allowances),
        total_supply=U256(read.number("wvara/totalSupply")),
        name=TOKEN_NAME,
        symbol=SYMBOL,
    )
    return Storage(
        implementation=read.address("wvara/implementation"),
        owner=read.address("wvara/owner"),
        initialized=U64(read.number("wvara/initialized")),
        nonces=read.map_of_numbers("wvara/nonces"),
        domain_name=TOKEN_NAME,
        domain_version=DOMAIN_VERSION,
        token=token,
    )


def _mirror_storage(read: _Reader, root: str) -> Storage:
    mirror = MirrorStorage(
        state_hash=read.word(f"{root}/stateHash"),
        nonce=U256(read.number(f"{root}/nonce")),
        exited=read.flag(f"{root}/exited"),
        inheritor=read.address(f"{root}/inheritor"),
        initializer=read.address(f"{root}/initializer"),
        is_small=read.flag(f"{root}/isSmall"),
    )
    return Storage(implementation=read.address(f"{root}/abiInterface"), mirror=mirror)
