"""Operations `hash/…`: every hash, id and digest of the contracts, with what it is the hash of.

Each answers `digest` and `preimage`; some add `parts` (intermediate hashes), `address` (the last 20 bytes as what they
are for) or `signature` (where a key is given).

Rules: WIR-53 to WIR-55.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from gearexe_spec.base.fixed_bytes import Address, Bytes32
from gearexe_spec.base.ids import CodeId, MessageId
from gearexe_spec.base.numeric import U48, U64, U128, U256
from gearexe_spec.codec.eip712 import (
    DOMAIN_TYPE,
    PERMIT_TYPE,
    REQUEST_CODE_VALIDATION_ON_BEHALF_TYPE,
    StructType,
    encode_digest_preimage,
)
from gearexe_spec.conformance.json_form import Json, from_json, to_json
from gearexe_spec.conformance.operations.registry import Input, operation
from gearexe_spec.crypto import ids
from gearexe_spec.crypto.ecdsa import PrivateKey, sign
from gearexe_spec.crypto.frost import Ciphersuite, sign_alone
from gearexe_spec.crypto.frost_verification import Point, compute_challenge, encode_challenge_input
from gearexe_spec.crypto.hash_to_field import expand_message
from gearexe_spec.crypto.hashes import blake2b256, keccak256, raw_keccak256
from gearexe_spec.crypto.typed_data import encode_struct, hash_struct
from gearexe_spec.onchain import commitments
from gearexe_spec.onchain.batch_signatures import preimage_transient_slot
from gearexe_spec.onchain.commitments import (
    BatchCommitment,
    CodeCommitment,
    Message,
    OperatorRewardsCommitment,
    StakerRewardsCommitment,
    StateTransition,
    ValidatorsCommitment,
    ValueClaim,
)
from gearexe_spec.onchain.eras import compute_threshold
from gearexe_spec.onchain.router_checks import encode_stored_bytes

Outputs = dict[str, Json]


def _digest(preimage: bytes, digest: Bytes32 | None = None, **more: object) -> Outputs:
    """The answer of an operation: the Keccak-256 of the preimage, unless another digest is given."""
    digest = keccak256(preimage) if digest is None else digest
    return {"digest": to_json(digest), "preimage": to_json(preimage)} | {name: to_json(more[name]) for name in more}


def _offer(name: str, kind: Any, preimage: Callable[[Any], bytes]) -> None:
    """An operation whose input is a struct and whose digest is the Keccak-256 of its preimage."""

    @operation(f"hash/{name}")
    def answer(form: Input) -> Json:
        return _digest(preimage(from_json(kind, form)))


_offer("codeCommitmentHash", CodeCommitment, commitments.preimage_code_commitment)
_offer("messageHash", Message, commitments.preimage_message)
_offer("valueClaimHash", ValueClaim, commitments.preimage_value_claim)
_offer("operatorRewardsHash", OperatorRewardsCommitment, commitments.preimage_operator_rewards)
_offer("stakerRewardsHash", StakerRewardsCommitment, commitments.preimage_staker_rewards)
_offer("validatorsCommitmentHash", ValidatorsCommitment, commitments.preimage_validators_commitment)


@operation("hash/stateTransitionHash")
def hash_state_transition(form: Input) -> Json:
    """A transition; `parts` are the hashes of its claims and messages."""
    transition: StateTransition = from_json(StateTransition, form)
    claims = commitments.hash_concatenation(map(commitments.hash_value_claim, transition.value_claims))
    messages = commitments.hash_concatenation(map(commitments.hash_message, transition.messages))
    preimage = commitments.preimage_state_transition(transition, claims, messages)
    return _digest(preimage, parts={"valueClaimsHash": claims, "messagesHash": messages})


@operation("hash/batchCommitmentHash")
def hash_batch_commitment(form: Input) -> Json:
    """A batch; `parts` are the hashes of its four sub-commitments."""
    batch: BatchCommitment = from_json(BatchCommitment, form)
    parts = commitments.compute_sub_commitment_hashes(batch)
    names = ("chainCommitmentHash", "codeCommitmentsHash", "rewardsCommitmentHash", "validatorsCommitmentHash")
    return _digest(commitments.preimage_batch_commitment(batch, *parts), parts=dict(zip(names, parts, strict=True)))


@operation("hash/chainCommitmentHash")
def hash_chain_commitment(form: Input) -> Json:
    """A chain commitment, of the hash of its transitions."""
    words = [from_json(Bytes32, form[name]) for name in ("transitionsHash", "head", "lastAdvancedEthBlock")]
    return _digest(commitments.preimage_chain_commitment(*words))


@operation("hash/codeCommitmentsHash")
def hash_code_commitments(form: Input) -> Json:
    """All code commitments of a batch."""
    codes: tuple[CodeCommitment, ...] = from_json(tuple[CodeCommitment, ...], form["codeCommitments"])
    return _digest(b"".join(map(commitments.hash_code_commitment, codes)))


@operation("hash/transitionsHash")
def hash_transitions(form: Input) -> Json:
    """All transitions of a batch, of their hashes."""
    return _digest(b"".join(from_json(tuple[Bytes32, ...], form["stateTransitionHashes"])))


@operation("hash/rewardsCommitmentHash")
def hash_rewards_commitment(form: Input) -> Json:
    """A rewards commitment, of the hashes of its two halves."""
    operators = from_json(Bytes32, form["operatorRewardsHash"])
    stakers = from_json(Bytes32, form["stakerRewardsHash"])
    return _digest(commitments.preimage_rewards_commitment(operators, stakers, from_json(U48, form["timestamp"])))


@operation("hash/signedDigest")
def hash_signed_digest(form: Input) -> Json:
    """What validators sign; with a `privateKey`, also the signature."""
    router, batch_hash = from_json(Address, form["router"]), from_json(Bytes32, form["batchCommitmentHash"])
    return _signed(_digest(commitments.preimage_signed_digest(router, batch_hash)), form)


def _signed(outputs: Outputs, form: Input) -> Outputs:
    """The answer, with the signature of its digest where a key is given."""
    if "privateKey" in form:
        signature = sign(from_json(PrivateKey, form["privateKey"]), from_json(Bytes32, outputs["digest"]))
        outputs["signature"] = to_json(signature.encode())
    return outputs


@operation("hash/messageId")
def hash_message_id(form: Input) -> Json:
    """The id of a message sent through a Mirror."""
    mirror, nonce = from_json(Address, form["mirror"]), from_json(U256, form["nonce"])
    return _digest(mirror + nonce.to_big_endian(), ids.compute_message_id(mirror, nonce))


@operation("hash/replyId")
def hash_reply_id(form: Input) -> Json:
    """The id of a reply (BLAKE2b)."""
    replied_to = from_json(MessageId, form["repliedTo"])
    return _digest(b"reply" + replied_to, ids.compute_reply_id(replied_to))


@operation("hash/codeId")
def hash_code_id(form: Input) -> Json:
    """The id of a code (BLAKE2b)."""
    code = from_json(bytes, form["code"])
    return _digest(code, ids.compute_code_id(code))


@operation("hash/keccak256")
def hash_keccak(form: Input) -> Json:
    """Keccak-256 of any bytes."""
    return _digest(from_json(bytes, form["data"]))


@operation("hash/blake2b256")
def hash_blake2b(form: Input) -> Json:
    """BLAKE2b-256 of any bytes."""
    data = from_json(bytes, form["data"])
    return _digest(data, blake2b256(data))


@operation("hash/createAddress")
def hash_create_address(form: Input) -> Json:
    """The address of a contract that an account makes with its nonce."""
    sender, nonce = from_json(Address, form["sender"]), from_json(U64, form["nonce"])
    preimage = ids.encode_create_preimage(sender, nonce)
    return _digest(preimage, address=ids.compute_create_address(sender, nonce))


@operation("hash/sstore2")
def hash_stored_bytes(form: Input) -> Json:
    """The initcode of a contract that stores bytes, and its address."""
    creator, nonce = from_json(Address, form["creator"]), from_json(U64, form["creatorNonce"])
    initcode = encode_stored_bytes(from_json(bytes, form["data"]))
    return _digest(initcode, address=ids.compute_create_address(creator, nonce))


@operation("hash/programSalt")
def hash_program_salt(form: Input) -> Json:
    """The CREATE2 salt of a program."""
    code_id, salt = from_json(CodeId, form["codeId"]), from_json(Bytes32, form["salt"])
    return _digest(code_id + salt, ids.compute_program_salt(code_id, salt))


@operation("hash/programAddress")
def hash_program_address(form: Input) -> Json:
    """The address of a program's Mirror, of the hash of the clone's initcode."""
    code_id, salt = from_json(CodeId, form["codeId"]), from_json(Bytes32, form["salt"])
    router, initcode_hash = from_json(Address, form["router"]), from_json(Bytes32, form["initcodeHash"])
    program_salt = ids.compute_program_salt(code_id, salt)
    address = ids.compute_create2_address(router, program_salt, initcode_hash)
    return _digest(b"\xff" + router + program_salt + initcode_hash, address=address)


@operation("hash/erc7201Slot")
def hash_namespace_slot(form: Input) -> Json:
    """The storage slot of a namespace; the digest is masked."""
    namespace = from_json(str, form["namespace"])
    inner = int.from_bytes(keccak256(namespace.encode()), "big") - 1
    slot = ids.compute_namespace_slot(namespace)
    return _digest(inner.to_bytes(32, "big"), Bytes32(slot.to_big_endian()))


@operation("hash/transientValidatorSlot")
def hash_transient_slot(form: Input) -> Json:
    """The transient slot that says that a validator's signature was counted."""
    return _digest(preimage_transient_slot(from_json(Address, form["validator"])))


