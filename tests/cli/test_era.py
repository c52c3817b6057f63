"""The era: stake to slash, as a user runs it."""

import io
import re
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console
from typer.testing import CliRunner, Result

from gearexe_spec.cli import era as command
from gearexe_spec.cli import main
from gearexe_spec.cli.account import Account, Sheet, page
from gearexe_spec.cli.era.chain import EraChain, SpecificationAlone, StoryBroken
from gearexe_spec.cli.era.committing import Committee
from gearexe_spec.cli.era.electing import elect
from gearexe_spec.cli.era.scenario import begin
from gearexe_spec.cli.era.staking import stake
from gearexe_spec.cli.era.telling import Telling
from gearexe_spec.conformance.session import SpecTarget
from gearexe_spec.conformance.wire import Accepted, Answer, Apply, Request
from gearexe_spec.evm import economics_artifacts
from gearexe_spec.evm.economics_artifacts import ArtifactError, find_economics_artifacts
from gearexe_spec.fuzzing.economics_campaign import EconomicsPanel


def run(*arguments: object) -> Result:
    return CliRunner(env={"COLUMNS": "200"}).invoke(main, ["era", *map(str, arguments)])


def alone() -> Telling:
    return begin(SpecificationAlone(), Console(file=io.StringIO(), width=140), compared=False)


@pytest.fixture
def official() -> None:
    try:
        find_economics_artifacts().check()
    except ArtifactError as missing:
        pytest.skip(f"needs the official contracts: {missing}")


def test_an_era_on_both_sides(official: None, tmp_path: Path) -> None:
    """Everything is accepted and refused as told, and every number of the account is what both sides came to."""
    html = tmp_path / "era.html"
    result = run("--html", html)
    assert result.exit_code == 0, result.output
    assert "✗" not in result.output
    assert "agree on all 136 transactions" in result.output
    for told in ("refused the batch: NotNetworkMiddleware", "executed the slash of operator 3", "vetoed the slash"):
        assert told in result.output
    assert re.findall(r"^ +difference +(\S+)", result.output, re.MULTILINE) == ["0", "0", "0"]
    for verdict in ("ForgedSignature", "DutiesDone", "AlreadyPunished; three days later: Stale"):
        assert verdict in result.output
    at_stake = re.findall(r"staker . in vault East .*\u2212(\S+)", result.output)
    assert at_stake[:2] == ["19,285.714285714287", "25,714.285714285714"]
    text = html.read_text()
    assert text.count("spec = EVM") > 30
    assert not re.search(r"(src|href)=", text), "the page needs nothing else"


def test_without_the_contracts_the_specification_acts_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(economics_artifacts, "installed_folders", lambda: ())
    result = run()
    assert result.exit_code == 0, result.output
    assert "acts in the specification alone" in result.output
    assert "is not installed: it comes from npm (npm ci)" in result.output
    assert "spec = EVM" not in result.output
    assert "136 transactions in the specification alone" in result.output


class Thief(SpecTarget):
    """A specification that answers one unit less for whoever has 45,000 tokens."""

    def answer(self, request: Request) -> Answer:
        answer = super().answer(request)
        if not isinstance(answer, Accepted) or not isinstance(request, Apply) or "views" not in request.operation:
            return answer
        outputs: Any = answer.outputs
        stolen = {"returnData": "0x" + (45_000 * 10**12 - 1).to_bytes(32, "big").hex()}
        return Accepted({"values": [stolen if _is_loot(value) else value for value in outputs["values"]]})


def _is_loot(value: Any) -> bool:
    return int(value.get("returnData", "0x0"), 16) == 45_000 * 10**12


def test_a_difference_ends_in_another_exit_code(official: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command, "EconomicsPanel", lambda: EconomicsPanel(Thief()))
    result = run()
    assert result.exit_code == 1
    assert "✗ spec and EVM differ" in result.output
    assert "differences in 136 transactions" in result.output


def test_the_four_greatest_stakes_are_elected_and_sit() -> None:
    telling = alone()
    stake(telling)
    committee = Committee(telling)
    elect(committee)
    assert committee.members == ("operator 2", "operator 1", "operator 3", "operator 4")
    assert telling.agreed
    assert sum(telling.chain.balances.values()) == 6 * 10**18


def test_tokens_that_nobody_counts_are_missed() -> None:
    telling = alone()
    chain: EraChain = telling.chain
    chain.send("owner", "token", "transfer(address,uint256)", "founder 1", 7)
    assert [difference.path for difference in chain.differences] == ["/supply"]
    telling.end()
    assert not telling.agreed


def test_a_step_that_goes_otherwise_than_told_is_no_difference_but_an_end() -> None:
    chain = alone().chain
    with pytest.raises(StoryBroken, match="ERC20InsufficientBalance"):
        chain.send("user", "token", "transfer(address,uint256)", "owner", 1)
    with pytest.raises(StoryBroken, match="accepted, where Empty belongs"):
        chain.send("user", "token", "transfer(address,uint256)", "owner", 0, refused="Empty")
    assert not chain.differences


def test_the_page_shows_names_as_text() -> None:
    account = Account("<era>", Console(file=io.StringIO()))
    account.chapter("<script>alert(1)</script>")
    account.sheet(Sheet(("<b>", "&"), (("<img src=x>", "1"),), frozenset({0})))
    text = page(account)
    assert not re.search("<(script|img|b|era)>", text)
    assert "&lt;img src=x&gt;" in text
