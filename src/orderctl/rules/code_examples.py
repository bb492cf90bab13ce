"""An example for each code of `rules.codes`: what brings it up, and the same put right.

Each is a part of rules.toml (E140 and E141 of rules.test.toml) of a shop with the locations east, west and lab, the
channels web and market, and the services usps:ground, ups:ground and dhl:express. A test reads them all.
"""

from __future__ import annotations

from collections.abc import Mapping

from orderctl.rules import codes


def _rule(stage: str, *rows: str, name: str = "example") -> str:
    return "\n".join((f"[[{stage}]]", f'name = "{name}"', *rows))


def _hold(*rows: str) -> str:
    return _rule("hold", *rows, 'then.hold = "check"')


def _ship(*rows: str, name: str = "example") -> str:
    return _rule("location", *rows, name=name)


_EAST = 'then.ship_from = ["east"]'
_REST = _ship('then.ship_from = ["east", "west"]', name="everything else")
_DEAR = _rule("enhance", 'when.shipment.value = ">= 250"', 'then.insure = "shipment.value"', name="dear")
_MANY = ", ".join(f'"l{number}"' for number in range(1, 14))
_TEST = 'expect.state = "routed"'


def _test(*rows: str, now: str = "now = 2026-11-20T10:00:00-05:00\n") -> str:
    return "\n".join((f'{now}[[test]]\nname = "example"', *rows, _TEST))


