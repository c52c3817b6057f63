"""The token on chain, message by message, as any EVM answers it."""

from typing import Any

from gearexe_spec.base.fixed_bytes import Address
from gearexe_spec.base.numeric import U64
from gearexe_spec.conformance.json_form import Json, to_json
from gearexe_spec.conformance.vectors.recorder import FormOfInit, Recorder
from gearexe_spec.crypto.hashes import keccak256
from gearexe_spec.crypto.ids import compute_create_address

OWNER, ALICE, BOB = (Address(bytes([digit]) * 20) for digit in (0xA0, 0xA1, 0xB0))
IMPLEMENTATION = compute_create_address(OWNER, U64(0))
TOKEN = compute_create_address(OWNER, U64(1))
GREATEST = (1 << 256) - 1


def genesis() -> FormOfInit:
    eoa = {"balance": 10**21, "kind": "eoa", "code": b""}
    form = {
        "chainId": 560048,
        "blockHashSalt": bytes(32),
        "block": {"number": 100, "timestamp": 1_700_000_000},
        "accounts": [{"address": address, **eoa} for address in (OWNER, ALICE, BOB)],
        "cloneInitcodeHashes": [],
        "roles": {"wvara": TOKEN, "wvaraImplementation": IMPLEMENTATION},
        "watch": sorted([OWNER, ALICE, BOB, TOKEN, IMPLEMENTATION]),
    }
    plain: Any = to_json(form)
    return FormOfInit(plain)


def words(*values: int | bytes) -> bytes:
    return b"".join(
        bytes(value).rjust(32, b"\0") if isinstance(value, bytes) else value.to_bytes(32, "big") for value in values
    )


def selector(signature: str) -> bytes:
    return keccak256(signature.encode())[:4]


def common() -> dict[str, Any]:
    return {"block": {"number": 101, "timestamp": 1_700_000_012}, "value": 0, "dry": False, "foreign": []}


def create(contract: str, arguments: bytes = b"") -> tuple[str, Json]:
    return "create", to_json({"from": OWNER, "contract": contract, "constructorArguments": arguments, **common()})


def call(sender: Address, signature: str, *values: int | bytes, to: Address = TOKEN) -> tuple[str, Json]:
    data = selector(signature) + words(*values)
    return "call", to_json({"from": sender, "to": to, "calldata": data, "blobHashes": [], **common()})


def deployed() -> list[tuple[str, Json]]:
    """The implementation, and a proxy whose constructor initializes it for the owner."""
    initialize = selector("initialize(address)") + words(OWNER)
    arguments = words(IMPLEMENTATION, 64, len(initialize)) + initialize.ljust(64, b"\0")
    return [create("WrappedVara"), create("ERC1967Proxy", arguments)]


def test_deployment(vectors: Recorder) -> None:
    """The implementation locks itself when it is created (WVA-14)."""
    action, value = create("WrappedVara")
    vectors.transition("onchain", genesis(), action, value)


def test_transfers(vectors: Recorder) -> None:
    """Transfers, allowances and what they lack (WVA-2, WVA-3, WVA-5 to WVA-9)."""
    steps = [
        call(OWNER, "transfer(address,uint256)", ALICE, 1000),
        call(ALICE, "transfer(address,uint256)", BOB, 1001),
        call(ALICE, "transfer(address,uint256)", BOB, 1000),
        call(ALICE, "transfer(address,uint256)", bytes(20), 0),
        call(BOB, "approve(address,uint256)", ALICE, 600),
        call(ALICE, "transferFrom(address,address,uint256)", BOB, ALICE, 601),
        call(ALICE, "transferFrom(address,address,uint256)", BOB, ALICE, 600),
        call(BOB, "approve(address,uint256)", ALICE, GREATEST),
        call(ALICE, "transferFrom(address,address,uint256)", BOB, OWNER, 400),
        call(ALICE, "allowance(address,address)", BOB, ALICE),
    ]
    vectors.contract("onchain", genesis(), [*deployed(), *steps])


def test_supply(vectors: Recorder) -> None:
    """Only the owner mints, the supply does not overflow, and anybody burns what is his (WVA-4, WVA-10, WVA-11)."""
    steps = [
        call(ALICE, "mint(address,uint256)", ALICE, 1),
        call(OWNER, "mint(address,uint256)", ALICE, 5),
        call(OWNER, "mint(address,uint256)", ALICE, GREATEST),
        call(ALICE, "burn(uint256)", 6),
        call(ALICE, "burn(uint256)", 5),
        call(ALICE, "totalSupply()"),
    ]
    vectors.contract("onchain", genesis(), [*deployed(), *steps])


def test_ownership(vectors: Recorder) -> None:
    """Ownership moves; initializing twice does not work, at the proxy or behind it (WVA-11, WVA-14)."""
    steps = [
        call(ALICE, "transferOwnership(address)", ALICE),
        call(OWNER, "transferOwnership(address)", bytes(20)),
        call(OWNER, "transferOwnership(address)", ALICE),
        call(OWNER, "initialize(address)", OWNER),
        call(OWNER, "initialize(address)", OWNER, to=IMPLEMENTATION),
        call(ALICE, "renounceOwnership()"),
        call(ALICE, "mint(address,uint256)", ALICE, 1),
    ]
    vectors.scenario("onchain", genesis(), [*deployed(), *steps])
