"""Calls made to hang, recurse or eat memory end soon, and as production would end them."""

from __future__ import annotations

from time import process_time

from gearexe_spec.base.fixed_bytes import Address, Bytes32
from gearexe_spec.onchain.commitments import ChainCommitment
from gearexe_spec.onchain.words import encode_word
from tests.onchain.network import ALICE, CODE, KEYS, OWNER, Network, call_data, deploy


def list_of_the_same(item: bytes, count: int) -> bytes:
    """A list whose items are all the one that stands behind it."""
    offsets = [encode_word(32 * count)] * count
    return encode_word(count) + b"".join(offsets) + item


def endless_batch(network: Network, program: Address) -> bytes:
    """A batch of 800 transitions that are all the same one, with 800 messages that are all the same one."""
    payload = encode_word(6_000) + bytes(6_016)
    heads = (Bytes32(b"\x01" * 32), OWNER, 32 * 7, 0, Bytes32.zero(), 0, False)
    message = b"".join(map(encode_word, heads)) + payload
    messages = list_of_the_same(message, 800)
    heads = (program, Bytes32.zero(), False, Address.zero(), 0, False, 32 * 8, 32 * 9)
    transition = b"".join(map(encode_word, heads)) + encode_word(0) + messages
    transitions = list_of_the_same(transition, 800)

    empty = network.commit_data(
        network.batch(chain_commitment=(ChainCommitment((), Bytes32.zero(), Bytes32.zero()),)), KEYS[:3]
    )
    words = [empty[4 + at : 36 + at] for at in range(0, len(empty) - 4, 32)]
    batch = int.from_bytes(words[0], "big") // 32
    chain_list = batch + int.from_bytes(words[batch + 4], "big") // 32
    chain = chain_list + 1 + int.from_bytes(words[chain_list + 1], "big") // 32
    words[chain] = encode_word(32 * (len(words) - chain))
    return empty[:4] + b"".join(words) + transitions


def test_a_batch_that_points_at_itself_uses_up_its_gas() -> None:
    network, program = deploy().with_program()
    data = endless_batch(network, program)
    began = process_time()
    assert network.reject(ALICE, network.router, data) == "Empty"
    assert process_time() - began < 5


def test_a_clone_that_is_its_own_implementation_recurses_in_vain() -> None:
    network, _ = deploy().with_program()
    signature = "createProgram(bytes32,bytes32,address)"
    salt = Bytes32(b"\x77" * 32)
    network, _ = network.accept(OWNER, network.router, call_data("setMirror(address)", network.router))
    network, result = network.call(ALICE, network.router, call_data(signature, CODE, salt, ALICE))
    program = Address(result.creations[0].address)
    network, _ = network.accept(OWNER, network.router, call_data("setMirror(address)", program))
    assert network.reject(ALICE, network.router, call_data(signature, CODE, Bytes32(b"\x78" * 32), ALICE)) == "Empty"


def test_lengths_beyond_memory_are_refused() -> None:
    network = deploy()
    for length in (2**64 - 1, 2**64, 2**255, 2**256 - 1):
        data = call_data("areValidators(address[])", 32, length)
        assert network.reject(ALICE, network.router, data) == "Empty"
        upgrade = call_data("upgradeToAndCall(address,bytes)", ALICE, 64, length)
        assert network.reject(OWNER, network.router, upgrade) == "Panic"
