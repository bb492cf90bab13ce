from __future__ import annotations

from itertools import product

from orderctl.core.errors import ConfigError, Exit, Finding, OrderctlError, StoreError, worst


def test_of_several_exit_codes_the_one_that_needs_most_care_is_reported():
    order = [6, 1, 2, 4, 130, 143, 5, 7, 3, 0]

    for one, other in product(order, order):
        assert min(one, other, key=order.index) == worst([Exit(one), Exit(other)])
    assert Exit.OK == worst([])


def test_an_error_says_where_what_and_what_to_type_next():
    assert "orderctl.db: is full; next: make room" == str(StoreError("is full", where="orderctl.db", next="make room"))
    assert "is full" == str(StoreError("is full"))


def test_findings_are_listed_all_at_once_with_file_line_and_code():
    error = ConfigError(
        [
            Finding("E104", "unknown field", "rules.toml", 3, "hold", "fraud", "did you mean 'total'?"),
            Finding("E101", "cannot be read", "rules.toml"),
        ]
    )
    assert (
        "rules.toml:3: [hold] 'fraud': unknown field (did you mean 'total'?) [E104]\nrules.toml: cannot be read [E101]"
        == str(error)
    )


def test_whatever_is_raised_on_purpose_has_a_code_and_one_of_the_exits():
    kinds = list(OrderctlError.__subclasses__())
    for kind in kinds:
        kinds += kind.__subclasses__()

    assert all(kind.code and isinstance(kind.exit, Exit) for kind in kinds)
