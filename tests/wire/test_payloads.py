"""What a look at a payload tells, before anything of it is read."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderctl.core.adapters import Payload
from orderctl.wire.payloads import lists_some


@pytest.mark.parametrize(
    ("raw", "some"),
    [
        *(
            (b'{"fees":[]}', False),
            (b'{"fees" : [ ]}', False),
            (b'{"fees":null}', False),
            (b'{"late fees":[1]}', False),
        ),
        *((b'{"a":"fees","fees" : [ 1]}', True), (b'{"fees":{}}', True), (b'{"fees":[],"b":[{"fees":[2]}]}', True)),
        *((b"fees", False), (b"", False), (b'{"feesfees":[1]}', False)),
    ],
)
def test_a_list_that_holds_something_is_seen_wherever_it_stands(raw, some):
    assert some == lists_some(Payload(raw, "here"), "fees")


@given(st.lists(st.integers(), min_size=1), st.sampled_from([None, 1]), st.text())
def test_no_list_that_holds_something_is_passed_over(rows, indent, text):
    raw = json.dumps({"note": text, "order": [{"fees": rows}]}, indent=indent).encode()

    assert lists_some(Payload(raw, "here"), "fees")
