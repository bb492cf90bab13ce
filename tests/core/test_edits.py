from __future__ import annotations

from dataclasses import replace

import pytest

from orderctl.core import edits
from orderctl.core.errors import RecordError, UsageError
from orderctl.core.orders import Address
from tests.builders import NEW_YORK, an_order


@pytest.mark.parametrize("field", edits.FIELDS)
def test_every_field_that_may_be_changed_can_be(field):
    value = {"ship_by": "2026-12-01T00:00:00Z", "deliver_by": "2026-12-02T00:00:00Z", "priority": "high"}.get(
        field, "DE"
    )

    changed = edits.laid_over(an_order(), {field: value})

    assert value == edits.value_of(changed, field)
    assert an_order() == edits.laid_over(changed, {field: edits.value_of(an_order(), field)})


def test_only_what_is_named_changes():
    changed = edits.laid_over(an_order(), {"ship_to.city": "Albany", "note": "knock"})

    assert (replace(NEW_YORK, city="Albany"), "knock") == (changed.ship_to, changed.note)
    assert an_order() == edits.laid_over(an_order(), {})


def test_an_address_can_be_given_to_an_order_without_one():
    assert Address(city="Albany") == edits.laid_over(an_order(ship_to=None), {"ship_to.city": "Albany"}).ship_to
    assert "" == edits.value_of(an_order(ship_to=None), "ship_to.city")


def test_a_value_that_cannot_be_is_refused_by_its_field():
    with pytest.raises(RecordError, match="ship_by is not a moment"):
        edits.laid_over(an_order(), {"ship_by": "tomorrow"})
    with pytest.raises(RecordError, match="priority is 'asap'"):
        edits.laid_over(an_order(), {"priority": "asap"})


@pytest.mark.parametrize("field", ["total", "lines", "ship_to", "ship_to.citty", "customer.spent", ""])
def test_money_lines_and_keys_are_the_channel_s_to_change(field):
    with pytest.raises(UsageError, match="cannot be changed here"):
        edits.check(field)
