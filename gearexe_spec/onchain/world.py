"""What the contracts live in: accounts with balance, nonce, code and storage, and the block around a transaction.

Every value is immutable; maps are persistent, so that a transition costs what it touches. An account's storage is a
record with a part for each namespace that any of the contracts uses. Code is not tied to a part: whatever code runs on
an account finds the parts of that account.

Rules: ROU-16 to ROU-22.
Source: IRouter.sol (`Storage`), Mirror.sol, OpenZeppelin 5.6.1 upgradeable contracts, ERC-1967.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from enum import Enum, auto
from typing import TYPE_CHECKING, ClassVar

from immutables import Map

from gearexe_spec.base.fixed_bytes import Address, Bytes32
from gearexe_spec.base.ids import CodeId
from gearexe_spec.base.numeric import U16, U32, U48, U64, U128, U256
from gearexe_spec.crypto.ids import compute_namespace_slot
from gearexe_spec.onchain.commitments import AggregatedPublicKey
from gearexe_spec.onchain.middleware_storage import NO_MIDDLEWARE, MiddlewareStorage

if TYPE_CHECKING:
    from gearexe_spec.onchain.machine import Frame

ZERO_ADDRESS = Address.zero()
ZERO_WORD = Bytes32.zero()
ZERO_U16, ZERO_U32, ZERO_U48 = U16(0), U32(0), U48(0)
ZERO_U64, ZERO_U128, ZERO_U256 = U64(0), U128(0), U256(0)
MAINNET = U256(1)
NO_KEY = AggregatedPublicKey(ZERO_U256, ZERO_U256)
ROUTER_BASE_SLOT = compute_namespace_slot("router.storage.RouterV1")
"""Where `initialize` puts the Router's storage."""
MIDDLEWARE_POINTER = compute_namespace_slot("middleware.storage.Slot")
"""The word that says where the Middleware's storage begins."""
MIDDLEWARE_V1 = compute_namespace_slot("middleware.storage.MiddlewareV1")
MIDDLEWARE_V2 = compute_namespace_slot("middleware.storage.MiddlewareV2")
"""Where it begins after `initialize`, and after `reinitialize`."""
VALIDATORS_POINTER = compute_namespace_slot("poa_middleware.storage.Slot")
"""The word that says where the POAMiddleware's list stands."""
VALIDATORS_V2 = compute_namespace_slot("middleware.storage.POAMiddlewareV2")
"""Where it stands after `reinitialize`."""
ERC1967_SLOT = Bytes32.from_hex("360894a13ba1a3210667c828492db98dca3e2076cc3735a920a3ca505d382bbc")
"""Where proxies keep their implementation and Mirrors their ABI interface."""


class CodeState(Enum):
    """What the Router knows of a code; the value is the number in the ABI."""

    Unknown = 0
    ValidationRequested = 1
    Validated = 2


@dataclass(frozen=True, slots=True)
class GenesisBlockInfo:
    """The block in which the Router was initialized; its hash is looked up later."""

    hash: Bytes32 = ZERO_WORD
    number: U32 = ZERO_U32
    timestamp: U48 = ZERO_U48


@dataclass(frozen=True, slots=True)
class CommittedBatchInfo:
    """The latest batch."""

    hash: Bytes32 = ZERO_WORD
    timestamp: U48 = ZERO_U48


@dataclass(frozen=True, slots=True)
class AddressBook:
    """The contracts the Router works with."""

    mirror: Address = ZERO_ADDRESS
    wrapped_vara: Address = ZERO_ADDRESS
    middleware: Address = ZERO_ADDRESS


@dataclass(frozen=True, slots=True)
class ComputationSettings:
    """Stored and shown, used by nobody (finding F-ONC-6)."""

    threshold: U64 = ZERO_U64
    wvara_per_second: U128 = ZERO_U128


@dataclass(frozen=True, slots=True)
class Timelines:
    """Durations in seconds."""

    era: U256 = ZERO_U256
    election: U256 = ZERO_U256
    validation_delay: U256 = ZERO_U256


