"""What a rule test proves: each expectation can hold, and can fail in words a person understands."""

from __future__ import annotations

from dataclasses import replace

import pytest

from orderctl.core.places import ChannelFacts, Location
from orderctl.rules import testfile
from orderctl.rules.known import Known
from orderctl.rules.load import load
from orderctl.rules.testrun import Result, Runner
from tests.rules.deciding import EAST, NORTH, WEST, some_places

PLACES = some_places(
    replace(EAST, capacity=10),
    WEST,
    NORTH,
    Location("acme", kind="supplier", stock="unlimited"),
    channels={"web": ChannelFacts("web", "file", "WEB")},
)
RULES = """
version = 1
currency = "USD"

[[hold]]
name = "unpaid"
when.payment = "pending"
then.hold = "payment"
then.assign = "maria"
then.add_tags = ["unpaid"]

[[hold]]
name = "embargo"
when.ship_to.country = "IR"
then.reject = "not there"

[[location]]
name = "made to order"
when.line.sku = "RING*"
then.ship_from = ["acme"]
then.failover_to = ["east"]
then.if_short = "cancel"

[[location]]
name = "everything"
then.ship_from = ["east", "west"]
then.split.allow = true
then.if_short = "backorder"
then.backorder.ship_available_now = true

[[service]]
name = "ground"
then.service = "ups:ground"
then.package = "box"

[[enhance]]
name = "dear"
when.shipment.value = ">= 250"
then.insure = "shipment.value"
then.signature = "direct"

[[enhance]]
name = "papers"
when.type = "b2b"
then.documents = ["packing_slip"]
then.note = "Carton of {shipment.reference}, PO {po_number}"
then.add_tags = ["wholesale"]
"""
HEAD = """
now = 2026-11-20T10:00:00-05:00
[defaults.order]
payment = "paid"
ship_to = { name = "Ana Diaz", line1 = "1 Main St", city = "NY", country = "US", region = "NY", postcode = "10001" }
[defaults.line]
sku = "MUG"
quantity = 1
unit_price = "20.00"
weight_g = 200
[[test]]
name = "one"
"""
RULESET = load(RULES, "rules.toml", Known.from_places(PLACES))
RUNNER = Runner(RULESET, PLACES)


def run(body: str) -> Result:
    (test,) = testfile.read(testfile.parse(HEAD + body, "x.toml"), Known.from_places(PLACES), RULESET.timezone)
    return RUNNER.run(test)


def differences(body: str) -> tuple[str, ...]:
    return run(body).differences


SPLIT = 'order.lines = [{ quantity = 2 }, { sku = "LAMP" }]\nstock.east = { MUG = 5 }\nstock.west = { LAMP = 1 }\n'
HELD = 'order.payment = "pending"\norder.lines = [{}]\n'
BUSINESS = (
    'order.type = "b2b"\norder.po_number = "77"\norder.tags = ["old"]\norder.lines = [{ unit_price = "300.00" }]\n'
)
SHORT = "order.lines = [{ quantity = 3 }]\nstock.east = { MUG = 1 }\n"

