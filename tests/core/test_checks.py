from __future__ import annotations

import pytest

from orderctl.core.checks import money_checks
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
