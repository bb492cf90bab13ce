"""Orders are read again since a moment, or one by one, and no position moves for it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from orderctl.core.errors import Exit, UsageError, worst
from orderctl.steps import pull_one, run, since
from orderctl.steps.pull_one import One
from orderctl.steps.report import Report
from orderctl.steps.run import Subjects
from tests.channels.woocommerce_shop import KEY, SECRET, WooShop, a_woo_order
from tests.partner import partner
from tests.shop import CHANNELS, Shop, a_shop, an_order_row

FILES = 'type = "file"\npath = "orders/web*.jsonl"\n'
WOO = 'type = "woocommerce"\nconsumer_key = "env:WOO_KEY"\nconsumer_secret = "env:WOO_SECRET"\nbase_url = "{}"\n'


@pytest.fixture(autouse=True)
def _keys(monkeypatch):
    monkeypatch.setenv("WOO_KEY", KEY)
    monkeypatch.setenv("WOO_SECRET", SECRET)


@pytest.fixture
def woo():
    return WooShop([a_woo_order(number, seconds=60 * number) for number in (1, 2, 3)])


@pytest.fixture
def shop(tmp_path: Path, woo: WooShop):
    with partner(answer=woo.answer) as served:
        yield a_shop(tmp_path, CHANNELS.replace(FILES, WOO.format(served.url)))


def pulled(shop: Shop, **subjects: object) -> tuple[Exit, Report]:
    with shop.context() as ctx:
        reports = run.run(ctx, only=["pull"], subjects=Subjects(**subjects))  # type: ignore[arg-type]
    return worst(report.exit for report in reports), reports[-1]


def kept(shop: Shop, *tables: str) -> dict[str, list[tuple[object, ...]]]:
    with shop.context(write=False) as ctx:
        return {table: ctx.db.execute(f"SELECT * FROM {table}").fetchall() for table in tables}  # noqa: S608


def test_reading_again_since_a_moment_changes_nothing_that_is_unchanged(shop: Shop):
    shop.run()
    before = kept(shop, "cursors", "orders", "order_revisions", "events")

    code, report = pulled(shop, channels=["web"], since="2026-11-01T00:00:00Z")

    assert (Exit.OK, {"unchanged": 3}) == (code, report.counts)
    assert before == kept(shop, "cursors", "orders", "order_revisions", "events")


def test_what_was_missed_comes_when_it_is_read_again(shop: Shop, woo: WooShop):
    shop.run()
    before = kept(shop, "cursors")
    woo.orders[4] = a_woo_order(4, seconds=-86_400)  # of yesterday, and told by nobody then
    assert {"unchanged": 3} == pulled(shop)[1].counts

    code, report = pulled(shop, since="2026-11-15T00:00:00Z")

    assert (Exit.OK, 1) == (code, report.counts["new"])
    assert before == kept(shop, "cursors")


def test_a_channel_that_fails_while_it_is_read_again_says_what_to_type(shop: Shop, woo: WooShop):
    shop.run()
    woo.auth = "query"

    code, report = pulled(shop, channels=["web"], since="2026-11-15T00:00:00Z")

    assert Exit.REMOTE == code
    assert {"web"} == {problem.subject for problem in report.problems}


def test_what_was_read_again_does_not_count_as_read_to_the_end(shop: Shop):
    with shop.context() as ctx:
        run.run(ctx, only=["pull"], subjects=Subjects(channels=["web"], since="2026-11-15T00:00:00Z"))

        assert set() == ctx.fresh


def test_files_are_read_again_and_stay_where_they_are(tmp_path: Path):
    shop = a_shop(
        tmp_path, CHANNELS.replace('path = "orders/web*.jsonl"', 'path = "orders/web*.jsonl"\nafter = "move"')
    )
    shop.orders("market", an_order_row("7"))
    shop.run()
    late = shop.orders("web", an_order_row("1"))

    assert {"new": 1, "unchanged": 1} == pulled(shop, since="2026-11-15T00:00:00Z")[1].counts
    assert late.exists()
    assert {"unchanged": 1} == pulled(shop)[1].counts
    assert not late.exists()


def test_one_order_is_read_again(shop: Shop, woo: WooShop):
    pulled(shop)
    before = kept(shop, "cursors")
    assert {"unchanged": 1} == pulled(shop, one=One("web", "2"))[1].counts
    woo.change(2, status="cancelled")

    code, report = pulled(shop, one=One("web", "2"))

    assert (Exit.OK, {"changed": 1}) == (code, report.counts)
    assert before == kept(shop, "cursors")
    with shop.context(write=False) as ctx:
        assert ["cancelled"] == [row[0] for row in ctx.db.execute("SELECT state FROM orders WHERE number = '2'")]


def test_one_order_with_other_bytes_and_the_same_words_is_unchanged(tmp_path: Path):
    shop = a_shop(tmp_path)
    row = an_order_row("1")
    shop.orders("web", row)
    shop.run()
    shop.write("orders/web.jsonl", json.dumps(row, indent=None, separators=(" , ", " : ")) + "\n")

    assert {"unchanged": 1} == pulled(shop, one=One("web", "id-1"))[1].counts


def test_one_order_that_never_came_is_brought_in(shop: Shop):
    assert {"new": 1} == pulled(shop, one=One("web", "3"))[1].counts


def test_an_order_that_the_channel_does_not_have_is_said(shop: Shop):
    code, report = pulled(shop, one=One("web", "999"))

    assert (Exit.USAGE, ["no_such_order"]) == (code, [problem.code for problem in report.problems])


def test_one_order_of_a_channel_that_does_not_answer_is_exit_5(shop: Shop, woo: WooShop):
    woo.auth = "query"

    assert Exit.REMOTE == pulled(shop, one=One("web", "1"))[0]


def test_an_order_that_cannot_be_one_is_put_aside(shop: Shop, woo: WooShop):
    woo.orders[2]["total"] = "a lot"

    code, report = pulled(shop, one=One("web", "2"))

    assert (Exit.ATTENTION, {"put aside": 1}) == (code, report.counts)


def test_an_order_is_named_as_everywhere_or_by_the_channels_own_id(tmp_path: Path):
    shop = a_shop(tmp_path)
    shop.orders("web", an_order_row("1"))
    shop.run()

    for channels, name, expected in (
        ([], "WEB-1", One("web", "id-1")),
        ([], "web/1", One("web", "id-1")),
        (["web"], "1", One("web", "id-1")),
        (["web"], "id-77", One("web", "id-77")),
        (["market"], "id-1", One("market", "id-1")),
    ):
        assert expected == shop.ask(pull_one.named, channels, name)


@pytest.mark.parametrize(
    ("channels", "name", "when"), [([], "id-77", ""), (["web", "market"], "id-77", ""), (["web"], "1", "7d")]
)
def test_an_order_that_may_be_of_any_channel_is_asked_back(tmp_path: Path, channels: list[str], name: str, when: str):
    shop = a_shop(tmp_path)
    shop.run()

    with pytest.raises(UsageError):
        shop.ask(pull_one.named, channels, name, when)


def test_a_paused_channel_is_not_asked_for_one_order_either(tmp_path: Path):
    shop = a_shop(tmp_path)
    from orderctl.steps import channels

    with shop.context() as ctx:
        channels.channel_pause(ctx, "web", "sale")

    with pytest.raises(UsageError, match="paused"):
        shop.ask(pull_one.named, ["web"], "id-1")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-11-01", "2026-11-01T04:00:00Z"),
        ("7d", "2026-11-13T15:00:00Z"),
        ("2026-11-19T12:00:00Z", "2026-11-19T12:00:00Z"),
        ("2026-11-19T12:00:00", "2026-11-19T17:00:00Z"),
        ("2026-11-19 12:00+01:00", "2026-11-19T11:00:00Z"),
    ],
)
def test_since_when_is_a_day_a_moment_or_a_span(tmp_path: Path, text: str, expected: str):
    shop = a_shop(tmp_path)
    shop.run()

    assert expected == shop.ask(since.moment_of, text)


@pytest.mark.parametrize("text", ["yesterday", "2026-13-01", "2027-01-01", "", "7 dogs", "-7d"])
def test_since_never_is_refused(tmp_path: Path, text: str):
    shop = a_shop(tmp_path)
    shop.run()

    with pytest.raises(UsageError):
        shop.ask(since.moment_of, text)
