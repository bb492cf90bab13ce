"""Each rule left out: what it did is known from deciding once more without it, and only where it took part."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from orderctl.core.orders import Order
from orderctl.rules import engine
from orderctl.rules.facts import Facts
from orderctl.rules.leave_out import LeaveOut, Without, by_cost
from orderctl.rules.outcomes import Coins, differences
from tests.builders import a_line, an_order
from tests.rules.deciding import ready, some_facts, some_places

SERVICES = '[[service]]\nname = "ground"\nthen.service = "ups:ground"\n'
NEAR = '[[location]]\nname = "near"\nthen.ship_from = ["east", "west"]\nthen.if_short = "backorder"\n'
AIR = '[[service]]\nname = "air"\nwhen.tags = "vip"\nthen.service = "ups:air"\n'


def left_out(rules: str, *orders: Facts) -> dict[str, Without]:
    found = LeaveOut("USD")
    compiled = ready(rules, some_places())
    for facts in orders:
        found.add(facts, compiled, engine.decide(facts, compiled))
    return found.found


def facts(*lines: Any, stock: dict[str, dict[str, int]] | None = None, **changes: Any) -> Facts:
    order: Order = an_order(*(lines or (a_line(),)), **changes)
    return some_facts(order, stock or {"east": {"MUG": 9, "LAMP": 9}, "west": {"MUG": 9}}, some_places())


def test_a_dear_service_costs_what_would_be_saved_without_it():
    found = left_out(NEAR + AIR + SERVICES, facts(tags=("vip",)), facts())

    air = found["service/air"]
    assert (1, 1, 1, -2000) == (air.orders, air.changed, air.priced, air.cost_change_minor)
    assert "service/air" == by_cost(found)[0].rule.id


def test_without_the_only_rule_orders_are_held_as_unrouted():
    near = left_out(NEAR + SERVICES, facts(), facts())["location/near"]

    assert (2, 2, 2, 2, 0) == (near.orders, near.changed, near.held, near.unrouted, near.priced)


def test_without_a_hold_its_orders_go():
    hold = '[[hold]]\nname = "vip"\nwhen.tags = "vip"\nthen.hold = "vip"\n'
    found = left_out(hold + NEAR + SERVICES, facts(tags=("vip",)), facts())

    assert (1, 1, 1, 0) == (
        found["hold/vip"].orders,
        found["hold/vip"].changed,
        found["hold/vip"].let_go,
        found["hold/vip"].priced,
    )


def test_a_rule_that_ships_more_is_not_called_dear():
    """Without it less is shipped, which is cheaper and no saving."""
    far = '[[location]]\nname = "lamps"\nwhen.line.sku = "LAMP"\nthen.ship_from = ["north"]\n'
    stock = {"east": {"MUG": 1}, "north": {"LAMP": 1}}
    found = left_out(far + NEAR + SERVICES, facts(a_line("MUG"), a_line("LAMP"), stock=stock))

    lamps = found["location/lamps"]
    assert (1, 0, 2) == (lamps.changed, lamps.priced, lamps.short)


def test_a_rule_that_changes_nothing_took_part_all_the_same():
    twice = '[[enhance]]\nname = "NAME"\nthen.signature = "direct"\n'
    found = left_out(NEAR + SERVICES + twice.replace("NAME", "a") + twice.replace("NAME", "b"), facts())

    assert [(1, 0), (1, 0)] == [(found[name].orders, found[name].changed) for name in ("enhance/a", "enhance/b")]


def test_a_rule_asked_before_a_hold_is_left_out_though_the_plan_does_not_name_it():
    """The lamp's rule holds the order; without the mug's rule it would be held because the mug has none."""
    rules = (
        '[[location]]\nname = "mugs"\nwhen.line.sku = "MUG"\nthen.ship_from = ["east"]\n'
        '[[location]]\nname = "lamps"\nwhen.line.sku = "LAMP"\nthen.ship_from = ["east"]\nthen.if_short = "hold:x"\n'
    )

    found = left_out(rules, facts(a_line("MUG"), a_line("LAMP"), stock={"east": {"MUG": 1}}))

    assert {"location/mugs": 1, "location/lamps": 1} == {name: one.changed for name, one in found.items()}
    assert (0, 0) == (found["location/mugs"].held, found["location/mugs"].unrouted)


_WHENS = ("", 'when.line.sku = "MUG"', 'when.line.sku = "LAMP"', 'when.tags = "vip"', 'when.tags = "seen"')
_SHORT = ("next_rule", "backorder", "hold:later", "cancel", "exception")


@st.composite
def rule_files(draw: Any) -> str:
    """Rules of every stage that hold, pass on, add tags for one another, and hide each other."""
    when = st.sampled_from(_WHENS)
    text = ""
    for at in range(draw(st.integers(0, 2))):
        then = draw(st.sampled_from(('then.add_tags = ["seen"]', 'then.hold = "x"', 'then.add_tags = ["vip"]')))
        text += f'[[hold]]\nname = "{at}"\n{draw(when)}\n{then}\n'
    for at in range(draw(st.integers(1, 4))):
        places = ", ".join(
            f'"{name}"' for name in draw(st.permutations(["east", "west", "north"]))[: draw(st.integers(1, 2))]
        )
        text += f'[[location]]\nname = "{at}"\n{draw(when)}\nthen.ship_from = [{places}]\n'
        text += f'then.if_short = "{draw(st.sampled_from(_SHORT))}"\n'
        text += draw(st.sampled_from(("", "then.split.allow = true\n", 'mode = "observe"\n')))
    for at in range(draw(st.integers(0, 2))):
        service = draw(st.sampled_from(("ups:ground", "ups:air")))
        text += f'[[service]]\nname = "{at}"\n{draw(when)}\nthen.service = "{service}"\n'
    for at in range(draw(st.integers(0, 2))):
        then = draw(st.sampled_from(('then.signature = "direct"', 'then.signature = "adult"', 'then.note = "hi"')))
        text += f'[[enhance]]\nname = "{at}"\n{draw(when)}\n{then}\n'
    return text


_STOCK = st.dictionaries(
    st.sampled_from(["east", "west", "north"]),
    st.dictionaries(st.sampled_from(["MUG", "LAMP"]), st.integers(1, 2)),
)
_LINES = st.lists(st.builds(a_line, st.sampled_from(["MUG", "LAMP"]), st.integers(1, 2)), min_size=1, max_size=3)


@settings(max_examples=150, deadline=None)
@given(rule_files(), _LINES, _STOCK, st.sampled_from([(), ("vip",)]))
def test_what_took_no_part_changes_nothing(rules: str, lines: list[Any], stock: Any, tags: tuple[str, ...]):
    """Every rule is left out here, whether it took part or not."""
    numbered = [replace(line, id=str(at)) for at, line in enumerate(lines)]
    about = facts(*numbered, stock=stock, tags=tags)
    compiled = ready(rules, some_places())
    plan = engine.decide(about, compiled)
    coins = Coins("USD", "USD")
    changing = set()
    for stage, some in compiled.ruleset.stages.items():
        for rule in some:
            stages = {**compiled.ruleset.stages, stage: tuple(one for one in some if one is not rule)}
            other = engine.prepare(replace(compiled.ruleset, stages=stages), compiled.places)
            if differences(plan, engine.decide(about, other), coins):
                changing.add(rule.id)

    assert changing == {name for name, one in left_out(rules, about).items() if one.changed}
