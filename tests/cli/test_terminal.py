from __future__ import annotations

import io
import os

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from orderctl.cli import render
from orderctl.cli.answers import Facts, Heading, Lines, Row, table
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


COLUMNS = {"no": ">no.", "about": "about", "opened_at": "since", "who": "+owner", "message": "_what"}
LONG = {
    "no": 7,
    "about": "WEB-1042",
    "opened_at": "2026-11-20T10:05:33Z",
    "who": "ana@example.com",
    "message": "lines[1].quantity is not between 0 and 1000000: -3, and so it was put aside for a person",
}


def lines_at(width: int, *rows: Row) -> list[str]:
    stream = io.StringIO()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TERM", "dumb")
        patch.setenv("COLUMNS", str(width))
        render.draw([table(COLUMNS, rows or [LONG])], stream)
    return [line.rstrip() for line in stream.getvalue().splitlines()]


def test_on_a_wide_screen_a_row_is_a_line():
    (head, row) = lines_at(150)

    assert ["no.", "about", "since", "owner", "what"] == head.split()
    assert "ana@example.com  lines[1].quantity is not" in row


def test_on_a_narrower_one_spare_columns_are_left_out():
    head, *rest = lines_at(100)

    assert ["no.", "about", "since", "what"] == head.split()
    assert rest[0].startswith("  7  WEB-1042  2026-11-20 10:05Z  lines[1].quantity is not between")
    assert "ana@example.com" not in "".join(rest)


def test_on_a_narrow_one_long_columns_stand_below_their_row():
    assert [
        "no.  about     since",
        "  7  WEB-1042  2026-11-20 10:05Z",
        "    lines[1].quantity is not between 0 and 1000000: -3, and",
        "    so it was put aside for a person",
        "  8  WEB-1043  2026-11-20 10:05Z",
    ] == lines_at(60, LONG, LONG | {"no": 8, "about": "WEB-1043", "message": ""})


@settings(max_examples=40, deadline=None)
@given(st.integers(24, 160), st.text(max_size=200), st.text(max_size=60))
def test_no_line_is_wider_than_the_screen_and_nothing_is_lost(width: int, message: str, about: str):
    lines = lines_at(width, LONG | {"message": message, "about": about})

    assert [] == [line for line in lines if cell_len(line) > width]
    if message.isascii() and message.isalnum() and len(message) < 20:
        assert message in "".join(lines)


def test_sentences_break_between_words_and_commands_stay_whole():
    command = "    orderctl exceptions resolve 12 --reason 'cancelled on the channel by hand'"
    stream = io.StringIO()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TERM", "dumb")
        patch.setenv("COLUMNS", "40")
        render.draw([Lines(("A record from a channel could not be understood.", command))], stream)

    assert ["A record from a channel could not be", "  understood.", command] == stream.getvalue().splitlines()


def drawn_bars(patience_s: int) -> str:
    program = (
        "from orderctl.cli import render, terminal\n"
        f"terminal._PATIENCE_S = {patience_s}\n"
        "with render.progress(wanted=True) as draw:\n"
        "    for done in range(0, 3001, 1000):\n"
        "        draw('orders [red]routed', done, 3000)\n"
    )
    return on_a_terminal(program, {**os.environ, "TERM": "xterm-256color", "COLUMNS": "80"})


def test_long_work_draws_a_bar_that_is_gone_at_the_end_and_short_work_none():
    assert "" == drawn_bars(1000)
    assert "orders [red]routed" in drawn_bars(-1)
    assert "3,000 of 3,000" in drawn_bars(-1)


def test_a_terminal_gets_colors_and_no_color_takes_them_away():
    program = (
        "from orderctl.cli import render\nfrom tests.cli.test_terminal import BLOCKS\nrender.show_blocks(BLOCKS)\n"
    )
    plain = {name: value for name, value in os.environ.items() if name != "NO_COLOR"}

    assert "\x1b[33mheld" in on_a_terminal(program, plain | {"TERM": "xterm-256color"})
    assert "\x1b[33m" not in on_a_terminal(program, plain | {"TERM": "xterm-256color", "NO_COLOR": "1"})
