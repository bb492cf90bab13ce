"""What can be wrong with rules, and with deciding by them (R01 to R08)."""

from __future__ import annotations

import random
import re

import pytest

from orderctl.rules import fields, registry  # noqa: F401 - the fields register themselves
from tests.faults.world import NO_PAPERS, World, a_world, killed_at
from tests.shop import CHANNELS, RULES, an_order_row

HEAD = 'version = 1\n[[hold]]\nname = "one"\n'
CATCH_ALL = '[[location]]\nname = "all"\nthen.ship_from = ["east", "west"]\n'
HOLD = 'then.hold = "x"\n'
WRONG = {
    "syntax": (HEAD + "when.total = >= 5\n" + HOLD, 4, "not valid TOML"),
    "key twice": (HEAD + 'name = "two"\n' + HOLD, 4, "given twice"),
    "unknown key": (HEAD + "wen.total = 5\n" + HOLD, 4, "did you mean 'when'"),
    "unknown field": (HEAD + "when.totl = 5\n" + HOLD, 4, "did you mean 'total'"),
    "unknown action": (HEAD + 'then.hodl = "x"\n', 4, "did you mean 'hold'"),
    "unknown operator": (HEAD + 'when.total = "=> 5"\n' + HOLD, 4, "total"),
    "wrong type": (HEAD + "when.total = true\n" + HOLD, 4, "total"),
    "nan": (HEAD + "when.total = nan\n" + HOLD, 4, "NaN"),
    "inf": (HEAD + "when.total = inf\n" + HOLD, 4, "Inf"),
    "huge": (HEAD + "when.total = 1e400\n" + HOLD, 4, "1E+400"),
    "the same rule twice": (HEAD + HOLD + '[[hold]]\nname = "one"\n' + HOLD, 6, "on line 2"),
    "no then": (HEAD, 2, "then"),
    "wrong unit": (HEAD + 'when.line.weight = "> 5 h"\n' + HOLD, 4, "h"),
    "empty range": (HEAD + 'when.total = "9..1"\n' + HOLD, 4, "9..1"),
    "no version": ('[[hold]]\nname = "one"\n' + HOLD, 0, "version"),
    "a location twice": (
        'version = 1\n[[location]]\nname = "a"\nthen.ship_from = ["east"]\nthen.failover_to = ["east"]\n',
        5,
        "east",
    ),
}
UNKNOWN = {
    "location": ('[[location]]\nname = "a"\nthen.ship_from = ["eats"]\n', "did you mean 'east'"),
    "failover": ('[[location]]\nname = "a"\nthen.ship_from = ["east"]\nthen.failover_to = ["wets"]\n', "'west'"),
    "service": ('[[service]]\nname = "a"\nthen.service = "ups:ground"\n', "ups:ground"),
    "carrier in a list": ('[[service]]\nname = "a"\nthen.cheapest_of = ["ups:ground"]\n', "ups:ground"),
    "package": ('[[service]]\nname = "a"\nthen.package = "box"\n', "box"),
    "channel": ('[[hold]]\nname = "a"\nwhen.channel = "wbe"\nthen.hold = "x"\n', "did you mean 'web'"),
    "list": ('[[hold]]\nname = "a"\nwhen.ship_to.country = "@eu"\nthen.hold = "x"\n', "eu"),
    "country": ('[[hold]]\nname = "a"\nwhen.ship_to.country = "XX"\nthen.hold = "x"\n', "XX"),
}


def refused(world: World, rules: str, line: int, words: str) -> None:
    """The pass stops before anything is touched, naming file, line and remedy."""
    good = world.orderctl("run", "--json")
    assert 0 == good.code
    world.write("rules.toml", rules)
    world.orders("web-2", an_order_row("2"))
    before = world.everything()

    said = world.orderctl("run")

    assert 2 == said.code
    where = f"rules.toml:{line}: " if line else "rules.toml"
    assert where in said.err
    assert words in said.err
    assert before == world.everything()


@pytest.mark.parametrize(("rules", "line", "words"), WRONG.values(), ids=WRONG)
def test_a_wrong_rules_file_is_refused_as_a_whole_and_the_last_good_one_is_not_used(tmp_path, rules, line, words):
    """R01."""
    world = a_world(tmp_path)
    world.orders("web", an_order_row("1"))
    refused(world, rules + (CATCH_ALL if "[[location]]" not in rules else ""), line, words)


