"""`report regret` at the command line: a sentence with the numbers, tables that fit, and the same as JSON and CSV."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import pytest

from orderctl.cli.answers import Facts, Lines
from orderctl.cli.regret_page import RegretPage
from tests.cli.shop import ADDRESS, CHANNELS, Said, Shop, a_row, a_shop

SERVICES = """
[routing]
hold_missing_customs = false

[carrier.ups.services]
ground = { days = "1-5", rates = "rates.csv" }
"""
RATES = "origin,country,max_weight,cost\neast,US,30 kg,5\nwest,US,30 kg,6\neast,CA,30 kg,10\nwest,CA,30 kg,25\n"
RULES = """
version = 1

[[location]]
name = "cheapest"
then.ship_from = ["east", "west"]
then.prefer = ["lowest_cost"]

[[service]]
name = "ground"
then.service = "ups:ground"

[[enhance]]
name = "gift"
when.tags = "gift"
then.hide_prices = true
"""
TORONTO = {**ADDRESS, "city": "Toronto", "region": "ON", "postcode": "M5E 1B2", "country": "CA"}
SAID = """\
2 orders of the last 7 days cost 30.00 USD; with hindsight 16.00 would have done (46.7 % less), \
nothing could have gone below 16.00.

rule      orders  otherwise   cost  hindsight  regret
cheapest       2          2  30.00      16.00   14.00

shipped from  orders  otherwise   cost  hindsight  regret
west               1          1  25.00      10.00   15.00
east               1          1   5.00       6.00   -1.00

What would have been better
shipped from  would ship from  orders  regret
west          east                  1   15.00
east          west                  1   -1.00

Without one of the rules, with the stock of then, in USD
without            orders  otherwise  held  unrouted
location/cheapest       2          2     2         2
service/ground          2          2

Took part in nothing: enhance/gift.
"""


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    """The first order takes the one mug in the east, and the second one's comes from afar."""
    shop = a_shop(tmp_path)
    shop.write("channels.toml", CHANNELS + SERVICES)
    shop.write("rates.csv", RATES)
    shop.write("rules.toml", RULES)
    shop.write("more.csv", "location,sku,quantity\neast,MUG,1\nwest,MUG,5\n")
    shop.orderctl("stock", "import", "more.csv")
    shop.receive(a_row("1"), a_row("2", ship_to=TORONTO, placed_at="2026-11-20T11:00:00Z"))
    shop.orderctl("pull")
    assert 0 == shop.orderctl("route").code
    return shop


def test_what_it_cost_and_what_would_have_done_is_a_sentence(shop: Shop):
    said = shop.orderctl("report", "regret")

    assert (0, "") == (said.code, said.err)
    assert SAID == "".join(line.rstrip() + "\n" for line in said.out.splitlines())


def test_json_and_csv_hold_every_part(shop: Shop):
    value = shop.orderctl("report", "regret", "--json").json
    rows = list(csv.DictReader(io.StringIO(shop.orderctl("report", "regret", "--csv").out)))

    assert ("30.00", "16.00", "14.00", "16.00", "USD") == tuple(
        value[name] for name in ("cost", "hindsight", "regret", "bound", "currency")
    )
    assert ["all", "rule", "location", "location", "way", "way", "without", "without"] == [row["about"] for row in rows]
    assert ("west -> east", "15.00", "USD") == tuple(rows[4][name] for name in ("name", "regret", "currency"))


def test_a_period_with_nothing_is_a_friendly_line(shop: Shop):
    shop.write("empty.toml", CHANNELS + SERVICES + '\n[channel.other]\ntype = "file"\npath = "none/*.jsonl"\n')

    said = shop.orderctl("report", "regret", "--db", "new.db")
    assert (6, True) == (said.code, "there is no store yet" in said.err)
    assert 0 == shop.orderctl("pull", "--db", "new.db", "other", "-c", "empty.toml").code
    said = shop.orderctl("report", "regret", "--db", "new.db")

    assert Said(0, "No orders were decided in the last 7 days: nothing to look back at.\n", "") == said