@dataclass(frozen=True, slots=True)
class Validators:
    """One of the two slots for validators.

    `members` is the map that membership is asked of. It is kept apart from `listed`, since the list may repeat members
    and counts them for the threshold.
    """

    aggregated_public_key: AggregatedPublicKey = NO_KEY
    verifiable_secret_sharing_commitment_pointer: Address = ZERO_ADDRESS
    members: frozenset[Address] = frozenset()
    listed: tuple[Address, ...] = ()
    use_from_timestamp: U256 = ZERO_U256


@dataclass(frozen=True, slots=True)
class RouterStorage:
    """What lies behind the Router's base slot (ROU-18)."""

    reserved: U256 = ZERO_U256
    genesis_block: GenesisBlockInfo = GenesisBlockInfo()
    latest_committed_batch: CommittedBatchInfo = CommittedBatchInfo()
    impl_addresses: AddressBook = AddressBook()
    threshold_numerator: U128 = ZERO_U128
    threshold_denominator: U128 = ZERO_U128
    validators0: Validators = Validators()
    validators1: Validators = Validators()
    compute_settings: ComputationSettings = ComputationSettings()
    timelines: Timelines = Timelines()
    codes: Map[CodeId, CodeState] = Map()
    programs: Map[Address, CodeId] = Map()
    programs_count: U256 = ZERO_U256
    validated_codes_count: U256 = ZERO_U256
    max_validators: U16 = ZERO_U16
    request_code_validation_base_fee: U256 = ZERO_U256
    request_code_validation_extra_fee: U256 = ZERO_U256
    protocol_version: U256 = ZERO_U256


@dataclass(frozen=True, slots=True)
class MirrorStorage:
    """Slots 0 to 3 of a program's Mirror (ROU-19)."""

    state_hash: Bytes32 = ZERO_WORD
    nonce: U256 = ZERO_U256
    exited: bool = False
    inheritor: Address = ZERO_ADDRESS
    initializer: Address = ZERO_ADDRESS
    is_small: bool = False


@dataclass(frozen=True, slots=True)
class TokenStorage:
    """The namespace of ERC-20."""

    balances: Map[Address, U256] = Map()
    allowances: Map[tuple[Address, Address], U256] = Map()
    total_supply: U256 = ZERO_U256
    name: str = ""
    symbol: str = ""


@dataclass(frozen=True, slots=True)
class Storage:
    """The storage of one account, by namespace (ROU-17)."""

    implementation: Address = ZERO_ADDRESS
    """The ERC-1967 word: the implementation of a proxy, the ABI interface of a Mirror."""
    owner: Address = ZERO_ADDRESS
    initialized: U64 = ZERO_U64
    paused: bool = False
    nonces: Map[Address, U256] = Map()
    domain_name: str = ""
    domain_version: str = ""
    router_slot: U256 = ZERO_U256
    """The base slot B."""
    router: RouterStorage = RouterStorage()
    mirror: MirrorStorage = MirrorStorage()
    token: TokenStorage = TokenStorage()
    middleware_slot: U256 = ZERO_U256
    """Where the Middleware's current storage begins."""
    middlewares: Map[U256, MiddlewareStorage] = Map()
    """By base slot: what was left behind stays."""
    validators_slot: U256 = ZERO_U256
    """Where the POAMiddleware's current list stands; slot 0 until `reinitialize`."""
    validator_lists: Map[U256, tuple[Address, ...]] = Map()
    """By slot: what was left behind stays."""
    roles: Map[tuple[Bytes32, Address], bool] = Map()
    """The namespace of roles: who has which, always true."""
    entered: bool = False
    """The lock of contracts that may not be entered twice."""
    extension: object = None
    """The frozen record of a contract that another room adds (`ExtensionCode`)."""

    @property
    def middleware(self) -> MiddlewareStorage:
        """The Middleware's current storage (MID-4)."""
        return self.middlewares.get(self.middleware_slot, NO_MIDDLEWARE)

    @property
    def validators(self) -> tuple[Address, ...]:
        """The POAMiddleware's current list (MUL-22, ROU-20)."""
        return self.validator_lists.get(self.validators_slot, ())


