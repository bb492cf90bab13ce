"""A world so small that all its orders can be tried: what the checker proves is compared with trying.

The values of each field are one of every class that the conditions on it tell apart, so that trying them all is trying
all orders there could be.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from hypothesis import strategies as st

from orderctl.core.orders import Address, Customer, Line, Order
from orderctl.core.places import ChannelFacts, Location, Places
from orderctl.core.stock import Sku
from orderctl.rules import interpret
from orderctl.rules.facts import Facts, ShipmentFacts
from orderctl.rules.interpret import Subject
from orderctl.rules.known import Known
from orderctl.rules.load import load
from orderctl.rules.model import Rule, RuleSet
from orderctl.rules.witness import PLENTY

PLACES = Places(
    currency="USD",
    channels={name: ChannelFacts(name, kind, name.upper()) for name, kind in (("web", "file"), ("ebay", "ebay"))},
    locations={name: Location(name, country="US") for name in ("east", "west")},
)
HEAD = 'version = 1\ncurrency = "USD"\n[lists]\nwest = ["CA", "OR"]\n'

#: A total in a currency that nobody knows a rate for: no condition in dollars is true or false of it.
ABROAD = -1
#: Field -> the conditions on it, and values of every class that they make.
FIELDS: Mapping[str, tuple[Sequence[str], Sequence[Any]]] = {
    "channel": (('"web"', '"e*"'), ("web", "ebay")),
    "channel_type": (('"ebay"', '["file", "ebay"]'), ()),  # follows from the channel
    "ship_to.country": (('"US"', '["US", "DE"]', '"DE"'), ("US", "DE", "FR")),
    "ship_to.region": (('"ca"', '"@west"', '"*"', '"c*"', '"?r"'), ("", "CA", "OR", "Cxx", "Cr", "Xr", "xx")),
    "ship_to.postcode": (('"900..950"', '"9*"', '"9?1"', '"901"'), ("", "899", "900", "901", "911", "951", "961", "9")),
    "total": (('">= 50"', '"< 50"', '"50..100"', "100"), (4999, 5000, 10000, 10001)),
    "tags": (('"vip"', '["vip", "gift"]', '"g*"'), [*itertools.product((0, 1), repeat=3)]),
    "risk": (('"high"', '["low", "high"]', '["low", "medium", "high"]'), ("", "low", "medium", "high")),
    "customer.orders": (("0", '">= 1"', '"< 3"'), (None, 0, 1, 3)),
    "first_order": (("true", "false"), ()),  # follows from customer.orders
    "line.sku": (('"MUG"', '"LAMP-*"', '"*-OAK"', '["MUG", "LAMP-*"]'), ("MUG", "LAMP-1", "LAMP-OAK", "X-OAK", "X")),
    "line.quantity": (('">= 2"', "1"), (1, 2)),
    "line.tags": (('"hazmat"',), ((), ("hazmat",))),
    "line.hazmat": (("true", "false"), ()),  # follows from line.tags
}
_FOLLOWS = {"channel_type": "channel", "first_order": "customer.orders", "line.hazmat": "line.tags"}
_TAGS = ("vip", "gift", "gx")
SHIPMENT = ShipmentFacts("east", 100, 2000, 1)


class World:
    """Some rules of one stage, and every order that they can tell apart. Shown by its rules."""

    def __init__(self, rules: RuleSet, stage: str, about: Sequence[Subject]) -> None:
        self.ruleset = rules
        self.stage = stage
        self.subjects = about

    def __repr__(self) -> str:
        return self.ruleset.text

    @property
    def rules(self) -> tuple[Rule, ...]:
        return self.ruleset.stages[self.stage]

    def taken(self) -> list[list[bool]]:
        """Per order whether each rule applies to it."""
        return [[interpret.applies(rule, about) for rule in self.rules] for about in self.subjects]


def ruleset(text: str, places: Places = PLACES) -> RuleSet:
    return load(HEAD + text, "rules.toml", Known.from_places(places))


@st.composite
def worlds(draw: Any, stage: str, *, mode: bool = True, abroad: bool = False) -> World:
    """A few rules of a stage on three or four fields, and all orders; those in foreign currencies only if `abroad`.

    Fields of lines only in [[location]], where one line is asked; elsewhere rules may ask for several lines at once.
    """
    known = sorted(name for name in FIELDS if stage == "location" or not name.startswith("line."))
    names = draw(st.lists(st.sampled_from(known), min_size=3, max_size=4, unique=True))
    rules = draw(st.lists(_rules(stage, names, mode=mode), min_size=2, max_size=6))
    text = "\n".join(rule.replace("NAME", f"rule {at}") for at, rule in enumerate(rules))
    return World(ruleset(text), stage, subjects(names, stage, abroad=abroad))


def subjects(names: Sequence[str], stage: str, *, abroad: bool = False) -> list[Subject]:
    """Every order with any values of these fields, all others usual."""
    fields = sorted({_FOLLOWS.get(name, name) for name in names})
    found = []
    more = {"total": [ABROAD]} if abroad else {}
    for values in itertools.product(*([*FIELDS[name][1], *more.get(name, ())] for name in fields)):
        facts = facts_of(dict(zip(fields, values, strict=True)))
        line = facts.order.lines[0] if stage == "location" else None
        shipment = SHIPMENT if stage in {"service", "enhance"} else None
        found.append(interpret.subject(facts, stage, "UTC", line=line, shipment=shipment))
    return found


def facts_of(values: Mapping[str, Any]) -> Facts:
    """The facts of an order of one line with these values."""
    line = Line(
        id="1",
        sku=values.get("line.sku", "MUG"),
        quantity=values.get("line.quantity", 1),
        amount_minor=2000,
        weight_g=100,
        tags=values.get("line.tags", ()),
    )
    order = Order(
        channel=values.get("channel", "web"),
        channel_order_id="1",
        number="1",
        placed_at="2026-03-03T14:00:00Z",
        updated_at="2026-03-03T14:00:00Z",
        currency="GBP" if values.get("total") == ABROAD else "USD",
        lines=(line,),
        ship_to=Address(
            name="Ana",
            line1="1 Main St",
            city="Town",
            country=values.get("ship_to.country", "US"),
            region=values.get("ship_to.region", ""),
            postcode=values.get("ship_to.postcode", ""),
        ),
        customer=Customer(orders=values.get("customer.orders")),
        total_minor=values.get("total", 5000),
        risk=values.get("risk", ""),
        tags=tuple(tag for tag, there in zip(_TAGS, values.get("tags", (0, 0, 0)), strict=True) if there),
    )
    return Facts(
        order=order,
        now="2026-03-03T15:00:00Z",
        places=PLACES,
        stock={name: {line.sku: PLENTY} for name in PLACES.locations},
        open_units={"1": line.quantity},
        skus={line.sku: Sku(line.sku)},
    )


def with_lines(about: Subject, lines: Sequence[Line]) -> Subject:
    """The same order with other lines; the first is the one that a location rule is asked about."""
    numbered = tuple(replace(line, id=str(at)) for at, line in enumerate(lines))
    facts = replace(
        about.facts,
        order=replace(about.facts.order, lines=numbered),
        open_units={line.id: line.quantity for line in numbered},
        skus={line.sku: Sku(line.sku) for line in numbered},
    )
    return replace(about, facts=facts, line=numbered[0] if about.stage == "location" else None)


def _rules(stage: str, names: Sequence[str], *, mode: bool) -> st.SearchStrategy[str]:
    conditions = st.sampled_from([(name, text) for name in names for text in FIELDS[name][0]])
    block = st.lists(conditions, min_size=1, max_size=3, unique_by=lambda one: one[0]).map(
        lambda found: ", ".join(f'"{name}" = {text}' for name, text in found)
    )
    part = st.tuples(st.just("") | block, st.just([]) | st.lists(block, min_size=1, max_size=2))

    def written(when: tuple[str, list[str]], unless: tuple[str, list[str]], then: str, more: str) -> str:
        rows = [f"[[{stage}]]", 'name = "NAME"', then, more if mode else ""]
        for key, (plain, blocks) in (("when", when), ("unless", unless)):
            parts = [plain] if plain else []
            parts += [f"any = [{', '.join(f'{{ {one} }}' for one in blocks)}]"] if blocks else []
            rows += [f"{key} = {{ {', '.join(parts)} }}"] if parts else []
        return "\n".join(rows)

    return st.builds(
        written, part, st.just(("", [])) | part, st.sampled_from(_THEN[stage]), st.sampled_from(_MORE[stage])
    )


_THEN = {
    "hold": ('then.hold = "a"', 'then.add_tags = ["x"]', 'then.add_tags = ["x", "y"]', 'then.assign = "bo"'),
    "location": ('then.ship_from = "east"', 'then.ship_from = "west"'),
    "service": ('then.duties = "ddp"', 'then.duties = "ddu"'),
    "enhance": (
        *(
            'then.add_tags = ["x"]',
            'then.add_tags = ["x", "y"]',
            'then.signature = "direct"',
            'then.signature = "adult"',
        ),
        *('then.assign = "bo"', 'then.assign = "al"', "then.insure = 5", 'then.priority = "high"', 'then.note = "n"'),
    ),
}
_MORE = {
    "hold": ("", "", 'mode = "observe"', 'then.note = "n"'),
    "location": ("", "", "", 'then.if_short = "next_rule"', 'mode = "observe"'),
    "service": ("", "", "", 'mode = "observe"'),
    "enhance": ("", "", "then.hide_prices = true", 'mode = "observe"'),
}
