"""The era: stake to slash, as a user runs it."""

import io

from rich.console import Console

from gearexe_spec.cli.era.chain import SpecificationAlone
from gearexe_spec.cli.era.committing import Committee
from gearexe_spec.cli.era.electing import elect
from gearexe_spec.cli.era.scenario import begin
from gearexe_spec.cli.era.staking import stake
from gearexe_spec.cli.era.telling import Telling


def alone() -> Telling:
    return begin(SpecificationAlone(), Console(file=io.StringIO(), width=140), compared=False)


def test_the_four_greatest_stakes_are_elected_and_sit() -> None:
    telling = alone()
    stake(telling)
    committee = Committee(telling)
    elect(committee)
    assert committee.members == ("operator 2", "operator 1", "operator 3", "operator 4")
    assert telling.agreed
    assert sum(telling.chain.balances.values()) == 6 * 10**18
