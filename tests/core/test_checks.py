from __future__ import annotations

from typing import Any

import pytest

from orderctl.core.checks import WORDS, checks_at, completeness_checks, money_checks
from orderctl.core.orders import Address, Customer
from orderctl.core.places import Places, Service
from tests.builders import a_line, an_order


@pytest.mark.parametrize(
    ("codes", "off"), [((), 0), (("money_rounding",), 2), (("money_rounding",), -2), (("money_mismatch",), 3)]
)
def test_a_total_may_be_off_by_one_minor_unit_a_line(codes, off):
    assert codes == money_checks(an_order(a_line("MUG"), a_line("TEE"), total_minor=2000 + off))


def test_tax_counts_only_where_prices_do_not_include_it():
    assert () == money_checks(an_order(tax_minor=200, total_minor=1200))
    assert () == money_checks(an_order(tax_minor=200, total_minor=1000, prices_include_tax=True))
    assert ("money_mismatch",) == money_checks(an_order(tax_minor=200, total_minor=1000))


def test_a_sample_without_amounts_is_fine():
    assert () == money_checks(an_order(a_line(amount_minor=0), total_minor=0))


@pytest.mark.parametrize(
    ("codes", "changes"),
    [
        ((), {}),
        (("no_units",), {"lines": (a_line(quantity=0),)}),
        (("no_sku",), {"lines": (a_line(""),)}),
        ((), {"lines": (a_line(""),), "fulfilled_by": "channel"}),
        ((), {"lines": (a_line("", requires_shipping=False),)}),
        ((), {"lines": (a_line("", quantity=0), a_line("MUG"))}),
        (("no_recipient",), {"ship_to": Address(line1="1 Main St", country="US")}),
        ((), {"ship_to": Address(company="Acme", line1="1 Main St", country="US")}),
        ((), {"ship_to": Address(line1="1 Main St", country="US"), "lines": (a_line(requires_shipping=False),)}),
        ((), {"lines": (a_line(quantity=0),), "cancelled_at": "2026-11-20T11:00:00Z"}),
    ],
)
def test_an_order_that_lacks_something_says_so(codes: tuple[str, ...], changes: dict[str, Any]):
    assert codes == completeness_checks(an_order(**changes))
    assert all(code in WORDS for code in codes)


GROUND = Service("ups", "ground")
DPD = Service("dpd", "home", needs=("phone",))


def places(*services: Service) -> Places:
    return Places("USD", services={service.id: service for service in services})


@pytest.mark.parametrize(
    ("asked", "codes"),
    [("", []), ("Express Saver", []), ("ups:ground", []), ("ups:air", ["unknown_service"]), ("a:b", [])],
)
def test_a_requested_service_is_looked_up_where_it_names_one_of_our_carriers(asked: str, codes: list[str]):
    assert codes == list(checks_at(an_order(requested_service=asked), places(GROUND), ()))


def test_a_phone_number_is_missed_only_where_a_carrier_asks_for_it():
    assert [] == list(checks_at(an_order(), places(GROUND), ()))
    assert ["no_phone"] == list(checks_at(an_order(), places(GROUND, DPD), ()))
    assert [] == list(checks_at(an_order(customer=Customer(phone="+1 212 555 0100")), places(DPD), ()))


def test_an_order_with_nothing_to_ship_needs_neither_known_skus_nor_phones():
    digital = an_order(a_line("E-BOOK", requires_shipping=False))

    assert ["unknown_sku"] == list(checks_at(an_order(), places(), ["MUG"]))
    assert [] == list(checks_at(digital, places(DPD), ["E-BOOK"]))
