"""A network of our contracts, used as people use it."""

import pytest
from eth_account import Account
from eth_keys.datatypes import PrivateKey

from gearexe_spec.base.fixed_bytes import Address, Bytes32
from gearexe_spec.crypto.hashes import KECCAK_EMPTY, keccak256
from gearexe_spec.evm.network import Network, NetworkSettings, StepReverted, deploy_network, new_network
from gearexe_spec.evm.world import Block, World

KEYS = [PrivateKey(bytes([index + 1]) * 32) for index in range(4)]
VALIDATORS = sorted(Address(key.public_key.to_canonical_address()) for key in KEYS)
USER = Address.from_hex(Account.from_key(b"\x77" * 32).address)
CODE = Bytes32(b"\xc0" * 32)
BLOB = b"\x01" + bytes(31)
ECDSA = 1
NO_PERMIT = (0, 27, bytes(32), bytes(32))


@pytest.fixture
def network() -> Network:
    network = new_network(VALIDATORS)
    network.world.set_balance(USER, 10**20)
    network.send(network.deployer, network.wvara, "transfer", USER, 10**17)
    network.send(USER, network.wvara, "approve", network.router, 2**256 - 1)
    return network


def commit(network: Network, *, codes: list[tuple[bytes, bool]] = (), transitions: list[dict] | None = None):  # type: ignore[no-untyped-def, assignment, type-arg]
    """Commit a batch of code commitments and transitions, signed by three of four."""
    world = network.world
    world.mine()
    batch = {
        "blockHash": world.block_hash(world.block.number - 1),
        "blockTimestamp": world.block.timestamp - 12,
        "previousCommittedBatchHash": network.view(network.router, "latestCommittedBatchHash"),
        "expiry": 3,
        "chainCommitment": []
        if transitions is None
        else [{"transitions": transitions, "head": bytes(32), "lastAdvancedEthBlock": bytes(32)}],
        "codeCommitments": [{"id": code, "valid": valid} for code, valid in codes],
        "rewardsCommitment": [],
        "validatorsCommitment": [],
    }
    codes_hash = keccak256(b"".join(keccak256(code + bytes([valid])) for code, valid in codes))
    chain_hash = KECCAK_EMPTY
    if transitions is not None:
        leaves = b"".join(hash_transition(transition) for transition in transitions)
        chain_hash = keccak256(keccak256(leaves) + bytes(64))
    header = batch["blockHash"] + batch["blockTimestamp"].to_bytes(6, "big") + batch["previousCommittedBatchHash"]
    batch_hash = keccak256(header + b"\x03" + chain_hash + codes_hash + KECCAK_EMPTY + KECCAK_EMPTY)
    digest = keccak256(b"\x19\x00" + network.router + batch_hash)
    signatures = [sign(key, digest) for key in KEYS[:3]]
    return network.send(USER, network.router, "commitBatch", batch, ECDSA, signatures)


def hash_transition(transition: dict) -> bytes:  # type: ignore[type-arg]
    messages = b"".join(
        keccak256(
            message["id"]
            + message["destination"]
            + message["payload"]
            + message["value"].to_bytes(16, "big")
            + message["replyDetails"]["to"]
            + message["replyDetails"]["code"]
            + bytes([message["call"]])
        )
        for message in transition["messages"]
    )
    return keccak256(
        transition["actorId"]
        + transition["newStateHash"]
        + bytes([transition["exited"]])
        + transition["inheritor"]
        + transition["valueToReceive"].to_bytes(16, "big")
        + bytes([transition["valueToReceiveNegativeSign"]])
        + KECCAK_EMPTY
        + keccak256(messages)
    )


def sign(key: PrivateKey, digest: bytes) -> bytes:
    signature = key.sign_msg_hash(digest).to_bytes()
    return signature[:64] + bytes([signature[64] + 27])


def names(network: Network, receipt) -> list[str]:  # type: ignore[no-untyped-def]
    return [event.name for event in network.events(receipt)]


def test_addresses_follow_from_the_deployers_nonces() -> None:
    world = World(Block(10, 1_000_000))
    deployer = Address.from_hex("0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266")
    network = deploy_network(world, deployer, NetworkSettings(VALIDATORS))
    assert network.router.to_hex() == "0xcf7ed3acca5a467e9e704c703e8d87f634fb0fc9"
    assert network.view(network.router, "mirrorImpl") == network.mirror
    assert network.view(network.router, "middleware") == network.middleware
    assert network.view(network.router, "wrappedVara") == network.wvara
    assert network.view(network.mirror, "router") == network.router
    assert network.view(network.middleware, "router") == network.router
    assert network.view(network.middleware, "makeElectionAt", 0, 0) == VALIDATORS
    assert network.view(network.router, "validators") == VALIDATORS
    assert network.view(network.router, "genesisBlockHash") == world.block_hash(10)


