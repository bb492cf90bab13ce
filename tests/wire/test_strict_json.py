from __future__ import annotations

from decimal import Decimal

import pytest

from orderctl.wire.strict_json import loads, loads_as_text


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
