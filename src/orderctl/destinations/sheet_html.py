"""Sheets as one HTML page that prints well: each on pages of its own, table heads on every page. Nothing is loaded."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from importlib import resources

import jinja2
from jinja2.sandbox import SandboxedEnvironment

from orderctl.core import text
from orderctl.destinations.sheets import Paper, Sheet

_SIZES = {"a4": "A4", "letter": "letter"}


def content(sheets: Sequence[Sheet], paper: Paper) -> bytes:
    """The page of `sheets`, in UTF-8."""
    return text.storable(_template().render(sheets=sheets, size=_SIZES[paper])).encode()


@cache
def _template() -> jinja2.Template:
    room = SandboxedEnvironment(
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    room.filters["quoted"] = _quoted
    return room.from_string(resources.files(__package__).joinpath("sheet.html.j2").read_text(encoding="utf-8"))


def _quoted(words: str) -> str:
    """`words` as they stand between quotes in a style sheet, which knows letters by their numbers."""
    plain = (one.isascii() and (one.isalnum() or one in " -_./") for one in words)
    return "".join(one if fine else f"\\{ord(one):x} " for one, fine in zip(words, plain, strict=True))
