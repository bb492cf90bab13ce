"""What rules.test.toml may say, and how it is told when something in it is wrong."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orderctl.core.errors import ConfigError, Finding
from orderctl.core.places import ChannelFacts
from orderctl.rules import testfile
from orderctl.rules.known import Known
from orderctl.rules.testfile import RuleTest
from tests.rules.deciding import some_places

KNOWN = Known.from_places(
    some_places(channels={name: ChannelFacts(name, "file", name.upper()) for name in ("web", "ebay")})
)
HEAD = """
now = 2026-11-20T10:00:00-05:00
[defaults.order]
channel = "web"
payment = "paid"
tags = ["from the defaults"]
ship_to = { name = "Ana", line1 = "1 Main St", city = "New York", country = "US", region = "NY", postcode = "10001" }
[defaults.line]
sku = "MUG"
quantity = 1
unit_price = "20.00"
"""
ONE = 'order.lines = [{}]\nexpect.state = "routed"\n'


def read(text: str, head: str = HEAD) -> tuple[RuleTest, ...]:
    return testfile.read(testfile.parse(head + text, "rules.test.toml"), KNOWN, "America/New_York")


def one(body: str, head: str = HEAD) -> RuleTest:
    (only,) = read(f'[[test]]\nname = "one"\n{body}', head)
    return only


def findings(text: str, head: str = HEAD) -> list[Finding]:
    with pytest.raises(ConfigError) as refused:
        read(text, head)
    return list(refused.value.findings)


def finding(body: str) -> Finding:
    (only,) = findings(f'[[test]]\nname = "one"\n{body}')
    return only


def test_an_order_stands_over_the_defaults_tables_merged_and_lists_replaced():
    order = one('order.ship_to.region = "CA"\norder.tags = ["vip"]\n' + ONE).order.order

    assert ("CA", "New York") == (order.ship_to.region, order.ship_to.city) if order.ship_to else None
    assert ("vip",) == order.tags


def test_each_line_stands_over_the_defaults_of_a_line():
    order = one('order.lines = [{ quantity = 3 }, { sku = "LAMP", amount = "9.00" }]\nexpect.holds = []').order.order

    assert [("MUG", 3, 6000), ("LAMP", 1, 900)] == [
        (line.sku, line.quantity, line.amount_minor) for line in order.lines
    ]


def test_what_a_test_does_not_say_follows_from_the_rest():
    order = one('order.shipping_price = "4.90"\n' + ONE).order.order

    assert (2490, "2026-11-20T15:00:00Z", "1", "web", "USD") == (
        order.total_minor,
        order.placed_at,
        order.number,
        order.channel,
        order.currency,
    )


def test_an_order_written_whole_means_the_same_as_one_written_key_by_key():
    by_key = one('order.payment = "pending"\norder.ship_to.city = "Reno"\n' + ONE)
    whole = one('order = { payment = "pending", ship_to = { city = "Reno" }, lines = [{}] }\nexpect.state = "routed"')

    assert by_key.order == whole.order


def test_both_ways_in_one_test_are_refused_with_what_to_do():
    for body in ('order = { lines = [{}] }\norder.note = "x"\n', 'order.note = "x"\norder = { lines = [{}] }\n'):
        found = finding(body + 'expect.state = "routed"')

        assert "order = { ... } whole or order.KEY = ... lines" in found.hint
        assert ("test", "one") == (found.stage, found.rule)


def test_dates_may_be_written_as_toml_has_them():
    order = one("order.placed_at = 2026-11-19T08:00:00\norder.ship_by = 2026-11-21\n" + ONE).order.order

    assert ("2026-11-19T13:00:00Z", "2026-11-21T05:00:00Z") == (order.placed_at, order.ship_by)


def test_a_derived_fact_may_be_set_under_its_field_name():
    test = one(
        "order.billing_matches_shipping = false\norder.first_order = true\norder.line_count = 12\n"
        'order.shipping_paid = "5.00"\norder.ship_to.kind = "po_box"\norder.possible_duplicate = true\n'
        'order.address = "suspect"\norder.attempts = 2\n' + ONE
    ).order

    assert {
        "billing_matches_shipping": False,
        "first_order": True,
        "line_count": 12,
        "shipping_paid": 500,
        "ship_to.kind": "po_box",
        "possible_duplicate": True,
    } == test.derived
    assert ("suspect", 2) == (test.address, test.attempts)


def test_a_test_may_have_its_own_moment():
    assert "2026-12-24T12:00:00Z" == one("now = 2026-12-24T12:00:00Z\n" + ONE).now


def test_stock_is_none_only_when_a_test_names_none():
    assert one(ONE).stock is None
    assert one("stock = {}\n" + ONE).stock == {}
    assert {"east": {"MUG": 2}, "west": {}} == one("stock.east = { MUG = 2 }\nstock.west = { MUG = 0 }\n" + ONE).stock


def test_what_surrounds_the_order_is_read():
    test = one(
        'rejected = ["east"]\ncapacity_used.west = 150\nreserved.east = { MUG = 1 }\nincoming = { MUG = 5 }\n' + ONE
    )

    assert (("east",), {"west": 150}) == (test.rejected, test.capacity_used)
    assert ({"east": {"MUG": 1}}, {"MUG": 5}) == (test.reserved, test.incoming)


def test_a_pasted_order_with_what_orderctl_adds_is_read_too():
    assert one('order.state = "held"\norder.holds = []\norder.shipments = []\n' + ONE).order.derived == {}


WRONG = [
    ('expekt.state = "x"\n' + ONE, "E110", "did you mean 'expect'?"),
    ('order.lines = [{}]\nexpect.stat = "routed"', "E110", "did you mean 'state'?"),
    ('order.lines = [{}]\nexpect.state = "route"', "E121", "did you mean 'routed'?"),
    ('order.lines = [{}]\nexpect.ship = [{ form = "east" }]', "E110", "did you mean 'from'?"),
    ('order.lines = [{}]\nexpect.ship = [{ from = "eas" }]', "E115", "did you mean 'east'?"),
    ('order.lines = [{}]\nexpect.ship = [{ service = "ups:grund" }]', "E116", "did you mean 'ups:ground'?"),
    ('order.lines = [{}]\nexpect.ship = [{ package = "bax" }]', "E117", "did you mean 'box'?"),
    ('order.lines = [{}]\nexpect.ship = "east"', "E120", "ship is not a list of shipments"),
    ("order.lines = [{}]\nexpect.backorder = { MUG = true }", "E120", "is not a whole number"),
    ("order.lines = [{}]\nexpect.backorder = { TEE.RED = 1 }", "E120", "stands in quotes"),
    ('order.lines = [{}]\nexpect.cost = "1.234"', "E120", "more decimals"),
    ("order.lines = [{}]\nexpect.assigned = 5", "E120", "is not a text"),
    ("order.lines = [{}]", "E139", "the test expects nothing"),
    ("stock.eas = { MUG = 1 }\n" + ONE, "E115", "did you mean 'east'?"),
    ("stock = 5\n" + ONE, "E120", "is not a table of locations"),
    ('rejected = "eas"\n' + ONE, "E115", "did you mean 'east'?"),
    ("capacity_used.east = -1\n" + ONE, "E120", "whole number from 0"),
    ('now = "soon"\n' + ONE, "E120", "is not a moment"),
    ('order.channel = "wab"\n' + ONE, "E114", "did you mean 'web'?"),
    ('order.paymnt = "paid"\n' + ONE, "E140", "did you mean 'payment'?"),
    ('order.ship_to.contry = "US"\n' + ONE, "E140", "did you mean 'country'?"),
    ('order.lines = [{ qty = 1 }]\nexpect.state = "routed"', "E140", "lines[1].qty is not a field"),
    ('order.lines = 5\nexpect.state = "routed"', "E140", "order.lines is not a list"),
    ("order.customer = 5\n" + ONE, "E140", "is not a table of fields"),
    ('order.billing_matches_shipping = "no"\n' + ONE, "E120", "is neither true nor false"),
    ('order.line_count = ">= 2"\n' + ONE, "E120", "is not one value"),
    ('order.shipping_paid = "5 EUR"\n' + ONE, "E120", "is not one value"),
    ('order.address = "okay"\n' + ONE, "E121", "is not one of ok"),
    ("order = 5\nexpect.holds = []", "E120", "order is not a table"),
]


@pytest.mark.parametrize(("body", "code", "words"), WRONG)
def test_what_is_wrong_names_the_test_and_its_line(body: str, code: str, words: str):
    found = findings(f'[[test]]\nname = "one"\n{body}')[0]

    assert code == found.code
    assert words in f"{found.message} {found.hint}"
    assert ("test", "one") == (found.stage, found.rule)
    assert found.line > HEAD.count("\n")


def test_a_wrong_default_is_told_with_the_line_of_the_default():
    head = HEAD.replace('unit_price = "20.00"', 'unit_price = "20,00"')
    (found,) = findings(f'[[test]]\nname = "one"\n{ONE}', head)

    assert head.split("\n").index('unit_price = "20,00"') + 1 == found.line
    assert "lines[1].unit_price" in found.message


def test_everything_wrong_is_told_at_once_in_the_order_of_the_file():
    found = findings(
        '[[test]]\nname = "one"\norder.lines = [{}]\nexpect.stat = 1\n'
        '[[test]]\nname = "two"\nstock.moon = {}\norder.lines = [{}]\nexpect.state = "lost"\n'
    )

    assert ["E110", "E115", "E121"] == [one.code for one in found]
    assert [line for one in found for line in [one.line]] == sorted(one.line for one in found)


def test_two_tests_may_not_have_one_name():
    (found,) = findings(f'[[test]]\nname = "one"\n{ONE}\n[[test]]\nname = "one"\n{ONE}')

    assert "E133" == found.code
    assert "another test has this name, on line" in found.message


@pytest.mark.parametrize("name", ["", 'name = ""', "name = 5"])
def test_a_test_without_a_name_is_refused(name: str):
    assert "E134" in [one.code for one in findings(f"[[test]]\n{name}\n{ONE}")]


def test_a_test_without_any_moment_is_refused():
    (found,) = findings(
        f'[[test]]\nname = "one"\nchannel = "web"\n{ONE}'.replace('channel = "web"\n', ""),
        head="[defaults.line]\nsku = 'MUG'\nquantity = 1\n",
    )

    assert "E141" == found.code


@pytest.mark.parametrize("text", ["", "test = []", "test = 5", "test = [5]"])
def test_a_file_without_tests_is_refused(text: str):
    assert ["E139"] == [one.code for one in findings(text, head="")]


def test_the_head_names_the_files_it_is_about():
    assert ("rules.toml", "shop.toml") == testfile.paths(
        testfile.parse('rules = "rules.toml"\nconfig = "shop.toml"', "x.toml")
    )
    with pytest.raises(ConfigError):
        testfile.paths(testfile.parse("rules = 5", "x.toml"))


_SCALARS = st.sampled_from(["5", "true", '"x"', "[]", "{}", "[5]", '[""]', "{ a = 5 }", "[{}]", "1.5", "2026-11-20"])
_KEYS = st.sampled_from(
    [
        *("name", "now", "order", "order.lines", "order.ship_to", "order.customer", "order.address", "order.tags"),
        *("order.total", "order.ship_to.kind", "order.first_order", "order.channel", "order.number", "stock"),
        *("stock.east", "reserved", "incoming", "rejected", "capacity_used", "expect", "expect.ship", "expect.rules"),
        *("expect.reserved", "expect.cost", "expect.state", "order.currency", "order.placed_at", "order.attempts"),
    ]
)


@settings(max_examples=150, deadline=None)
@given(st.dictionaries(_KEYS, _SCALARS, min_size=1, max_size=4), st.sampled_from(["", HEAD]))
def test_whatever_is_written_is_a_test_or_a_list_of_findings(keys: dict[str, str], head: str):
    body = "".join(f"{key} = {value}\n" for key, value in keys.items())
    try:
        read(f"[[test]]\n{body}", head)
    except ConfigError as error:
        assert all(one.code and one.message for one in error.findings)  # noqa: PT017


def test_defaults_that_are_no_tables_are_told():
    codes: list[Any] = [
        one.code
        for one in findings(
            f'[[test]]\nname = "one"\n{ONE}', head="now = 2026-11-20T10:00:00Z\ndefaults = { order = 5, line = [] }\n"
        )
    ]

    assert codes[:2] == ["E120", "E120"]
