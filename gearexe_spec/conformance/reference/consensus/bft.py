"""`consensus-bft/1`: votes, proposals, certificates, streams, wire forms."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from gearexe_spec.conformance.json_form import camel_case
from gearexe_spec.conformance.reference.adapter import Case, Document, adapter
from gearexe_spec.conformance.reference.consensus.recorded import (
    Exchanges,
    Form,
    accepted,
    ask,
    number,
    replay_groups,
    wire,
)
from gearexe_spec.conformance.wire import Answer, Init, RejectedAnswer

VOTE_TYPES = {"prevote": "Prevote", "precommit": "Precommit"}
ERRORS = {
    "duplicate_vote": "DuplicateVote",
    "unknown_validator": "UnknownValidator",
    "prevote_in_precommit_certificate": "PrevoteInPrecommitRoundCertificate",
}


@adapter("consensus-bft/1")
def bft(document: Document) -> Iterator[Case]:
    """Pure, but for streams, whose state is that of the session."""
    return replay_groups(
        document,
        {
            "votes": _vote,
            "proposals": _proposal,
            "decode": _decode,
            "verify": _verify,
            "validator_sets": _validator_set,
            "thresholds": _thresholds,
            "certificates": _certificate,
            "values": _value,
            "wire": _wire_form,
            "streams": _stream,
            "derived_secrets": _derived_secret,
        },
    )


def _vote_form(vote: Form) -> Form:
    return {**wire(vote), "type": VOTE_TYPES[vote["type"]]}


def _vote(vector: Form) -> Exchanges:
    vote = _vote_form(vector["vote"])
    yield (
        ask("bft/vote", secret=vector["secret"], vote=vote),
        accepted(
            signature=vector["signature"],
            signedBytes=vector["signed_bytes"],
            wire=vector["wire"],
            livenessWire=vector["liveness_wire"],
        ),
    )
    decoded = accepted(vote=vote, signature=vector["signature"])
    yield ask("bft/decodeSigned", wire=vector["wire"]), decoded


def _proposal(vector: Form) -> Exchanges:
    proposal = wire(vector["proposal"])
    yield (
        ask("bft/proposal", secret=vector["secret"], proposal=proposal),
        accepted(signature=vector["signature"], signedBytes=vector["signed_bytes"], wire=vector["wire"]),
    )
    decoded = accepted(proposal=proposal, signature=vector["signature"])
    yield ask("bft/decodeSigned", wire=vector["wire"]), decoded


def _decode(vector: Form) -> Exchanges:
    vote, proposal = vector["vote"], vector["proposal"]
    yield (
        ask("bft/decodeAsBoth", bytes=vector["bytes"]),
        accepted(vote=vote and _vote_form(vote), proposal=proposal and wire(proposal)),
    )


def _verify(vector: Form) -> Exchanges:
    parts = {"publicKey": vector["public_key"], "signature": vector["signature"], "message": vector["message"]}
    yield ask("bft/verify", **parts), accepted(decodes=vector["decodes"], valid=vector["valid"])


def _validator_set(vector: Form) -> Exchanges:
    turns: list[Any] = [[number(turn["height"]), number(turn["round"])] for turn in vector["proposers"]]
    yield (
        ask("bft/validatorSet", secrets=vector["secrets"], turns=turns),
        accepted(order=vector["order"], proposers=[turn["proposer"] for turn in vector["proposers"]]),
    )


def _thresholds(vector: Form) -> Exchanges:
    names = ("honest_min_expected", "honest_smallest_weight", "quorum_min_expected", "quorum_smallest_weight")
    outputs = {camel_case(name): number(vector[name]) for name in names}
    yield ask("bft/thresholds", total=number(vector["total"])), accepted(**outputs)


def _certificate(vector: Form) -> Exchanges:
    keys: list[Any] = [validator["public_key"] for validator in vector["validators"]]
    request = ask("bft/certificate", kind=vector["kind"].split("_")[0], wire=vector["wire"], validators=keys)
    yield request, _judgement(vector["result"])
    yield _encoded_certificate(vector)


def _encoded_certificate(vector: Form) -> tuple[Any, Answer]:
    kind, _, round_type = vector["kind"].partition("_")
    value: Form = {"height": number(vector["height"]), "round": number(vector["round"])}
    if kind == "round":
        value["type"] = round_type.capitalize()
        value["signatures"] = [
            {
                "voteType": VOTE_TYPES[each["type"]],
                "valueId": each["value_id"],
                "address": each["address"],
                "signature": each["signature"],
            }
            for each in vector["signatures"]
        ]
    else:
        value["valueId"] = vector["value_id"]
        value["signatures"] = [
            {"address": each["address"], "signature": each["signature"]} for each in vector["signatures"]
        ]
    return ask("bft/encodeCertificate", kind=kind, value=value), accepted(wire=vector["wire"])


def _judgement(result: Any) -> Answer:
    if result == "valid":
        return accepted(valid=True)
    if result["error"] == "not_enough_voting_power":
        parts = ("signed", "total", "expected")
        details = {f"arg{index}": number(result[part]) for index, part in enumerate(parts)}
        return RejectedAnswer("NotEnoughVotingPower", "validate", details)
    return RejectedAnswer(ERRORS[result["error"]], "validate", {"arg0": result["address"]})


def _value(vector: Form) -> Exchanges:
    request = ask(
        "bft/value",
        blockBytes=vector["block_bytes"],
        height=number(vector["height"]),
        round=number(vector["round"]),
        proposer=vector["proposer"],
        finSecret=vector["fin_secret"],
    )
    names = ("buffer_key", "buffer_key_without_data", "fin_signature", "parts_scale", "value_id", "value_scale")
    yield request, accepted(**{camel_case(name): vector[name] for name in names})


def _wire_form(vector: Form) -> Exchanges:
    kind = vector["kind"]
    if kind == "validator_proof":
        yield from _validator_proof(vector)
        return
    value = wire({name: part for name, part in vector.items() if name not in ("kind", "wire")})
    if kind == "request":
        yield from _coded("request", {"height": value["from"], "endHeight": value["to"]}, vector["wire"])
    elif kind == "request_without_end":
        yield from _coded("request", {"height": value["from"], "endHeight": None}, vector["wire"])
        read = accepted(lastHeight=value["to"])
        yield ask("bft/decode", kind="request", wire=vector["wire"]), read
    elif kind == "response":
        yield from _response(vector)
    else:
        yield from _coded(camel_case(kind), value, vector["wire"])


def _coded(kind: str, value: Form, encoded: str) -> Exchanges:
    yield ask("bft/encode", kind=kind, value=value), accepted(wire=encoded)
    yield ask("bft/decode", kind=kind, wire=encoded), accepted(value=value, wire=encoded)


def _response(vector: Form) -> Exchanges:
    """Certificates are recorded as bytes, which stand in the answer's bytes as they are."""
    pieces = [bytes([0]), vector["start_height"].to_bytes(8, "little"), bytes([len(vector["values"]) << 2])]
    values: list[Any] = []
    for entry in vector["values"]:
        content = bytes.fromhex(entry["value_bytes"][2:])
        pieces += [_byte_vector(content), bytes.fromhex(entry["certificate"][2:])]
        values.append({"valueBytes": entry["value_bytes"]})
        decoded = ask("bft/decode", kind="commitCertificate", wire=entry["certificate"])
        yield decoded, accepted(wire=entry["certificate"])
    if "0x" + b"".join(pieces).hex() != vector["wire"]:
        raise ValueError("the recorded response is not put together of its parts")
    yield (
        ask("bft/decode", kind="response", wire=vector["wire"]),
        accepted(value={"startHeight": number(vector["start_height"]), "values": values}, wire=vector["wire"]),
    )


