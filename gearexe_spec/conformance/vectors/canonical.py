"""The canonical JSON text of vectors, and hashes over it.

Rules: VEC-10, VEC-11.
"""

from __future__ import annotations

import json
from hashlib import sha256

from gearexe_spec.conformance.json_form import Json


def canonical(value: Json) -> bytes:
    """Sorted keys, indent of one blank, LF, one final newline, UTF-8 (VEC-10)."""
    return (json.dumps(value, indent=1, sort_keys=True, ensure_ascii=False) + "\n").encode()


def content_hash(value: Json) -> str:
    """SHA-256 of the shortest JSON text with sorted keys, `0x` hex (VEC-11)."""
    text = json.dumps(value, separators=(",", ":"), sort_keys=True, ensure_ascii=False)
    return "0x" + sha256(text.encode()).hexdigest()
