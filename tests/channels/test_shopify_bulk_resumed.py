"""A bulk operation that is waited for, read on, lost, failed, spoiled: never half an import, never a second one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from orderctl.channels.shopify_bulk import BULK, Standing
from orderctl.channels.shopify_documents import bulk_query
from orderctl.core.errors import RemoteBusy, RemoteDown, RemoteError
from orderctl.core.orders import Order
from tests.channels.http_contract import opening
from tests.channels.shopify_bulk_fake import BEGUN, BulkStore, Files
from tests.channels.shopify_orders import a_shopify_order, at
from tests.channels.test_shopify import opened
from tests.channels.test_shopify_bulk import SINCE, begun, every, read, running
from tests.partner import Reply, partner


@pytest.mark.parametrize("kill", range(1, 9))
def test_a_pass_killed_after_any_page_goes_on_with_the_same_operation(tmp_path, kill):
    store = BulkStore(0, Files())
    store.orders = [a_shopify_order(number) for number in range(1, 1101)]
    positions: dict[str, str] = {}
    with running(tmp_path, store) as channel:
        found = set(read(channel, positions, kill))
        for _ in range(3):
            found |= set(read(channel, positions))

    assert every(1100) == found
    assert 1 == begun(store)
    asked = [asked.headers.get("range", "") for asked in store.files.asked]
    assert len(asked) <= 2
    if 2 < kill < 6:
        assert asked[1] > "bytes=100000-", "read on from where it was read to"


@pytest.mark.parametrize("knows_ranges", [True, False])
def test_a_file_that_breaks_off_is_read_on_where_it_broke_off(tmp_path, knows_ranges):
    files = Files()
    files.knows_ranges = knows_ranges
    store = BulkStore(0, files)
    store.orders = [a_shopify_order(number) for number in range(1, 601)]
    positions: dict[str, str] = {}
    with running(tmp_path, store) as channel:
        read(channel, positions, 1)
        store._node(store.operations[0]["id"])
        files.faults = [Reply(body=files.files["/results/1.jsonl"], how="cut")]
        found = dict[str, Order]()
        with pytest.raises(RemoteError):
            read(channel, positions, found=found)
        assert 250 == len(found)
        found |= read(channel, positions)

    assert every(600) == set(found)
    assert positions[BULK].startswith("read ")
    assert 1 == begun(store)


def test_a_lost_answer_begins_no_second_operation(tmp_path):
    store = BulkStore(8, Files())
    lost = [Reply(how="close")]

    def answer(asked: Any) -> Reply:
        reply = store.answer(asked)
        return lost.pop() if lost and b"bulkOperationRunQuery" in asked.content else reply

    with partner(answer=store.files.answer) as elsewhere, partner(answer=answer) as served:
        store.files.url = elsewhere.url
        channel = opened(served.url, opening(tmp_path), bulk="auto", bulk_over=3)
        with pytest.raises(RemoteError):
            read(channel, {})
        store.operations[0]["createdAt"] = "2026-11-20T11:59:00Z"
        assert every(8) == set(read(channel, {}))
        channel.close()

    assert 1 == begun(store)


@pytest.mark.parametrize(
    "other",
    [
        {"status": "FAILED"},
        {"createdAt": "2026-11-18T09:00:00Z"},
        {"query": "{ products { edges { node { id } } } }"},
        {"query": bulk_query("updated_at:>='2026-10-01T00:00:00Z'", personal=True)},
        {"query": bulk_query(f"updated_at:>='{SINCE}'", personal=False)},
    ],
)
def test_an_operation_that_gathers_something_else_is_not_taken(tmp_path, other):
    store = BulkStore(8, Files())
    store._bulkOperationRunQuery(bulk_query(f"updated_at:>='{SINCE}'", personal=True), groupObjects=True)
    store.operations[0] |= {"createdAt": "2026-11-20T10:00:00Z", **other}
    with running(tmp_path, store) as channel:
        assert every(8) == set(read(channel, {}))

    assert 1 == begun(store)


def test_a_store_that_takes_long_is_waited_for_in_the_next_pass(tmp_path):
    store = BulkStore(8, Files())
    store.polls = 20
    positions: dict[str, str] = {}
    with running(tmp_path, store) as channel:
        with pytest.raises(RemoteBusy, match="still gathering its orders"):
            read(channel, positions)
        assert [BULK] == list(positions)
        assert every(8) == set(read(channel, positions))

    assert 1 == begun(store)


@pytest.mark.parametrize("ends", ["FAILED", "CANCELED", "EXPIRED"])
def test_an_operation_that_does_not_end_well_is_no_import_and_all_orders_are_walked_through(tmp_path, ends):
    store = BulkStore(8, Files())
    store.ends = ends
    positions: dict[str, str] = {}
    with running(tmp_path, store) as channel:
        assert every(8) == set(read(channel, positions))

    assert [] == store.files.asked
    assert positions[BULK].startswith("given-up ")
    assert at(8) == positions["orders"]


def test_an_operation_that_the_store_forgot_is_given_up(tmp_path):
    store = BulkStore(8, Files())
    positions = {BULK: Standing("reading", "gid://shopify/BulkOperation/77", BEGUN).text}
    with running(tmp_path, store) as channel:
        assert every(8) == set(read(channel, positions))
        read(channel, {BULK: positions[BULK]})

    assert 0 == begun(store), "not begun anew, now or in the next pass"


def test_a_store_that_refuses_to_begin_is_walked_through(tmp_path):
    store = BulkStore(8, Files())
    store.refuses = "A bulk query operation for this app and shop is already in progress."
    with running(tmp_path, store) as channel:
        assert every(8) == set(read(channel, {}))


def spoiled(body: bytes) -> Iterator[tuple[str, bytes]]:
    lines = body.splitlines(keepends=True)
    roots = [number for number, line in enumerate(lines) if b"__parentId" not in line]
    yield "the last line is missing", b"".join(lines[:-1])
    yield "the last order is missing", b"".join(lines[: roots[-1]])
    yield "it ends within a line", body[:-20]
    yield (
        "children stand apart",
        b"".join(lines[one] for one in roots)
        + b"".join(line for number, line in enumerate(lines) if number not in roots),
    )
    yield "a child stands first", b"".join(lines[1:])
    yield "a line is none", body.replace(lines[3], b"<html>\n")
    yield "something else lies between", lines[0] + b'{"id":"gid://shopify/Product/1","__parentId":"x"}\n' + body
    yield "it is empty", b""


@pytest.mark.parametrize("which", range(8))
def test_a_file_that_is_not_whole_is_never_taken_for_whole(tmp_path, which):
    store = BulkStore(8, Files())
    store.polls = 0
    positions: dict[str, str] = {}
    with running(tmp_path, store) as channel:
        read(channel, positions, 1)
        name, body = list(spoiled(store.files.files["/results/1.jsonl"]))[which]
        store.files.files["/results/1.jsonl"] = body
        found = read(channel, positions)

    assert every(8) == set(found), name
    assert positions[BULK].startswith("given-up "), name


def test_a_file_that_is_gone_is_given_up(tmp_path):
    store = BulkStore(8, Files())
    positions: dict[str, str] = {}
    with running(tmp_path, store) as channel:
        read(channel, positions, 1)
        store.files.files = {}
        assert every(8) == set(read(channel, positions))

    assert positions[BULK].startswith("given-up ")


def test_a_host_that_nothing_ever_came_from_is_given_up(tmp_path):
    """A network may let nobody out but to the store itself."""
    store = BulkStore(8, Files())
    positions: dict[str, str] = {}
    with running(tmp_path, store) as channel:
        with partner(Reply()) as gone:
            store.files.url = gone.url
        assert every(8) == set(read(channel, positions))

    assert positions[BULK].startswith("given-up ")


def test_a_host_that_is_away_for_a_while_is_asked_again_in_the_next_pass(tmp_path):
    store = BulkStore(0, Files())
    store.orders = [a_shopify_order(number) for number in range(1, 601)]
    positions: dict[str, str] = {}
    with running(tmp_path, store) as channel:
        found = read(channel, positions, 2)
        there = store.files.url
        with partner(Reply()) as gone:
            store.files.url = gone.url
        with pytest.raises(RemoteDown):
            read(channel, positions)
        store.files.url = there
        found |= read(channel, positions)

    assert every(600) == set(found)
    assert positions[BULK].startswith("read ")


@pytest.mark.parametrize(
    "url", ["http://files.example/x?signature=1", "ftp://files.example/x", "http://169.254.169.254/latest", "file:///x"]
)
def test_no_file_is_fetched_from_where_no_partner_is(tmp_path, url):
    store = BulkStore(8, Files())
    store.polls = 0
    positions: dict[str, str] = {}
    with running(tmp_path, store) as channel:
        read(channel, positions, 1)
        store.end(store.operations[0])
        store.operations[0] |= {"url": url, "left": 9, "status": "COMPLETED"}
        assert every(8) == set(read(channel, positions))

    assert positions[BULK].startswith("given-up ")


def test_no_message_holds_the_signature_of_a_file(tmp_path):
    store = BulkStore(8, Files())
    store.files.faults = [Reply(500, b"signature")] * 9
    with running(tmp_path, store) as channel, pytest.raises(RemoteError) as caught:
        read(channel, {})

    assert "secret" not in str(caught.value)
    assert "/results/1.jsonl" in caught.value.where
