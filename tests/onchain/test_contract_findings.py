"""What surprises about the contracts, reproduced (spec/findings.md)."""

from __future__ import annotations

from dataclasses import replace

from gearexe_spec.base.fixed_bytes import Address, Bytes32
from gearexe_spec.base.numeric import U256
from gearexe_spec.crypto.ecdsa import PrivateKey
from gearexe_spec.onchain.commitments import AggregatedPublicKey, BatchCommitment, ValidatorsCommitment
from gearexe_spec.onchain.environment import Answer, NestedCall, Script
from gearexe_spec.onchain.router import VersionType, bump_version
from gearexe_spec.onchain.transaction import Deployment, ProxyArguments, Reverted, apply_deployment
from gearexe_spec.onchain.world import Account, ContractKind, ForeignCode
from tests.onchain.network import (
    ALICE,
    CODE,
    ELECTION,
    ERA,
    KEYS,
    OWNER,
    START,
    Network,
    call_data,
    deploy,
    initialize_router_data,
    send_message_data,
)

OLD, FIRST, SECOND = KEYS[:3], KEYS[4:5], KEYS[5:6]


def elect(
    network: Network, era: int, members: tuple[PrivateKey, ...], key: AggregatedPublicKey | None = None
) -> BatchCommitment:
    """A batch with a validators commitment for an era, unsigned."""
    commitment = ValidatorsCommitment(
        has_aggregated_public_key=key is not None,
        aggregated_public_key=key or AggregatedPublicKey(U256(0), U256(0)),
        verifiable_secret_sharing_commitment=b"",
        validators=tuple(member.to_address() for member in members),
        era_index=U256(era),
    )
    return network.batch(validators_commitment=(commitment,))


def at(network: Network, moment: int) -> Network:
    return replace(network, number=network.number + 50, now=moment)


def test_every_second_validators_commitment_is_in_force_at_once() -> None:
    network = at(deploy(), START + ERA - ELECTION)
    network = network.commit(elect(network, 1, FIRST), OLD)
    assert network.view(network.router, "isValidator(address)", OLD[0].to_address())[-1] == 1

    network = at(network, START + 2 * ERA - ELECTION)
    batch = elect(network, 2, SECOND)
    assert network.reject(ALICE, network.router, network.commit_data(batch, FIRST)) == "SignatureVerificationFailed"
    network = network.commit(batch, SECOND)
    assert network.now < START + 2 * ERA
    assert network.view(network.router, "isValidator(address)", SECOND[0].to_address())[-1] == 1
    assert network.view(network.router, "isValidator(address)", FIRST[0].to_address())[-1] == 0


def test_a_set_without_a_key_keeps_the_key_of_the_slot() -> None:
    network = at(deploy(group_secret=7), START + ERA - ELECTION)
    network = network.commit(elect(network, 1, FIRST), OLD)
    network = at(network, START + 2 * ERA - ELECTION)
    network = network.commit(elect(network, 2, SECOND), SECOND)

    signed_by_the_first_group = network.commit_data_by_group(network.batch(), 7)
    network.accept(ALICE, network.router, signed_by_the_first_group)
    signed_by_nobody = network.commit_data_by_group(network.batch(), 8)
    assert network.reject(ALICE, network.router, signed_by_nobody) == "SignatureVerificationFailed"


def test_a_patch_of_255_collides_with_the_minor() -> None:
    assert bump_version(U256(0x0001FF), VersionType.Patch) == 0x000100
    assert bump_version(U256(0x0002FF), VersionType.Patch) == 0x000300
    assert bump_version(U256(0x0001FF), VersionType.Minor) == 0x000200


def test_only_the_owner_can_initialize() -> None:
    network = deploy()
    setup = initialize_router_data(network, KEYS[:1], 7)
    implementation = network.world.account(network.router).storage.implementation
    deployment = Deployment(ALICE, ContractKind.ERC1967Proxy, ProxyArguments(implementation, setup))
    result = apply_deployment(network.world, network.block, deployment)
    assert isinstance(result, Reverted)
    assert result.rejected.reason.name == "OwnableUnauthorizedAccount"


def test_a_mirror_without_code_accepts_everything() -> None:
    network, program = deploy().with_program()
    network, _ = network.accept(OWNER, network.router, call_data("setMirror(address)", ALICE))
    network, result = network.accept(ALICE, program, send_message_data(b"lost"), value=5)
    assert result.output == b""
    assert network.world.account(program).balance == 5
    assert network.world.account(program).storage.mirror.nonce == 0

    salt = Bytes32(b"\x01" * 32)
    data = call_data("createProgram(bytes32,bytes32,address)", CODE, salt, ALICE)
    network, result = network.accept(ALICE, network.router, data)
    assert network.world.account(Address(result.output[12:])).storage.mirror.initializer.is_zero()


def test_a_second_ecdsa_batch_in_one_transaction_is_not_signed() -> None:
    network = deploy()
    executor = Address(b"\xee" * 20)
    world = network.world.with_account(executor, Account(code=ForeignCode("Executor")))
    network = replace(network, world=world)

    batch = network.batch()
    first = network.commit_data(batch, KEYS[:3])
    after = network.commit(batch, KEYS[:3])
    second = replace(after, number=network.number, now=network.now).commit_data(
        replace(after, number=network.number, now=network.now).batch(), KEYS[:3]
    )
    script = Script((Answer(calls=(NestedCall(network.router, data=first), NestedCall(network.router, data=second))),))
    _, result = network.accept(ALICE, executor, b"go", environment=script)
    assert [call.success for call in result.calls] == [True, False]
    assert result.calls[1].data.hex() == "729d0f6b"
