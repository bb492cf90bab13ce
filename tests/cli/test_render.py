from __future__ import annotations

import csv
import io
import json

import pytest

from orderctl.cli import render
from orderctl.cli.answers import Block, Facts, Heading, Lines, Listing, Page, Printout, Row, table
from orderctl.cli.options import Format, Shared

ROWS: list[Row] = [
    {"number": "1042", "total": "19.90", "state": "held", "tags": ["a", "b"], "note": None},
    {"number": "7", "total": "-5.00", "state": "new", "tags": [], "note": "[red]x[/red]"},
]
COLUMNS = {"number": "number", "total": ">total", "state": "state", "tags": "tags", "note": "~note"}
NASTY = "a\x1b[31mb\u202ec\nd\te\x9bf"


def an_answer(*rows: Row) -> Listing:
    return Listing(table(COLUMNS, list(rows) or ROWS, "No orders."))


def shown(capsys: pytest.CaptureFixture[str], answer: Listing | Page, **said: object) -> str:
    render.show(answer, Shared(**said))  # type: ignore[arg-type]
    return capsys.readouterr().out


def test_without_a_terminal_a_table_is_plain_aligned_text(capsys: pytest.CaptureFixture[str]):
    expected = (
        "number  total  state  tags\n"
        "1042    19.90  held   a, b\n"
        "7       -5.00  new\n"
    )  # fmt: skip

    assert expected == shown(capsys, an_answer())


def test_a_list_without_rows_says_so_to_a_person_and_is_an_empty_array_to_a_program(capsys: pytest.CaptureFixture[str]):
    empty = Listing(table(COLUMNS, [], "No orders."))

    assert "No orders.\n" == shown(capsys, empty)
    assert "[]\n" == shown(capsys, empty, format=Format.JSON)
    assert "number,total,state,tags,note\n" == shown(capsys, empty, format=Format.CSV)


def test_json_is_one_document_that_holds_the_rows_whole(capsys: pytest.CaptureFixture[str]):
    assert ROWS == json.loads(shown(capsys, an_answer(), format=Format.JSON))


@pytest.mark.parametrize("format_", [*Format])
def test_no_format_lets_a_control_character_through(capsys: pytest.CaptureFixture[str], format_: Format):
    text = shown(capsys, an_answer({"number": NASTY, "note": NASTY}), format=format_)

    assert [] == [character for character in text if character in "\x1b\u202e\x9b\x07"]


def test_json_gives_every_character_back(capsys: pytest.CaptureFixture[str]):
    text = shown(capsys, an_answer({"number": NASTY}), format=Format.JSON)

    assert [{"number": NASTY}] == json.loads(text)
    assert text.isascii()


def test_csv_keeps_a_formula_from_running_and_numbers_as_they_are(capsys: pytest.CaptureFixture[str]):
    text = shown(
        capsys, an_answer({"number": "=1+1", "total": "-5.00", "state": "'quoted", "tags": 3}), format=Format.CSV
    )

    assert ["'=1+1", "-5.00", "''quoted", "3", ""] == list(csv.reader(io.StringIO(text)))[1]


def test_tsv_gives_values_as_they_are_in_one_line_a_row(capsys: pytest.CaptureFixture[str]):
    text = shown(capsys, an_answer({"number": "=1+1", "note": "two\tcells\nor not"}), format=Format.TSV)

    assert ["=1+1\t\t\t\ttwo\\x09cells\\x0aor not"] == text.splitlines()[1:]


def test_a_page_shows_its_parts_in_order(capsys: pytest.CaptureFixture[str]):
    parts: tuple[Block, ...] = (
        Heading("web/1042"),
        Facts((("state", "held"), ("note", ""), ("customer", "Ana"))),
        Lines(("one", "two")),
    )
    page = Page({"number": "1042"}, parts, table(COLUMNS, ROWS, ""))

    assert "web/1042\nstate     held\ncustomer  Ana\n\none\ntwo\n" == shown(capsys, page)


def test_quiet_leaves_the_table_out_but_not_what_a_program_asked_for(capsys: pytest.CaptureFixture[str]):
    assert "" == shown(capsys, an_answer(), quiet=True)
    assert "[" == shown(capsys, an_answer(), quiet=True, format=Format.JSON)[0]


def test_a_note_goes_to_stderr_with_its_lines_and_without_control_characters(capsys: pytest.CaptureFixture[str]):
    render.note("one\ntwo \x1b[2J")

    assert ("", "one\ntwo \\x1b[2J\n") == capsys.readouterr()


def test_a_person_reads_moments_to_the_minute_and_a_program_to_the_second(capsys: pytest.CaptureFixture[str]):
    row = {"number": "2026-11-20T10:05:33Z", "note": "at 2026-11-20T10:05:33Z sharp"}

    assert "2026-11-20 10:05Z\n" in shown(capsys, an_answer(row))
    assert "2026-11-20T10:05:33Z" in shown(capsys, an_answer(row), format=Format.CSV)


def test_a_column_that_says_nothing_is_left_out_for_a_person_but_zeros_are_kept(capsys: pytest.CaptureFixture[str]):
    row = {"number": "1", "total": 0, "state": "", "tags": []}

    assert "number  total\n1           0\n" == shown(capsys, an_answer(row))
    assert "number,total,state,tags,note\n1,0,,,\n" == shown(capsys, an_answer(row), format=Format.CSV)


def test_a_document_is_given_byte_by_byte(capfdbinary: pytest.CaptureFixture[bytes]):
    content = b"reference\r\n\xff\x1b[2J\r\n"
    render.show(Printout(content, {}, table({}, []), ("other bytes",)), Shared())

    assert (content, b"other bytes\n") == capfdbinary.readouterr()


def test_a_list_is_cut_for_a_person_at_a_terminal_only():
    assert not render.at_a_terminal()
    assert render.most_rows(None) is None
    assert render.most_rows(Format.JSON) is None
