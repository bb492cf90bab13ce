from __future__ import annotations

import json
from decimal import Decimal

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from orderctl.wire.strict_json import loads, loads_as_text, loads_carefully


def test_numbers_are_exact():
    assert {"a": Decimal("90.750"), "b": 10**30, "c": Decimal("1E400")} == loads(
        b'{"a": 90.750, "b": 1000000000000000000000000000000, "c": 1E400}'
    )
    assert ["90.750", "1E5", "007"] == loads_as_text(b'[90.750, 1E5, "007"]')


def test_what_no_store_can_keep_is_replaced_in_names_and_values():
    assert {"\ufffd": ["\ufffdx"], "ok": "\u20ac"} == loads(rb'{"\ud800": ["\u0000x"], "ok": "\u20ac"}')


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (b'{"a": 1, "a": 2}', "names 'a' twice"),
        (b"[NaN]", "holds NaN"),
        (b"[-Infinity]", "holds -Infinity"),
        (b"[" * 100_000, "is nested too deep"),
        (b"[1", "is not JSON"),
        (b"[1] x", "is not JSON: Extra data at line 1 column 5"),
        (b'["\xff"]', "is not UTF-8 at byte 3"),
        (b"[1" + b"0" * 5000 + b"]", "a number that cannot be real"),
        (b"[1e99999999999999999999]", "a number that cannot be real"),
        (b'["' + b"x" * 100 + b'"]', "is larger than 100 bytes"),
    ],
)
def test_what_is_not_clear_is_refused(raw, message):
    with pytest.raises(ValueError, match=message):
        loads(raw, largest=100 if b"xxx" in raw else 1_000_000)


NAMES = st.sampled_from(["a", "b", 'a"', '":', "", "a:", "\u00e9", "\\"])
SCALARS = (
    st.sampled_from(["0", "-0", "1.50", "1E5", "1e400", "NaN", "-Infinity", "01", "1.", "tru", "true", "null", ""])
    | st.sampled_from([str(10**30), "1" + "0" * 5000, "-9223372036854775809", "18446744073709551616", "1e99999999999"])
    | st.sampled_from(
        ['"\\ud800"', '"\\ud83d\\ude00"', '"\\u0000"', '"\x01"', '"\\/"', '"{\\":"', '":"', '"', "\u00e9", '"\\x"']
    )
    | NAMES.map(json.dumps)
)
SPACE = st.sampled_from(["", "", "", " ", "\t\r\n", "\x0b", "\u00a0"])


def written(parts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """JSON as somebody may write it: names come twice, spaces stand anywhere."""
    member = st.builds("{}{}{}:{}{}".format, SPACE, NAMES.map(json.dumps), SPACE, SPACE, parts)
    return st.lists(member, max_size=4).map(lambda found: "{" + ",".join(found) + "}") | st.lists(
        parts, max_size=3
    ).map(lambda found: "[" + ", ".join(found) + "]")


@given(st.recursive(SCALARS, written, max_leaves=12))
@settings(max_examples=500)
@example('{"a" : 1, "a":2}')
@example('{"a":{"b":1,"b":2}}')
@example('[{"a":":","a":1}]')
@example('{"a":"{","b":{"c":1,"c":1}}')
@example('{"a":1,"\\u0061":2}')
@example('{"a":{"x":1},"a":{"y":1,"z":2}}')
def test_what_is_read_quickly_is_what_is_read_carefully(text):
    raw = text.encode("utf-8", "surrogatepass")

    assert answer(loads_carefully, raw) == answer(loads, raw)


def answer(read, raw):
    """What was read with its types, or the words of the refusal."""
    try:
        return repr(read(raw))
    except ValueError as error:
        return f"refused: {error}"


@pytest.mark.parametrize("separators", [(",", ":"), (", ", ": "), (" , ", " : "), (",\n", "\t:")])
@pytest.mark.parametrize("ascii_only", [True, False])
def test_a_name_twice_is_found_however_it_is_spaced(separators, ascii_only):
    row = {
        "note": "r\u00e9 {",
        "lines": [{"sku": "MUG", "tags": ["a", "b"]}, {"sku": ":"}],
        "history": [{"at": '"'}] * 3,
    }
    raw = json.dumps(row, separators=separators, ensure_ascii=ascii_only)

    assert row == loads(raw.encode())
    for name, twice in (("note", '"note"'), ("sku", '"sku"'), ("at", '"at"')):
        colon = separators[1]
        wrong = raw.replace(f"{twice}{colon}", f"{twice}{colon}1{separators[0]}{twice}{colon}", 1)
        with pytest.raises(ValueError, match=f"names '{name}' twice"):
            loads(wrong.encode())
