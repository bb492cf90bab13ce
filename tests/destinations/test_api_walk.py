"""Lists that are walked to their end, again and again, without losing anything."""

from __future__ import annotations

import json
from typing import Any

import pytest

from orderctl.core.effects import InHand
from orderctl.core.errors import RemoteBusy, RemoteError
from tests.destinations.api_fake import Warehouse
from tests.destinations.api_opened import opened, rows, served
from tests.partner import Asked, Reply, partner, saying

HAVE = [InHand(f"WEB-{n}-1", "dispatched", "2026-11-20T14:00:00Z", f"o{n}") for n in (1, 2, 3)]


def test_a_list_is_asked_for_what_changed_since_a_little_before_the_newest():
    positions: dict[str, str] = {}
    with served() as (warehouse, server):
        warehouse.says("WEB-1-1", "RECEIVED", at="2026-11-20T14:00:00Z")
        assert 1 == len(rows(opened(server.url, "confirm"), positions))
        assert 1 == len(rows(opened(server.url, "confirm"), positions))  # again, for what shows late
        warehouse.says("WEB-2-1", "RECEIVED", at="2027-01-01T00:00:00Z")  # a clock that is wrong
        rows(opened(server.url, "confirm"), positions)

    asked = [one.path.partition("since=")[2].partition("&")[0] for one in server.asked]
    assert ["2026-11-13T14%3A45%3A00Z", "2026-11-20T13%3A45%3A00Z", "2026-11-20T13%3A45%3A00Z"] == asked
    assert "2026-11-20T15:00:00Z" == json.loads(positions["list"])["since"]  # never beyond now


@pytest.mark.parametrize(
    ("how", "written"),
    [
        ("iso", "2026-11-20T14:45:00Z"),
        ("date", "2026-11-20"),
        ("seconds", "1795185900"),
        ("milliseconds", "1795185900000"),
    ],
)
def test_the_moment_is_written_as_the_partner_wants_it(how, written):
    with served() as (_, server):
        rows(opened(server.url, "confirm", poll={"since": how, "first": "0 s"}))

    assert f"/shipments?since={written.replace(':', '%3A')}" == server.asked[0].path


def test_it_is_asked_no_oftener_than_every_so_often():
    positions: dict[str, str] = {}
    with served() as (_, server):
        for now in ("2026-11-20T15:00:00Z", "2026-11-20T15:20:00Z", "2026-11-20T15:31:00Z"):
            rows(opened(server.url, "confirm", poll={"every": "30 min"}, now=now), positions)
            rows(opened(server.url, "stock_feed", stock={"every": "30 min"}, now=now), positions)

    assert ["/shipments", "/stock", "/shipments", "/stock"] == [one.path.partition("?")[0] for one in server.asked]


PAGED = [
    ({"pages": "number", "next": "", "query": {"since": "{since}", "page": "{page}"}}, ["1", "2", "3", "4"]),
    ({"pages": "number", "next": "pages", "query": {"page": "{page}"}}, ["1", "2", "3"]),
    ({"pages": "number", "next": "pages", "query": {"page": "{page}"}, "first_page": 0}, ["0", "1", "2"]),
    ({"pages": "link", "next": "", "query": {"page": "1"}}, ["1", "2", "3"]),
    ({"pages": "link", "next": "links.next", "query": {"page": "1"}}, ["1", "2", "3"]),
    ({"pages": "none", "next": "", "query": {"page": "1"}}, ["1"]),
]


@pytest.mark.parametrize(("poll", "pages"), PAGED)
def test_every_way_of_paging_is_walked_to_its_end(poll, pages):
    items = [{"reference": f"WEB-{n}-1", "status": "RECEIVED"} for n in range(5)]
    first = poll.get("first_page", 1)
    seen = []

    def answer(asked: Asked) -> Reply:
        page = int(asked.path.rpartition("page=")[2])
        seen.append(str(page))
        start = 2 * (page - first)
        last = start + 2 >= len(items)
        links = {"next": None if last else f"/shipments?page={page + 1}"}
        headers = {} if last else {"link": f'</shipments?page=0>; rel="prev", </shipments?page={page + 1}>; rel="next"'}
        return saying({"shipments": items[start : start + 2], "pages": 3, "links": links}, 200, **headers)

    with partner(answer=answer) as server:
        found = rows(opened(server.url, "confirm", poll=poll))

    assert pages == seen
    assert (2 if poll["pages"] == "none" else 5) == len(found)


def test_a_walk_that_was_cut_off_goes_on_where_it_was():
    positions: dict[str, str] = {}
    broken = True

    def answer(asked: Asked) -> Reply:
        if broken and "cursor=2" in asked.path:
            return Reply(503)
        return warehouse.answer(asked)

    warehouse = Warehouse(page=1)
    for number in range(4):
        warehouse.says(f"WEB-{number}-1", "RECEIVED")
    with partner(answer=answer) as server:
        with pytest.raises(RemoteError, match="503"):
            rows(opened(server.url, "confirm"), positions)
        broken = False
        rest = rows(opened(server.url, "confirm"), positions)

    assert ["WEB-2-1", "WEB-3-1"] == [one.reference for one in rest]


def test_a_cursor_that_has_expired_begins_anew():
    positions = {"list": '{"since": "2026-11-20T12:00:00Z", "newest": "2026-11-20T13:00:00Z", "next": "gone"}'}

    def answer(asked: Asked) -> Reply:
        return Reply(400) if "cursor=gone" in asked.path else saying({"shipments": [], "next": None})

    with partner(answer=answer) as server:
        assert [] == rows(opened(server.url, "confirm"), positions)

    assert ["cursor=gone" in one.path for one in server.asked] == [True, False]
    assert "2026-11-20T13:00:00Z" == json.loads(positions["list"])["since"]


