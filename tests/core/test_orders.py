from __future__ import annotations

from orderctl.core import orders
from tests.builders import a_line, an_order


def test_the_price_of_one_unit_is_its_share_of_the_amount():
    assert 333 == a_line(quantity=3, amount_minor=1000).unit_price_minor
    assert 0 == a_line(quantity=0, amount_minor=1000).unit_price_minor


def test_a_total_is_lines_less_discounts_and_shipping_and_tax():
    order = an_order(a_line(quantity=2, discount_minor=100), shipping_minor=490, discount_minor=50, tax_minor=200)

    assert 2000 - 100 + 490 - 50 + 200 == orders.derived_total(order)


def test_tax_that_prices_include_is_not_added_once_more():
    assert 1000 == orders.derived_total(an_order(tax_minor=160, prices_include_tax=True))


def test_how_far_a_total_is_off_has_no_sign():
    assert [0, 7, 7] == [orders.money_off_by(an_order(total_minor=1000 + off)) for off in (0, 7, -7)]
