"""Channels that judge each number of stock alone, and channels that change their stock themselves."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar, cast

import pytest

from orderctl.core.effects import Document, Receipt, together
from orderctl.core.errors import Exit
from orderctl.steps import run
from orderctl.steps.context import Context
from orderctl.steps.report import Report
from tests.shop import RULES, Shop, a_shop, an_order_row
from tests.steps.test_publish import TELLING, documents, told


class Judging:
    """A channel's adapter that takes two SKUs a time and says of each what `verdicts` has for it."""

    at_once: ClassVar[dict[str, int]] = {"stock": 2}

    def __init__(self, channel: Any, verdicts: dict[str, str]) -> None:
        self._channel, self._verdicts = channel, verdicts
        self.asked: list[str] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._channel, name)

    def deliver(self, document: Document, key: str) -> Receipt:  # noqa: ARG002
        skus = [row.split(b",")[0].decode() for row in document.content.splitlines()[1:]]
        self.asked += skus
        return together({sku: Receipt(self._verdicts.get(sku, "accepted"), message=f"about {sku}") for sku in skus})


def pushed(shop: Shop, **verdicts: str) -> tuple[Report, list[str]]:
    """What a pass reports of its push when the channel `web` judges so, and the SKUs it was asked about."""
    with shop.context() as ctx:
        judging = _judging(ctx, verdicts)
        return run.run(ctx)[-1], judging.asked


def _judging(ctx: Context, verdicts: dict[str, str]) -> Judging:
    judging = Judging(ctx.adapters.channel("web"), verdicts)
    ctx.adapters._channels["web"] = cast("Any", judging)
    return judging


def a_telling_shop(folder: Path, rules: str = RULES) -> Shop:
    text = TELLING.replace('push = ["tracking", "stock"]', 'push = ["stock"]', 1)
    return a_shop(folder, text.replace('push = ["tracking", "stock"]', "push = []"), rules=rules)


def test_what_was_refused_is_not_counted_as_told(tmp_path):
    report, asked = pushed(a_telling_shop(tmp_path), MUG="refused")

    assert (3, Exit.ATTENTION) == (report.counts["stock"], report.exit)
    assert ["LAMP", "MUG", "RING-1", "TEE"] == asked


@pytest.mark.parametrize("outcome", ["retry", "uncertain"])
def test_one_number_that_does_not_get_there_keeps_none_of_the_others_back(tmp_path, outcome):
    """T09: 199 are told, one is kept, the count is right."""
    shop = a_telling_shop(tmp_path)
    report, asked = pushed(shop, LAMP=outcome)

    assert (3, Exit.REMOTE) == (report.counts["stock"], report.exit)
    assert ["LAMP", "MUG", "RING-1", "TEE"] == asked, "each had its turn, and only one"
    (problem,) = report.problems
    assert (outcome, "web", "1 of 2 SKUs were not told: about LAMP") == (
        *(problem.code, problem.subject),
        problem.message,
    )
    report, asked = pushed(shop)
    assert (Exit.OK, ["LAMP"]) == (report.exit, asked)


def test_the_first_that_was_not_told_is_named(tmp_path):
    report, _ = pushed(a_telling_shop(tmp_path), MUG="retry")

    assert ["1 of 2 SKUs were not told, the first MUG: about MUG"] == [one.message for one in report.problems]


def test_a_channel_that_takes_nothing_is_not_asked_about_the_rest(tmp_path):
    report, asked = pushed(a_telling_shop(tmp_path), LAMP="retry", MUG="retry")

    assert (0, Exit.REMOTE, ["LAMP", "MUG"]) == (report.counts.get("stock", 0), report.exit, asked)


HELD = RULES.replace('when.total = ">= 500"', 'when.total = ">= 1"')


def test_what_a_channel_puts_back_of_an_order_that_reserved_nothing_is_told_anew(tmp_path):
    """It took two mugs off its own stock and puts them back; ours never moved, but theirs has since been set anew."""
    shop = a_telling_shop(tmp_path, HELD)
    shop.orders("web", an_order_row("1", "MUG*2"))
    shop.run()
    assert 1 == len(documents(shop))

    shop.orders("web", an_order_row("1", "MUG*2", cancelled_at="2026-11-20T11:00:00Z"))
    shop.run()

    assert b"sku,quantity\r\nMUG,14\r\n" == shop.files("outbox")["outbox/web/stock-000002.csv"]
    shop.run()
    assert 2 == len(documents(shop)), "once"


def test_an_order_that_was_cancelled_before_we_saw_it_counts_too(tmp_path):
    shop = a_telling_shop(tmp_path)
    shop.run()
    shop.orders("web", an_order_row("1", "TEE*2", cancelled_at="2026-11-20T11:00:00Z"))
    shop.run()

    assert b"sku,quantity\r\nTEE,5\r\n" == shop.files("outbox")["outbox/web/stock-000002.csv"]
    assert 5 == told(shop)["TEE"]
