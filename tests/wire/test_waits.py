"""How long a partner asks us to wait: every form of saying it, and nothing it says without bounds."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderctl.core.errors import RemoteBusy
from orderctl.wire.budgets import Allowance, Budgets, Deadline
from orderctl.wire.http import Client, Request
from orderctl.wire.waits import LONGEST_S, RETRY_AFTER, WaitHeader, wait_s
from tests.partner import Reply, partner, saying

NOW = 1_795_000_000.0  # 2026-11-18T11:06:40Z
AT = "Wed, 18 Nov 2026 11:06:40 GMT"
MOMENT = (*RETRY_AFTER, WaitHeader("X-Next-Replenishment-Time", "moment"))
SECONDS = (*RETRY_AFTER, WaitHeader("X-Rate-Limit-Reset"))


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({"retry-after": "30"}, 30.0),
        ({"retry-after": "0.5"}, 0.5),
        ({"retry-after": "Wed, 18 Nov 2026 11:07:10 GMT"}, 30.0),
        ({"x-retry-after": "30"}, 30.0),
        ({"retry-after": "5", "x-retry-after": "30"}, 5.0),
        ({"retry-after": "soon", "x-retry-after": "30"}, 30.0),
        ({"retry-after": "-3"}, 0.0),
        ({"retry-after": "1e400"}, LONGEST_S),
        ({"retry-after": "nan"}, None),
        ({"retry-after": ""}, None),
        ({"retry-after": "Wed, 18 Nov 2026 11:00:00 GMT"}, None),
        ({}, None),
    ],
)
def test_what_everybody_may_say(said, expected):
    assert expected == wait_s(said, RETRY_AFTER, NOW)


@pytest.mark.parametrize(
    "said", ["1795000030000", "1795000030", "2026-11-18T11:07:10Z", "Wed, 18 Nov 2026 11:07:10 GMT"]
)
def test_a_moment_in_any_form(said):
    assert 30.0 == wait_s({"x-next-replenishment-time": said}, MOMENT, NOW)


def test_a_moment_counts_from_the_partners_clock_where_it_tells_it():
    said = {"x-next-replenishment-time": "1795000030000", "date": AT}

    assert 30.0 == wait_s(said, MOMENT, NOW + 86_400)


def test_seconds_until_more_is_allowed():
    assert 12.0 == wait_s({"x-rate-limit-reset": "12"}, SECONDS, NOW)


def test_a_moment_that_is_over_asks_for_no_wait_that_could_end_at_once():
    assert None is wait_s({"x-next-replenishment-time": "1794999999000"}, MOMENT, NOW)


def test_a_header_that_nobody_named_says_nothing():
    assert None is wait_s({"x-rate-limit-reset": "12"}, RETRY_AFTER, NOW)


@given(st.text(max_size=30), st.sampled_from([RETRY_AFTER[0], WaitHeader("retry-after", "moment")]))
def test_whatever_a_header_holds_the_wait_has_bounds(text, header):
    found = wait_s({"retry-after": text}, (header,), NOW)

    assert found is None or 0 <= found <= LONGEST_S


def _client(url: str) -> Client:
    allowance = Allowance(20, Deadline.after(3600))
    return Client(
        "web", url, budgets=Budgets(NOW), allowance=allowance, agent="t", first_wait_s=0.01, waits=(*MOMENT, *SECONDS)
    )


@pytest.mark.parametrize(
    "said",
    [
        {"x-next-replenishment-time": "1795000000600"},
        {"x-rate-limit-reset": "0.6"},
        {"x-retry-after": "0.6"},
    ],
)
def test_the_client_waits_as_the_partner_says_it(said):
    with partner(Reply(429, headers={"date": AT, **said}), saying({})) as shop:
        asking, begun = _client(shop.url), time.monotonic()
        asking.send(Request("GET", "/orders"))
        asking.close()

    assert time.monotonic() - begun > 0.5
    assert 2 == len(shop.asked)


@pytest.mark.parametrize("said", [{"x-next-replenishment-time": "99999999999999"}, {"x-rate-limit-reset": "86400"}])
def test_a_wait_beyond_the_pass_leaves_at_once(said):
    with partner(Reply(429, headers=said)) as shop:
        asking = _client(shop.url)
        with pytest.raises(RemoteBusy):
            asking.send(Request("GET", "/orders"))
        asking.close()

    assert 1 == len(shop.asked)
