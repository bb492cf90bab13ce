from __future__ import annotations

import contextlib
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orderctl.core import toml
from orderctl.core.errors import ConfigError, Finding


def finding(source: str | bytes, **options: int) -> Finding:
    with pytest.raises(ConfigError) as refused:
        toml.parse(source, "rules.toml", **options)
    (only,) = refused.value.findings
    return only


def test_numbers_with_a_point_are_exact():
    assert {"weight": Decimal("0.45"), "count": 3} == toml.parse("weight = 0.45\ncount = 3", "x.toml").data


def test_a_file_from_windows_reads_the_same():
    assert {"a": 1, "b": "x\ny"} == toml.parse(b'\xef\xbb\xbfa = 1\r\nb = """x\r\ny"""\r\n', "x.toml").data


@pytest.mark.parametrize(
    ("source", "code", "line"),
    [
        (b"a = 1\nb = '\xff'", "E101", 2),
        ("a = 1\na = 2", "E102", 2),
        ("a = 1\nb = ", "E102", 2),
        ("a = 1\nb = [1,\n", "E102", 2),
        ("a = 1\n\nb = nan", "E103", 3),
        ("a = -inf", "E103", 1),
        ("a = 1e400", "E103", 1),
        ("a = 99999999999999999999", "E103", 1),
        ("a = " + "9" * 5000, "E103", 1),
        ("a = 1\nb = " + "[" * 5000 + "]" * 5000, "E103", 2),
        ("a" + ".b" * 500_000 + " = 1", "E103", 1),
        ("[" + "a." * 300_000 + "b]", "E103", 1),
    ],
)
def test_what_cannot_be_meant_is_one_finding_with_its_line(source: str | bytes, code: str, line: int):
    found = finding(source, largest=2_000_000)

    assert (code, line) == (found.code, found.line)


def test_a_file_that_is_too_large_is_not_even_read():
    assert "E101" == finding("a = 1 # " + "x" * 100, largest=50).code


def test_a_key_given_twice_is_said_in_plain_words():
    assert "not valid TOML: the same key is given twice" == finding("a = 1\na = 2").message


@pytest.mark.parametrize("broken", ["when.total = nan", "when.total = 5 5", "when.total = 1\nwhen.total = 2"])
def test_a_value_the_reader_refuses_still_names_the_rule_around_it(broken: str):
    found = finding(f'[[hold]]\nname = "first"\n[[hold]]\nname = "second"\n{broken}\n[[hold]]\nname = "third"')

    assert ("hold", "second") == (found.stage, found.rule)


def test_the_name_of_the_rule_may_stand_below_the_broken_line():
    assert "late" == finding('[[hold]]\nwhen.total = nan\nname = "late"').rule


def test_a_line_outside_every_rule_names_none():
    assert "" == finding('a = nan\n[[hold]]\nname = "x"').rule


TEXT = """\
version = 1
[lists]
west = [
  "CA",
  "OR",
]
[[hold]]
name = "one"
when.any = [
  { risk = "high" },
  { total = ">= 800", customer.orders = 0 },
]
# [[hold]] is not a header here
[[hold]]
name = '''
[[hold]]
'''
then = { hold = "x" }
[[hold.deep]]
"quoted key".x = 1
[[hold.deep]]
'literal'.x = 2
"""


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("version",), 1),
        (("lists",), 2),
        (("lists", "west"), 3),
        (("lists", "west", 1), 5),
        (("hold", 0), 7),
        (("hold", 0, "when"), 9),
        (("hold", 0, "when", "any", 1), 11),
        (("hold", 0, "when", "any", 1, "customer", "orders"), 11),
        (("hold", 1), 14),
        (("hold", 1, "then", "hold"), 18),
        (("hold", 1, "deep", 0, "quoted key", "x"), 20),
        (("hold", 1, "deep", 1, "literal", "x"), 22),
        (("hold", 1, "then", "missing", "below"), 18),
        (("nowhere",), 0),
    ],
)
def test_every_key_knows_its_line(path: tuple[str | int, ...], line: int):
    assert line == toml.parse(TEXT, "x.toml").line_of(*path)


@given(st.text(alphabet="ab.[]{}=\"'\\#, \n1-", max_size=60) | st.binary(max_size=40))
@settings(max_examples=400, deadline=None)
def test_any_input_is_read_or_refused_with_a_finding(source: str | bytes):
    with contextlib.suppress(ConfigError):
        parsed = toml.parse(source, "x.toml")
        assert_lines(parsed, parsed.data, ())


def assert_lines(parsed: toml.Toml, value: object, path: tuple[str | int, ...]) -> None:
    """Every key of what was read has a line of its own."""
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, part in parts:
        assert (*path, name) in parsed.lines
        assert_lines(parsed, part, (*path, name))


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("a = 1\nb = 'ü'".encode("utf-16"), "is UTF-16 text"),
        ("a = 1\nb = 'ü'".encode("utf-32"), "is UTF-32 text"),
        ("a = 1".encode("utf-16-le"), "holds NUL characters"),
        (b"\x00" * 100, "holds NUL characters"),
        ("a = 'ü'".encode("latin-1"), "is not UTF-8 text"),
        (b"\x7fELF\x02\x01\x01\x00\xd0\xff", "is not UTF-8 text"),
        (b"a = 1\rb = 2\r", "lines end with CR alone"),
        ("[a]\n[a]", "the table [a] is given twice"),
        ("[a.b]\n[a.b]", "the table [a.b] is given twice"),
        ("a = 1 # " + "x" * 100, "larger than 50 bytes"),
    ],
)
def test_a_file_that_was_saved_or_pasted_wrongly_is_said_to_be_just_that(source: str | bytes, words: str):
    assert words in finding(source, largest=50 if len(source) == 108 else 1000).message
