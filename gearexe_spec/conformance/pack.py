"""Packing recorded files: `python -m gearexe_spec.conformance.pack SOURCE DESTINATION`.

Every `.json` is packed by itself (xz), so that single files load fast; every `.md` is copied, for it documents the
formats. A manifest lists each file with its length and SHA-256, unpacked, and how many cases it holds. The same source
gives the same bytes.

Rules: VEC-5, VEC-6.
"""

from __future__ import annotations

import json
import lzma
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from gearexe_spec.conformance.json_form import Json
from gearexe_spec.conformance.reference.adapter import format_of
from gearexe_spec.conformance.suite import PACKED, read_bytes

MANIFEST = "manifest.json"
MANIFEST_FORMAT = "manifest/1"


@dataclass(frozen=True, slots=True)
class Entry:
    """A packed file in the manifest.

    Args:
        path: in the destination, `/` between folders.
        length: bytes, unpacked.
        digest: SHA-256 of the unpacked bytes, hex.
        format: of the recording; None where it names none and its fields give none away.
    """

    path: str
    length: int
    digest: str
    format: str | None

    def to_json(self) -> dict[str, Json]:
        """How the manifest writes it."""
        return {"format": self.format, "length": self.length, "path": self.path, "sha256": self.digest}


def pack_folder(source: Path, destination: Path) -> list[Entry]:
    """Pack all recorded files of a folder and write the manifest; what lay in the destination is replaced (VEC-5)."""
    if destination.exists():
        shutil.rmtree(destination)
    entries = []
    for path in sorted(source.rglob("*"), key=lambda path: path.relative_to(source).as_posix()):
        target = destination / path.relative_to(source)
        target.parent.mkdir(parents=True, exist_ok=True)
        if path.suffix == ".md":
            shutil.copyfile(path, target)
        elif path.suffix == ".json":
            entries.append(_pack_file(path, target.with_name(target.name + PACKED), destination))
    (destination / MANIFEST).write_bytes(_manifest(entries))
    return entries


def pack_bytes(plain: bytes) -> bytes:
    """The packed form of a file (VEC-5)."""
    return lzma.compress(plain, lzma.FORMAT_XZ, lzma.CHECK_CRC32, 9 | lzma.PRESET_EXTREME)


def check_folder(folder: Path) -> Iterator[str]:
    """Compare a packed folder with its manifest; yields what is wrong, in words (VEC-6)."""
    manifest = json.loads((folder / MANIFEST).read_bytes())
    listed = {item["path"]: item for item in manifest["files"]}
    found = {path.relative_to(folder).as_posix() for path in folder.rglob("*" + PACKED)}
    yield from (f"{path}: not in the manifest" for path in sorted(found - set(listed)))
    for path, item in listed.items():
        if path not in found:
            yield f"{path}: missing"
            continue
        plain = read_bytes(folder / path)
        if (len(plain), sha256(plain).hexdigest()) != (item["length"], item["sha256"]):
            yield f"{path}: its contents are not the ones in the manifest"


def _pack_file(path: Path, target: Path, destination: Path) -> Entry:
    plain = path.read_bytes()
    target.write_bytes(pack_bytes(plain))
    name = target.relative_to(destination).as_posix()
    return Entry(name, len(plain), sha256(plain).hexdigest(), format_of(json.loads(plain)))


def _manifest(entries: list[Entry]) -> bytes:
    files: list[Json] = [entry.to_json() for entry in entries]
    digest = sha256("".join(f"{entry.path}\n{entry.digest}\n" for entry in entries).encode()).hexdigest()
    document = {"count": len(entries), "digest": digest, "files": files, "format": MANIFEST_FORMAT}
    return (json.dumps(document, indent=1, sort_keys=True) + "\n").encode()


def main(arguments: list[str]) -> int:
    """Pack the folder named first into the one named second."""
    if len(arguments) != 2:
        print("usage: python -m gearexe_spec.conformance.pack SOURCE DESTINATION", file=sys.stderr)
        return 2
    entries = pack_folder(Path(arguments[0]), Path(arguments[1]))
    print(f"{len(entries)} files, {sum(entry.length for entry in entries)} bytes unpacked")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