def test_numbered_pages_go_on_one_page_earlier():
    """Between two passes the list may have become shorter, so that what was on the next page is on this one now."""
    positions = {"list": '{"since": "2026-11-20T12:00:00Z", "newest": "", "next": "7"}'}
    poll = {"pages": "number", "next": "", "query": {"page": "{page}"}}
    with partner(saying({"shipments": []})) as server:
        rows(opened(server.url, "confirm", poll=poll), positions)

    assert ["/shipments?page=6"] == [one.path for one in server.asked]


@pytest.mark.parametrize("pages", ["number", "link", "none"])
def test_what_settings_of_before_called_the_next_page_begins_anew(pages):
    positions = {"list": '{"since": "2026-11-20T12:00:00Z", "newest": "", "next": "opaque=="}'}
    poll = {"pages": pages, "next": "", "query": {"page": "{page}"}}
    with partner(saying({"shipments": []})) as server:
        rows(opened(server.url, "confirm", poll=poll), positions)

    assert [f"/shipments{'?page=1' if pages == 'number' else ''}"] == [one.path for one in server.asked]


@pytest.mark.parametrize("kept", ["", "[]", "{", '{"since": 7}', "2026-11-20T12:00:00Z"])
def test_a_position_that_cannot_be_read_asks_for_everything_again(kept):
    with served() as (warehouse, server):
        warehouse.says("WEB-1-1", "RECEIVED", at="2026-11-20T14:00:00Z")

        assert 1 == len(rows(opened(server.url, "confirm"), {"list": kept}))


@pytest.mark.parametrize(
    "reply",
    [
        saying({"error": "try later"}),
        Reply(200, b"<html>", {"content-type": "text/html"}),
        Reply(200, b'{"shipments": [', how="cut"),
        Reply(500),
        Reply(403),
        saying({"shipments": [], "next": "1"}),  # the same cursor for ever
    ],
)
def test_an_answer_that_is_no_list_moves_nothing(reply):
    """It must not pass for an empty list: what came meanwhile would never be asked for again."""
    positions: dict[str, str] = {}
    with partner(reply) as server, pytest.raises(RemoteError):
        rows(opened(server.url, "confirm"), positions)

    assert "since" not in positions.get("list", "") or "next" in json.loads(positions["list"])


def test_a_page_at_another_host_is_not_asked():
    with partner(saying({"shipments": [], "links": {"next": "https://evil.example/x"}})) as server:
        with pytest.raises(RemoteError, match=r"another host, evil\.example"):
            rows(opened(server.url, "confirm", poll={"pages": "link", "next": "links.next"}))

        assert 1 == len(server.asked)


def test_what_is_surely_of_others_is_passed_over():
    with served() as (warehouse, server):
        warehouse.says("WEB-1-1", "RECEIVED")
        warehouse.says("OTHER-SHOP-9", "RECEIVED")
        warehouse.shipments.append({"status": "RECEIVED", "updated_at": "2026-11-20T15:10:00Z"})

        assert ["WEB-1-1"] == [one.reference for one in rows(opened(server.url, "confirm", poll={"ours": ["WEB-"]}))]


ALONE: dict[str, Any] = {"path": "/orders/{id}", "query": {}, "pages": "none", "next": "", "items": "", "updated": ""}


def test_shipments_can_be_asked_for_one_by_one():
    def answer(asked: Asked) -> Reply:
        number = asked.path[-1]
        if number == "2":
            return Reply(404)
        return saying(
            {"reference": f"WEB-{number}-1", "status": "RECEIVED"} if number == "1" else {"status": "REJECTED"}
        )

    positions: dict[str, str] = {}
    with partner(answer=answer) as server:
        nameless = InHand("WEB-4-1", "dispatched", "2026-11-20T14:00:00Z")
        found = rows(opened(server.url, "confirm", poll=ALONE), positions, [*HAVE, nameless])

    assert [("acknowledged", "WEB-1-1"), ("rejected", "WEB-3-1")] == [(one.kind, one.reference) for one in found]
    assert ["/orders/o1", "/orders/o2", "/orders/o3"] == [one.path for one in server.asked]
    assert {"at": "2026-11-20T15:00:00Z"} == json.loads(positions["each"])


def test_an_answer_about_another_shipment_than_was_asked_for_is_not_believed():
    with partner(saying({"reference": "WEB-9-1", "status": "REJECTED"})) as server:
        assert [] == rows(opened(server.url, "confirm", poll=ALONE), have=HAVE)


def test_one_by_one_goes_on_behind_the_last_that_had_its_turn():
    """A partner that has no time for all of them in one pass hears of the others first in the next."""
    have = [InHand(f"WEB-{n:03}-1", "dispatched", "2026-11-20T14:00:00Z", f"o{n:03}") for n in range(120)]
    spent = 70

    def answer(asked: Asked) -> Reply:
        nonlocal spent
        spent -= 1
        return saying({"status": "RECEIVED"}) if spent >= 0 else Reply(429, b"", {"retry-after": "9999"})

    positions: dict[str, str] = {}
    with partner(answer=answer) as server:
        with pytest.raises(RemoteBusy):
            rows(opened(server.url, "confirm", poll=ALONE), positions, have)
        assert "WEB-049-1" == json.loads(positions["each"])["after"]
        spent = 200
        server.asked.clear()
        found = rows(opened(server.url, "confirm", poll={**ALONE, "every": "1 h"}), positions, have)

    assert "/orders/o050" == server.asked[0].path
    assert 120 == len(found)