@operation("hash/eip712Strings")
def hash_text(form: Input) -> Json:
    """A text of EIP-712: a type, a name, a version."""
    return _digest(from_json(str, form["text"]).encode())


@operation("hash/domainSeparator")
def hash_domain(form: Input) -> Json:
    """The domain of a contract's typed signatures."""
    return _typed_struct(
        DOMAIN_TYPE, form, {"name": str, "version": str, "chainId": U256, "verifyingContract": Address}
    )


@operation("hash/onBehalfStructHash")
def hash_request_on_behalf(form: Input) -> Json:
    """A request for code validation on behalf of somebody."""
    kinds = {"requester": Address, "codeId": Bytes32, "nonce": U256, "deadline": U256}
    return _typed_struct(REQUEST_CODE_VALIDATION_ON_BEHALF_TYPE, form, {**kinds, "blobHashes": tuple[Bytes32, ...]})


@operation("hash/permitStructHash")
def hash_permit(form: Input) -> Json:
    """An allowance by signature."""
    kinds = {"owner": Address, "spender": Address, "value": U256, "nonce": U256, "deadline": U256}
    return _typed_struct(PERMIT_TYPE, form, kinds)


def _typed_struct(struct: StructType, form: Input, kinds: dict[str, Any]) -> Outputs:
    values = {name: from_json(kind, form[name]) for name, kind in kinds.items()}
    return _digest(encode_struct(struct, values), hash_struct(struct, values))


