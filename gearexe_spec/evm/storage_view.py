"""The state of the contracts read from their storage words, as flat paths.

The paths are those of production's recordings; here the layout of the storage is looked at itself, not through views.
A word that no path explains is reported, so that nothing is kept in secret.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from gearexe_spec.base.fixed_bytes import Address, Bytes32
from gearexe_spec.crypto.hashes import keccak256
from gearexe_spec.evm.world import World

Plain = str | int | bool | list[str]
Paths = dict[str, Plain]
Form = Callable[[int], Plain]

ROUTER_SLOT = 0x5C09CA1B9B8127A4FD9F3C384AAC59B661441E820E17733753FF5F2E86E1E000
ROUTER_V1 = 0xE3D827FD4FED52666D49A0DF00F9CC2AC79F0F2378FC627E62463164801B6500
OWNABLE = 0x9016D09D72D40FDAE2FD8CEAC6B6234C7706214FD39C1CD1E609A0528C199300
INITIALIZABLE = 0xF0C57E16840DF040F15088DC2F81FE391C3923BEC73E23A9662EFC9C229C6A00
PAUSABLE = 0xCD5ED15C6E187E77E9AEE88184C21F4F2182AB5827CB3B7E07FBEDCD63F03300
EIP712 = 0xA16A46D94261C7517CC8FF89F61C0CE93598E3C849801011DEE649A6A557D100
NONCES = 0x5AB42CED628888259C08AC98DB1EB0CF702FC1501344311D8B100CD1BFE4BB00
ERC20 = 0x52C63247E1F47DB19D5CE0460030C497F067CA4CEBF71BA98EEADABE20BACE00
IMPLEMENTATION = 0x360894A13BA1A3210667C828492DB98DCA3E2076CC3735A920A3CA505D382BBC


def as_hex(value: int) -> str:
    """Minimal hexadecimal."""
    return hex(value)


def as_number(value: int) -> int:
    """A plain number."""
    return value


def as_flag(value: int) -> bool:
    """True; false is absent."""
    return bool(value)


def as_word(value: int) -> str:
    """32 bytes."""
    return f"0x{value:064x}"


def as_address(value: int) -> str:
    """20 bytes."""
    return f"0x{value:040x}"


@dataclass(frozen=True, slots=True)
class Part:
    """A value inside a word: path, lowest bit, width in bits, form."""

    path: str
    form: Form
    shift: int = 0
    bits: int = 256

    def read(self, word: int) -> int:
        """The bits of this part."""
        return word >> self.shift & ((1 << self.bits) - 1)


@dataclass(frozen=True)
class Layout:
    """What stands in the words of one contract; `ignored` words are constants of no interest."""

    parts: Mapping[int, tuple[Part, ...]]
    ignored: frozenset[int] = frozenset()
    lists: Mapping[int, str] = field(default_factory=dict)
    """Slot of the length of an array of addresses, and its path."""

    def read(self, words: Mapping[int, int]) -> Paths:
        """All non-zero values by path; a word or bits without a meaning under `unexplained/SLOT`."""
        paths: Paths = {}
        rest = {slot: word for slot, word in words.items() if slot not in self.ignored}
        for slot, path in self.lists.items():
            items = [rest.pop(place, 0) for place in array_slots(slot, rest.pop(slot, 0))]
            if items:
                paths[path] = [as_address(item) for item in items]
        for slot, word in rest.items():
            for part in self.parts.get(slot, ()):
                if value := part.read(word):
                    paths[part.path] = part.form(value)
                word &= ~(((1 << part.bits) - 1) << part.shift)  # noqa: PLW2901  # what is left is unexplained
            if word:
                paths[f"unexplained/{slot:#x}"] = as_word(word)
        return paths


def mapping_slot(key: bytes, base: int) -> int:
    """Where a mapping keeps the value of a key of up to 32 bytes."""
    return int.from_bytes(keccak256(key.rjust(32, b"\0") + base.to_bytes(32, "big")), "big")


def array_slots(base: int, length: int) -> range:
    """Where a dynamic array keeps its items, one a word."""
    start = int.from_bytes(keccak256(base.to_bytes(32, "big")), "big")
    return range(start, start + length)


@dataclass(frozen=True)
class Known:
    """The keys that may occur in mappings.

    Args:
        addresses: accounts.
        codes: code ids.
    """

    addresses: tuple[Address, ...]
    codes: tuple[Bytes32, ...]


def router_layout(base: int, known: Known) -> Layout:
    """The Router's proxy, its state at `base`."""
    parts: dict[int, tuple[Part, ...]] = {
        ROUTER_SLOT: (Part("router/storageSlot", as_word),),
        OWNABLE: (Part("router/owner", as_address),),
        INITIALIZABLE: (Part("router/initialized", as_hex, bits=64),),
        PAUSABLE: (Part("router/paused", as_flag, bits=8),),
        IMPLEMENTATION: (Part("router/implementation", as_address),),
        base: (Part("router/reserved", as_hex),),
        base + 1: (Part("router/genesisBlock/hash", as_word),),
        base + 2: (
            Part("router/genesisBlock/number", as_number, 0, 32),
            Part("router/genesisBlock/timestamp", as_number, 32, 48),
        ),
        base + 3: (Part("router/latestCommittedBatch/hash", as_word),),
        base + 4: (Part("router/latestCommittedBatch/timestamp", as_number, 0, 48),),
        base + 5: (Part("router/implAddresses/mirror", as_address),),
        base + 6: (Part("router/implAddresses/wrappedVara", as_address),),
        base + 7: (Part("router/implAddresses/middleware", as_address),),
        base + 8: (
            Part("router/thresholdNumerator", as_hex, 0, 128),
            Part("router/thresholdDenominator", as_hex, 128, 128),
        ),
        base + 21: (
            Part("router/computeSettings/threshold", as_hex, 0, 64),
            Part("router/computeSettings/wvaraPerSecond", as_hex, 64, 128),
        ),
        base + 22: (Part("router/timelines/era", as_hex),),
        base + 23: (Part("router/timelines/election", as_hex),),
        base + 24: (Part("router/timelines/validationDelay", as_hex),),
        base + 27: (Part("router/programsCount", as_hex),),
        base + 28: (Part("router/validatedCodesCount", as_hex),),
        base + 29: (Part("router/maxValidators", as_number, 0, 16),),
        base + 30: (Part("router/requestCodeValidationBaseFee", as_hex),),
        base + 31: (Part("router/requestCodeValidationExtraFee", as_hex),),
        base + 32: (Part("router/protocolVersion", as_hex),),
    }
    parts |= {mapping_slot(code, base + 25): (Part(f"router/codes/{code}", as_number),) for code in known.codes}
    for address in known.addresses:
        parts[mapping_slot(address, base + 26)] = (Part(f"router/programs/{address}", as_word),)
        parts[mapping_slot(address, NONCES)] = (Part(f"router/nonces/{address}", as_hex),)
    for slot in (0, 1):
        parts |= validators_parts(f"router/validators{slot}", base + 9 + 6 * slot, known.addresses)
    lists = {base + 13: "router/validators0/list", base + 19: "router/validators1/list"}
    return Layout(parts, frozenset({EIP712 + 2, EIP712 + 3}), lists)