def _byte_vector(content: bytes) -> bytes:
    length = len(content)
    if length < 1 << 6:
        return bytes([length << 2]) + content
    return (length << 2 | 1).to_bytes(2, "little") + content


def _validator_proof(vector: Form) -> Exchanges:
    names = ("public_key", "signature", "signed_bytes", "valid", "valid_with_another_peer_id", "wire")
    outputs = {camel_case(name): vector[name] for name in names}
    yield ask("bft/validatorProof", secret=vector["secret"], peerId=vector["peer_id"]), accepted(**outputs)
    value = {"publicKey": vector["public_key"], "peerId": vector["peer_id"], "signature": vector["signature"]}
    yield ask("bft/decode", kind="validatorProof", wire=vector["wire"]), accepted(value=value)


def _stream(vector: Form) -> Exchanges:
    yield Init("bftStreams", {}), None
    for step in vector["steps"]:
        message = {
            "streamId": vector["stream_id"],
            "sequence": number(step["sequence"]),
            "content": _content(step["content"]),
        }
        request = ask("bftStreams/insert", peer=f"0x{step['from_peer']:02x}", wire=step["wire"])
        yield request, accepted(message=message, complete=_complete(step["complete"]))
        yield ask("bft/encode", kind="streamMessage", value=message), accepted(wire=step["wire"])


def _content(content: Any) -> Form:
    return {"streamEnd": {}} if content == "fin" else {"partContent": {"part": _part(content)}}


def _part(part: Form) -> Form:
    value = wire({name: item for name, item in part.items() if name != "part"})
    return {part["part"] + "Part": value}


def _complete(complete: Form | None) -> Form | None:
    if complete is None:
        return None
    return {
        "height": number(complete["height"]),
        "round": number(complete["round"]),
        "proposer": complete["proposer"],
        "blockBytes": complete["block_bytes"],
        "parts": [_part(part) for part in complete["parts"]],
    }


def _derived_secret(vector: Form) -> Exchanges:
    yield ask("bft/networkSecret", secret=vector["secret"]), accepted(secret=vector["libp2p_secret"])