#: Code -> (what brings it up, the same put right).
EXAMPLES: Mapping[str, tuple[str, str]] = {
    codes.SYNTAX: (
        _hold('when.risk = "high"', 'when.risk = "medium"'),
        _hold('when.risk = ["high", "medium"]'),
    ),
    codes.NUMBER: (_hold("when.total = inf"), _hold('when.total = ">= 10000"')),
    codes.VERSION: ("version = 2", "version = 1"),
    codes.UNKNOWN_KEY: (_hold('wen.risk = "high"'), _hold('when.risk = "high"')),
    codes.UNKNOWN_FIELD: (_hold('when.ship_to.contry = "US"'), _hold('when.ship_to.country = "US"')),
    codes.UNKNOWN_ACTION: (_ship('then.shipfrom = ["east"]'), _ship(_EAST)),
    codes.UNKNOWN_LIST: (
        _hold('when.ship_to.region = "@coast"'),
        '[lists]\ncoast = ["CA", "OR", "WA"]\n' + _hold('when.ship_to.region = "@coast"'),
    ),
    codes.UNKNOWN_CHANNEL: (_hold('when.channel = "wbe"'), _hold('when.channel = "web"')),
    codes.UNKNOWN_LOCATION: (_ship('then.ship_from = ["eats"]'), _ship(_EAST)),
    codes.UNKNOWN_SERVICE: (
        _rule("service", 'then.service = "ups:gruond"'),
        _rule("service", 'then.service = "ups:ground"'),
    ),
    codes.UNKNOWN_PACKAGE: (
        _rule("service", 'then.package = "smal-box"'),
        _rule("service", 'then.package = "small-box"'),
    ),
    codes.UNKNOWN_PLACEHOLDER: (
        _rule("enhance", 'then.note = "for {customer}"'),
        _rule("enhance", 'then.note = "for {customer.name}"'),
    ),
    codes.WRONG_TYPE: (_hold('when.first_order = "yes"'), _hold("when.first_order = true")),
    codes.WRONG_CHOICE: (_hold('when.risk = "very high"'), _hold('when.risk = "high"')),
    codes.WRONG_UNIT: (_hold('when.line.weight = "> 5 h"'), _hold('when.line.weight = "> 5 kg"')),
    codes.UNKNOWN_COUNTRY: (_hold('when.ship_to.country = "UK"'), _hold('when.ship_to.country = "GB"')),
    codes.EMPTY_RANGE: (_hold('when.total = "500..100"'), _hold('when.total = "100..500"')),
    codes.UNKNOWN_CURRENCY: (_hold('when.currency = "EURO"'), _hold('when.currency = "EUR"')),
    codes.UNKNOWN_TIMEZONE: ('timezone = "New York"', 'timezone = "America/New_York"'),
    codes.NO_THEN: (_rule("hold", 'when.risk = "high"'), _hold('when.risk = "high"')),
    codes.FIELD_STAGE: (
        _ship('when.shipment.weight = "> 20 kg"', _EAST),
        _ship('when.line.weight = "> 20 kg"', _EAST),
    ),
    codes.ACTION_STAGE: (
        _rule("enhance", 'then.service = "ups:ground"'),
        _rule("service", 'then.service = "ups:ground"'),
    ),
    codes.DUPLICATE_NAME: (
        _hold('when.risk = "high"') + "\n" + _hold('when.payment = "pending"'),
        _hold('when.risk = "high"')
        + "\n"
        + _rule("hold", 'when.payment = "pending"', 'then.hold = "x"', name="unpaid"),
    ),
    codes.NO_NAME: ('[[hold]]\nthen.hold = "check"', _hold()),
    codes.TWICE: (
        _ship(_EAST, 'then.failover_to = ["east", "west"]'),
        _ship(_EAST, 'then.failover_to = ["west"]'),
    ),
    codes.TOO_MANY: (_ship(f"then.ship_from = [{_MANY}]"), _ship('then.ship_from = ["l1", "l2", "l3"]')),
    codes.NOT_AVAILABLE: (_hold('when.ship_to.zone = "3"'), _hold('when.ship_to.region = ["CA", "OR"]')),
    codes.ACTIONS_DISAGREE: (
        _rule("hold", 'then.reject = "not sold there"', 'then.release_after = "2 h"'),
        _rule("hold", 'then.hold = "check"', 'then.release_after = "2 h"'),
    ),
    codes.EMPTY: (_hold("when.ship_to.country = []"), _hold('when.ship_to.country = ["US", "CA"]')),
    codes.BAD_ORDER: (
        _test('order.lines = [{ sku = "MUG", quantity = -1 }]'),
        _test('order.lines = [{ sku = "MUG", quantity = 1 }]'),
    ),
    codes.NO_NOW: (
        _test('order.lines = [{ sku = "MUG" }]', now=""),
        _test('order.lines = [{ sku = "MUG", quantity = 1 }]'),
    ),
    codes.CONTRADICTION: (
        _hold('when.total = "< 10"', 'when.any = [{ total = "> 20" }, { total = "50..60" }]'),
        _hold('when.any = [{ total = "< 10" }, { total = "50..60" }]'),
    ),
    codes.UNREACHABLE: (
        _ship(_EAST, name="everything") + "\n" + _ship('when.ship_to.country = "US"', 'then.ship_from = ["west"]'),
        _ship('when.ship_to.country = "US"', 'then.ship_from = ["west"]') + "\n" + _ship(_EAST, name="everything"),
    ),
    codes.REDUNDANT: (
        _ship('when.channel = "web"', 'then.ship_from = ["east", "west"]') + "\n" + _REST,
        _ship('when.channel = "web"', 'then.ship_from = ["west", "east"]') + "\n" + _REST,
    ),
    codes.GAP: (
        _ship('when.ship_to.country = "US"', 'then.ship_from = ["west"]'),
        _ship('when.ship_to.country = "US"', 'then.ship_from = ["west"]') + "\n" + _REST,
    ),
    codes.ONLY_CATCH_ALL: (
        _ship('when.channel = "web"', 'then.ship_from = ["west"]') + "\n" + _REST,
        _ship('when.channel = ["web", "market"]', 'when.ship_to.country = "US"', 'then.ship_from = ["west"]')
        + "\n"
        + _REST,
    ),
    codes.EQUAL_AMOUNT: (_hold("when.total = 500"), _hold('when.total = ">= 500"')),
    codes.UNUSED_LIST: (
        '[lists]\ncoast = ["CA", "OR"]\n' + _hold('when.ship_to.region = ["CA", "OR"]'),
        '[lists]\ncoast = ["CA", "OR"]\n' + _hold('when.ship_to.region = "@coast"'),
    ),
    codes.CONFLICT: (
        _rule("enhance", 'when.risk = "medium"', "then.insure = 100", name="risky") + f"\n{_DEAR}\n{_REST}",
        _rule("enhance", 'when.risk = "medium"', 'unless.shipment.value = ">= 250"', "then.insure = 100", name="risky")
        + f"\n{_DEAR}\n{_REST}",
    ),
    codes.CANNOT_SERVE: (
        _rule("service", 'when.ship_to.kind = "po_box"', 'then.cheapest_of = ["usps:ground", "ups:ground"]'),
        _rule("service", 'when.ship_to.kind = "po_box"', 'then.service = "usps:ground"'),
    ),
    codes.CANNOT_SHIP: (
        _ship('when.ship_to.country = "US"', 'then.ship_from = ["west", "lab"]'),
        _ship('when.ship_to.country = "US"', 'then.ship_from = ["west"]'),
    ),
    codes.UNKNOWN_SKU: (_ship('when.line.sku = "LAPM-*"', _EAST), _ship('when.line.sku = "LAMP-*"', _EAST)),
    codes.NO_EFFECT: (
        _ship(_EAST, 'then.prefer = ["lowest_cost"]'),
        _ship('then.ship_from = ["east", "west"]', 'then.prefer = ["lowest_cost"]'),
    ),
    codes.UNDECIDED: (
        _ship('when.age = "< 1 h"', 'when.ship_to.postcode = "901*"', 'then.ship_from = ["west"]', name="new")
        + "\n"
        + _ship('when.age = ">= 1 h"', 'when.ship_to.postcode = "901*"', _EAST, name="a day old")
        + "\n"
        + _ship('when.ship_to.postcode = "90100..90199"', 'then.ship_from = ["west"]', name="late"),
        _ship('when.age = "< 1 h"', 'when.ship_to.postcode = "901*"', 'then.ship_from = ["west"]', name="new")
        + "\n"
        + _ship('when.ship_to.postcode = "90100..90199"', _EAST, name="late"),
    ),
}
