from __future__ import annotations

import getpass

from tests.cli.shop import Shop


def on_hand(shop: Shop, location: str) -> int:
    units = {row["location"]: row["on_hand"] for row in shop.orderctl("stock", "show", "MUG", "--json").json}
    return int(units[location])


def test_units_are_added_and_taken_away_as_they_are_typed(a_day_later: Shop):
    gone = a_day_later.orderctl("stock", "adjust", "MUG", "east", "-2", "--reason", "damaged", "--note", "fell down")
    came = a_day_later.orderctl("stock", "adjust", "MUG", "east", "+7", "--reason", "received")

    assert ["MUG at east  5 -> 3 on hand", "             3 reserved, 0 available"] == gone.out.splitlines()
    assert (0, 10) == (came.code, on_hand(a_day_later, "east"))
    newest, before, *_ = a_day_later.orderctl("stock", "history", "MUG", "--json").json
    assert (7, "received") == (newest["delta"], newest["reason"])
    assert (-2, "damaged", "fell down", getpass.getuser()) == tuple(
        before[name] for name in ("delta", "reason", "cause", "actor")
    )


def test_a_dry_run_moves_nothing(a_day_later: Shop):
    said = a_day_later.orderctl("stock", "adjust", "MUG", "east", "-2", "--reason", "damaged", "--dry-run")

    assert "5 -> 3 on hand" in said.out
    assert 5 == on_hand(a_day_later, "east")


def test_a_reason_must_be_one_that_is_known(a_day_later: Shop):
    unknown = a_day_later.orderctl("stock", "adjust", "MUG", "east", "-2", "--reason", "damged")
    missing = a_day_later.orderctl("stock", "adjust", "MUG", "east", "-2")

    assert (2, 2) == (unknown.code, missing.code)
    assert "did you mean 'damaged'?" in unknown.err


def test_a_sku_that_is_not_known_is_asked_about(a_day_later: Shop):
    shown = a_day_later.orderctl("stock", "show", "mug")
    history = a_day_later.orderctl("stock", "history", "MGU")

    assert (2, 2) == (shown.code, history.code)
    assert "there is no SKU 'mug'; did you mean 'MUG'?" in shown.err
