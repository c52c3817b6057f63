"""Foreign code that our proxies delegate to in recorded scenarios, by the names the recordings give it.

A recording lists the calls of foreign code, but not where a proxy of ours runs foreign code as its own. What that code
does is said in the recording's description of each kind.
"""

from __future__ import annotations

from collections.abc import Callable

from gearexe_spec.onchain.environment import Answer, ForeignCall
from gearexe_spec.onchain.words import compute_selector, encode_word
from gearexe_spec.onchain.world import ERC1967_SLOT

_BOOM = compute_selector("Boom(uint256)")
WORD = 32


def answer_as_other_mirror(call: ForeignCall) -> Answer:
    """OtherMirror: 96 bytes, where it runs, the sender, the value."""
    return Answer(True, encode_word(call.address) + encode_word(call.sender) + encode_word(call.value))


def answer_as_upgrade_good(call: ForeignCall) -> Answer:
    """UpgradeGood: version 2; `touch` answers the value, `boom` fails with its argument, `silent` fails."""
    selector, arguments = call.data[:4], call.data[4:]
    if selector == compute_selector("touch()"):
        return Answer(True, encode_word(call.value))
    if call.value:
        return Answer(False)
    if selector == compute_selector("version()"):
        return Answer(True, encode_word(2))
    if selector == compute_selector("proxiableUUID()"):
        return Answer(True, bytes(ERC1967_SLOT))
    if selector == compute_selector("boom(uint256)") and len(arguments) >= WORD:
        return Answer(False, _BOOM + arguments[:WORD])
    return Answer(False)


def accept(call: ForeignCall) -> Answer:
    """Acceptor and the like: everything is fine."""
    return Answer()


def refuse(call: ForeignCall) -> Answer:
    """SilentRejecter and Burner: nothing is."""
    return Answer(False)


DELEGATES: dict[str, Callable[[ForeignCall], Answer]] = {
    "OtherMirror": answer_as_other_mirror,
    "UpgradeGood": answer_as_upgrade_good,
    "Acceptor": accept,
    "SilentRejecter": refuse,
    "Burner": refuse,
}
