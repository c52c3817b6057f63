"""The chapters as a reader finds them."""

from pathlib import Path

SPEC = Path(__file__).parents[2] / "spec"


def test_the_index_lists_every_chapter() -> None:
    index = (SPEC / "index.md").read_text()
    for chapter in SPEC.glob("[0-9]*.md"):
        assert f"({chapter.name})" in index, chapter.name
