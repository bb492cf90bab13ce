"""Code 128 and QR codes as what is dark, in whole bars and squares; reportlab knows how they are made up."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from reportlab.graphics.barcode import qrencoder
from reportlab.graphics.barcode.code128 import Code128

_LONGEST = 80
#: One of the eight masks of the standard. Trying out which is best would take most of the time a page takes.
_MASK = 0


@lru_cache(maxsize=4096)
def bars(text: str) -> tuple[int, tuple[tuple[int, int], ...]]:
    """How many bars wide the Code 128 of `text` is, and (place, width) of the dark ones; (0, ()) if it has none."""
    if not text or len(text) > _LONGEST or any(not 32 <= ord(letter) < 127 for letter in text):
        return 0, ()
    code: Any = Code128(text, quiet=0)
    code.validate()
    code.encode()
    place, dark = 0, []
    for mark in code.decompose():
        width = ord(mark.upper()) - ord("A") + 1
        if mark.isupper():
            dark.append((place, width))
        place += width
    return place, tuple(dark)


@lru_cache(maxsize=4096)
def squares(text: str) -> tuple[int, tuple[tuple[int, int, int], ...]]:
    """How many squares wide the QR code of `text` is, and (row from the top, place, width) of what is dark."""
    code: Any = qrencoder.QRCode(None, qrencoder.QRErrorCorrectLevel.M)
    code.addData(text)
    code.version = code.calculate_version()
    code.makeImpl(False, _MASK)  # noqa: FBT003 - reportlab's own order: this is no trial
    dark = []
    for row, line in enumerate(code.modules):
        place = 0
        while place < len(line):
            end = place
            while end < len(line) and line[end]:
                end += 1
            if end > place:
                dark.append((row, place, end - place))
            place = end + 1
    return code.moduleCount, tuple(dark)