@operation("hash/typedDataDigest")
def hash_typed_data(form: Input) -> Json:
    """What is signed of a typed struct; with a `privateKey`, also the signature."""
    separator, struct = from_json(Bytes32, form["domainSeparator"]), from_json(Bytes32, form["structHash"])
    return _signed(_digest(encode_digest_preimage(separator, struct)), form)


@operation("hash/frostChallenge")
def hash_frost_challenge(form: Input) -> Json:
    """The challenge of a FROST signature; with `secretKey` and `nonce`, also the signature of one who has the key."""
    public_key, r = (_point(cast(Input, form[name])) for name in ("publicKey", "R"))
    message = from_json(Bytes32, form["message"])
    preimage = encode_challenge_input(public_key, r, message)
    challenge = Bytes32(compute_challenge(public_key, r, message).to_big_endian())
    outputs = _digest(preimage, challenge, parts=_hash_blocks(preimage), addressOfR=r.to_address())
    if "secretKey" in form:
        secret, nonce = (int.from_bytes(from_json(Bytes32, form[name]), "big") for name in ("secretKey", "nonce"))
        outputs["signature"] = to_json(sign_alone(Ciphersuite.ROUTER, secret, nonce, message).encode())
    return outputs


def _point(form: Input) -> Point:
    return Point(from_json(U256, form["x"]), from_json(U256, form["y"]))


def _hash_blocks(preimage: bytes) -> dict[str, bytes]:
    """The hashes b0, b1, b2 that the challenge is made of, in the order in which they are computed."""
    blocks: list[bytes] = []

    def remember(data: bytes) -> bytes:
        blocks.append(raw_keccak256(data))
        return blocks[-1]

    expand_message(remember, Ciphersuite.ROUTER.block_length, preimage, Ciphersuite.ROUTER.context + b"chal", 48)
    return {f"b{index}": block for index, block in enumerate(blocks)}


@operation("hash/validatorsThreshold")
def answer_threshold(form: Input) -> Json:
    """How many of `count` validators must sign."""
    fraction = (from_json(U128, form[name]) for name in ("numerator", "denominator"))
    return {"threshold": to_json(compute_threshold(from_json(U256, form["count"]), *fraction))}
