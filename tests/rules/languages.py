"""Random rules files and random facts that often meet, for tests that compare two ways to the same answer."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import strategies as st

from orderctl.core.orders import Address, Customer, Line, Order
from orderctl.core.places import ChannelFacts, Location, Places
from orderctl.core.stock import Sku
from orderctl.rules.facts import Facts, ShipmentFacts
from orderctl.rules.known import Known

PLACES = Places(
    currency="USD",
    timezone="America/New_York",
    channels={name: ChannelFacts(name, kind, name[:2].upper()) for name, kind in (("web", "file"), ("ebay", "ebay"))},
    locations={name: Location(name, country="US") for name in ("east", "west")},
    rates={"EUR": "1.1", "JPY": "0.0067"},
)
KNOWN = Known.from_places(PLACES)

OF_ORDER = (
    *('"channel" = "web"', '"channel" = "e*"', '"channel_type" = ["file", "ebay"]', '"risk" = ["low", "high"]'),
    *('"total" = ">= 20"', '"total" = "10..20"', '"total" = ["< 5 EUR", "> 30 EUR"]', '"total" = "< 2000 JPY"'),
    *('"ship_to.country" = "US"', '"ship_to.region" = "@west"', '"ship_to.postcode" = "90000..96699"'),
    *('"ship_to.postcode" = ["9*", "10001"]', '"ship_to.city" = "*or*"', '"ship_to.kind" = "po_box"'),
    *(
        '"customer.orders" = 0',
        '"customer.spent" = ">= 15"',
        '"customer.email" = "*@B.example"',
        '"first_order" = true',
    ),
    *('"tags" = "vip"', '"tags" = ["gift", "v?p"]', '"has" = "note"', '"lacks" = ["phone", "weight"]'),
    *('"age" = "< 2 h"', '"ship_by" = "< 12 h"', '"now.weekday" = "mon..fri"', '"placed.time" = "22:00..06:00"'),
    *('"line_count" = ">= 2"', '"attributes.size" = "*"', '"billing_matches_shipping" = false', '"attempts" = 0'),
    *('"now.date" = "2026-11-01..2026-11-21"', '"unit_count" = "2..4"', '"cancel_requested" = true'),
)
OF_LINE = (
    *('sku" = ["MUG", "LAMP-*"]', 'sku" = "*-RED"', 'tags" = "hazmat"', 'quantity" = ">= 2"', 'weight" = "< 1 kg"'),
    *('category" = "toys"', 'hazmat" = true', 'value" = ">= 15"', 'kit" = false', 'stock" = "nowhere"'),
    *('price" = "10 EUR"', 'title" = "a*b"', 'requires_shipping" = true'),
)
OF_SHIPMENT = (
    *('"shipment.weight" = "< 0.5"', '"shipment.value" = ">= 15"', '"shipment.tags" = "hazmat"'),
    *('"shipment.location" = "east"', '"shipment.units" = 2', '"shipment.international" = true'),
)
_EVERY_LINE = tuple(f'"{quantifier}.{rest}' for quantifier in ("line", "all_lines", "no_line") for rest in OF_LINE)
_THEN = {
    "hold": 'then.add_tags = "seen"',
    "location": 'then.ship_from = "east"',
    "service": 'then.duties = "ddp"',
    "enhance": 'then.add_tags = "seen"',
}


def _conditions(stage: str) -> st.SearchStrategy[str]:
    plain = st.sampled_from(OF_ORDER)
    found = plain | st.sampled_from(_EVERY_LINE)
    return found | st.sampled_from(OF_SHIPMENT) if stage in {"service", "enhance"} else found


def _block(stage: str, smallest: int) -> st.SearchStrategy[str]:
    names = st.lists(_conditions(stage), min_size=smallest, max_size=3, unique_by=lambda text: text.split(" = ")[0])
    return names.map(", ".join)


def _rule(stage: str) -> st.SearchStrategy[str]:
    def written(when: str, any_: list[str], unless: str, unless_any: list[str]) -> str:
        rows = [f"[[{stage}]]", 'name = "NAME"', _THEN[stage]]
        for key, plain, blocks in (("when", when, any_), ("unless", unless, unless_any)):
            parts = [plain] if plain else []
            if blocks:
                parts.append(f"any = [{', '.join(f'{{ {block} }}' for block in blocks)}]")
            if parts:
                rows.append(f"{key} = {{ {', '.join(parts)} }}")
        return "\n".join(rows)

    return st.builds(
        written,
        _block(stage, 0),
        st.lists(_block(stage, 1), max_size=2),
        st.just("") | _block(stage, 1),
        st.just([]) | st.lists(_block(stage, 1), max_size=1),
    )


def rule_files(stage: str) -> st.SearchStrategy[str]:
    """The text of a rules file with some rules of one stage."""

    def written(rules: list[str]) -> str:
        head = 'version = 1\ncurrency = "USD"\ntimezone = "America/New_York"\n[lists]\nwest = ["CA", "o?"]\n'
        return head + "\n".join(rule.replace("NAME", f"rule {index}") for index, rule in enumerate(rules))

    return st.lists(_rule(stage), min_size=1, max_size=8).map(written)


_maybe = st.sampled_from
_lines = st.builds(
    Line,
    id=st.just("1"),
    sku=_maybe(["MUG", "mug", "LAMP-OAK", "TEE-RED"]),
    quantity=st.integers(0, 3),
    amount_minor=_maybe([0, 1000, 1100, 3000]),
    title=_maybe(["", "a b", "A big B"]),
    weight_g=_maybe([None, 0, 999, 1000]),
    requires_shipping=st.booleans(),
    tags=_maybe([(), ("Hazmat",), ("x", "y")]),
)
_addresses = st.builds(
    Address,
    line1=_maybe(["1 Main St", "PO Box 7"]),
    city=_maybe(["", "New York", "Portland"]),
    region=_maybe(["", "CA", "or", "NY"]),
    postcode=_maybe(["", "90000", "96699-1234", "10001", "9 0 1", "sw1a 1aa"]),
    country=_maybe(["", "US", "DE"]),
)
_skus = st.builds(
    Sku,
    sku=st.just("any"),
    weight_g=_maybe([None, 500]),
    category=_maybe(["", "Toys"]),
    hazmat=st.booleans(),
    components=_maybe([{}, {"MUG": 2}]),
)


def _numbered(lines: list[Line]) -> tuple[Line, ...]:
    return tuple(replace(line, id=str(index)) for index, line in enumerate(lines))


_orders = st.builds(
    Order,
    channel=_maybe(["web", "ebay", "gone"]),
    channel_order_id=st.just("1"),
    number=st.just("1"),
    placed_at=_maybe(["2026-11-20T14:30:00Z", "2026-11-20T03:00:00Z"]),
    updated_at=st.just("2026-11-20T14:30:00Z"),
    currency=_maybe(["USD", "EUR", "JPY", "GBP"]),
    lines=st.lists(_lines, max_size=3).map(_numbered),
    ship_to=st.none() | _addresses,
    bill_to=st.none() | _addresses,
    customer=st.builds(
        Customer,
        email=_maybe(["", "ana@b.example", "bo@c.example"]),
        orders=_maybe([None, 0, 3]),
        spent_minor=_maybe([None, 1000, 9900]),
    ),
    total_minor=_maybe([0, 499, 1000, 1999, 2000, 3001, 400000]),
    risk=_maybe(["", "low", "high"]),
    ship_by=_maybe(["", "2026-11-20T16:00:00Z", "2026-12-01T00:00:00Z"]),
    tags=_maybe([(), ("VIP",), ("gift", "x")]),
    note=_maybe(["", "hello"]),
    cancel_requested=st.booleans(),
    attributes=_maybe([{}, {"size": "L"}]),
)


@st.composite
def facts(draw: Any) -> Facts:
    """Facts whose values the conditions of `rule_files` are about; many are missing."""
    order = draw(_orders)
    units = {line.id: draw(st.integers(0, 2)) for line in order.lines}
    return Facts(
        order=order,
        now="2026-11-20T15:00:00Z",
        places=PLACES,
        stock=draw(_maybe([{}, {"east": {"MUG": 1}}, {"east": {"MUG": 3}, "west": {"LAMP-OAK": 1}}])),
        open_units={line: open_ for line, open_ in units.items() if open_},
        skus={line.sku: replace(draw(_skus), sku=line.sku) for line in order.lines},
        attempts=draw(st.integers(0, 1)),
        derived=draw(_maybe([{}, {}, {"first_order": False}, {"money_mismatch": True}])),
        extra_tags=draw(_maybe([(), ("gift",)])),
    )


shipments = st.builds(
    ShipmentFacts,
    location=_maybe(["east", "west"]),
    weight_g=_maybe([0, 499, 500]),
    value_minor=_maybe([0, 1499, 1500]),
    units=st.integers(1, 3),
    tags=_maybe([(), ("hazmat",)]),
    international=st.booleans(),
)
