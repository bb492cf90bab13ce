"""Write the one file: the compiled onefile.c, the folder packed behind it, and a trailer that names its version.

Packed with LZ4, whose inverse is forty lines and needs no library on the machine where the file runs. The same folder
gives the same bytes. The layout is described in onefile.c.
"""

from __future__ import annotations

import binascii
import hashlib
import struct
import subprocess
from collections.abc import Iterator
from pathlib import Path

import lz4.block

HERE = Path(__file__).resolve().parent
BLOCK = 1 << 18
MAGIC = b"orderct1"
NAME_SIZE = 48
COMPILE = ("cc", "-O2", "-Wall", "-Wextra", "-Werror", "-s", "-Wl,-z,relro,-z,now", "-Wl,--build-id=none")


def write(folder: Path, version: str, out: Path) -> None:
    """Write `out`, the program that unpacks `folder` and becomes its `orderctl`. `cc` has to be there."""
    packed = b"".join(_packed(folder)) + struct.pack("<III", 0, 0, 0)
    name = f"{version}-{hashlib.sha256(packed).hexdigest()[:16]}".encode()
    if len(name) >= NAME_SIZE:
        raise ValueError(f"the version {version} is too long")
    subprocess.run([*COMPILE, "-o", str(out), str(HERE / "onefile.c")], check=True)
    with out.open("ab") as file:
        file.write(packed)
        file.write(struct.pack(f"<Q{NAME_SIZE}s8s", len(packed), name, MAGIC))
    out.chmod(0o755)


def _packed(folder: Path) -> Iterator[bytes]:
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        content = path.read_bytes()
        relative = path.relative_to(folder).as_posix().encode()
        mode = 0o755 if path.stat().st_mode & 0o100 else 0o644
        yield struct.pack("<III", len(relative), mode, binascii.crc32(content)) + relative
        for start in range(0, len(content), BLOCK):
            raw = content[start : start + BLOCK]
            block = lz4.block.compress(raw, mode="high_compression", compression=12, store_size=False)
            yield struct.pack("<II", len(raw), len(block)) + block
        yield struct.pack("<I", 0)
