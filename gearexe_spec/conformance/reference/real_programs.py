"""The codes of programs written the way users write them, and changed copies of them.

Their histories have a format of their own (`program-blocks/1`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from gearexe_spec.conformance.json_form import Json
from gearexe_spec.conformance.reference.adapter import Case, Document, Exchange, adapter
from gearexe_spec.conformance.reference.wasm import Form, numbers, refusal
from gearexe_spec.conformance.wire import Accepted, Answer, Apply

_ERROR = re.compile(r"(?P<outer>\w+)(?:\((?P<inner>\w+)(?:\((?P<fields>.*)\)| \{ (?P<named>.*) \})?\))?")


@adapter("real-programs/1")
def codes(document: Document) -> Iterator[Case]:
    """Each program, then its variants: a part of its bytes replaced."""
    programs: Any = document["programs"]
    variants: Any = document["variants"]
    originals = {name: bytes.fromhex(form["wasm"][2:]) for name, form in programs.items()}
    for name, form in programs.items():
        yield Case(name, lambda form=form, code=originals[name]: _code(form, code))  # type: ignore[misc]  # bound now
    for form in variants:
        code = _change(originals[form["of"]], form)
        yield Case(f"{form['of']}/{form['name']}", lambda form=form, code=code: _code(form, code))  # type: ignore[misc]


def _change(original: bytes, form: Form) -> bytes:
    """The bytes between `start` and `end` replaced; long replacements are recorded as the runs that are not zero."""
    part = form["bytes"]
    if isinstance(part, str):
        inserted = bytes.fromhex(part[2:])
    else:
        content = bytearray(part["length"])
        for offset, run in part["runs"]:
            piece = bytes.fromhex(run[2:])
            content[offset : offset + len(piece)] = piece
        inserted = bytes(content)
    changed = original[: form["start"]] + inserted + original[form["end"] :]
    if len(changed) != form["length"]:
        raise ValueError("a variant has another length than recorded")
    return changed


def _code(form: Form, code: bytes) -> Iterator[Exchange]:
    wasm = "0x" + code.hex()
    yield Exchange(Apply("code/id", {"code": wasm}), Accepted({"codeId": form["codeId"]}), "codeId")
    expected: Answer = _accepted(form) if form["valid"] else refusal(parse_error(form["error"]))
    yield Exchange(Apply("code/check", {"wasm": wasm}), expected)


def _accepted(form: Form) -> Accepted:
    """The length of the instrumented code is recorded twice and asked for once."""
    metadata = numbers(form["metadata"])
    status = metadata.pop("status")
    if status["instrumented"]["codeLen"] != numbers(form["instrumentedLength"]):
        raise ValueError("the metadata is of another instrumented code")
    sizes: Json = {f"{section}Section": numbers(size) for section, size in form["sections"].items()}
    return Accepted(
        {
            "codeId": form["codeId"],
            "metadata": metadata | {"instrumentationStatus": status},
            "metadataScale": form["metadataScale"],
            "instrumentedHash": form["instrumentedHash"],
            "sectionSizes": sizes,
        }
    )


def parse_error(text: str) -> Form:
    """`Export(ExcessExport(3))` as outer name, inner name and fields; a parser's error is `Module.BinaryReader.…`."""
    if text.startswith(("Validation", "Module.BinaryReader")):
        return {"outer": "Module", "inner": "BinaryReader"} if text.startswith("Module") else {"outer": "Validation"}
    found = _ERROR.fullmatch(text)
    if found is None:
        raise ValueError(f"no error of a code: {text}")
    error: Form = {name: found[name] for name in ("outer", "inner") if found[name]}
    if found["fields"]:
        error["fields"] = [_field(field) for field in found["fields"].split(", ")]
    for named in (found["named"] or "").split(", "):
        name, colon, value = named.partition(": ")
        if colon:
            error[name] = _field(value)
    return error


def _field(text: str) -> int | str:
    return int(text) if text.isdecimal() else text.strip('"')
