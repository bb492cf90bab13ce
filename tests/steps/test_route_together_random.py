"""Whatever is wanted, wherever it lies and whatever the rules: a batch fits, costs no more, and every order replays."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from orderctl.steps import care, explain, views
from tests.shop import CHANNELS, Shop, a_shop
from tests.steps.test_route_together import CARRIER, RATES, a_row, routed, told

LIMITS = ("", "then.split.allow = true", "then.split.allow = true\nthen.split.lines = true", "then.keep_stock = 1")
SHORT = (
    'then.if_short = "backorder"', 'then.if_short = "backorder"\nthen.backorder.ship_available_now = true',
    'then.if_short = "next_rule"', 'then.if_short = "hold:stock"',
)  # fmt: skip
PREFER = ('then.prefer = ["lowest_cost"]', "", 'then.prefer = ["most_stock", "listed"]')


@st.composite
def shops(draw: st.DrawFn) -> dict[str, Any]:
    def rule(name: str, first: str, second: str) -> str:
        more = [draw(st.sampled_from(pieces)) for pieces in (LIMITS, SHORT, PREFER)]
        place = f'then.ship_from = ["{first}"]\nthen.failover_to = ["{second}"]'
        if draw(st.booleans()):
            place = f'then.ship_from = ["{first}", "{second}"]'
        return "\n".join(["[[location]]", f'name = "{name}"', place, *filter(None, more), ""])

    only = 'when.line.sku = "MUG"\n' if draw(st.booleans()) else ""
    wanted = st.lists(st.sampled_from(["MUG", "MUG*2", "LAMP", "ANVIL"]), min_size=1, max_size=3, unique=True)
    return {
        "rules": rule("first", "east", "west") + only + rule("second", "west", "east"),
        "orders": draw(
            st.lists(st.tuples(wanted, st.sampled_from(["normal", "normal", "high"])), min_size=2, max_size=9)
        ),
        "stock": {
            name: {sku: draw(st.integers(0, 4)) for sku in ("MUG", "LAMP", "ANVIL")} for name in ("east", "west")
        },
        "capacity": draw(st.sampled_from(["", "", "capacity = 2"])),
        "routing": draw(st.sampled_from(["", 'short_cost = "3.00"', 'split_cost = "2.00"'])),
    }


def _made(folder: Path, wish: dict[str, Any]) -> Shop:
    channels = CHANNELS.replace("[location.east]", f"[location.east]\n{wish['capacity']}")
    routing = f'\n[routing]\nstrategy = "batch"\n{wish["routing"]}\n'
    head = 'version = 1\ncurrency = "USD"\n\n'
    shop = a_shop(folder, channels + CARRIER + routing, head + wish["rules"], stock=False)
    shop.write("rates.csv", RATES)
    shop.stock(**wish["stock"])
    skus = [[sku for sku in wanted if sku != "MUG" or "MUG*2" not in wanted] for wanted, _ in wish["orders"]]
    ranks = [priority for _, priority in wish["orders"]]
    shop.orders("web", *(a_row(str(at), *some, priority=ranks[at]) for at, some in enumerate(skus)))
    return shop


@given(shops())
@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
def test_a_batch_fits_costs_no_more_and_every_order_replays(wish):
    with tempfile.TemporaryDirectory() as folder:
        shop = _made(Path(folder) / "shop", wish)
        came = told(routed(shop))
        assert came.cost_minor <= came.alone_minor
        assert came.bound_minor is None or came.bound_minor <= came.cost_minor
        with shop.context(write=False) as ctx:
            assert care.db_check(ctx, deep=True).problems == []
        for at in range(len(wish["orders"])):
            assert shop.ask(explain.explain, f"web/{at}").replay == "same"
        assert all(row["available"] >= 0 for row in shop.ask(views.stock_show))
