"""The state of the contracts as a flat map from paths to values: how worlds are compared on the wire.

Zero, false and empty values are absent, so a path that appears or vanishes is a change like any other.

Rules: WIR-40 to WIR-43.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from gearexe_spec.base.fixed_bytes import Address, FixedBytes
from gearexe_spec.conformance.json_form import Json, to_json
from gearexe_spec.onchain.world import (
    Account,
    CloneCode,
    ContractCode,
    ContractKind,
    DataCode,
    MirrorCode,
    RouterStorage,
    Storage,
    TokenStorage,
    Validators,
    World,
)

Paths = dict[str, Json]
Entry = tuple[str, object]


@dataclass(frozen=True, slots=True)
class Watch:
    """Which part of the world is compared.

    Args:
        router: the Router's proxy, if there is one.
        wvara: the token's proxy, if it is ours.
        addresses: accounts whose balance is looked at, and those among them that are Mirrors; maps are compared at
            these addresses only.
    """

    router: Address | None
    wvara: Address | None
    addresses: frozenset[Address]


def read_paths(world: World, watch: Watch) -> Paths:
    """All paths of what is watched (WIR-40)."""
    entries: list[Entry] = []
    for address in watch.addresses:
        account = world.account(address)
        entries.append((f"balances/{address}", account.balance))
        if isinstance(account.code, (CloneCode, MirrorCode)):
            entries.extend(_mirror_entries(f"mirrors/{address}", account.storage))
    if watch.router is not None:
        entries.extend(_router_entries(world, watch, world.account(watch.router)))
    if watch.wvara is not None and is_proxy(world.account(watch.wvara)):
        entries.extend(_token_entries(watch, world.account(watch.wvara).storage))
    return {path: to_json(value) for path, value in entries if not is_absent(value)}


def compare_paths(before: Paths, after: Paths) -> list[Json]:
    """Pairs of changed paths and their new values, null for what is gone, sorted by path (WIR-42)."""
    if before is after:
        return []
    changed = (path for path in before.keys() | after.keys() if before.get(path) != after.get(path))
    return [[path, after.get(path)] for path in sorted(changed)]


def list_paths(paths: Paths) -> list[Json]:
    """Pairs of path and value, sorted by path (WIR-41)."""
    return [[path, paths[path]] for path in sorted(paths)]


def is_absent(value: object) -> bool:
    """Whether a value is not listed: zero, false, zero bytes, an empty list; stored bytes are listed even if empty."""
    if isinstance(value, FixedBytes):
        return value.is_zero()
    if isinstance(value, bytes):
        return False
    return not value


def is_proxy(account: Account) -> bool:
    """Whether the account is a proxy of ours."""
    return account.code is not None and account.code == ContractCode(ContractKind.ERC1967Proxy, _deployed_at(account))


def _deployed_at(account: Account) -> Address:
    return account.code.deployed_at if isinstance(account.code, ContractCode) else Address.zero()


def _mirror_entries(root: str, storage: Storage) -> Iterator[Entry]:
    mirror = storage.mirror
    yield f"{root}/stateHash", mirror.state_hash
    yield f"{root}/nonce", mirror.nonce
    yield f"{root}/exited", mirror.exited
    yield f"{root}/inheritor", mirror.inheritor
    yield f"{root}/initializer", mirror.initializer
    yield f"{root}/isSmall", mirror.is_small
    yield f"{root}/abiInterface", storage.implementation


def _router_entries(world: World, watch: Watch, account: Account) -> Iterator[Entry]:
    storage, router = account.storage, account.storage.router
    yield "router/owner", storage.owner
    yield "router/paused", storage.paused
    yield "router/initialized", storage.initialized
    yield "router/implementation", storage.implementation
    yield "router/accountNonce", account.nonce
    yield "router/storageSlot", storage.router_slot
    yield from _plain_router_entries(router)
    for index, slot in enumerate((router.validators0, router.validators1)):
        yield from _validators_entries(world, watch, f"router/validators{index}", slot)
    yield from ((f"router/codes/{code_id}", state.value) for code_id, state in router.codes.items())
    yield from _map_entries(watch, "router/programs", router.programs)
    yield from _map_entries(watch, "router/nonces", storage.nonces)


def _plain_router_entries(router: RouterStorage) -> Iterable[Entry]:
    genesis, batch, book = router.genesis_block, router.latest_committed_batch, router.impl_addresses
    settings, timelines = router.compute_settings, router.timelines
    return (
        ("router/reserved", router.reserved),
        ("router/genesisBlock/hash", genesis.hash),
        ("router/genesisBlock/number", genesis.number),
        ("router/genesisBlock/timestamp", genesis.timestamp),
        ("router/latestCommittedBatch/hash", batch.hash),
        ("router/latestCommittedBatch/timestamp", batch.timestamp),
        ("router/implAddresses/mirror", book.mirror),
        ("router/implAddresses/wrappedVara", book.wrapped_vara),
        ("router/implAddresses/middleware", book.middleware),
        ("router/computeSettings/threshold", settings.threshold),
        ("router/computeSettings/wvaraPerSecond", settings.wvara_per_second),
        ("router/timelines/era", timelines.era),
        ("router/timelines/election", timelines.election),
        ("router/timelines/validationDelay", timelines.validation_delay),
        ("router/thresholdNumerator", router.threshold_numerator),
        ("router/thresholdDenominator", router.threshold_denominator),
        ("router/maxValidators", router.max_validators),
        ("router/programsCount", router.programs_count),
        ("router/validatedCodesCount", router.validated_codes_count),
        ("router/requestCodeValidationBaseFee", router.request_code_validation_base_fee),
        ("router/requestCodeValidationExtraFee", router.request_code_validation_extra_fee),
        ("router/protocolVersion", router.protocol_version),
    )


def _validators_entries(world: World, watch: Watch, root: str, slot: Validators) -> Iterator[Entry]:
    pointer = slot.verifiable_secret_sharing_commitment_pointer
    yield f"{root}/aggregatedPublicKey/x", slot.aggregated_public_key.x
    yield f"{root}/aggregatedPublicKey/y", slot.aggregated_public_key.y
    yield f"{root}/verifiableSecretSharingCommitmentPointer", pointer
    code = world.account(pointer).code
    if isinstance(code, DataCode):
        yield f"{root}/verifiableSecretSharingCommitment", code.data
    yield f"{root}/list", slot.listed
    yield f"{root}/useFromTimestamp", slot.use_from_timestamp
    for member in slot.members & watch.addresses:
        yield f"{root}/map/{member}", True


def _token_entries(watch: Watch, storage: Storage) -> Iterator[Entry]:
    token: TokenStorage = storage.token
    yield "wvara/owner", storage.owner
    yield "wvara/initialized", storage.initialized
    yield "wvara/implementation", storage.implementation
    yield "wvara/totalSupply", token.total_supply
    yield from _map_entries(watch, "wvara/balances", token.balances)
    yield from _map_entries(watch, "wvara/nonces", storage.nonces)
    for (owner, spender), amount in token.allowances.items():
        if owner in watch.addresses and spender in watch.addresses:
            yield f"wvara/allowances/{owner}/{spender}", amount


def _map_entries(watch: Watch, root: str, entries: Mapping[Address, object]) -> Iterator[Entry]:
    return ((f"{root}/{key}", value) for key, value in entries.items() if key in watch.addresses)
