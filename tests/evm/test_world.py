"""The world against what the EVM's own rules say, on hand-assembled code."""

import pytest

from gearexe_spec.base.fixed_bytes import Address, Bytes32
from gearexe_spec.crypto.hashes import keccak256
from gearexe_spec.evm.world import (
    Block,
    SenderCannotPay,
    TracedCall,
    World,
    compute_create_address,
    salted_block_hashes,
    select_foreign_calls,
)

ALICE = Address(b"\xa1" * 20)
BOB = Address(b"\xb0" * 20)
CALLEE = Address(b"\xca" * 20)
RETURN_TOP = "5f5260205ff3"  # mstore(0, top), return(0, 32)
SALT = b"\x07" * 32


def world_with(code: str) -> World:
    world = World(Block(1000, 1_700_000_000), chain_id=5, block_hash=salted_block_hashes(SALT))
    world.set_balance(ALICE, 10**18)
    world.set_code(BOB, bytes.fromhex(code))
    return world


def word(world: World, calldata: bytes = b"", **options: object) -> int:
    receipt = world.call(ALICE, BOB, calldata, dry=True, **options)  # type: ignore[arg-type]
    assert receipt.ok
    return int.from_bytes(receipt.return_data, "big")


@pytest.mark.parametrize(
    ("number", "known"), [(999, True), (744, True), (743, False), (1000, False), (1001, False), (2**255, False)]
)
def test_blockhash_answers_for_256_blocks(number: int, known: bool) -> None:
    world = world_with("5f3540" + RETURN_TOP)
    expected = keccak256(SALT + number.to_bytes(32, "big")) if known else bytes(32)
    assert word(world, number.to_bytes(32, "big")) == int.from_bytes(expected, "big")


@pytest.mark.parametrize(("opcode", "expected"), [("42", 1_700_000_000), ("43", 1000), ("46", 5), ("3a", 0), ("34", 7)])
def test_context(opcode: str, expected: int) -> None:
    assert word(world_with(opcode + RETURN_TOP), value=7) == expected


def test_blob_hashes() -> None:
    world = world_with("5f3549" + RETURN_TOP)
    blobs = [b"\x01" + bytes(30) + b"\x05", b"\x01" + bytes(30) + b"\x06"]
    assert [word(world, index.to_bytes(32, "big"), blob_hashes=blobs) & 0xFF for index in range(3)] == [5, 6, 0]


@pytest.mark.parametrize(("argument", "expected"), [(0, 256), (1, 255), (2**255, 0), (0xFF, 248)])
def test_count_leading_zeros(argument: int, expected: int) -> None:
    assert word(world_with("5f351e" + RETURN_TOP), argument.to_bytes(32, "big")) == expected


def test_storage_is_kept_and_transient_storage_is_not() -> None:
    # sstore(0, sload(0) + 1); tstore(0, tload(0) + 1); return tload(0) * 16 + sload(0)
    world = world_with("5f546001015f555f5c6001015f5d5f5c6004" + "1b5f5401" + RETURN_TOP)
    results = [int.from_bytes(world.call(ALICE, BOB).return_data, "big") for _ in range(3)]
    assert results == [0x11, 0x12, 0x13]
    assert world.storage(BOB, 0) == 3
    assert dict(world.storage_words(BOB)) == {0: 3}


def test_a_revert_undoes_all_but_the_nonce() -> None:
    world = world_with("60015f5560aa5f5360015ffd")
    receipt = world.call(ALICE, BOB, value=5)
    assert (receipt.ok, receipt.return_data, receipt.logs) == (False, b"\xaa", ())
    assert (world.storage(BOB, 0), world.balance(BOB), world.nonce(ALICE)) == (0, 0, 1)


def test_a_dry_call_leaves_no_trace() -> None:
    world = world_with("60015f55")
    before = world.snapshot()
    assert world.call(ALICE, BOB, value=5, dry=True).ok
    assert world.snapshot() == before


