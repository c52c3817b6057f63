"""Reading recorded files: a file or a folder, plain (`.json`) or packed (`.json.xz`), without unpacking to disk.

Rules: VEC-1 to VEC-3.
"""

from __future__ import annotations

import lzma
import re
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import lru_cache
from pathlib import Path

from gearexe_spec.codec.json_reader import read_json
from gearexe_spec.conformance.reference.adapter import Document
from gearexe_spec.shipped import shipped

PACKED = ".xz"
SUFFIXES = (".json", ".json" + PACKED)
PARTS = ("states", "schemas")
_WILDCARD = re.compile(r"[*?\[]")
LONGEST_FILE = 1 << 30
"""Bytes a recorded file may unpack to."""


class UnreadableFile(Exception):
    """A recorded file is no JSON object, or is damaged."""


@dataclass(frozen=True, slots=True)
class SuiteFile:
    """A recorded file of a suite.

    Args:
        path: where it is.
        name: path inside the suite without suffixes, `/` between folders; what cases and globs are named by.
    """

    path: Path
    name: str


def find_files(suite: Path) -> tuple[SuiteFile, ...]:
    """All recorded files of a suite in the order of their names (VEC-1).

    Raises:
        FileNotFoundError: there is no such file or folder.
    """
    if not suite.exists():
        raise FileNotFoundError(suite)
    if suite.is_file():
        return (SuiteFile(suite, plain_name(suite.name)),)
    found = (path for path in suite.rglob("*") if path.name.endswith(SUFFIXES) and not _is_part(path))
    files = (SuiteFile(path, plain_name(path.relative_to(suite).as_posix())) for path in found)
    return tuple(sorted(files, key=lambda file: file.name))


def _is_part(path: Path) -> bool:
    """Whether a file is no document of its own: a state or schema beside a manifest."""
    folder = path.parent
    return folder.name in PARTS and (folder.parent / "manifest.json").is_file()


def plain_name(path: str) -> str:
    """A file's name without its suffixes."""
    return path.removesuffix(PACKED).removesuffix(".json")


def read_bytes(path: Path) -> bytes:
    """The bytes of a file, unpacked if it is packed (VEC-1).

    Raises:
        UnreadableFile: the packed stream is damaged or unpacks to more than LONGEST_FILE.
    """
    data = path.read_bytes()
    if path.suffix != PACKED:
        return data
    unpacker = lzma.LZMADecompressor(memlimit=LONGEST_FILE)
    try:
        plain = unpacker.decompress(data, LONGEST_FILE)
    except lzma.LZMAError as error:
        raise UnreadableFile(f"damaged: {error}") from error
    if not unpacker.eof or unpacker.unused_data:
        raise UnreadableFile("damaged: the packed stream does not end where the file ends")
    return plain


def read_document(path: Path) -> Document:
    """The JSON object in a recorded file (VEC-1).

    Raises:
        UnreadableFile: it is none.
    """
    return _read_version(path, path.stat().st_mtime_ns)


@lru_cache(maxsize=4)
def _read_version(path: Path, _written: int) -> Document:
    try:
        parts = read_json(read_bytes(path))
    except ValueError as error:
        raise UnreadableFile(f"no JSON: {error}") from error
    if not isinstance(parts, dict):
        raise UnreadableFile("no JSON object")
    return Document(parts, str(path), lambda name: _read_neighbour(path, name))


def matches(name: str, pattern: str | None) -> bool:
    """Whether `folder/file/case` fits a glob; a glob also fits everything below what it names."""
    return pattern is None or fnmatchcase(name, pattern) or fnmatchcase(name, pattern.rstrip("/") + "/*")


def may_match(name: str, pattern: str | None) -> bool:
    """Whether a case of the file `name` might fit a glob: the glob's part before its first wildcard leads there."""
    if pattern is None:
        return True
    fixed, file = _WILDCARD.split(pattern, maxsplit=1)[0], f"{name}/"
    return file.startswith(fixed) or fixed.startswith(file)


def _read_neighbour(path: Path, name: str) -> Document:
    for candidate in _neighbours(path, name):
        if candidate.is_file():
            return read_document(candidate)
    raise FileNotFoundError(f"{name} is not beside {path.name}")


def _neighbours(path: Path, name: str) -> Iterator[Path]:
    if name.startswith("states/"):
        yield from (folder / name for folder in path.parents if (folder / "states").is_dir())
        return
    for folder in (path.parent, shipped_suite() / path.parent.name):
        yield folder / name
        yield folder / (name + PACKED)


def shipped_vectors() -> Path:
    """Where all vectors of this project lie: our own, and below them production's recordings."""
    return shipped_suite().parent


def shipped_suite() -> Path:
    """Where production's recordings lie in this project."""
    return shipped("vectors/production")
