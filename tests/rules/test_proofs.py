"""What is proven about rules is what trying every order shows; what is not proven has an order that shows it."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orderctl.core.orders import Line
from orderctl.rules import interpret
from orderctl.rules.contradictions import contradiction
from orderctl.rules.load import load
from orderctl.rules.model import Rule
from orderctl.rules.moments import at_some_moment
from orderctl.rules.proofs import MOST_WORK, Proof, Prover
from tests.rules import languages
from tests.rules.small_world import PLACES, World, ruleset, with_lines, worlds

STRONG = settings(max_examples=200, deadline=None)
FIRST_MATCH = ("location", "service")


def prover(world: World) -> Prover:
    return Prover(world.ruleset, PLACES)


def hidden(world: World, proves: Prover, at: int, applies: list[bool]) -> bool:
    return any(applies[above] for above in range(at) if proves.hides(world.rules[above]))


@given(st.data(), st.sampled_from(("hold", "location", "service", "enhance")))
@STRONG
def test_a_contradiction_is_proven_exactly_when_no_order_is_taken(data: st.DataObject, stage: str):
    world = data.draw(worlds(stage, abroad=True))
    taken = world.taken()
    proves = prover(world)
    for at, rule in enumerate(world.rules):
        part, proof = contradiction(proves, rule)

        assert (not any(applies[at] for applies in taken)) == proof.holds
        if part == "when":
            assert not any(interpret.block(rule.when, about) and _any(rule, about) for about in world.subjects)


def _any(rule: Rule, about: interpret.Subject) -> bool:
    return not rule.any or any(interpret.block(block, about) is True for block in rule.any)


@given(st.data(), st.sampled_from(FIRST_MATCH))
@STRONG
def test_a_rule_is_unreachable_exactly_when_every_order_it_takes_is_taken_above(data: st.DataObject, stage: str):
    world = data.draw(worlds(stage))
    taken = world.taken()
    proves = prover(world)
    for at, rule in enumerate(world.rules):
        proof = proves.unreachable(rule)

        assert (not any(applies[at] and not hidden(world, proves, at, applies) for applies in taken)) == proof.holds
        if proof.holds:
            named = [world.rules.index(one) for one in proof.by]
            assert all(any(applies[above] for above in named) for applies in taken if applies[at])


@given(st.data(), st.sampled_from(FIRST_MATCH))
@STRONG
def test_a_rule_is_redundant_exactly_when_those_below_do_the_same(data: st.DataObject, stage: str):
    world = data.draw(worlds(stage))
    taken = world.taken()
    proves = prover(world)
    for at, rule in enumerate(world.rules):
        if rule.observe or not _whole(rule):
            continue
        rest = [
            next((world.rules[below] for below in _below(world, at) if applies[below]), None)
            for applies in taken
            if applies[at] and not hidden(world, proves, at, applies)
        ]
        same = bool(rest) and all(one is not None and one.then == rule.then and _whole(one) for one in rest)

        assert not rest or same == (proves.redundant(rule).holds is True)


def _whole(rule: Rule) -> bool:
    blocks = (rule.when, rule.unless, *rule.any, *rule.unless_any)
    return rule.stage != "location" or not any(one.field.startswith("line.") for block in blocks for one in block)


def _below(world: World, at: int) -> list[int]:
    return [below for below in range(at + 1, len(world.rules)) if not world.rules[below].observe]


LINES = tuple(
    Line("1", sku, quantity, 1000, weight_g=100, tags=tags)
    for sku in ("MUG", "LAMP-OAK", "X")
    for quantity in (1, 2)
    for tags in ((), ("hazmat",))
)
_QUANTIFIED = '"{}.sku" = "MUG"|"{}.sku" = "LAMP-*"|"{}.quantity" = ">= 2"|"{}.hazmat" = true|"{}.tags" = "hazmat"'


@st.composite
def quantified(draw: st.DrawFn, stage: str) -> World:
    """Rules that ask about some, all and no lines, and orders of several lines."""
    names = ("line", "all_lines", "no_line")
    conditions = st.sampled_from([text.format(name) for name in names for text in _QUANTIFIED.split("|")])
    plain = st.sampled_from(['"channel" = "web"', '"tags" = "vip"'])
    block = st.lists(conditions | plain, min_size=1, max_size=3, unique_by=lambda text: text.split(" = ")[0])
    then = {"hold": 'then.hold = "a"', "location": 'then.ship_from = "east"', "service": 'then.duties = "ddp"'}[stage]
    rows = []
    for at in range(draw(st.integers(2, 5))):
        rows.append(f'[[{stage}]]\nname = "rule {at}"\n{then}\nwhen = {{ {", ".join(draw(block))} }}')
        if draw(st.booleans()):
            rows.append(f"unless = {{ any = [{{ {', '.join(draw(block))} }}] }}")
        if draw(st.booleans()):
            rows.append(f'[[{stage}]]\nname = "more {at}"\n{then}\nunless = {{ {", ".join(draw(block))} }}')
    about = draw(worlds(stage)).subjects
    lines = st.lists(st.sampled_from(LINES), min_size=1, max_size=3)
    orders = draw(st.lists(st.tuples(st.sampled_from(about), lines), min_size=30, max_size=60))
    return World(ruleset("\n".join(rows)), stage, [with_lines(one, found) for one, found in orders])


@given(st.data(), st.sampled_from(("hold", "location", "service")))
@settings(max_examples=120, deadline=None)
def test_conditions_on_some_all_and_no_lines_are_decided(data: st.DataObject, stage: str):
    world = data.draw(quantified(stage))
    taken = world.taken()
    proves = prover(world)
    for at, rule in enumerate(world.rules):
        _, proof = contradiction(proves, rule)

        assert not (proof.holds and any(applies[at] for applies in taken))
        if stage == "hold":
            continue
        dead = proves.unreachable(rule)
        assert dead.holds is not None
        assert not (dead.holds and any(applies[at] and not hidden(world, proves, at, applies) for applies in taken))
        if dead.case:
            assert proves.applies(rule, dead.case)


@given(st.data(), st.sampled_from(FIRST_MATCH))
@settings(max_examples=80, deadline=None)
def test_a_rule_said_to_be_alive_comes_with_an_order_that_reaches_it(data: st.DataObject, stage: str):
    rules = load(data.draw(languages.rule_files(stage)), "rules.toml", languages.KNOWN)
    found = Prover(rules, languages.PLACES)
    for rule in found.rules(stage):
        proof = found.unreachable(rule)
        if proof.holds is False:
            assert proof.case is not None
            assert found.applies(at_some_moment(rule), proof.case)


# --- by hand


def one_by_one(text: str) -> dict[str, Proof]:
    found = Prover(ruleset(text), PLACES)
    return {rule.name: found.unreachable(rule) for stage in FIRST_MATCH for rule in found.rules(stage)}


def a_rule(name: str, *rows: str, then: str = 'ship_from = "east"') -> str:
    return "\n".join(("[[location]]", f'name = "{name}"', f"then.{then}", *rows)) + "\n"


def test_two_rules_together_hide_a_third_that_neither_hides_alone():
    found = one_by_one(
        a_rule("cheap", 'when.total = "< 100"')
        + a_rule("aside", 'when.tags = "vip"')
        + a_rule("dear", 'when.total = ">= 100"')
        + a_rule("lost", 'when.ship_to.country = "US"')
    )

    assert (True, ["cheap", "dear"]) == (found["lost"].holds, [rule.name for rule in found["lost"].by])
    assert found["dear"].holds is False


def test_what_may_be_missing_is_left_by_rules_on_all_its_values():
    found = one_by_one(a_rule("some", 'when.ship_to.region = "*"') + a_rule("rest", 'when.ship_to.country = "US"'))

    assert found["rest"].holds is False


def test_a_rule_that_passes_on_what_it_lacks_hides_nothing():
    found = one_by_one(a_rule("first", 'then.if_short = "next_rule"') + a_rule("second"))

    assert found["second"].holds is False


def test_a_rule_that_only_observes_hides_nothing():
    assert one_by_one(a_rule("first", 'mode = "observe"') + a_rule("second"))["second"].holds is False


def test_orders_that_a_hold_rule_rejects_never_get_to_a_location():
    reject = '[[hold]]\nname = "embargo"\nwhen.ship_to.country = "FR"\nthen.reject = "no"\n'
    proof = one_by_one(reject + a_rule("france", 'when.ship_to.country = "FR"'))["france"]

    assert (True, ["embargo"]) == (proof.holds, [rule.name for rule in proof.by])


def test_orders_that_a_hold_rule_holds_may_be_released():
    hold = '[[hold]]\nname = "wait"\nwhen.ship_to.country = "FR"\nthen.hold = "a"\n'

    assert one_by_one(hold + a_rule("france", 'when.ship_to.country = "FR"'))["france"].holds is False


def test_tags_that_hold_rules_give_are_known_to_later_stages_only():
    hold = '[[hold]]\nname = "mark"\nwhen.total = ">= 100"\nunless.tags = "big"\nthen.add_tags = ["big"]\n'

    assert one_by_one(hold + a_rule("big", 'when.tags = "big"') + a_rule("rest"))["big"].holds is False


def test_what_depends_on_the_moment_is_left_undecided_and_named():
    found = one_by_one(
        a_rule("new", 'when.age = "< 1 h"') + a_rule("old", 'when.age = ">= 1 h"') + a_rule("lost", "when.total = 3")
    )

    assert (None, ("age",)) == (found["lost"].holds, found["lost"].fields)
    assert found["old"].holds is False


def test_a_rule_for_some_moment_is_dead_when_others_take_all_its_orders_at_every_moment():
    found = one_by_one(a_rule("all") + a_rule("late", 'when.age = "> 1 h"'))

    assert (True, ()) == (found["late"].holds, found["late"].fields)


def test_orders_in_a_currency_without_a_rate_are_left_aside_and_that_is_said():
    proof = one_by_one(a_rule("a", 'when.total = "< 9"') + a_rule("b", 'when.total = ">= 9"') + a_rule("c"))["c"]

    assert (True, True) == (proof.holds, proof.aside)


def test_a_channels_type_and_its_name_exclude_each_other():
    found = Prover(ruleset(a_rule("x", 'when.channel = "web"', 'when.channel_type = "ebay"')), PLACES)

    assert contradiction(found, found.rules("location")[0])[1].holds


def test_patterns_too_many_to_combine_are_undecided_not_guessed():
    patterns = [f'"*{"".join(word)}*"' for word in zip("abcdefghijklmn", "nmlkjihgfedcba", strict=True)]
    rules = "".join(a_rule(f"r{at}", f"when.line.title = {text}") for at, text in enumerate(patterns))

    found = one_by_one(rules + a_rule("all") + a_rule("lost", 'when.line.title = "*ab*"'))

    assert found["lost"].holds is True
    assert found["r5"].holds is None


@pytest.mark.parametrize("size", [30, 300])
def test_proofs_for_many_rules_take_little_work(size: int):
    """Counted work stands for time: 300 rules over six fields stay far below what is allowed for one file."""
    rows = []
    for at in range(size):
        fields = [
            f'when.ship_to.country = ["{("US", "DE", "FR", "CA")[at % 4]}"]',
            f'when.ship_to.region = "R{at % 17}"',
            f'when.total = ">= {at % 23}"',
            f'when.line.sku = "P{at % 29}-*"',
            f'when.tags = "t{at % 7}"',
            f'when.risk = "{("low", "medium", "high")[at % 3]}"',
        ]
        rows.append(a_rule(f"r{at}", *(field for number, field in enumerate(fields) if (at >> number) % 3)))
    found = Prover(ruleset("".join(rows) + a_rule("all")), PLACES)
    proofs = [found.unreachable(rule) for rule in found.rules("location")]

    assert all(proof.holds is not None for proof in proofs)
    assert MOST_WORK - found.work.left < MOST_WORK / 10