PASSES = [
    ("the state of a routed order", 'order.lines = [{}]\nexpect.state = "routed"'),
    ("plenty everywhere without stock", 'order.lines = [{ quantity = 999 }]\nexpect.ship = [{ from = "east" }]'),
    ("nothing where stock is named", SHORT + 'expect.state = "backordered"\nexpect.backorder = { MUG = 3 }'),
    ("an empty stock is nothing at all", 'stock = {}\norder.lines = [{}]\nexpect.state = "backordered"'),
    (
        "shipments in any order",
        SPLIT + 'expect.ship = [{ from = "west", lines = { LAMP = 1 } }, { from = "east", skus = ["MUG"] }]',
    ),
    ("what is reserved where", SPLIT + "expect.reserved.east = { MUG = 2 }\nexpect.reserved.north = {}"),
    ("nothing reserved anywhere", HELD + "expect.reserved = {}\nexpect.ship = []"),
    ("holds, tags and owner", HELD + 'expect.holds = ["payment"]\nexpect.assigned = "maria"\nexpect.tags = ["unpaid"]'),
    ("nobody and nothing", 'order.lines = [{}]\nexpect.assigned = ""\nexpect.tags = []\nexpect.problems = []'),
    ("a rejection", 'order.ship_to.country = "IR"\norder.lines = [{}]\nexpect.state = "rejected"'),
    ("a supplier without limit", 'stock = {}\norder.lines = [{ sku = "RING-1" }]\nexpect.ship = [{ from = "acme" }]'),
    (
        "a supplier that is said to be empty",
        (
            'stock.acme = { RING-1 = 0 }\nstock.east = { RING-1 = 1 }\norder.lines = [{ sku = "RING-1" }]\n'
            'expect.ship = [{ from = "east" }]'
        ),
    ),
    (
        "units that are cancelled",
        (
            'stock.acme = {}\norder.lines = [{ sku = "RING-1" }]\nexpect.cancelled = { RING-1 = 1 }\n'
            'expect.state = "cancelled"'
        ),
    ),
    ("a location that rejected", 'rejected = ["east"]\norder.lines = [{}]\nexpect.ship = [{ from = "west" }]'),
    ("a location that is full", 'capacity_used.east = 10\norder.lines = [{}]\nexpect.ship = [{ from = "west" }]'),
    (
        "stock that is promised already",
        "stock.east = { MUG = 2 }\nreserved.east = { MUG = 2 }\norder.lines = [{}]\nexpect.backorder = { MUG = 1 }",
    ),
    (
        "everything about a shipment",
        BUSINESS + 'expect.ship = [{ service = "ups:ground", package = "box", insure = "300.00", signature = "direct",'
        ' documents = ["packing_slip"], tags = ["wholesale"], note = "Carton of {shipment.reference}, PO 77" }]',
    ),
    ("tags of the channel and of rules", BUSINESS + 'expect.tags = ["old", "wholesale"]'),
    (
        "a shipment with nothing special",
        'order.lines = [{}]\nexpect.ship = [{ insure = "", signature = "", note = "" }]',
    ),
    ("what it costs", 'order.lines = [{}]\nexpect.cost = "6.00"'),
    (
        "rules that took part and that did not",
        'order.lines = [{}]\nexpect.rules = ["location/everything"]\nexpect.not_rules = ["hold/unpaid"]',
    ),
    ("an address judged as on saving", 'order.ship_to.line1 = ""\norder.lines = [{}]\nexpect.state = "routed"'),
    ("a download alone closes itself", 'order.lines = [{ requires_shipping = false }]\nexpect.state = "closed"'),
    ("a cancelled order", 'order.cancelled_at = 2026-11-20\norder.lines = [{}]\nexpect.state = "cancelled"'),
    ("a line without SKU", 'order.lines = [{ sku = "" }]\nexpect.problems = ["unknown_sku"]\nexpect.state = "new"'),
    ("a total of its own choosing", 'order.total = "900.00"\norder.lines = [{}]\nexpect.holds = []'),
]


@pytest.mark.parametrize("body", [body for _, body in PASSES], ids=[name for name, _ in PASSES])
def test_an_expectation_that_holds_passes(body: str):
    assert () == differences(body)


