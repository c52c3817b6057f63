"""Operations on logs of Ethereum.

Rules: BLK-150 to BLK-157.
"""

from __future__ import annotations

from gearexe_spec.conformance.json_form import Json, from_json, to_json
from gearexe_spec.conformance.operations.registry import Input, operation
from gearexe_spec.executor import ethereum_events
from gearexe_spec.executor.event_logs import Emitter, Log, is_request, read_log


@operation("logs/read")
def read(form: Input) -> Json:
    """The event that a log is, null if none; its stored form; whether it is executed inside blocks."""
    emitter = from_json(Emitter, form["emitter"], "/emitter")
    event = read_log(emitter, from_json(Log, form["log"], "/log"))
    if event is None:
        return {"event": None}
    codec = ethereum_events.router_event if emitter is Emitter.Router else ethereum_events.mirror_event
    return {
        "event": {"name": type(event).__name__, "fields": to_json(event)},
        "isRequest": is_request(event),
        "scale": to_json(codec.encode(event)),  # type: ignore[arg-type]  # the emitter's kind of event
    }
