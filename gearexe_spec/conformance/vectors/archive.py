"""Release archives: the same vectors give the same bytes, whenever and wherever they are packed.

Rules: VEC-35.
"""

from __future__ import annotations

import io
import lzma
import tarfile
from hashlib import sha256
from pathlib import Path


def pack_archive(folder: Path, archive: Path) -> str:
    """Write all files below a folder into a `.tar.xz`; returns its SHA-256 (VEC-35)."""
    plain = io.BytesIO()
    with tarfile.open(fileobj=plain, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        for path in sorted(path for path in folder.rglob("*") if path.is_file()):
            data = path.read_bytes()
            entry = tarfile.TarInfo(f"vectors/{path.relative_to(folder).as_posix()}")
            entry.size, entry.mode, entry.mtime = len(data), 0o644, 0
            tar.addfile(entry, io.BytesIO(data))
    packed = lzma.compress(plain.getvalue(), preset=6)
    archive.write_bytes(packed)
    return sha256(packed).hexdigest()
