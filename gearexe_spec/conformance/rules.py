"""Rule ids in prose and docstrings: `MIR-33`, and ranges `MIR-31 to MIR-36`."""

from __future__ import annotations

import re

PREFIXES = tuple(
    "BAS SCA ABI EIP BLB CRY COM ROU MIR WVA MUL MID SYM REW WAS INS GAS EXE SYS PST JOU "  # noqa: SIM905
    "BLK INJ BAT ROL ELE PRW MIS VEC WIR REV".split()
)
_ID = re.compile(rf"\b({'|'.join(PREFIXES)})-([0-9]{{1,2}}|[1-9][0-9]{{2}})\b(?:\s+to\s+\1-([0-9]{{1,3}})\b)?")
_STANDARDS = {"EIP-155", "EIP-191", "EIP-712"}


def find_rules(text: str) -> tuple[str, ...]:
    """All rule ids in a text, ranges spelled out, each once, in the order of the text.

    Ethereum's own proposals (EIP-712 and so on) look like ours but are none.
    """
    found: dict[str, None] = {}
    for prefix, first, last in _ID.findall(text):
        numbers = range(int(first), int(last or first) + 1)
        found.update(dict.fromkeys(f"{prefix}-{number}" for number in numbers))
    return tuple(rule for rule in found if rule not in _STANDARDS)


def rule_order(rule: str) -> tuple[int, int]:
    """Rules in the order of the chapters, then by number."""
    prefix, _, number = rule.partition("-")
    return PREFIXES.index(prefix), int(number)
