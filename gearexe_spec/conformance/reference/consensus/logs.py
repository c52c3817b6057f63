"""`consensus-logs/1`: logs of Ethereum as events, valid and altered."""

from __future__ import annotations

from collections.abc import Iterator

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
from gearexe_spec.conformance.reference.program.recorded import REPLY_CODES
from gearexe_spec.conformance.wire import RejectedAnswer

NAMES = {"head": "hash", "block_hash": "hash"}
"""Fields that the recordings call otherwise."""


@adapter("consensus-logs/1")
def logs(document: Document) -> Iterator[Case]:
    """Pure."""
    return replay_groups(document, {"logs": _log})


def _log(vector: Form) -> Exchanges:
    log = {
        "topics": vector["topics"],
        "data": vector["data"],
        "transactionHash": vector["transaction_hash"],
        "blockTimestamp": number(vector["block_timestamp"]),
    }
    request = ask("logs/read", emitter=vector["emitter"].capitalize(), log=log)
    result = vector["result"]
    if result == "not_an_event":
        yield request, accepted(event=None)
    elif result == "error":
        yield request, RejectedAnswer("", "decode")
    elif result == "panic":
        yield request, RejectedAnswer("EraOutOfRange", "decode")
    else:
        event = {"name": result["decoded"]["event"], "fields": _fields(result["decoded"])}
        yield request, accepted(event=event, isRequest=result["is_request"], scale=result["scale"])


def _fields(decoded: Form) -> Form:
    fields = wire({NAMES.get(name, name): value for name, value in decoded.items() if name != "event"})
    if "replyCode" in fields:
        fields["replyCode"] = REPLY_CODES[fields["replyCode"]]
    return dict(fields)