def test_a_span_that_is_none_is_a_usage_error(shop: Shop):
    said = shop.orderctl("report", "regret", "--since", "soon")

    assert (2, "") == (said.code, said.out)
    assert "--since: 'soon' is not a duration" in said.err


def test_a_rules_file_that_is_wrong_is_said_first(shop: Shop):
    shop.write("rules.toml", RULES.replace("when.tags", "when.tgas"))

    assert 2 == shop.orderctl("report", "regret").code


SUM: dict[str, Any] = {
    "orders": 4,
    "changed": 1,
    "cost": "1234.50",
    "hindsight": "1100.00",
    "regret": "134.50",
    "parcels": "1234.50",
    "parcels_hindsight": "1100.00",
    "short": 0,
    "short_hindsight": 0,
}
WHOLE: dict[str, Any] = {
    **SUM,
    "since": "30d",
    "currency": "USD",
    "bound": "1050.00",
    "finished": True,
    "not_asked": 0,
    "apart": dict.fromkeys(("by_hand", "other_engine", "redacted", "watched", "other_currency"), 0),
    "rules": [],
    "locations": [],
    "moves": [],
    "without": [],
    "never": [],
}


def sentence(**changes: Any) -> str:
    """The first line of the page."""
    first = next(iter(RegretPage(WHOLE | changes).blocks()))
    assert isinstance(first, Lines)
    return first.texts[0]


def facts(**changes: Any) -> dict[str, str]:
    found = [block for block in RegretPage(WHOLE | changes).blocks() if isinstance(block, Facts)]
    return {name: text for name, text in found[0].pairs if text} if found else {}


def test_units_short_are_told_beside_the_money():
    said = sentence(parcels="34.50", short=12, short_hindsight=1)

    assert said == (
        "4 orders of the last 30 days cost 34.50 USD, 12 units short; with hindsight 1,100.00, 1 unit short. Counting"
        " what is short or came from a last resort, 1,234.50: 1,100.00 would have done (10.9 % less), nothing could"
        " have gone below 1,050.00."
    )


def test_a_shop_without_rates_is_not_told_that_its_orders_cost_nothing():
    free = {"cost": "0.09", "hindsight": "0.03", "parcels": "0.00", "parcels_hindsight": "0.00", "short": 3}

    assert sentence(**free, locations=[{**SUM, "locations": ["east"]}]) == (
        "4 orders of the last 30 days cost nothing that anybody knows of: no rates are configured; 3 units short, with"
        " hindsight nothing short."
    )
    assert "that anybody knows of; 3 units short" in sentence(**free)


def test_what_could_not_be_better_and_what_nobody_found_better_are_told_apart():
    same = {"changed": 0, "hindsight": "1234.50", "parcels_hindsight": "1234.50", "regret": "0.00"}

    assert sentence(**same, bound="1234.50").endswith("with hindsight nothing could have gone below that.")
    assert sentence(**same).endswith("with hindsight nothing better is found, nothing could have gone below 1,050.00.")
    assert sentence(**same, bound=None, since="").startswith("4 orders cost 1,234.50 USD;")
    assert {"no lower bound"} == set(facts(**same, bound=None))


def test_what_is_not_among_them_is_counted():
    apart = WHOLE["apart"] | {"by_hand": 3, "redacted": 1}

    assert {
        "not among them": "1,200 orders held, or that only their own rules can decide",
        "left out": "3 decided by a person, 1 redacted",
    } == facts(not_asked=1200, apart=apart)
    assert "5 orders of the last day, and none had a choice." == sentence(orders=0, not_asked=5, since="1 day")


def test_time_that_was_up_is_a_warning_with_what_to_change():
    (warning,) = RegretPage(WHOLE | {"finished": False}).warnings(verbose=False)

    assert "[routing] max_time" in warning
