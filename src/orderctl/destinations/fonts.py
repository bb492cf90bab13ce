"""Which font draws which letter of a PDF, so that a name is printed as it is written, and what is not is said.

1. a word of Western Latin letters: Helvetica, which every reader has
2. any other word: the first of the location's own `fonts` that has all of it, then Vera, which comes with reportlab and
   is embedded; letters that Vera lacks are put together of a letter and its accents (Polish, Czech, Vietnamese, ...)
3. Chinese, Japanese, Korean, and Greek or Cyrillic without `fonts`: the fonts that readers bring, not embedded
4. what is left, and scripts whose letters change their form or run from right to left, stands as `?`, and is reported
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfbase.ttfonts import TTFError, TTFont

from orderctl.core.digests import digest

MISSING = "?"
#: Reader's font -> the codec that holds the letters it surely has; kana and Hangul first, so that Han follows them.
_READERS = (
    ("HeiseiKakuGo-W5", "cp932"),
    ("HYGothic-Medium", "cp949"),
    ("STSong-Light", "gbk"),
    ("MSung-Light", "big5"),
)
_MARKS = {
    "\u0300": "`", "\u0301": "\u00b4", "\u0302": "\u02c6", "\u0303": "\u02dc", "\u0304": "\u00af", "\u0306": "\u02d8",
    "\u0307": "\u02d9", "\u0308": "\u00a8", "\u030a": "\u02da", "\u030b": "\u02dd", "\u030c": "\u02c7",
    "\u0326": "\u00b8", "\u0327": "\u00b8", "\u0328": "\u02db",
}  # fmt: skip
_BELOW = frozenset("\u0326\u0327\u0328")
#: Blocks of scripts that need more than one glyph after the other: right to left, or joined and reordered.
_SHAPED = ((0x0590, 0x08FF), (0x0900, 0x0DFF), (0x0F00, 0x109F), (0x1780, 0x18AF), (0xFB1D, 0xFDFF), (0xFE70, 0xFEFC))


@dataclass(frozen=True, slots=True)
class Run:
    """Letters in one font; `marks` are accents that are drawn over its only letter."""

    font: str
    text: str
    marks: tuple[str, ...] = ()


def problem_of(paths: Sequence[Path]) -> str:
    """What is wrong with the font files at `paths`; empty when nothing is."""
    for path in paths:
        try:
            TTFont("problem", str(path))
        except (TTFError, OSError) as error:
            return f"fonts: '{path}' is not a TrueType font that can be read: {str(error)[:120]}"
    return ""


class Fonts:
    """Chooses fonts for texts. `missing` gathers what no font has, `readers` the fonts that readers have to bring."""

    def __init__(self, paths: Sequence[Path] = ()) -> None:
        self._own = [_registered(path) for path in paths]
        self.missing: set[str] = set()
        self.readers: set[str] = set()
        self._known: dict[tuple[str, bool], tuple[Run, ...]] = {}

    def runs(self, text: str, *, bold: bool = False) -> tuple[Run, ...]:
        """`text`, one line of it, as runs."""
        found = self._known.get((text, bold))
        if found is None:
            found = self._known[text, bold] = tuple(_joined(self._runs(clean(text), bold=bold)))
        return found

    def width(self, text: str, size: float, *, bold: bool = False) -> float:
        """How wide `text` is in points."""
        return sum(pdfmetrics.stringWidth(run.text, run.font, size) for run in self.runs(text, bold=bold))

    def wrapped(self, text: str, width: float, size: float, *, bold: bool = False) -> list[str]:
        """`text` in lines no wider than `width`: broken between words, and inside one that is wider than a line."""
        lines: list[str] = []
        for paragraph in text.splitlines() or [""]:
            line = ""
            for word in _words(clean(paragraph)):
                if line and self.width((line + word).rstrip(), size, bold=bold) > width:
                    lines.append(line.rstrip())
                    line = ""
                line = line + word if line else word.lstrip()
                while self.width(line.rstrip(), size, bold=bold) > width and len(line) > 1:
                    fits = self._fitting(line, width, size, bold=bold)
                    lines.append(line[:fits])
                    line = line[fits:]
            lines.append(line.rstrip())
        return lines

    def _fitting(self, word: str, width: float, size: float, *, bold: bool) -> int:
        """How many letters of `word`, at least one, are no wider than `width`."""
        low, high = 1, len(word) - 1
        while low < high:
            middle = (low + high + 1) // 2
            if self.width(word[:middle], size, bold=bold) <= width:
                low = middle
            else:
                high = middle - 1
        return low

    def _runs(self, text: str, *, bold: bool) -> Iterator[Run]:
        latin, vera = ("Helvetica-Bold", "VeraBd") if bold else ("Helvetica", "Vera")
        for word in text.split(" "):
            if _in_latin(word):
                yield Run(latin, word + " ")
                continue
            own = next((font for font in self._own if all(_in_font(font, letter) for letter in word)), "")
            if own and not any(map(_is_shaped, word)):
                yield Run(own, word + " ")
                continue
            plain = all(_in_font(_bundled(vera), letter) or _composed(letter, vera) for letter in word)
            for letter in word:
                yield self._letter(letter, word, latin if not plain and _in_latin(letter) else vera)
            yield Run(latin, " ")

    def _letter(self, letter: str, word: str, usual: str) -> Run:
        if not _is_shaped(letter):
            if usual.startswith("Helvetica") or _in_font(_bundled(usual), letter):
                return Run(usual, letter)
            own = next((font for font in self._own if _in_font(font, letter)), "")
            if own:
                return Run(own, letter)
            if composed := _composed(letter, usual):
                return composed
            if reader := _reader(letter, word):
                self.readers.add(reader)
                return Run(reader, letter)
        self.missing.add(letter)
        return Run("Helvetica", MISSING)


def clean(text: str) -> str:
    """`text` without what is not to be seen: marks of direction and joining go, control characters become spaces."""
    if text.isascii() and text.isprintable():
        return text
    composed = unicodedata.normalize("NFC", text)
    kinds = [(letter, unicodedata.category(letter)) for letter in composed]
    spaced = [" " if kind in {"Cc", "Zs", "Zl", "Zp"} else letter for letter, kind in kinds if kind not in {"Cf", "Cs"}]
    return "".join(letter for letter in spaced if not 0xFE00 <= ord(letter) <= 0xFE0F)


def _words(text: str) -> Iterator[str]:
    """Words with the space or hyphen after them; where words are not separated, every letter may end a line."""
    word = ""
    for letter in text:
        if unicodedata.east_asian_width(letter) in {"W", "F"}:
            yield from filter(None, (word, letter))
            word = ""
        else:
            word += letter
            if letter in " -/":
                yield word
                word = ""
    yield word


def _joined(runs: Iterator[Run]) -> Iterator[Run]:
    """`runs` with neighbors of one font put together, and without the space that was put after the last word."""
    last: Run | None = None
    found: list[Run] = []
    for run in runs:
        if last is not None and last.font == run.font and not last.marks and not run.marks:
            last = Run(run.font, last.text + run.text)
            found[-1] = last
        else:
            found.append(run)
            last = run
    if found:
        trimmed = Run(found[-1].font, found[-1].text[:-1], found[-1].marks)
        found[-1:] = [trimmed] if trimmed.text else []
    yield from found


def _in_latin(text: str) -> bool:
    try:
        text.encode("cp1252")
    except UnicodeEncodeError:
        return False
    return True


def _is_shaped(letter: str) -> bool:
    return any(first <= ord(letter) <= last for first, last in _SHAPED)


def _in_font(name: str, letter: str) -> bool:
    font: Any = pdfmetrics.getFont(name)
    return bool(font.face.charToGlyph.get(ord(letter)))


def _composed(letter: str, usual: str) -> Run | None:
    """`letter` as one that Vera has, and accents over or under it."""
    name = _bundled("VeraBd" if usual.endswith(("Bd", "Bold")) else "Vera")
    base, *marks = list(unicodedata.normalize("NFD", letter))
    if marks and all(mark in _MARKS for mark in marks) and _in_font(name, base):
        return Run(name, base, tuple(marks))
    return None


def mark_of(mark: str) -> tuple[str, bool]:
    """The glyph that stands for an accent, and whether it belongs below the letter."""
    return _MARKS[mark], mark in _BELOW


def _reader(letter: str, word: str) -> str:
    order: Sequence[tuple[str, str]] = _READERS
    if any("\uac00" <= other <= "\ud7af" for other in word):
        order = (_READERS[1], *_READERS)
    elif any("\u4e00" <= other <= "\u9fff" for other in word) and not any("\u3040" <= o <= "\u30ff" for o in word):
        order = (_READERS[2], *_READERS)
    for name, codec in order:
        try:
            letter.encode(codec)
        except UnicodeEncodeError:
            continue
        if name not in pdfmetrics.getRegisteredFontNames():
            pdfmetrics.registerFont(UnicodeCIDFont(name))
        return name
    return ""


@lru_cache(maxsize=16)
def _bundled(name: str) -> str:
    """One of the fonts that come with reportlab."""
    pdfmetrics.registerFont(TTFont(name, f"{name}.ttf"))
    return name


def _registered(path: Path) -> str:
    name = f"own-{digest(path.read_bytes())[:16]}"
    if name not in pdfmetrics.getRegisteredFontNames():
        pdfmetrics.registerFont(TTFont(name, str(path)))
    return name