@pytest.mark.parametrize(("rule", "words"), UNKNOWN.values(), ids=UNKNOWN)
def test_a_rule_that_names_what_is_not_there_is_refused_at_load(tmp_path, rule, words):
    """R02."""
    world = a_world(tmp_path)
    rules = "version = 1\n" + (CATCH_ALL if "[[location]]" not in rule else "") + rule
    named = next(
        number for number, line in enumerate(rules.splitlines(), 1) if re.search(r"eats|wets|ups:|box|wbe|@eu|XX", line)
    )
    refused(world, rules, named, words)


def test_where_two_rules_take_an_order_the_first_in_the_file_wins_every_time(tmp_path):
    """R03, G11: and the same store, rules and clock give the same bytes."""
    first, second = (f'[[location]]\nname = "{name}"\nthen.ship_from = ["{name}"]\n' for name in ("west", "east"))
    made = []
    for folder, rules in (("a", first + second), ("b", first + second), ("c", second + first)):
        world = a_world(tmp_path / folder, rules="version = 1\n" + rules)
        world.orders("web", *(an_order_row(str(number)) for number in range(4)))
        with world.context() as ctx:
            from orderctl.steps import run

            run.run(ctx)
        made.append((set(world.rows("SELECT DISTINCT location FROM shipments")), world.files("out")))

    assert made[0] == made[1]
    assert [{("west",)}, {("east",)}] == [made[0][0], made[2][0]]


#: Examples that name what this shop has.
THEIRS = {
    "shipment.location": '"east"',
    "channel": '"web"',
    "channel_type": '"file"',
    "pos_location": '"east"',
}


def every_field() -> str:
    """A rule for each field there is, in a stage that may ask about it; each is looked at and changes nothing."""
    rules = ["version = 1", "[lists]", 'eu = ["DE"]', 'vip = ["ana@example.com"]']
    for name in registry.names():
        stage, then = ("enhance", 'note = "x"') if name.startswith("shipment.") else ("hold", 'hold = "x"')
        example = THEIRS.get(name, registry.find(name).example)
        rules += [f"[[{stage}]]", f'name = "{name}"', 'mode = "observe"', f"when.{name} = {example}", f"then.{then}"]
    return "\n".join(rules) + "\n" + CATCH_ALL


def test_no_field_that_an_order_lacks_stops_the_pass(tmp_path):
    """R04: every field of the language against an order that states next to nothing; a full one goes out as well."""
    world = a_world(tmp_path, rules=every_field())
    bare = {"number": "1", "placed_at": "2026-11-20T10:00:00Z", "lines": [{"sku": "MUG", "quantity": 1}]}
    region = an_order_row("2")
    region["ship_to"] = {"country": "US"}
    world.orders("web", bare, region, an_order_row("3"))

    said = world.orderctl("run")

    assert said.code in {0, 3}, said.text
    assert {"1": "held", "2": "dispatched", "3": "dispatched"} == world.states()
    assert 3 == world.one("SELECT count(*) FROM decisions")


def test_an_order_that_no_rule_takes_is_held_and_told_once(tmp_path):
    """R05: and goes on by itself once a rule takes it."""
    only_us = RULES.replace("[[location]]\n", '[[location]]\nwhen.ship_to.country = "US"\n')
    world = a_world(tmp_path, CHANNELS + NO_PAPERS, only_us)
    german = an_order_row("1")
    german["ship_to"] |= {"country": "DE", "region": "", "postcode": "10115"}
    world.orders("web", german, an_order_row("2"))

    first, second = world.orderctl("run"), world.orderctl("run")

    assert (3, 0) == (first.code, second.code)
    assert {"1": "held", "2": "dispatched"} == world.states()
    assert [("unrouted",)] == world.rows("SELECT reason FROM holds WHERE ended_at IS NULL")
    assert {"unrouted"} == world.waiting()
    assert "WEB-1" in world.orderctl("exceptions", "list").out

    world.write("rules.toml", RULES)
    assert 0 == world.orderctl("run").code
    assert "dispatched" == world.states()["1"]
    assert set() == world.waiting()


