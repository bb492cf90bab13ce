"""Explain: a decision made again from what was frozen with it, whatever has changed since."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from orderctl.core.errors import UsageError
from orderctl.rules import engine
from orderctl.steps import by_hand, explain
from tests.shop import RULES, Shop, a_shop, an_order_row


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    shop = a_shop(tmp_path)
    shop.orders("web-1", an_order_row("1", "MUG*2", "LAMP"), an_order_row("2", "LAMP*9"), an_order_row("3", "MUG*30"))
    shop.run()
    return shop


def ask(shop: Shop, name: str, number: int | None = None) -> explain.Explained:
    found: explain.Explained = shop.ask(explain.explain, name, number)
    return found


def reason(document: dict[str, Any], stage: str, rule: str) -> str:
    rules = next(one["rules"] for one in document["stages"] if one["stage"] == stage)
    return str(next(one for one in rules if one["rule"] == rule)["asked"][0]["reason"])


def test_a_decision_is_made_again_byte_for_byte(shop: Shop):
    for number in ("1", "2", "3"):
        found = ask(shop, number)

        assert ("same", "", False) == (found.replay, found.warning, found.is_wrong)


def test_what_changed_since_has_no_say(shop: Shop):
    before = ask(shop, "1").document
    shop.write("rules.toml", RULES.replace('["east", "west"]', '["east"]').replace("500", "10"))
    shop.stock(east={"MUG": 0}, west={"MUG": 0})
    shop.run(at="2026-11-21T15:00:00Z")

    assert before == ask(shop, "1").document


def test_the_document_says_why_and_from_where(shop: Shop):
    document = ask(shop, "web/1").document

    assert "total is 60.00, needs >= 500" == reason(document, "hold", "expensive")
    (group,) = document["groups"]
    assert (["west"], ["east", "west"]) == (group["chosen"]["locations"], group["runner_up"]["locations"])
    assert "fewest_shipments: 1 against 2" == group["margin"]
    assert "east and west would win if west had only 1 MUG" in [one["words"] for one in group["wins_if"]]
    assert (1, 1, True, engine.ENGINE) == tuple(
        document["decision"][name] for name in ("sequence", "newest", "applied", "engine")
    )
    json.dumps(document, allow_nan=False)


def test_an_earlier_decision_can_be_asked_for_by_its_number(shop: Shop):
    shop.stock(west={"LAMP": 20, "MUG": 4})
    shop.run(at="2026-11-21T15:00:00Z")

    assert (2, []) == (
        ask(shop, "2").document["decision"]["sequence"],
        ask(shop, "2").document["plan"].get("holds", []),
    )
    assert "backorders" in ask(shop, "2", 1).document["plan"]
    assert "shipments" in ask(shop, "2").document["plan"]


def test_what_a_person_decided_is_explained_as_that(shop: Shop):
    with shop.context() as ctx:
        by_hand.route_to(ctx, "2", "west", {"lamp": 1}, "", "they asked for it")

    found = ask(shop, "2")

    assert "same" == found.replay
    assert "a person said where it ships from" == found.document["ended"]


def test_a_plan_that_comes_out_otherwise_is_a_bug_and_is_said_so(shop: Shop):
    tamper(
        shop, "UPDATE decisions SET ruleset_id = 2", "INSERT INTO rulesets VALUES (2, 'other', ?, '')", other_rules()
    )

    found = ask(shop, "1")

    assert ("differs", True) == (found.replay, found.is_wrong)
    assert "this is a bug" in found.warning
    assert found.document["plan"] != found.document["plan_now"]


def test_a_decision_of_another_engine_shows_both_plans_and_is_no_bug(shop: Shop):
    tamper(
        shop, "UPDATE decisions SET ruleset_id = 2", "INSERT INTO rulesets VALUES (2, 'other', ?, '')", other_rules()
    )
    tamper(shop, "UPDATE decisions SET engine = 0")

    found = ask(shop, "1")

    assert ("other engine", False) == (found.replay, found.is_wrong)
    assert "made by engine 0" in found.warning


def other_rules() -> str:
    return RULES.replace('["east", "west"]', '["east"]')


def tamper(shop: Shop, statement: str, first: str = "", *values: str) -> None:
    """What no command does: the store is changed behind orderctl's back."""
    db = sqlite3.connect(shop.store)
    if first:
        db.execute(first, values)
    db.execute(statement)
    db.commit()
    db.close()


def test_why_not_names_rules_and_locations(shop: Shop):
    found = ask(shop, "1")

    assert ["hold/expensive did not match: total is 60.00, needs >= 500"] == explain.why(found, "expensive")
    assert ["acme: 'everything', which took MUG, LAMP, does not name it"] == explain.why(found, "acme")
    with pytest.raises(UsageError, match="did you mean 'west'"):
        explain.why(found, "wst")


def test_an_order_or_decision_that_is_not_there_is_said_so(shop: Shop):
    shop.orders("web-2", an_order_row("9"))
    shop.run(at="2026-11-21T15:00:00Z")
    tamper(shop, "UPDATE orders SET decisions = 0 WHERE number = '9'")

    for arguments, words in ((("77",), "no order '77'"), (("1", 5), "no decision 5"), (("9",), "not been decided yet")):
        with pytest.raises(UsageError, match=words):
            ask(shop, *arguments)