def test_one_message_travels_all_the_way(network: Network) -> None:
    receipt = network.send(USER, network.router, "requestCodeValidation", CODE, *NO_PERMIT, blob_hashes=[BLOB])
    assert names(network, receipt) == ["Transfer", "CodeValidationRequested"]
    assert names(network, commit(network, codes=[(CODE, True)])) == ["CodeGotValidated", "BatchCommitted"]

    program, receipt = network.create_program(USER, "createProgram", CODE, bytes(32), Address.zero())
    assert names(network, receipt) == ["ProgramCreated"]
    network.send(USER, network.wvara, "approve", program, 10**15)
    receipt = network.send(USER, program, "executableBalanceTopUp", 10**15)
    assert names(network, receipt) == ["Transfer", "ExecutableBalanceTopUpRequested"]

    receipt = network.send(USER, program, "sendMessage", b"PING", False, value=9)
    message_id = keccak256(program + bytes(32))
    assert receipt.return_data == message_id
    assert network.world.balance(network.router) == 9

    reply = {
        "id": b"\x1d" * 32,
        "destination": USER,
        "payload": b"PONG",
        "value": 4,
        "replyDetails": {"to": message_id, "code": bytes(4)},
        "call": False,
    }
    transition = {
        "actorId": program,
        "newStateHash": b"\x5a" * 32,
        "exited": False,
        "inheritor": Address.zero(),
        "valueToReceive": 9,
        "valueToReceiveNegativeSign": False,
        "valueClaims": [],
        "messages": [reply],
    }
    before = network.world.balance(USER)
    receipt = commit(network, transitions=[transition])
    events = network.events(receipt)
    assert [event.name for event in events] == ["Reply", "StateChanged", "MBCommitted", "BatchCommitted"]
    assert events[0].arguments == {"payload": b"PONG", "value": 4, "replyTo": message_id, "replyCode": bytes(4)}
    assert network.view(program, "stateHash") == b"\x5a" * 32
    assert (network.world.balance(program), network.world.balance(USER) - before) == (5, 4)


def test_a_full_clone_takes_messages_through_its_fallback(network: Network) -> None:
    network.send(USER, network.router, "requestCodeValidation", CODE, *NO_PERMIT, blob_hashes=[BLOB])
    commit(network, codes=[(CODE, True)])
    program, _ = network.create_program(
        USER, "createProgramWithAbiInterface", CODE, bytes(32), Address.zero(), Address(b"\xab" * 20)
    )
    calldata = b"\x12\x34\x56\x78" + (1).to_bytes(32, "big") + b"more"
    (event,) = network.events(network.send_raw(USER, program, calldata, value=3))
    assert event.name == "MessageQueueingRequested"
    assert event.arguments == {
        "id": keccak256(program + bytes(32)),
        "source": USER,
        "payload": calldata,
        "value": 3,
        "callReply": True,
    }
    (event,) = network.events(network.send_raw(USER, program, b"", value=5))
    assert (event.name, event.arguments) == ("OwnedBalanceTopUpRequested", {"value": 5})
    with pytest.raises(StepReverted, match="InvalidFallbackCall"):
        network.send_raw(USER, program, calldata[:35])


def test_reverts_are_named(network: Network) -> None:
    with pytest.raises(StepReverted, match="BlobNotFound"):
        network.send(USER, network.router, "requestCodeValidation", CODE, *NO_PERMIT)
    with pytest.raises(StepReverted) as caught:
        network.send(USER, network.router, "pause")
    assert (caught.value.name, caught.value.arguments) == ("OwnableUnauthorizedAccount", {"account": USER})
    with pytest.raises(StepReverted) as caught:
        network.send(USER, network.middleware, "eraDuration")
    assert (caught.value.name, caught.value.arguments) == ("Error", {"message": "not implemented"})
    with pytest.raises(StepReverted) as caught:
        network.send_raw(USER, network.router, b"\x12\x34\x56\x78")
    assert caught.value.name == "empty"
    with pytest.raises(StepReverted) as caught:
        network.send(network.deployer, network.wvara, "mint", USER, 2**256 - 1)
    assert (caught.value.name, caught.value.arguments) == ("Panic", {"code": 0x11})


def test_refused_settings_are_named() -> None:
    with pytest.raises(StepReverted, match="InvalidFROSTAggregatedPublicKey"):
        deploy_network(World(Block(1, 1)), USER, NetworkSettings(VALIDATORS, aggregated_public_key=(1, 1)))


def test_two_networks_share_nothing(network: Network) -> None:
    snapshot = network.world.snapshot()
    network.send(network.deployer, network.router, "pause")
    assert network.view(network.router, "paused")
    network.world.revert(snapshot)
    assert not network.view(network.router, "paused")


def test_a_new_version_of_the_poa_middleware_forgets_the_validators(network: Network) -> None:
    """F-EVM-1: the list lies at storage slot 0, and `reinitialize` points elsewhere without taking it along."""
    assert network.world.storage(network.middleware, 0) == len(VALIDATORS)
    assert network.view(network.middleware, "makeElectionAt", 0, 10) == VALIDATORS
    network.send(network.deployer, network.middleware, "reinitialize")
    assert network.view(network.middleware, "makeElectionAt", 0, 10) == []
    assert network.view(network.middleware, "router") == network.router
    network.send(network.deployer, network.middleware, "setValidators", VALIDATORS[:1])
    assert network.world.storage(network.middleware, 0) == len(VALIDATORS)
    assert network.view(network.middleware, "makeElectionAt", 0, 10) == VALIDATORS[:1]
