from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderctl.wire.names import LONGEST_NAME, check_template, fill, slug

UNSAFE = [
    *("", ".", "..", "../x", "a/b", "a\\b", "a\0b", "CON", "con", "Nul.txt", "COM1", "lpt9.csv", ".hidden", "-rf"),
    *("dot.", "a..b", "space ", "a b", "é", "\u202e", "x" * 101, "\ud800", "a\nb", "*", "~", "a:b"),
]


@pytest.mark.parametrize("name", ["east", "3pl-nl", "a.b_c", "2026-11-20", "CONSOLE", "com10", "x" * 100])
def test_a_safe_name_stays(name):
    assert name == slug(name)


@pytest.mark.parametrize("name", UNSAFE)
def test_an_unsafe_name_is_made_safe(name):
    made = slug(name)

    assert made != name
    assert made == slug(made)


def test_no_two_names_become_one():
    names = [*UNSAFE, "a-b", "x", *(slug(name) for name in UNSAFE)]

    assert len(set(names)) == len({slug(name) for name in names}) + len(UNSAFE)


@given(st.text(st.characters(), max_size=300))
def test_every_text_becomes_one_name(name):
    made = slug(name)

    assert re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9._-]*(?<!\.)", made)
    assert ".." not in made
    assert len(made) <= LONGEST_NAME


def test_a_template_takes_values_that_stay_inside_its_folder():
    template = check_template("out/{location}/{date}-{batch}.csv", ("location", "date", "batch"), "batch")

    assert re.fullmatch(
        r"out/etc-[0-9a-f]{12}/2026-11-20-0001\.csv",
        fill(template, {"location": "../etc", "date": "2026-11-20", "batch": "0001"}),
    )
