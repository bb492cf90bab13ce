"""Rules as files: where tests are found, which configuration they are for, what coverage counts."""

from __future__ import annotations

from pathlib import Path

import pytest

from orderctl.core.errors import ConfigError, UsageError
from orderctl.steps import rules
from tests.shop import Shop, a_shop

TESTS = """
now = 2026-11-20T10:00:00-05:00

[defaults.order]
channel = "web"
payment = "paid"
ship_to = { name = "Ana Diaz", line1 = "1 Main St", city = "Reno", region = "NV", postcode = "89501", country = "US" }

[defaults.line]
sku = "MUG"
quantity = 1
unit_price = "20.00"
weight_g = 200

[[test]]
name = "a mug ships from the east"
order.lines = [{}]
expect.ship = [{ from = "east" }]

[[test]]
name = "many mugs wait"
order.lines = [{ quantity = 40 }]
expect.holds = ["fraud"]
"""


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shop:
    monkeypatch.delenv("ORDERCTL_CONFIG", raising=False)
    shop = a_shop(tmp_path, stock=False)
    shop.write("rules.test.toml", TESTS)
    return shop


def test_the_tests_beside_the_rules_are_found(shop: Shop):
    tested = rules.run_tests(config=shop.config)

    assert [("a mug ships from the east", True), ("many mugs wait", True)] == [
        (row["name"], row["passed"]) for row in tested.results
    ]
    assert ["location/everything"] == tested.results[0]["rules"]


def test_rules_under_another_name_have_their_tests_under_that_name(shop: Shop):
    draft = shop.write("draft.toml", (shop.folder / "rules.toml").read_text().replace("500", "5000"))
    usual = rules.run_tests(config=shop.config, rules=draft)
    shop.write("draft.test.toml", TESTS.replace("many mugs wait", "many mugs ship"))
    own = rules.run_tests(config=shop.config, rules=draft)

    assert [True, False] == [row["passed"] for row in usual.results]
    assert "many mugs ship" == own.results[1]["name"]


def test_a_test_file_names_its_rules_and_its_configuration(shop: Shop):
    file = shop.write("ci/all.toml", 'rules = "../rules.toml"\nconfig = "../channels.toml"\n' + TESTS)

    assert 2 == len(rules.run_tests([file]).results)


def test_a_test_file_that_names_none_is_for_those_beside_it_or_of_the_environment(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
):
    assert 2 == len(rules.run_tests([shop.folder / "rules.test.toml"]).results)
    lonely = shop.write("ci/all.toml", TESTS)
    with pytest.raises(ConfigError):
        rules.run_tests([lonely])
    monkeypatch.setenv("ORDERCTL_CONFIG", str(shop.config))

    assert 2 == len(rules.run_tests([lonely]).results)


def test_a_pattern_picks_tests_by_their_name(shop: Shop):
    assert ["many mugs wait"] == [row["name"] for row in rules.run_tests(config=shop.config, pattern="MANY").results]
    with pytest.raises(UsageError, match="no test has 'few' in its name"):
        rules.run_tests(config=shop.config, pattern="few")


def test_coverage_counts_the_rules_that_matched_some_order(shop: Shop):
    tested = rules.run_tests(config=shop.config)

    assert (["location/made to order"], 66) == (tested.unmatched, tested.coverage)


def test_where_there_are_no_tests_that_is_said(shop: Shop):
    (shop.folder / "rules.test.toml").unlink()

    with pytest.raises(UsageError, match="there are no tests"):
        rules.run_tests(config=shop.config)


def test_a_check_finds_everything_wrong_and_raises_nothing(shop: Shop):
    good = rules.check(shop.config)
    shop.write("rules.toml", 'version = 1\n[[hold]]\nname = "x"\nwhen.totl = 5\nthen.hld = "y"\n')
    bad = rules.check(shop.config)
    missing = rules.check(shop.folder / "nothing.toml")

    assert (3, ()) == (good.rules, good.findings)
    assert ["E111", "E112"] == [one.code for one in bad.findings]
    assert ["E201"] == [one.code for one in missing.findings]


def test_rules_are_listed_in_words_with_the_defaults_in_force(shop: Shop):
    rows = rules.listed(shop.config)

    assert ["expensive", "made to order", "everything"] == [row["name"] for row in rows]
    assert ("total >= 500", {"hold": "fraud"}) == (rows[0]["when"], rows[0]["then"])
    assert ("line.sku is RING*", "backorder", "next_location", False) == (
        rows[1]["when"],
        rows[1]["then"]["if_short"],
        rows[1]["then"]["if_full"],
        rows[1]["then"]["split.allow"],
    )
    assert ["ship_from", "failover_to"] == list(rows[1]["then"])[:2]
