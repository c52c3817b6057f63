"""Oracles that are libraries: other people's code for hashes, signatures, packed encodings and addresses.

Rules: VEC-19.
"""

from __future__ import annotations

from typing import Any

import rlp
from Crypto.Hash import BLAKE2b, keccak
from eth_abi.packed import encode_packed
from eth_keys.datatypes import PrivateKey, Signature
from eth_keys.exceptions import BadSignature
from eth_utils.exceptions import ValidationError

from gearexe_spec.conformance.json_form import to_json
from gearexe_spec.conformance.operations.registry import Input
from gearexe_spec.conformance.vectors import abi_oracle  # noqa: F401  # registers itself
from gearexe_spec.conformance.vectors.oracles import ORACLES, oracle
from gearexe_spec.conformance.wire import Accepted, Answer

__all__ = ["ORACLES"]
PACKED = "eth-abi and pycryptodome"


def _hash(kind: str, data: bytes) -> bytes:
    if kind == "keccak":
        return keccak.new(digest_bits=256, data=data).digest()
    return BLAKE2b.new(digest_bits=256, data=data).digest()


def _bytes(form: Any) -> bytes:
    return bytes.fromhex(str(form)[2:])


def _int(form: Any) -> int:
    return int(str(form), 16)


def _result(value: object) -> Answer:
    return Accepted({"result": to_json(value)})


@oracle("hashes/keccak256", "pycryptodome")
def _keccak256(form: Input) -> Answer:
    return _result(_hash("keccak", _bytes(form["data"])))


@oracle("hashes/blake2b256", "pycryptodome")
def _blake2b256(form: Input) -> Answer:
    return _result(_hash("blake", _bytes(form["data"])))


@oracle("ids/computeCodeId", "pycryptodome")
def _code_id(form: Input) -> Answer:
    return _result(_hash("blake", _bytes(form["code"])))


@oracle("ids/computeMessageId", PACKED)
def _message_id(form: Input) -> Answer:
    packed = encode_packed(["address", "uint256"], [form["mirror"], _int(form["nonce"])])
    return _result(_hash("keccak", packed))


@oracle("ids/computeCreateAddress", "rlp and pycryptodome")
def _create_address(form: Input) -> Answer:
    encoded: bytes = rlp.encode([_bytes(form["creator"]), _int(form["nonce"])])
    return _result(_hash("keccak", encoded)[12:])


@oracle("ids/computeCreate2Address", PACKED)
def _create2_address(form: Input) -> Answer:
    kinds = ["bytes1", "address", "bytes32", "bytes32"]
    packed = encode_packed(kinds, [b"\xff", form["creator"], _bytes(form["salt"]), _bytes(form["initcodeHash"])])
    return _result(_hash("keccak", packed)[12:])


@oracle("ids/computeProgramSalt", PACKED)
def _program_salt(form: Input) -> Answer:
    return _result(_hash("keccak", encode_packed(["bytes32"] * 2, [_bytes(form["codeId"]), _bytes(form["userSalt"])])))


@oracle("commitments/hashCodeCommitment", PACKED)
def _code_commitment(form: Input) -> Answer:
    commitment: Any = form["commitment"]
    return _result(_hash("keccak", encode_packed(["bytes32", "bool"], [_bytes(commitment["id"]), commitment["valid"]])))


@oracle("commitments/hashValueClaim", PACKED)
def _value_claim(form: Input) -> Answer:
    claim: Any = form["claim"]
    values = [_bytes(claim["messageId"]), claim["destination"], _int(claim["value"])]
    return _result(_hash("keccak", encode_packed(["bytes32", "address", "uint128"], values)))


@oracle("commitments/computeSignedDigest", PACKED)
def _signed_digest(form: Input) -> Answer:
    kinds = ["bytes2", "address", "bytes32"]
    return _result(_hash("keccak", encode_packed(kinds, [b"\x19\0", form["router"], _bytes(form["batchHash"])])))


@oracle("election/computeSeed", PACKED)
def _seed(form: Input) -> Answer:
    return _result(_hash("keccak", encode_packed(["uint48"], [_int(form["timestamp"])])))


@oracle("ecdsa/sign", "eth-keys")
def _sign(form: Input) -> Answer | None:
    """No opinion on keys that are out of range."""
    try:
        signed = PrivateKey(_bytes(form["key"])).sign_msg_hash(_bytes(form["prehash"]))
    except (ValidationError, ValueError):
        return None
    return _result({"r": signed.r, "s": signed.s, "v": signed.v + 27})


@oracle("onChainEcdsa/recoverOnChain", "eth-keys")
def _recover_on_chain(form: Input) -> Answer | None:
    """An opinion only on well-formed signatures with low s."""
    signature, digest = _bytes(form["signature"]), _bytes(form["digest"])
    if len(signature) != 65 or signature[64] not in (27, 28):
        return None
    try:
        parsed = Signature(signature[:64] + bytes([signature[64] - 27]))
        address = parsed.recover_public_key_from_msg_hash(digest).to_canonical_address()
    except (BadSignature, ValidationError):
        return None
    half = 0x7FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF5D576E7357A4501DDFE92F46681B20A0
    return _result(address) if int.from_bytes(signature[32:64], "big") <= half else None
