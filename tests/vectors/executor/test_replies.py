"""A participant's signature on a batch."""

from typing import Any

from gearexe_spec.conformance.vectors.forms import Flag
from gearexe_spec.conformance.vectors.recorder import Recorder
from tests.executor.offences import BATCH, KEYS, OTHERS, ROUTER


def test_reply(vectors: Recorder) -> None:
    """The reply to a batch, and who signed it: for another Router somebody else did (BAT-43)."""
    given = {"batch": BATCH, "router": ROUTER, "key": KEYS[0]}
    made: Any = vectors.hash("validationMessages/makeValidationReply", given, name="reply")
    for name, router in (("signer", ROUTER), ("another_router", OTHERS[0])):
        asked = {"reply": made["result"], "router": router}
        vectors.hash("validationMessages/recoverReplySigner", asked, name=name)
    nobody = {"reply": {**made["result"], "signature": {"r": "0x0", "s": "0x1", "v": "0x1b"}}, "router": ROUTER}
    vectors.hash("validationMessages/recoverReplySigner", nobody, name="nobody", flags=[Flag.HOSTILE])
