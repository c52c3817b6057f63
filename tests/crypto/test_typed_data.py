"""EIP-712: the sheet's values, and eth-account on any structure (EIP-1 to EIP-3, CRY-40 to CRY-43)."""

from __future__ import annotations

from typing import Any

from eth_account import Account
from eth_account.messages import encode_typed_data
from hypothesis import given, settings
from hypothesis import strategies as st

from gearexe_spec.base.fixed_bytes import Address
from gearexe_spec.base.numeric import U256
from gearexe_spec.codec.eip712 import (
    DOMAIN_TYPE,
    PERMIT_TYPE,
    REQUEST_CODE_VALIDATION_ON_BEHALF_TYPE,
    StructType,
    encode_type,
    struct_type,
)
from gearexe_spec.crypto.ecdsa import PrivateKey, sign
from gearexe_spec.crypto.typed_data import Domain, hash_struct, hash_type, hash_typed_data

ROUTER = Domain("Vara.ETH Router", "1", U256(1), Address.from_hex("9861c86689ef8d6445d4aef9e5859d381473418c"))
TOKEN = Domain("Wrapped Vara", "1", U256(1), Address.from_hex("2726aedacb386360345198124a1361f9a2803e3c"))
ON_BEHALF = {
    "requester": Address.from_hex("d41c057fd1c78805aac12b0a94a405c0461a6fbb"),
    "codeId": (1).to_bytes(32, "big"),
    "blobHashes": [b"\x01" + b"\x11" * 31, b"\x01" + b"\x22" * 31],
    "nonce": 0,
    "deadline": 1_700_000_022,
}


def test_values_of_the_sheet() -> None:
    assert hash_type(REQUEST_CODE_VALIDATION_ON_BEHALF_TYPE).hex() == (
        "375d2ef9b9e33c640a295f53873dc74833c3d019f349464ce2fe8899962b8097"
    )
    assert hash_type(PERMIT_TYPE).hex() == "6e71edae12b1b97f4d1f60370fef10105fa2faae0126114a169c64845d6126c9"
    assert ROUTER.separator().hex() == "c7cb02714e230a8a123ef7a16b86387ad891f690214996fef0c2edef314d342f"
    assert TOKEN.separator().hex() == "40dbceb9cbd6fccf73a063d2285c2f22027e610a305aab03262ab681451bb7e5"
    struct_hash = hash_struct(REQUEST_CODE_VALIDATION_ON_BEHALF_TYPE, ON_BEHALF)
    assert struct_hash.hex() == "3932a5245bf5944c6e5ebe225fa226f0ac8a102b312f299cd3a449f878618306"
    digest = hash_typed_data(ROUTER, REQUEST_CODE_VALIDATION_ON_BEHALF_TYPE, ON_BEHALF)
    assert digest.hex() == "8b9b47f3875abfd2ad06c04a32aeb8a7a5a1673dc83679ef842d77163f8f76c4"
    assert sign(PrivateKey((7).to_bytes(32, "big")), digest).encode().hex() == (
        "1b626c3dc7415fb2430e228f94e693329d23892bda349606acb7883b974c7a86"
        "718d756476618466be707ee4d6998c342f4ab31d93f94ae675efd232628fe47b1c"
    )


PERSON = struct_type("Person", ("string", "name"), ("address", "wallet"))
MAIL = struct_type(
    "Mail",
    (PERSON, "from"),
    (PERSON, "to"),
    ("bytes", "contents"),
    ("uint48[]", "times"),
    ("bool", "read"),
    ("bytes4", "tag"),
)
ATOMS: dict[str, st.SearchStrategy[Any]] = {
    "string": st.text(max_size=40),
    "address": st.binary(min_size=20, max_size=20).map(Address),
    "bytes": st.binary(max_size=40),
    "uint48[]": st.lists(st.integers(0, 2**48 - 1), max_size=3),
    "bool": st.booleans(),
    "bytes4": st.binary(min_size=4, max_size=4),
}


def values(struct: StructType) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(
        {
            member.name: values(member.kind) if isinstance(member.kind, StructType) else ATOMS[member.kind]
            for member in struct.members
        }
    )


def members_for_peer(struct: StructType) -> list[dict[str, str]]:
    return [{"name": member.name, "type": member.kind_name} for member in struct.members]


@given(values(MAIL), st.integers(0, 2**256 - 1))
@settings(max_examples=60)
def test_any_structure_is_hashed_like_eth_account_does(mail: dict[str, Any], chain: int) -> None:
    domain = Domain("Post", "2", U256(chain), ROUTER.verifying_contract)
    signable = encode_typed_data(
        full_message={
            "types": {
                "EIP712Domain": members_for_peer(DOMAIN_TYPE),
                "Mail": members_for_peer(MAIL),
                "Person": members_for_peer(PERSON),
            },
            "primaryType": "Mail",
            "domain": {
                "name": "Post",
                "version": "2",
                "chainId": chain,
                "verifyingContract": domain.verifying_contract.to_hex(),
            },
            "message": mail,
        }
    )
    assert signable.header == domain.separator()
    assert signable.body == hash_struct(MAIL, mail)
    key = PrivateKey(b"\x09" * 32)
    theirs = Account.sign_message(signable, bytes(key)).signature
    assert bytes(theirs) == sign(key, hash_typed_data(domain, MAIL, mail)).encode()


def test_the_text_of_a_type_names_what_it_refers_to() -> None:
    assert encode_type(MAIL) == (
        b"Mail(Person from,Person to,bytes contents,uint48[] times,bool read,bytes4 tag)"
        b"Person(string name,address wallet)"
    )