FAILS = [
    (HELD + 'expect.state = "routed"', "state: expected 'routed', got 'held'"),
    (HELD + "expect.holds = []", "holds: expected none, got payment"),
    (HELD + 'expect.assigned = "ben"', "assigned: expected 'ben', got 'maria'"),
    (SPLIT + 'expect.ship = [{ from = "east" }]', "ship: got one more shipment, 1 LAMP from west"),
    (SPLIT + "expect.ship = []", "ship: got one more shipment, 2 MUG from east"),
    (HELD + 'expect.ship = [{ from = "east", lines = { MUG = 1 } }]', "ship: expected 1 MUG from east, got no such"),
    (
        SPLIT + 'expect.ship = [{ from = "east", lines = { MUG = 1 } }, { from = "west", skus = ["LAMP", "MUG"] }]',
        "ship from east: lines: expected 1 MUG, got 2 MUG",
    ),
    (SPLIT + 'expect.ship = [{ skus = ["LAMP"] }, { skus = ["TEE"] }]', "ship from east: skus: expected TEE, got MUG"),
    (SPLIT + "expect.reserved = {}", "reserved: expected nothing, got 2 MUG at east; 1 LAMP at west"),
    (SPLIT + "expect.reserved.west = { LAMP = 2 }", "reserved.west: expected 2 LAMP, got 1 LAMP"),
    (SHORT + "expect.backorder = {}", "backorder: expected none, got 3 MUG"),
    ('order.lines = [{}]\nexpect.rules = ["hold/unpaid"]', "rules: expected hold/unpaid, got location/everything"),
    ('order.lines = [{}]\nexpect.not_rules = ["location/everything"]', "not_rules: 'location/everything' took part"),
    (
        'order.lines = [{}]\nexpect.not_rules = ["location/every thing"]',
        "not_rules: there is no rule 'location/every thing'; did you mean 'location/everything'?",
    ),
    ("order.lines = [{}]\nexpect.rules = []", "rules: expected none, got location/everything"),
    ('order.lines = [{}]\nexpect.tags = ["vip"]', "tags: expected vip, got none"),
    ('order.lines = [{}]\nexpect.notify = ["ops"]', "notify: expected ops, got none"),
    ('order.lines = [{}]\nexpect.cost = "5.00"', "cost: expected 5.00, got 6.00"),
    (
        'order.lines = [{ weight_g = 30000 }]\nexpect.cost = "5.00"',
        "cost: expected 5.00, but nothing says what east costs",
    ),
    (BUSINESS + 'expect.ship = [{ insure = "30.00" }]', "ship from east: insure: expected '30.00', got '300.00'"),
    (BUSINESS + 'expect.ship = [{ insure = "lots" }]', "ship from east: insure: expected 'lots', got '300.00'"),
    (BUSINESS + 'expect.ship = [{ note = "x" }]', "note: expected 'x', got 'Carton of {shipment.reference}, PO 77'"),
    (BUSINESS + 'expect.ship = [{ documents = ["commercial_invoice"] }]', "documents: expected commercial_invoice"),
]


@pytest.mark.parametrize(("body", "words"), FAILS)
def test_an_expectation_that_does_not_hold_says_what_came_instead(body: str, words: str):
    assert any(words in difference for difference in differences(body)), differences(body)


def test_only_what_is_listed_is_compared():
    result = run(SPLIT + 'expect.state = "routed"')

    assert result.passed
    assert ("location/everything", "service/ground") == result.trace.plan.rules


def test_an_order_that_no_rule_takes_is_a_problem_too():
    rules = (
        'version = 1\n[[location]]\nname = "east"\nwhen.channel = "web"\nthen.ship_from = ["east"]\nunless.tags = "x"\n'
    )
    runner = Runner(load(rules, "rules.toml", Known.from_places(PLACES)), PLACES)
    body = 'order.tags = ["x"]\norder.lines = [{}]\nexpect.problems = ["unrouted"]\nexpect.holds = ["unrouted"]'
    (test,) = testfile.read(testfile.parse(HEAD + body, "x.toml"), Known.from_places(PLACES), "UTC")

    assert runner.run(test).passed


def test_a_failed_test_carries_the_trace_of_its_order():
    trace = run(HELD + 'expect.state = "routed"').trace

    assert frozenset({"hold/unpaid"}) == trace.matched
    assert "the order is held: payment" == trace.ended
