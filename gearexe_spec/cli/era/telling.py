"""How the era is told: every step with the mark whether both sides agreed, every phase with everybody's money."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from gearexe_spec.cli.account import Account, Sheet
from gearexe_spec.cli.era.chain import EraChain
from gearexe_spec.cli.era.network import DAY, EraNetwork
from gearexe_spec.cli.story import wvara
from gearexe_spec.evm.network import FIRST_BLOCK


@dataclass
class Telling:
    """The chain, and the account of what happens on it.

    Args:
        account: what is told.
        network: who takes part.
        chain: on which it happens.
        compared: whether there is bytecode to agree with.
    """

    account: Account
    network: EraNetwork
    chain: EraChain
    compared: bool
    _told: int = 0
    _before: dict[str, int] = field(default_factory=dict)
    _staked: dict[str, int] = field(default_factory=dict)

    @property
    def agreed(self) -> bool:
        """Whether nothing has parted so far."""
        return not self.chain.differences

    def begin(self, title: str) -> None:
        """Begin a phase, whose title says when."""
        days, seconds = divmod(self.chain.block.timestamp - FIRST_BLOCK.timestamp, DAY)
        self.account.chapter(f"{title} (day {days}, {seconds // 3600:02}:{seconds % 3600 // 60:02})")
        self._before, self._staked = self.chain.balances, self.chain.stakes

    def told(self, actor: str, did: str, /, **facts: object) -> None:
        """What happened on the chain since the last step that was told."""
        found = self.chain.differences[self._told :]
        self._told = len(self.chain.differences)
        parted = {"parted": f"{found[0].path}: {found[0].expected} != {found[0].got}"} if found else {}
        self.account.step(actor, did, not found if self.compared else None, **facts, **parted)

    def said(self, actor: str, did: str, /, **facts: object) -> None:
        """What happened off the chain."""
        self.account.step(actor, did, **facts)

    def end(self) -> None:
        """End a phase: who had and has how much, in the purse and at stake."""
        before, after = self._before, self.chain.balances
        if before == after:
            self.said("everybody", f"has what they had: {wvara(sum(after.values()))} together")
        else:
            self.account.sheet(compare("WVARA of", before, after))
        if self._staked != self.chain.stakes:
            self.account.sheet(compare("what can be slashed of", self._staked, self.chain.stakes))


def compare(head: str, before: Mapping[str, int], after: Mapping[str, int]) -> Sheet:
    """Amounts before and after, by name; who has nothing both times is left out."""
    rows = [(name, before.get(name, 0), has) for name, has in after.items() if has or before.get(name)]
    pale = frozenset(place for place, (_, had, has) in enumerate(rows) if had == has)
    rows.append(("together", sum(before.values()), sum(after.values())))
    cells = tuple((name, amount(had), amount(has), change(has - had)) for name, had, has in rows)
    return Sheet((head, "before", "after", "change"), cells, pale)


def amount(units: int) -> str:
    """Base units as WVARA without the name, padded behind the point so that points stand below each other."""
    whole, point, rest = wvara(units).removesuffix(" WVARA").partition(".")
    return f"{whole}{point or ' '}{rest:<12}"


def change(units: int) -> str:
    """A difference of base units with its sign; nothing for none."""
    if not units:
        return ""
    return ("+" if units > 0 else "\u2212") + amount(abs(units))
