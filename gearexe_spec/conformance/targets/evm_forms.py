"""What contracts on an EVM did, in the form of the wire."""

from __future__ import annotations

from gearexe_spec.conformance.json_form import Json, to_json
from gearexe_spec.evm.machine import Creation
from gearexe_spec.evm.world import Log


def log_form(log: Log) -> Json:
    """An event."""
    return {"address": to_json(log.address), "topics": to_json(log.topics), "data": to_json(log.data)}


def creation_form(creation: Creation) -> Json:
    """A contract that came to be."""
    return {
        "address": to_json(creation.address),
        "from": to_json(creation.creator),
        "initcodeHash": to_json(creation.initcode_hash),
    }
