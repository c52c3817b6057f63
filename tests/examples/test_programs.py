"""The committed programs are what their sources build."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[2] / "examples"


def test_rebuilding_gives_the_same_bytes(tmp_path: Path) -> None:
    if not all(shutil.which(tool) for tool in ("/usr/bin/rustc", "/usr/bin/cargo", "wasm-ld")):
        pytest.skip("needs rustc-web, cargo-web, rust-web-src and lld")
    shutil.copytree(EXAMPLES / "programs", tmp_path / "programs", ignore=shutil.ignore_patterns("target"))
    build = subprocess.run(
        [tmp_path / "programs" / "build.sh"],
        env={**os.environ, "CARGO_TARGET_DIR": str(tmp_path / "target")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert build.returncode == 0, build.stderr
    for program in EXAMPLES.glob("*.wasm"):
        assert (tmp_path / program.name).read_bytes() == program.read_bytes(), program.name
