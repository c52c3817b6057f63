"""A small network made by the specification alone, and short ways to act on it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from immutables import Map

from gearexe_spec.base.fixed_bytes import Address, Bytes32
from gearexe_spec.base.ids import CodeId
from gearexe_spec.base.numeric import U8, U48, U256
from gearexe_spec.codec.abi import abi_bytes, address, dynamic_array, encode_sequence, tuple_of, uint256
from gearexe_spec.crypto.ecdsa import PrivateKey, sign
from gearexe_spec.crypto.frost import Ciphersuite, multiply_base, sign_alone
from gearexe_spec.crypto.hashes import keccak256
from gearexe_spec.crypto.ids import compute_create_address
from gearexe_spec.onchain.commitment_abi import SignatureType, encode_commit_batch
from gearexe_spec.onchain.commitments import (
    BatchCommitment,
    ChainCommitment,
    CodeCommitment,
    StateTransition,
    compute_signed_digest,
    hash_batch_commitment,
)
from gearexe_spec.onchain.environment import NOBODY, Environment
from gearexe_spec.onchain.router_setup import INITIALIZE
from gearexe_spec.onchain.transaction import (
    Applied,
    Call,
    Deployment,
    ProxyArguments,
    Result,
    Reverted,
    apply_call,
    apply_deployment,
)
from gearexe_spec.onchain.words import compute_selector, encode_bytes, encode_tuple, encode_word
from gearexe_spec.onchain.world import Account, Block, CloneInitcode, ContractKind, World

OWNER = Address(b"\x0f" * 20)
ALICE = Address(b"\xaa" * 20)
CODE = CodeId(b"\xc0" * 32)
KEYS = tuple(PrivateKey(bytes([number]) * 32) for number in range(1, 9))
ERA, ELECTION, DELAY = 1_000, 100, 50
START = 1_700_000_000
ETHER = 10**18


@dataclass(frozen=True)
class Network:
    """A world with Router and token, and where it stands in time."""

    world: World
    router: Address
    token: Address
    mirror: Address
    number: int = 1_000
    now: int = START

    @property
    def block(self) -> Block:
        return Block(U256(self.number), U256(self.now), lambda number: keccak256(number.to_bytes(32, "big")))

    def later(self, seconds: int) -> Network:
        return replace(self, number=self.number + 1, now=self.now + seconds)

    def call(
        self,
        sender: Address,
        to: Address,
        data: bytes = b"",
        *,
        value: int = 0,
        blobs: tuple[Bytes32, ...] = (),
        environment: Environment = NOBODY,
    ) -> tuple[Network, Result]:
        call = Call(sender, to, data, U256(value), blobs)
        result = apply_call(self.world, self.block, call, environment)
        return replace(self, world=result.world), result

    def accept(self, sender: Address, to: Address, data: bytes = b"", **more: object) -> tuple[Network, Applied]:
        network, result = self.call(sender, to, data, **more)
        assert isinstance(result, Applied), result
        return network, result

    def reject(self, sender: Address, to: Address, data: bytes = b"", **more: object) -> str:
        _, result = self.call(sender, to, data, **more)
        assert isinstance(result, Reverted), result
        return result.rejected.reason.name

    def view(self, to: Address, signature: str, *arguments: int | bytes) -> bytes:
        _, result = self.accept(ALICE, to, call_data(signature, *arguments))
        return result.output

    def batch(self, **parts: object) -> BatchCommitment:
        """A batch on top of the latest one, stamped one second ago."""
        latest = self.world.account(self.router).storage.router.latest_committed_batch
        block_hash = keccak256((self.number - 1).to_bytes(32, "big"))
        return BatchCommitment(block_hash, U48(self.now - 1), latest.hash, U8(3), **parts)

    def commit_data(self, batch: BatchCommitment, keys: tuple[PrivateKey, ...]) -> bytes:
        digest = compute_signed_digest(self.router, hash_batch_commitment(batch))
        return encode_commit_batch(batch, SignatureType.ECDSA, [sign(key, digest).encode() for key in keys])

    def commit_data_by_group(self, batch: BatchCommitment, secret: int) -> bytes:
        digest = compute_signed_digest(self.router, hash_batch_commitment(batch))
        signature = sign_alone(Ciphersuite.ROUTER, secret, 0x1234567, digest).encode()
        return encode_commit_batch(batch, SignatureType.FROST, [signature])

    def commit(self, batch: BatchCommitment, keys: tuple[PrivateKey, ...]) -> Network:
        network, _ = self.accept(ALICE, self.router, self.commit_data(batch, keys))
        return network.later(12)

    def with_program(self, *, full: bool = False) -> tuple[Network, Address]:
        """A validated code and a program of it, whose initializer is Alice."""
        network, _ = self.accept(OWNER, self.token, call_data("approve(address,uint256)", self.router, 10**18))
        request = "requestCodeValidation(bytes32,uint256,uint8,bytes32,bytes32)"
        blob = Bytes32(b"\x01" * 32)
        network, _ = network.accept(
            OWNER, self.router, call_data(request, CODE, 0, 0, Bytes32.zero(), Bytes32.zero()), blobs=(blob,)
        )
        network = network.commit(network.batch(code_commitments=(CodeCommitment(CODE, True),)), KEYS[:3])
        salt = Bytes32(b"\x5a" * 32)
        if full:
            data = call_data(
                "createProgramWithAbiInterface(bytes32,bytes32,address,address)", CODE, salt, ALICE, Address.zero()
            )
        else:
            data = call_data("createProgram(bytes32,bytes32,address)", CODE, salt, ALICE)
        network, result = network.accept(ALICE, self.router, data)
        return network, Address(result.output[12:])

    def commit_transition(
        self, transition: StateTransition, environment: Environment = NOBODY
    ) -> tuple[Network, Applied]:
        chain = ChainCommitment((transition,), Bytes32(b"\x0d" * 32), Bytes32.zero())
        data = self.commit_data(self.batch(chain_commitment=(chain,)), KEYS[:3])
        network, result = self.accept(ALICE, self.router, data, environment=environment)
        return network.later(12), result


def call_data(signature: str, *arguments: int | bytes) -> bytes:
    """Calldata of static arguments."""
    return compute_selector(signature) + b"".join(map(encode_word, arguments))


def send_message_data(payload: bytes, call_reply: bool = False) -> bytes:
    """Calldata of `sendMessage`."""
    selector = compute_selector("sendMessage(bytes,bool)")
    return selector + encode_tuple((encode_bytes(payload),), encode_word(call_reply))


def deploy(validators: tuple[PrivateKey, ...] = KEYS[:4], group_secret: int = 7) -> Network:
    """Deploy token, Router and Mirror, and look the genesis hash up one block later."""
    predicted = {
        name: compute_create_address(OWNER, nonce) for name, nonce in (("token", 1), ("router", 3), ("mirror", 4))
    }
    rich = Account(balance=U256(1_000 * ETHER))
    clones = CloneInitcode(Bytes32(b"\x11" * 32), Bytes32(b"\x22" * 32))
    world = World(U256(1), Map({OWNER: rich, ALICE: rich}), Map({predicted["router"]: clones}))
    network = Network(world, predicted["router"], predicted["token"], predicted["mirror"])

    network = place(network, ContractKind.WrappedVara, None)
    token_setup = call_data("initialize(address)", OWNER)
    network = place(network, ContractKind.ERC1967Proxy, ProxyArguments(compute_create_address(OWNER, 0), token_setup))
    network = place(network, ContractKind.Router, None)
    setup = initialize_router_data(network, validators, group_secret)
    network = place(network, ContractKind.ERC1967Proxy, ProxyArguments(compute_create_address(OWNER, 2), setup))
    network = place(network, None, network.router).later(12)
    network, _ = network.accept(ALICE, network.router, call_data("lookupGenesisHash()"))
    return network


def place(network: Network, contract: ContractKind | None, arguments: Address | ProxyArguments | None) -> Network:
    result = apply_deployment(network.world, network.block, Deployment(OWNER, contract, arguments))
    assert isinstance(result, Applied), result
    return replace(network, world=result.world)


def initialize_router_data(network: Network, validators: tuple[PrivateKey, ...], group_secret: int) -> bytes:
    x, y = multiply_base(group_secret).coordinates()
    kinds = (*(address,) * 4, *(uint256,) * 3, tuple_of(uint256, uint256), abi_bytes, dynamic_array(address))
    members = [key.to_address() for key in validators]
    book = (OWNER, network.mirror, network.token, Address.zero())
    values = (*book, U256(ERA), U256(ELECTION), U256(DELAY), (x, y), b"", members)
    return compute_selector(INITIALIZE) + encode_sequence(kinds, values)
