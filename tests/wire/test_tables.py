from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderctl.core.errors import RecordError
from orderctl.wire.table_text import Writer
from orderctl.wire.tables import LARGEST_ROW, Reader, Row


def rows(content: str | bytes, reader: Reader | None = None, offset: int = 0) -> list[Row]:
    file = io.BytesIO(content.encode() if isinstance(content, str) else content)
    reader = reader or Reader()
    header = reader.header(file, "east.csv")
    found = list(reader.rows(file, "east.csv", header, offset))
    if not offset:
        assert [row.cells for row in found] == list(reader.cells(file, "east.csv", header))
    return found


def cells(content: str | bytes, reader: Reader | None = None) -> list[list[str]]:
    return [list(row.cells.values()) for row in rows(content, reader)]


def refusal(content: str | bytes, reader: Reader | None = None) -> str:
    with pytest.raises(RecordError) as caught:
        rows(content, reader)
    return str(caught.value)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("start", ["", "\ufeff", "\n\r\n"])
def test_what_is_clear_is_accepted(delimiter, end, start):
    table = [["sku", "qty, or; so|", "note"], ["00123", "1E5", 'a "b"\r\n\nc'], ["90.750", " x ", "\u202e\U0001f381"]]
    quoted = [[f'"{cell.replace(chr(34), chr(34) * 2)}"' for cell in row] for row in table]

    assert table[1:] == cells(start + end.join(delimiter.join(row) for row in quoted))


def test_line_ends_may_mix_and_blank_rows_are_passed_over():
    assert [["1", "2"], ["3", "4"]] == cells("a,b\r\n1,2\n\n,\r\n3,4")


def test_rows_know_their_line_and_their_text():
    first, second = rows('a,b\n1,"x\ny"\n\n2,z\r\n')

    assert [(2, '1,"x\ny"'), (5, "2,z")] == [(row.line, row.raw) for row in (first, second)]


def test_reading_goes_on_after_any_row():
    content = '\ufeffa;b\r\n1;"x\ny"\n2;\u20ac\n\n3;z'
    whole = rows(content)

    for read, row in enumerate(whole, 1):
        assert whole[read:] == rows(content, offset=row.end)


def test_a_row_of_another_width_is_told_apart():
    short, fine, long, trailing = rows("a,b\n1\n1,2\n1,2,3\n1,2,,\n")

    assert ("the row has 1 cells, the header 2", "") == (short.problem, fine.problem)
    assert ("the row has 3 cells, the header 2", "") == (long.problem, trailing.problem)


def test_latin_1_is_read_where_it_is_configured_and_a_byte_order_mark_wins():
    assert [["caf\xe9"]] == cells("a\ncaf\xe9\n".encode("latin-1"), Reader(encoding="latin-1"))
    assert [["\u20ac"]] == cells("a\n\u20ac\n".encode("cp1252"), Reader(encoding="cp1252"))
    assert [["caf\xe9"]] == cells(b"\xef\xbb\xbf" + "a\ncaf\xe9\n".encode(), Reader(encoding="latin-1"))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"a,b\n1,2\n3,\xc3\xa9\xe9\n", "east.csv line 3 column 4: byte 0xE9 is not utf-8"),
        ("a,b,A\n", "east.csv line 1 column 3: the column 'A' stands twice, first as column 1"),
        ("a,,b\n", "east.csv line 1 column 2: this column has no name"),
        ("", "east.csv line 1 column 1: there is no header line"),
        ('a,b\n1,2\n3,"4\n5,6\n', "east.csv line 3 column 3: this quote is never closed"),
        ('a,b\n1,"x\ny"z\n', "east.csv line 3 column 3: a cell goes on after its closing quote"),
        ("a,b\n1,2\r3,4\n", "east.csv line 2 column 4: a line ends with CR alone"),
        (b"\xff\xfea\x00", "east.csv line 1 column 1: is UTF-16"),
        ('a\n"' + "x\n" * LARGEST_ROW, f"east.csv line 2 column 1: the row is larger than {LARGEST_ROW} bytes"),
    ],
)
def test_what_is_not_clear_is_refused_with_line_and_column(content, message):
    assert refusal(content).startswith(message)


def test_a_quote_inside_a_cell_is_a_character():
    assert [['5" pipe', "2"]] == cells('a,b\n5" pipe,2\n')


def test_json_rows_keep_numbers_as_they_were_written():
    numbers = '{"sku": 90.750, "qty": 1E5, "note": null, "gift": true}\n\n{"sku": "00123"}\n'
    content = numbers + '{"sku": [1]}\n{"sku": 1, "sku": 2}\nx\n'
    first, second, nested, twice, broken = rows(content, Reader("jsonl"))

    assert {"sku": "90.750", "qty": "1E5", "note": "", "gift": "true"} == first.cells
    assert ("00123", 3) == (second.cells["sku"], second.line)
    assert "the row has more than one value in 'sku'" == nested.problem
    assert "the row names 'sku' twice" == twice.problem
    assert broken.problem.startswith("the row is not JSON")


def test_a_json_document_is_a_list_of_rows_or_a_table_with_rows():
    assert [["1"], ["2"]] == cells('[{"a": 1}, {"a": 2}]', Reader("json"))
    assert [["1"]] == cells('{"batch": "0001", "rows": [{"a": 1}]}', Reader("json"))
    assert [["2"]] == [list(row.cells.values()) for row in rows('[{"a": 1}, {"a": 2}]', Reader("json"), offset=1)]
    assert "neither a list of rows" in refusal('{"a": 1}', Reader("json"))
    assert "is not JSON" in refusal("[", Reader("json"))


@given(
    st.lists(
        st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\0")), min_size=3, max_size=3), max_size=8
    ),
    st.sampled_from(["csv", "tsv", "jsonl", "json"]),
    st.sampled_from([",", ";", "|"]),
)
def test_every_text_survives_being_written_and_read(table, format_, delimiter):
    content = Writer(format_, delimiter=delimiter).content(("a", "b", "c"), table)

    assert [row for row in table if any(row)] == [row for row in cells(content, Reader(format_)) if any(row)]
