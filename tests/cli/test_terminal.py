from __future__ import annotations

import io
import os

import pytest

from orderctl.cli import render
from orderctl.cli.answers import Facts, Heading, Lines, table
from tests.cli.screen import on_a_terminal

ROWS = [{"number": "[link=http://x]1042[/link]", "state": "held"}, {"number": "\x1b]0;x\x07", "state": "[bold]"}]
BLOCKS = (
    Heading("orders [red]"),
    table({"number": "number", "state": "state"}, ROWS, ""),
    Facts((("note", "[i]a[/i]"), ("empty", ""))),
    Lines(("last :smile:",)),
)


def drawn(**environment: str) -> str:
    stream = io.StringIO()
    with pytest.MonkeyPatch.context() as patch:
        for name, value in {"TERM": "dumb", **environment}.items():
            patch.setenv(name, value)
        render.draw(BLOCKS, stream)
    return stream.getvalue()


def test_data_is_never_read_as_markup_or_emoji():
    text = drawn()

    assert [] == [
        piece
        for piece in ("[link=http://x]1042[/link]", "[bold]", "orders [red]", "[i]a[/i]", ":smile:")
        if piece not in text
    ]


def test_data_cannot_move_the_cursor_or_set_a_title():
    assert "\\x1b]0;x\\x07" in drawn()
    assert "\x1b" not in drawn()


def test_a_value_that_is_not_there_has_no_line():
    assert "empty" not in drawn()


def test_a_terminal_gets_colors_and_no_color_takes_them_away():
    program = (
        "from orderctl.cli import render\nfrom tests.cli.test_terminal import BLOCKS\nrender.show_blocks(BLOCKS)\n"
    )
    plain = {name: value for name, value in os.environ.items() if name != "NO_COLOR"}

    assert "\x1b[33mheld" in on_a_terminal(program, plain | {"TERM": "xterm-256color"})
    assert "\x1b[33m" not in on_a_terminal(program, plain | {"TERM": "xterm-256color", "NO_COLOR": "1"})