def validators_parts(path: str, base: int, addresses: Iterable[Address]) -> dict[int, tuple[Part, ...]]:
    """One slot of validators, without the list."""
    parts: dict[int, tuple[Part, ...]] = {
        base: (Part(f"{path}/aggregatedPublicKey/x", as_hex),),
        base + 1: (Part(f"{path}/aggregatedPublicKey/y", as_hex),),
        base + 2: (Part(f"{path}/verifiableSecretSharingCommitmentPointer", as_address),),
        base + 5: (Part(f"{path}/useFromTimestamp", as_hex),),
    }
    return parts | {mapping_slot(key, base + 3): (Part(f"{path}/map/{key}", as_flag),) for key in addresses}


def token_layout(known: Known) -> Layout:
    """The token's proxy."""
    parts: dict[int, tuple[Part, ...]] = {
        OWNABLE: (Part("wvara/owner", as_address),),
        INITIALIZABLE: (Part("wvara/initialized", as_hex, bits=64),),
        IMPLEMENTATION: (Part("wvara/implementation", as_address),),
        ERC20 + 2: (Part("wvara/totalSupply", as_hex),),
    }
    for owner in known.addresses:
        parts[mapping_slot(owner, ERC20)] = (Part(f"wvara/balances/{owner}", as_hex),)
        parts[mapping_slot(owner, NONCES)] = (Part(f"wvara/nonces/{owner}", as_hex),)
        allowances = mapping_slot(owner, ERC20 + 1)
        for spender in known.addresses:
            path = f"wvara/allowances/{owner}/{spender}"
            parts[mapping_slot(spender, allowances)] = (Part(path, as_hex),)
    return Layout(parts, frozenset({EIP712 + 2, EIP712 + 3, ERC20 + 3, ERC20 + 4}))


def mirror_layout(address: Address) -> Layout:
    """A clone."""
    path = f"mirrors/{address}"
    return Layout(
        {
            0: (Part(f"{path}/stateHash", as_word),),
            1: (Part(f"{path}/nonce", as_hex),),
            2: (Part(f"{path}/exited", as_flag, 0, 8), Part(f"{path}/inheritor", as_address, 8, 160)),
            3: (Part(f"{path}/initializer", as_address, 0, 160), Part(f"{path}/isSmall", as_flag, 160, 8)),
            IMPLEMENTATION: (Part(f"{path}/abiInterface", as_address),),
        }
    )


def read_router(world: World, router: Address, layout: Layout) -> Paths:
    """The Router's paths, with what stands beside the storage: the account's nonce and the bytes behind pointers."""
    paths = layout.read(world.storage_words(router))
    if nonce := world.nonce(router):
        paths["router/accountNonce"] = nonce
    for slot in (0, 1):
        pointer = paths.get(f"router/validators{slot}/verifiableSecretSharingCommitmentPointer")
        if isinstance(pointer, str):
            code = world.code(Address.from_hex(pointer))
            paths[f"router/validators{slot}/verifiableSecretSharingCommitment"] = "0x" + code[1:].hex()
    return paths
