"""Where everything on a paper stands: sheets become pages of marks, each at its place, in points from the top left.

1. head: who sends, what it is, its reference as text, barcode and QR code; then addresses and facts side by side
2. the table, whose head stands on every page again; a row stays on one page unless it is longer than a page
3. totals and notes; a note goes on over pages
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from orderctl.destinations import barcodes
from orderctl.destinations.fonts import Fonts
from orderctl.destinations.sheets import Block, Column, Sheet

MARGIN = 42.0
_FOOT = 54.0
_GAP = 18.0
_PAD = 4.0
_QR = 54.0
_CODE_HEIGHT, _SKU_CODE_HEIGHT = 30.0, 16.0
#: One bar of a barcode, in points: wider is not needed, narrower (under 0.2 mm) many scanners cannot read.
_WIDEST_BAR, _NARROWEST_BAR = 1.0, 0.57
_QUIET = 10  # bars of white on each side


@dataclass(frozen=True, slots=True)
class Mark:
    """One thing at one place: a text on its baseline `y`, a filled or framed box, a barcode, a QR code."""

    kind: str
    x: float
    y: float
    width: float = 0.0
    height: float = 0.0
    text: str = ""
    size: float = 0.0  # of letters; of one bar of a barcode
    bold: bool = False
    gray: str = "text"


def pages(sheet: Sheet, fonts: Fonts, width: float, height: float, *, notices: Sequence[str] = ()) -> list[list[Mark]]:
    """The pages of `sheet` on paper of this size, without their footers. `notices` stand at the end."""
    laid = _Laying(sheet, fonts, width, height)
    laid.head()
    laid.addresses()
    laid.table()
    laid.totals()
    for note in sheet.notes:
        laid.note(note)
    if notices:
        laid.note(Block("About the letters on this paper", list(notices), strong=True))
    return laid.pages


def footer(sheet: Sheet, number: tuple[int, int], width: float, height: float, fonts: Fonts) -> list[Mark]:
    """What stands at the foot of page `number` = (this one, of so many)."""
    y = height - _FOOT + 20
    pages_text = f"Page {number[0]} of {number[1]}"
    right = width - MARGIN - fonts.width(pages_text, 8)
    return [
        Mark("fill", MARGIN, y - 11, width - 2 * MARGIN, 0.5, gray="line"),
        Mark("text", MARGIN, y, text=f"{sheet.title} {sheet.reference}", size=8, gray="label"),
        Mark("text", right, y, text=pages_text, size=8, gray="label"),
    ]


def banner(sheet: Sheet, width: float, fonts: Fonts) -> list[Mark]:
    """What stands across the top of every page of `sheet`, where it says something there."""
    if not sheet.banner:
        return []
    left = (width - fonts.width(sheet.banner, 13, bold=True)) / 2
    return [
        Mark("frame", MARGIN, 11, width - 2 * MARGIN, 20),
        Mark("text", left, 26, text=sheet.banner, size=13, bold=True),
    ]


def bar_of(text: str, width: float) -> float:
    """How wide one bar of the Code 128 of `text` may be in `width` points with its margins; 0 = it has no place."""
    count, _ = barcodes.bars(text)
    bar = min(_WIDEST_BAR, width / (count + 2 * _QUIET))
    return bar if count and bar >= _NARROWEST_BAR else 0.0


@dataclass(slots=True)
class _Laying:
    """One sheet while it is laid out. `y` is where the next thing goes, from the top."""

    sheet: Sheet
    fonts: Fonts
    paper_width: float
    paper_height: float
    pages: list[list[Mark]] = field(default_factory=lambda: [[]])
    y: float = MARGIN

    @property
    def width(self) -> float:
        return self.paper_width - 2 * MARGIN

    @property
    def bottom(self) -> float:
        return self.paper_height - _FOOT - 6

    def put(self, mark: Mark) -> None:
        self.pages[-1].append(mark)

    def text(self, x: float, y: float, text: str, size: float, *, bold: bool = False, gray: str = "text") -> None:
        if text:
            self.put(Mark("text", x, y, text=text, size=size, bold=bold, gray=gray))

    def right(self, x: float, y: float, text: str, size: float, *, bold: bool = False, gray: str = "text") -> None:
        """`text` that ends at `x`."""
        self.text(x - self.fonts.width(text, size, bold=bold), y, text, size, bold=bold, gray=gray)

    def fits(self, height: float) -> bool:
        return self.y + height <= self.bottom

    def turn(self) -> None:
        """A new page begins."""
        self.pages.append([])
        self.y = MARGIN + 10
        self.text(MARGIN, self.y, f"{self.sheet.title} {self.sheet.reference}", 11, bold=True)
        self.y += 14

    def head(self) -> None:
        top, sender = self.y, self.sheet.sender
        left_width = self.width * 0.38
        y = top + 10
        for line in self.fonts.wrapped(sender.title, left_width, 12, bold=True):
            self.text(MARGIN, y, line, 12, bold=True)
            y += 15
        for stated in sender.lines:
            for line in self.fonts.wrapped(stated, left_width, 8.5):
                self.text(MARGIN, y, line, 8.5, gray="label")
                y += 11
        edge = MARGIN + self.width
        self.put(Mark("qr", edge - _QR, top, _QR, _QR, text=self.sheet.reference))
        edge -= _QR + 14
        self.right(edge, top + 14, self.sheet.title, 18, bold=True)
        room = edge - MARGIN - left_width - _GAP
        bar = bar_of(self.sheet.reference, room)
        if bar:
            wide = bar * barcodes.bars(self.sheet.reference)[0]
            self.put(Mark("code", edge - wide, top + 24, wide, _CODE_HEIGHT, text=self.sheet.reference, size=bar))
        low = top + (67 if bar else 36)
        for line in self.fonts.wrapped(self.sheet.reference, room, 11, bold=True):
            self.right(edge, low, line, 11, bold=True)
            low += 13
        self.y = max(y, low, top + _QR + 8) + 8

    def addresses(self) -> None:
        """Addresses in columns of one width, the facts in the last one."""
        count = len(self.sheet.addresses) + bool(self.sheet.facts)
        if not count:
            return
        each = (self.width - _GAP * (count - 1)) / count
        lows = [self.y]
        for place, block in enumerate(self.sheet.addresses):
            lows.append(self._address(MARGIN + place * (each + _GAP), each, block))
        if self.sheet.facts:
            lows.append(self._facts(MARGIN + (count - 1) * (each + _GAP), each))
        self.y = max(lows) + 8

    def _address(self, x: float, width: float, block: Block) -> float:
        y = self.y + 8
        self.text(x, y, block.title, 8, bold=True, gray="label")
        y += 15
        for stated in block.lines:
            for line in self.fonts.wrapped(stated, width, 10.5):
                self.text(x, y, line, 10.5)
                y += 13.5
        return y

    def _facts(self, x: float, width: float) -> float:
        labels = max(self.fonts.width(label, 8) for label, _ in self.sheet.facts) + 10
        y = self.y + 8
        for label, stated in self.sheet.facts:
            self.text(x, y, label, 8, gray="label")
            for line in self.fonts.wrapped(stated, width - labels, 9):
                self.text(x + labels, y, line, 9)
                y += 12.5
        return y

    def table(self) -> None:
        shares = sum(column.share for column in self.sheet.columns)
        widths = [self.width * column.share / shares for column in self.sheet.columns]
        if not self.fits(60):
            self.turn()
        self._table_head(widths)
        for row in self.sheet.rows:
            self._row(row, widths)
        self.y += 6

    def _table_head(self, widths: Sequence[float]) -> None:
        titles = [
            self.fonts.wrapped(column.title, width - 2 * _PAD, 8, bold=True)
            for column, width in zip(self.sheet.columns, widths, strict=True)
        ]
        height = 10 * max(map(len, titles)) + 8
        self.put(Mark("fill", MARGIN, self.y, self.width, height, gray="fill"))
        x = MARGIN
        for column, width, lines in zip(self.sheet.columns, widths, titles, strict=True):
            for nth, line in enumerate(lines):
                self._cell(column, x, width, self.y + 12 + 10 * nth, line, 8, bold=True)
            x += width
        self.y += height

    def _cell(
        self, column: Column, x: float, width: float, y: float, text: str, size: float, *, bold: bool = False
    ) -> None:
        if column.right:
            self.right(x + width - _PAD, y, text, size, bold=bold)
        else:
            self.text(x + _PAD, y, text, size, bold=bold)

    def _row(self, row: Sequence[str], widths: Sequence[float]) -> None:
        cells = [self.fonts.wrapped(text, width - 2 * _PAD, 9.5) for text, width in zip(row, widths, strict=True)]
        codes = [
            bar_of(text, width) if column.code else 0.0
            for column, text, width in zip(self.sheet.columns, row, widths, strict=True)
        ]
        below = [_SKU_CODE_HEIGHT + 5 if bar else 0.0 for bar in codes]
        longest = int((self.bottom - MARGIN - 60) // 12)
        while max(map(len, cells)) > longest:
            self._row_part([lines[:longest] for lines in cells], widths, 12.0 * longest + 8)
            cells = [lines[longest:] for lines in cells]
        height = max(12 * len(lines) + extra for lines, extra in zip(cells, below, strict=True)) + 8
        top = self._row_part(cells, widths, height)
        x = MARGIN
        for lines, text, bar, width in zip(cells, row, codes, widths, strict=True):
            if bar:
                y = top + 12 * len(lines) + 6
                place = x + (_PAD if x == MARGIN else _QUIET * bar)  # the margin of the paper is white already
                self.put(Mark("code", place, y, height=_SKU_CODE_HEIGHT, text=text, size=bar))
            x += width

    def _row_part(self, cells: Sequence[Sequence[str]], widths: Sequence[float], height: float) -> float:
        """Lines of cells as one row of the table, on the next page if they do not fit; where its top is."""
        if not self.fits(height):
            self.turn()
            self._table_head(widths)
        top, x = self.y, MARGIN
        for column, width, lines in zip(self.sheet.columns, widths, cells, strict=True):
            if column.box:
                self.put(Mark("frame", x + _PAD, top + 5, 9, 9, gray="label"))
            for nth, line in enumerate(lines):
                self._cell(column, x, width, top + 13 + 12 * nth, line, 9.5)
            x += width
        self.y += height
        self.put(Mark("fill", MARGIN, self.y, self.width, 0.5, gray="line"))
        return top

    def totals(self) -> None:
        height = 15.0 * len(self.sheet.totals)
        if not self.sheet.totals:
            return
        if not self.fits(height):
            self.turn()
        values = max(self.fonts.width(stated, 10, bold=True) for _, stated in self.sheet.totals)
        edge = MARGIN + self.width - _PAD
        for nth, (label, stated) in enumerate(self.sheet.totals, 1):
            last = nth == len(self.sheet.totals)
            self.y += 15
            self.right(edge, self.y, stated, 10, bold=last)
            self.right(edge - values - 14, self.y, label, 10, bold=last)
        self.y += 8

    def note(self, block: Block) -> None:
        """A title, and lines with a bar beside them where they are `strong`; an empty block is a box to write in."""
        self.y += 12
        if not self.fits(16 + 13 * min(len(block.lines), 3)):
            self.turn()
        self.text(MARGIN, self.y + 8, block.title, 8, bold=True, gray="label")
        self.y += 14
        if block.strong and not any(block.lines):
            self.put(Mark("frame", MARGIN, self.y, self.width / 2, 16.0 * len(block.lines), gray="line"))
            self.y += 16.0 * len(block.lines)
            return
        indent = 10 if block.strong else 0
        for stated in block.lines:
            for line in self.fonts.wrapped(stated, self.width - indent, 10):
                if not self.fits(14):
                    self.turn()
                if block.strong:
                    self.put(Mark("fill", MARGIN, self.y, 2.5, 14, gray="line"))
                self.text(MARGIN + indent, self.y + 10.5, line, 10)
                self.y += 14
