"""Recordings of Symbiotic's npm build, as production's build of the same contracts would have answered.

The specification, and every client, follows production's build. The npm build is another compiler's and an older
library's; the two differ in what REV-SHARES, REV-INNER-CALL and REV-INITIALIZE declare. None of these
names occurs in production's build, so a recording that expects one is of the other.

Rules: REV-SHARES, REV-INNER-CALL, REV-INITIALIZE.
"""

from __future__ import annotations

from gearexe_spec.base.rejection import Rejected
from gearexe_spec.conformance.wire import Answer, Apply, RejectedAnswer, Request
from gearexe_spec.onchain.errors import OVERFLOW, OpenZeppelinRejection, encode_revert_data, panic
from gearexe_spec.onchain.words import compute_selector

OPERATION = "economics/call"
MATH_OVERFLOWED = "MathOverflowedMulDiv"
INNER_CALL_FAILED = "FailedInnerCall"
INITIALIZE = "0x" + compute_selector("initialize()").hex()
"""Only the npm build's rewards for operators have this function."""
MAKES_VAULTS = tuple(
    "0x" + compute_selector(declaration).hex()
    for declaration in (
        "create(uint64,address,bytes)",
        "migrate(address,uint64,bytes)",
        "create((uint64,address,bytes,uint64,bytes,bool,uint64,bytes))",
    )
)
"""Calls in which FailedInnerCall comes from a vault's creation or migration, not from a token."""


def expect_of_production(request: Request, expected: Answer | None) -> Answer | None:
    """What production's build answers where the recording's build may differ."""
    if not isinstance(request, Apply) or request.operation != OPERATION or not isinstance(request.input, dict):
        return expected
    calldata = str(request.input.get("calldata"))
    if calldata == INITIALIZE and expected is not None:
        return _refusal(b"", "Empty")
    if not isinstance(expected, RejectedAnswer):
        return expected
    if expected.reason == MATH_OVERFLOWED:
        return _refusal(encode_revert_data(panic(OVERFLOW)), "Panic")
    if expected.reason == INNER_CALL_FAILED and calldata.startswith(MAKES_VAULTS):
        return _refusal(encode_revert_data(Rejected(OpenZeppelinRejection.FailedCall)), "FailedCall")
    if expected.reason == INNER_CALL_FAILED:
        return _refusal(b"", "Empty")
    return expected


def _refusal(data: bytes, reason: str) -> RejectedAnswer:
    return RejectedAnswer(reason, "", {"data": "0x" + data.hex()})
