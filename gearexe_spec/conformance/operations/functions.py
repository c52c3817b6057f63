"""Pure functions of the specification as operations, straight from their signatures.

`ids/computeMessageId` takes an object with the function's parameters in camel case and answers `{"result": …}`; types
decide the JSON form. So a client finds the operation by the function the chapter names.

Rules: WIR-6, WIR-20.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from types import GenericAlias, ModuleType
from typing import Any, get_args, get_origin, get_type_hints

from gearexe_spec.conformance.json_form import Json, JsonFormError, camel_case, from_json, to_json
from gearexe_spec.conformance.operations.registry import Input, PureFunction, operation
from gearexe_spec.crypto import ecdsa, frost, frost_verification, hashes, ids, kzg, merkle, on_chain_ecdsa
from gearexe_spec.execution import parameters
from gearexe_spec.executor import evidence, identity, misbehaviour, rewards, validation_messages
from gearexe_spec.onchain import clone_initcode, commitments, election

FUNCTIONS: dict[ModuleType, tuple[str, ...]] = {
    hashes: ("keccak256", "blake2b256"),
    ids: (
        "compute_code_id",
        "compute_message_id",
        "compute_reply_id",
        "compute_outgoing_id",
        "compute_signal_id",
        "compute_reservation_id",
        "compute_actor_id_from_user",
        "compute_actor_id_from_program",
        "compute_external_message_id",
        "compute_injected_id",
        "compute_create_address",
        "compute_create2_address",
        "compute_program_salt",
        "compute_namespace_slot",
    ),
    ecdsa: ("sign", "recover", "recover_signer", "hash_personal_message", "hash_for_intended_validator"),
    on_chain_ecdsa: ("compute_ecrecover", "recover_on_chain"),
    frost_verification: ("is_public_key_valid", "compute_challenge", "is_frost_signature_valid"),
    frost: (
        "deal_shares",
        "commit_to_coefficients",
        "is_share_valid",
        "make_nonces",
        "commit_to_nonces",
        "make_signing_package",
        "compute_binding_factors",
        "compute_group_commitment",
        "compute_group_challenge",
        "compute_lagrange_coefficient",
        "sign_share",
        "aggregate",
    ),
    kzg: ("compute_versioned_hash",),
    merkle: ("hash_leaf", "hash_node", "build_tree", "compute_root_from_proof", "is_proof_valid"),
    clone_initcode: ("encode_small_clone_initcode", "compute_small_clone_initcode_hash"),
    commitments: (
        "hash_code_commitment",
        "hash_code_commitments",
        "hash_message",
        "hash_value_claim",
        "hash_state_transition",
        "hash_transitions",
        "hash_chain_commitment",
        "hash_operator_rewards",
        "hash_staker_rewards",
        "hash_rewards_commitment",
        "hash_validators_commitment",
        "hash_batch_commitment",
        "compute_signed_digest",
    ),
    identity: ("is_newer",),
    rewards: ("compute_era_rewards", "compute_staker_parts"),
    validation_messages: ("make_validation_reply", "recover_reply_signer"),
    evidence: ("encode_evidence", "decode_evidence", "digest_evidence", "digest_offence"),
    misbehaviour: (
        "check_conflicting_batches",
        "check_wrong_transitions",
        "check_broken_promise",
        "check_missed_duties",
        "encode_request_slash",
    ),
    parameters: ("compute_value_of_gas", "compute_gas_of_value", "compute_gas_limit"),
    election: ("elect", "compute_seed", "compute_draw"),
}
"""Which functions of which module are offered."""


def as_operation(function: Callable[..., Any]) -> PureFunction:
    """The function from the JSON form of its parameters to the JSON form of its result."""
    hints = get_type_hints(function)
    hints.pop("return", None)
    kinds = {camel_case(name): (name, _plain_kind(hint)) for name, hint in hints.items()}

    def answer(form: Input) -> Json:
        if set(form) != set(kinds):
            raise JsonFormError(f"parameters {', '.join(kinds)} expected, {', '.join(sorted(form))} given")
        values = {name: from_json(kind, form[key], f"/{key}") for key, (name, kind) in kinds.items()}
        return {"result": to_json(function(**values))}

    return answer


def _plain_kind(hint: Any) -> Any:
    """Any sequence is a list on the wire."""
    if get_origin(hint) in (Sequence, Iterable):
        return GenericAlias(tuple, (get_args(hint)[0], ...))
    return hint


def _offer_all() -> None:
    for module, names in FUNCTIONS.items():
        area = camel_case(module.__name__.rpartition(".")[2])
        for name in names:
            operation(f"{area}/{camel_case(name)}")(as_operation(getattr(module, name)))


_offer_all()