@pytest.mark.parametrize("seed", range(4))
def test_the_parts_of_every_order_are_the_whole_order(tmp_path, seed):
    """R06, invariant 7: whatever is short, split, backordered or gone, line by line; no part is empty."""
    chance = random.Random(seed)  # noqa: S311
    options = chance.sample(
        [
            "then.split.lines = true",
            "then.split.max_shipments = 2",
            'then.split.min_value = "30"',
            "then.backorder.ship_available_now = true",
            "then.keep_stock = 1",
        ],
        3,
    )
    world = a_world(
        tmp_path,
        rules=RULES.replace("then.split.allow = true\n", "then.split.allow = true\n" + "\n".join(options) + "\n"),
    )
    skus = ["MUG", "LAMP", "TEE", "RING-1", "BOWL", "CUP"]
    world.stock(**{name: {sku: chance.randrange(12) for sku in skus} for name in ("east", "west")}, acme={"RING-1": 0})
    rows = [
        an_order_row(
            str(number), *(f"{sku}*{chance.randrange(5)}" for sku in chance.sample(skus, chance.randrange(1, 5)))
        )
        for number in range(60)
    ]
    world.orders("web", *rows)

    assert world.orderctl("run", "--skip", "dispatch").code in {0, 3}

    assert [] == world.rows(
        "SELECT line_id, l.planned, sum(x.quantity) FROM order_lines l LEFT JOIN shipment_lines x USING (line_id)"
        " GROUP BY line_id HAVING l.planned <> coalesce(sum(x.quantity), 0)"
    )
    assert 0 == world.one("SELECT count(*) FROM shipment_lines WHERE quantity < 1")
    assert [] == world.rows(
        "SELECT reference FROM shipments WHERE shipment_id NOT IN (SELECT shipment_id FROM shipment_lines)"
    )
    assert [] == world.rows("SELECT sku, location FROM stock_levels WHERE reserved > on_hand AND location <> 'acme'")
    world.sound()


def test_rules_edited_after_routing_change_nothing_that_is_routed_until_someone_asks(tmp_path):
    """R07."""
    world = a_world(tmp_path)
    world.orders("web", an_order_row("1"), an_order_row("2"))
    world.orderctl("run", "--skip", "dispatch")
    rulesets = world.rows("SELECT order_id, ruleset_id FROM decisions ORDER BY order_id")
    world.write("rules.toml", RULES.replace('["east", "west"]', '["west", "east"]'))

    with world.context() as ctx:
        from orderctl.steps import by_hand

        by_hand.reroute(ctx, "2")
    assert 0 == world.orderctl("run").code

    assert [("WEB-1-1", "east")] == world.rows(
        "SELECT reference, location FROM shipments WHERE state = 'dispatched' AND order_id = 1"
    )
    assert [("WEB-2-2", "west")] == world.rows(
        "SELECT reference, location FROM shipments WHERE state = 'dispatched' AND order_id = 2"
    )
    assert rulesets == world.rows("SELECT order_id, ruleset_id FROM decisions WHERE sequence = 1 ORDER BY order_id")
    assert rulesets[1] not in world.rows("SELECT order_id, ruleset_id FROM decisions WHERE sequence = 2")
    world.sound()


@pytest.mark.parametrize("point", ["route.basis.commit", "route.apply.commit", "route.apply.committed"])
def test_killed_while_routing_each_order_is_routed_wholly_or_not_at_all(tmp_path, point):
    """R08."""
    world = a_world(tmp_path)
    world.orders("web", *(an_order_row(str(number), "MUG", "LAMP") for number in range(5)))

    assert -9 == world.orderctl("run", before=killed_at(point)).code
    world.sound()
    decided = world.one("SELECT count(*) FROM decisions")
    assert decided == (5 if point.endswith("committed") else 0)
    assert (
        decided == world.one("SELECT count(DISTINCT order_id) FROM reservations JOIN shipments USING (shipment_id)")
        or decided == 5
    )

    assert 0 == world.orderctl("run").code
    assert 5 == world.one("SELECT count(*) FROM decisions")
    world.sound()