EMPTY_STORAGE = Storage()


class ContractKind(Enum):
    """Contracts whose code knows nothing but itself."""

    Router = auto()
    WrappedVara = auto()
    Middleware = auto()
    POAMiddleware = auto()
    BatchMulticall = auto()
    Gear = auto()
    ERC1967Proxy = auto()


@dataclass(frozen=True, slots=True)
class ContractCode:
    """Code of one of the contracts; upgradeable ones compare `deployed_at` with where they run."""

    kind: ContractKind
    deployed_at: Address


@dataclass(frozen=True, slots=True)
class MirrorCode:
    """The implementation behind all programs of a Router, which is burnt into it."""

    router: Address


@dataclass(frozen=True, slots=True)
class CloneCode:
    """A program's Mirror proxy; the small kind has no functions of its own."""

    router: Address
    small: bool


@dataclass(frozen=True, slots=True)
class DataCode:
    """Bytes stored as code (SSTORE2), behind one byte that stops execution."""

    data: bytes


@dataclass(frozen=True, slots=True)
class ForeignCode:
    """A contract that is none of ours: the environment answers for it."""

    kind: str = ""
    """Free text for whoever answers."""


@dataclass(frozen=True, slots=True)
class UnderConstruction:
    """A contract of ours whose constructor runs: it has no code yet."""


class ExtensionCode(ABC):
    """Code of a contract that another room adds (ROU-243).

    Subclasses are frozen: what their constructor fixed for ever, and how they answer.
    """

    foreign: ClassVar[bool] = False
    """Whether calls from and to it are listed, as those of accounts that are none of our contracts."""

    @abstractmethod
    def run(self, frame: Frame) -> bytes:
        """What the code returns.

        Raises:
            Rejected: the code reverts.
            NotSpecifiedYet: there is no rule for the call.
        """


Code = ContractCode | MirrorCode | CloneCode | DataCode | ForeignCode | UnderConstruction | ExtensionCode


@dataclass(frozen=True, slots=True)
class Account:
    """An account; without code it is one of a person, or nobody's (ROU-16)."""

    balance: U256 = ZERO_U256
    nonce: U64 = ZERO_U64
    code: Code | None = None
    storage: Storage = EMPTY_STORAGE


NO_ACCOUNT = Account()


@dataclass(frozen=True, slots=True)
class CloneInitcode:
    """Keccak-256 of the initcode of both kinds of clones, as a Router's clones have it (ROU-21)."""

    small: Bytes32
    full: Bytes32


@dataclass(frozen=True, slots=True)
class World:
    """The state of the chain, as far as the contracts can see it.

    Args:
        chain_id: for EIP-712.
        accounts: absent ones are empty.
        clone_initcode: by Router; the compiled code of clones is a parameter, because only its hash matters.
    """

    chain_id: U256 = MAINNET
    accounts: Map[Address, Account] = field(default_factory=Map)
    clone_initcode: Map[Address, CloneInitcode] = field(default_factory=Map)

    def account(self, address: Address) -> Account:
        """The account at an address."""
        return self.accounts.get(address, NO_ACCOUNT)

    def with_account(self, address: Address, account: Account) -> World:
        """The world with one account replaced."""
        return replace(self, accounts=self.accounts.set(address, account))


@dataclass(frozen=True, slots=True)
class Block:
    """The block a transaction runs in.

    Args:
        number: its height.
        timestamp: seconds.
        hash_of: hashes of earlier blocks by height; asked only for the 256 before this one.
    """

    number: U256
    timestamp: U256
    hash_of: Callable[[int], Bytes32]

    def blockhash(self, number: int) -> Bytes32:
        """The hash of one of the 256 blocks before this one, else zero (ROU-22)."""
        if self.number - 256 <= number < self.number if self.number >= 256 else number < self.number:
            return self.hash_of(number)
        return ZERO_WORD
