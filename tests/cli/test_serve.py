"""Wrong options of `serve` end in a sentence."""

import pytest
from typer.testing import CliRunner

from gearexe_spec.cli import main


@pytest.mark.parametrize("place", ["nonsense", "127.0.0.1:", "127.0.0.1:70000", "127.0.0.1:-1"])
def test_a_place_that_is_none(place: str) -> None:
    result = CliRunner(env={"COLUMNS": "200"}).invoke(main, ["serve", "--tcp", place])
    assert result.exit_code == 2
    assert "HOST:PORT expected" in result.output