def test_snapshots_can_be_gone_back_to_twice() -> None:
    world = world_with("60015f5401" + "5f55")
    start = world.snapshot()
    for _ in range(2):
        world.call(ALICE, BOB)
        world.mine(3)
        assert (world.storage(BOB, 0), world.block) == (1, Block(1003, 1_700_000_036))
        world.revert(start)
        assert (world.storage(BOB, 0), world.block) == (0, Block(1000, 1_700_000_000))


def test_create_and_create2_addresses() -> None:
    # create2(0, 0, 0, 7) inside the creation code of a contract without code
    world = World(Block(1, 1))
    receipt = world.create(ALICE, bytes.fromhex("60075f5f5ff500"))
    assert receipt.ok
    assert receipt.created == compute_create_address(ALICE, 0)
    (creation,) = receipt.creations
    assert creation.creator == receipt.created
    assert creation.initcode_hash == keccak256(b"")
    preimage = b"\xff" + creation.creator + (7).to_bytes(32, "big") + keccak256(b"")
    assert creation.address == keccak256(preimage)[12:]
    assert world.nonce(receipt.created) == 2


def test_create_address_of_the_first_account_of_foundry() -> None:
    deployer = Address.from_hex("0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266")
    assert compute_create_address(deployer, 3).to_hex() == "0xcf7ed3acca5a467e9e704c703e8d87f634fb0fc9"


def test_calls_are_traced() -> None:
    # call(5000, CALLEE, 1, 0, 0, 0, 0): the callee answers 0xbb; precompile 4 is left out
    call_callee = "5f5f5f5f600173" + CALLEE.hex() + "611388f1"
    world = world_with("5f5f5f5f5f60045af1" + call_callee + "00")
    world.set_code(CALLEE, bytes.fromhex("60bb5f5360015ff3"))
    world.set_balance(BOB, 1)
    (call,) = world.call(ALICE, BOB, dry=True).calls
    assert call == TracedCall(
        sender=BOB,
        to=CALLEE,
        value=1,
        calldata=b"",
        gas=7300,
        success=True,
        return_data=b"\xbb",
        static=False,
        parent=None,
    )
    world.set_balance(BOB, 0)
    assert world.call(ALICE, BOB).calls == ()


def test_foreign_calls_point_to_the_nearest_one_around() -> None:
    def call(sender: Address, to: Address, parent: int | None) -> TracedCall:
        return TracedCall(sender, to, 0, b"", 0, True, b"", False, parent)

    ours = {ALICE, BOB}
    calls = [call(ALICE, BOB, None), call(BOB, CALLEE, 0), call(CALLEE, CALLEE, 1), call(CALLEE, ALICE, 2)]
    chosen = select_foreign_calls(calls, ours)
    assert [(found.sender, found.parent) for found in chosen] == [(BOB, None), (CALLEE, 0), (CALLEE, 1)]


def test_a_message_that_cannot_be_paid_is_refused() -> None:
    with pytest.raises(SenderCannotPay):
        world_with("00").call(BOB, ALICE, value=1)


def test_the_ecrecover_precompile_is_there() -> None:
    world = World(Block(1, 1))
    # RFC 6979 signature from the published test values of the protocol, over its signed digest
    digest = Bytes32.from_hex("938860f3d464dd9befa1c35a90174fcee3bf3d3d24bee5cc70947f4f5fd688a3")
    rs = bytes.fromhex(
        "a0f0a2f6f44b2599378b672bb6d18d3433e4a155964f946f297dda8f6a338e9a"
        "773b1360846e893165b87dce5320c73e02ddec7f244bb95fe527ff3b59023a34"
    )
    receipt = world.call(ALICE, Address(bytes(19) + b"\x01"), digest + (28).to_bytes(32, "big") + rs)
    assert receipt.return_data[12:].hex() == "45d6536e3d4adc8f4e13c5c4aa54be968c55abf1"
