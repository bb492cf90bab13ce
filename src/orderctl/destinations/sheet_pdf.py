"""Sheets as a PDF: pages are laid out first, as marks at places, and drawn when it is known how many they are.

The file holds no moment and no random number, so that the same sheets give the same bytes.
"""

from __future__ import annotations

import io
import unicodedata
from collections.abc import Sequence
from pathlib import Path

from reportlab import rl_config
from reportlab.lib.pagesizes import A4, LETTER
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfgen.canvas import Canvas

from orderctl.destinations import barcodes, sheet_layout
from orderctl.destinations.fonts import Fonts, mark_of
from orderctl.destinations.sheet_layout import Mark
from orderctl.destinations.sheets import Paper, Sheet

rl_config.useA85 = 0  # streams as bytes: text around them would make a file a quarter larger, for nothing
_SIZES = {"a4": A4, "letter": LETTER}
_GRAYS = {"text": 0.0, "label": 0.35, "line": 0.7, "fill": 0.92}
#: Capitals and ascenders reach this much higher than small letters, in Vera, in shares of the size.
_RISE = 0.18
_MOST_NAMED = 12
#: Rows of a QR code lie over each other a little, so that no screen shows a seam.
_OVER = 1.02


def content(sheets: Sequence[Sheet], paper: Paper, fonts: Sequence[Path] = ()) -> tuple[bytes, tuple[str, ...]]:
    """The PDF of `sheets` on `paper`, and what a person should know of its letters."""
    width, height = _SIZES[paper]
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(width, height), invariant=1, pageCompression=1)
    canvas.setCreator("orderctl")
    if sheets:
        first = sheets[0]
        more = f" and {len(sheets) - 1} more" if len(sheets) > 1 else ""
        canvas.setTitle(f"{first.title} {first.reference}{more}")
        canvas.setAuthor(first.sender.title)
    chosen = Fonts(fonts)
    for sheet in sheets:
        known = (set(chosen.missing), set(chosen.readers))
        pages = sheet_layout.pages(sheet, chosen, width, height)
        if said := _notices(chosen.missing - known[0], chosen.readers - known[1]):
            pages = sheet_layout.pages(sheet, chosen, width, height, notices=said)
        for number, page in enumerate(pages, 1):
            foot = sheet_layout.footer(sheet, (number, len(pages)), width, height, chosen)
            if number == 1:
                canvas.bookmarkPage(sheet.reference)
                canvas.addOutlineEntry(f"{sheet.title} {sheet.reference}", sheet.reference, level=0)
            for mark in (*sheet_layout.banner(sheet, width, chosen), *page, *foot):
                _draw(canvas, mark, height, chosen)
            canvas.showPage()
    canvas.save()
    return out.getvalue(), tuple(_notices(chosen.missing, chosen.readers))


def _notices(missing: set[str], readers: set[str]) -> list[str]:
    said = []
    if missing:
        shown = ", ".join(f"U+{ord(letter):04X} {_name(letter)}" for letter in sorted(missing)[:_MOST_NAMED])
        more = f" and {len(missing) - _MOST_NAMED} more" if len(missing) > _MOST_NAMED else ""
        said.append(f"No font here has these letters, so that they stand as ?: {shown}{more}.")
    if readers:
        said.append("Some letters are drawn with fonts of the program that shows this file; check that they are there.")
    return said


def _name(letter: str) -> str:
    return unicodedata.name(letter, "unnamed").lower()


def _draw(canvas: Canvas, mark: Mark, height: float, fonts: Fonts) -> None:
    """One mark, whose places count from the top."""
    gray = _GRAYS[mark.gray]
    bottom = height - mark.y - mark.height
    if mark.kind == "text":
        canvas.setFillGray(gray)
        _draw_text(canvas, mark, height - mark.y, fonts)
    elif mark.kind == "fill":
        canvas.setFillGray(gray)
        canvas.rect(mark.x, bottom, mark.width, mark.height, stroke=0, fill=1)
    elif mark.kind == "frame":
        canvas.setStrokeGray(gray)
        canvas.setLineWidth(0.7)
        canvas.rect(mark.x, bottom, mark.width, mark.height, stroke=1, fill=0)
    elif mark.kind == "code":
        path = canvas.beginPath()
        for place, width in barcodes.bars(mark.text)[1]:
            path.rect(mark.x + place * mark.size, bottom, width * mark.size, mark.height)
        canvas.setFillGray(0)
        canvas.drawPath(path, stroke=0, fill=1)
    elif mark.kind == "qr":
        _draw_qr(canvas, mark, bottom)


def _draw_qr(canvas: Canvas, mark: Mark, bottom: float) -> None:
    count, dark = barcodes.squares(mark.text)
    side = mark.width / count
    path = canvas.beginPath()
    for row, place, width in dark:
        path.rect(mark.x + place * side, bottom + (count - 1 - row) * side, width * side, side * _OVER)
    canvas.setFillGray(0)
    canvas.drawPath(path, stroke=0, fill=1)


def _draw_text(canvas: Canvas, mark: Mark, baseline: float, fonts: Fonts) -> None:
    x = mark.x
    for run in fonts.runs(mark.text, bold=mark.bold):
        canvas.setFont(run.font, mark.size)
        canvas.drawString(x, baseline, run.text)
        wide = pdfmetrics.stringWidth(run.text, run.font, mark.size)
        rise = _RISE * mark.size if run.text.isupper() or run.text in "bdfhklt" else 0.0
        for accent in run.marks:
            glyph, below = mark_of(accent)
            middle = x + (wide - pdfmetrics.stringWidth(glyph, run.font, mark.size)) / 2
            canvas.drawString(middle, baseline if below else baseline + rise, glyph)
            rise += 0 if below else _RISE * mark.size
        x += wide
