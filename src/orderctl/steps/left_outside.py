"""What still names a person outside the store: copies of it, documents that were handed over, inputs, answers, logs.

1. copies of the store are known by what they begin with
2. documents of the batches in which the person's orders went are known by their names: a PDF cannot be searched
3. any other file is looked through for the texts of the person, in each way that programs write them, and unpacked
None of them is touched: they are listed, for whoever owns them.
"""

from __future__ import annotations

import base64
import gzip
import html
import io
import json
import quopri
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from orderctl.core.text import storable
from orderctl.steps.context import Context
from orderctl.steps.views import Row
from orderctl.store import remains

#: A larger file is no document of ours.
_MOST_BYTES = 256 * 1024 * 1024
_MOST_FILES = 100_000
#: What belongs to the store itself, whatever it is called.
_OWN = ("", "-wal", "-shm", "-journal", ".lock", ".effects")
_ZIP, _GZIP = b"PK\x03\x04", b"\x1f\x8b"


def found(ctx: Context, known: Iterable[str], documents: Iterable[str]) -> Iterator[Row]:
    """{what, file} for each copy of the store, and each file that names the person known by the texts `known`.

    `documents` are the names of what was handed over with the person's orders.
    """
    folders = dict.fromkeys((ctx.config.base.resolve(), ctx.database.parent.resolve()))
    copies = dict.fromkeys(path for folder in folders for path in remains.copies(folder, ctx.database.resolve()))
    yield from ({"what": "copy", "file": path} for path in copies)
    store = {str(ctx.database.resolve()) + end for end in _OWN}
    handed_over = tuple(str(ctx.config.base.resolve() / name) for name in documents if name)
    wanted = set().union(*map(forms, known))
    for path in dict.fromkeys(path for folder in folders for path in sorted(_files_below(folder))):
        own = str(path) in copies or str(path) in store
        if not own and (str(path).startswith(handed_over) or _names_one(path, wanted)):
            yield {"what": "file", "file": storable(str(path))}


def forms(text: str) -> set[bytes]:
    """The bytes by which a file may tell `text`: those of JSON, HTML, mails, old encodings; small but for base64."""
    plain = text.encode()
    written = {json.dumps(text)[1:-1].encode(), html.escape(text).encode(), quopri.encodestring(plain).strip()}
    encoded = {text.encode(name, "ignore") for name in ("utf-16-le", "utf-16-be", "cp1252")}
    in_base64 = {_middle(plain, before) for before in range(3)}
    return {
        form
        for form in {plain.lower(), text.lower().encode(), *map(bytes.lower, written | encoded), *in_base64}
        if form
    }


def _middle(plain: bytes, before: int) -> bytes:
    """`plain` in base64 behind `before` other bytes, without the letters that its neighbors have a part in."""
    whole = base64.b64encode(bytes(before) + plain).rstrip(b"=")
    first = (0, 2, 3)[before]
    last = len(whole) - bool((before + len(plain)) % 3)
    return whole[first:last]


def _files_below(folder: Path) -> list[Path]:
    listed: list[Path] = []
    for path in folder.rglob("*"):
        if len(listed) == _MOST_FILES:
            break
        if path.is_file() and not path.is_symlink():
            listed.append(path)
    return listed


def _names_one(path: Path, wanted: set[bytes]) -> bool:
    try:
        if path.stat().st_size > _MOST_BYTES:
            return False
        return any(_stands_in(content, wanted) for content in _unpacked(path.read_bytes()))
    except OSError:
        return False


def _stands_in(content: bytes, wanted: set[bytes]) -> bool:
    small = content.lower()
    return any(one in small or one in content for one in wanted)


def _unpacked(content: bytes) -> Sequence[bytes]:
    """The content of a file, and what lies in it where it is a workbook, another archive, or a packed log."""
    try:
        if content.startswith(_ZIP):
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                parts = [one for one in archive.infolist() if one.file_size <= _MOST_BYTES]
                return [content, *(archive.read(one) for one in parts)]
        if content.startswith(_GZIP):
            with gzip.open(io.BytesIO(content)) as packed:
                return [content, packed.read(_MOST_BYTES)]
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, RuntimeError, NotImplementedError):
        pass  # it only looks like one
    return [content]
