"""R01: a rules file that is no rules file at all. One clear line, exit 2, and the pass leaves everything as it was."""

from __future__ import annotations

import random

import pytest

from tests.faults.world import a_world
from tests.shop import RULES, an_order_row

HEAD = 'version = 1\n[[hold]]\nname = "one"\n'
THEN = 'then.hold = "x"\n'
NOISE = random.Random(7).randbytes(3_000)  # noqa: S311 - any bytes do
#: What stands in the file, where the line is named, and what is said.
WRONG = {
    "5 MB": ((RULES + "# " + "x" * 5_000_000).encode(), 0, "larger than 1,000,000 bytes"),
    "80,000 rules": ((HEAD + THEN) * 80_000, 0, "larger than 1,000,000 bytes"),
    "lists in lists": (f"{HEAD}when.total = {'[' * 100_000}{']' * 100_000}\n{THEN}", 4, "nested deeper than 32"),
    "tables in tables": (f"{HEAD}when.total = {'{a=' * 5_000}1{'}' * 5_000}\n{THEN}", 4, "nested deeper than 32"),
    "a long name": (f"{HEAD}when{'.a' * 5_000} = 1\n{THEN}", 4, "nested deeper than 32"),
    "half a million digits": (f"{HEAD}when.total = {'9' * 500_000}\n{THEN}", 4, "too long for a number"),
    "beyond 64 bits": (f"{HEAD}when.line_count = 0xffffffffffffffffffff\n{THEN}", 4, "not a number anything"),
    "digits in a text": (f'{HEAD}when.total = ">= {"9" * 5_000}"\n{THEN}', 4, "999 ... (write for example"),
    "not a number in a text": (f'{HEAD}when.total = ">= nan"\n{THEN}', 4, "'>= nan' is not an amount"),
    "a key twice": (f"{HEAD}when.total = 1\nwhen.total = 2\n{THEN}", 5, "the same key is given twice"),
    "a key twice in a table": (f"{HEAD}when = {{ total = 1, total = 2 }}\n{THEN}", 4, "Duplicate inline table key"),
    "a table twice": (f"version = 1\n[lists]\n[lists]\n{THEN}", 3, "the table [lists] is given twice"),
    "UTF-16": (RULES.encode("utf-16"), 1, "the file is UTF-16 text, not UTF-8 (save it as UTF-8)"),
    "UTF-16 without mark": (RULES.lstrip().encode("utf-16-le"), 1, "holds NUL characters"),
    "UTF-32": (RULES.encode("utf-32"), 1, "the file is UTF-32 text"),
    "Latin-1": (f'{HEAD}why = "für Kunden"\n{THEN}'.encode("latin-1"), 4, "not UTF-8 text (save it as UTF-8)"),
    "CR alone": (RULES.replace("\n", "\r"), 1, "lines end with CR alone"),
    "noise": (NOISE, 1, "not UTF-8 text"),
    "zeros": (b"\0" * 3_000, 1, "holds NUL characters"),
    "an archive": (b"PK\x03\x04" + NOISE, 1, "not UTF-8 text"),
    "nothing": ("", 0, "version is missing"),
    "one long word": ("a" * 900_000, 1, "not valid TOML"),
    "a text without end": (f'{HEAD}why = "{"x" * 900_000}', 4, "Unterminated string"),
    "an escape sequence": (f'{HEAD}why = "\x1b[31m"\n{THEN}', 4, "Illegal character '\\x1b'"),
}


@pytest.mark.parametrize(("rules", "line", "words"), WRONG.values(), ids=WRONG)
def test_what_is_no_rules_file_is_one_clear_line_and_nothing_is_touched(tmp_path, rules, line, words):
    world = a_world(tmp_path)
    world.orders("web", an_order_row("1"))
    assert 0 == world.orderctl("run").code
    (tmp_path / "rules.toml").write_bytes(rules if isinstance(rules, bytes) else rules.encode())
    before = world.everything()

    said = world.orderctl("run")

    (told,) = said.err.splitlines()
    assert 2 == said.code
    assert (f"rules.toml:{line}: " if line else "rules.toml: ") in told
    assert words in told
    assert len(told) < 500
    assert "\x1b" not in told
    assert before == world.everything()


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"], ids=["plain", "with a mark of UTF-8"])
@pytest.mark.parametrize("ends", [b"\n", b"\r\n"], ids=["LF", "CR LF"])
def test_a_file_that_was_saved_on_windows_is_a_rules_file(tmp_path, mark, ends):
    world = a_world(tmp_path)
    world.orders("web", an_order_row("1"))
    (tmp_path / "rules.toml").write_bytes(mark + RULES.encode().replace(b"\n", ends))

    assert 0 == world.orderctl("run").code
    assert {"1": "dispatched"} == world.states()
