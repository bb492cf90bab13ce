"""Killed at any instant of a pass that hands work over by HTTP, the next passes end with one effect per shipment."""

from __future__ import annotations

import copy
import os
from functools import partial as bound
from pathlib import Path
from typing import Any

import pytest

from orderctl.steps import run as runs
from orderctl.steps import shipments
from tests.destinations.api_fake import KEYED, Warehouse
from tests.destinations.api_shop import an_api_shop, states, waiting
from tests.partner import Reply, partner, saying
from tests.shop import Shop, an_order_row
from tests.steps.test_crash import a_pass, in_child, kill_at, points_of

#: What is refused leaves elsewhere, as the next part.
REROUTED = "WEB-1004-2"
#: Passes after the one that was killed; two of them are far enough apart for two no to be believed.
AFTER = ("2026-11-20T15:00:00Z", "2026-11-20T15:10:00Z", "2026-11-20T15:20:00Z", "2026-11-20T15:30:00Z")


def refuses(order: dict[str, Any]) -> Reply | None:
    return saying({"message": "not our article"}, 422) if order.get("note") == "refuse" else None


def a_busy_shop(folder: Path, url: str, partner_class: str, warehouse: Warehouse) -> Shop:
    """A shop whose next pass does everything: one order goes out, one is refused and leaves elsewhere, one comes back,
    and one is cancelled that the warehouse has in hand."""
    shop = an_api_shop(folder, url, partner_class, create=KEYED if partner_class == "A" else {})
    shop.orders("web", an_order_row("1001"), an_order_row("1002"))
    shop.run(at="2026-11-20T14:00:00Z")
    warehouse.ships("WEB-1001-1", "1Z1")
    late = "2026-11-20T14:30:00Z"
    shop.orders("web-2", an_order_row("1002", updated_at=late, cancelled_at=late))
    shop.orders("web-3", an_order_row("1003", "TEE"), an_order_row("1004", note="refuse"))
    return shop


def settle(shop: Shop, warehouse: Warehouse) -> None:
    """The passes that follow; what nobody can ask about, a person looks up at the warehouse."""
    for at in AFTER:
        with shop.context(at=at) as ctx:
            runs.run(ctx)
            uncertain = [reference for reference, state in states(shop).items() if state == "uncertain"]
            blind = ctx.config.locations["east"].partner_class == "C"
            for reference in uncertain if blind else ():
                shipments.resolve(ctx, reference, sent=reference in warehouse.effects)
        if REROUTED in states(shop) and not {"uncertain", "planned"} & set(states(shop).values()):
            return


def is_of_sending(name: str) -> bool:
    """Whether the classes differ in what follows: only from the moment something is about to be sent."""
    return name.startswith(("dispatch.", "call_backs.", "journal."))


@pytest.mark.parametrize("partner_class", ["A", "B", "C"])
def test_killed_at_every_failpoint_there_is_one_effect_for_each_shipment(tmp_path, partner_class):
    current = [Warehouse(refuses=refuses)]
    with partner(answer=lambda asked: current[0].answer(asked)) as server:  # noqa: PLW0108 - another one each time
        start = a_busy_shop(tmp_path / "start", server.url, partner_class, current[0])
        before = copy.deepcopy(current[0])
        undisturbed = start.copy(tmp_path / "undisturbed")
        names = points_of(undisturbed)
        settle(undisturbed, current[0])  # what was refused leaves elsewhere in the next one
        expected = (states(undisturbed), sorted(current[0].effects), waiting(undisturbed))
        points = [(at, name) for at, name in enumerate(names, 1) if partner_class == "B" or is_of_sending(name)]
        for count, name in points:
            shop = start.copy(tmp_path / str(count))
            current[0] = copy.deepcopy(before)
            assert os.WIFSIGNALED(in_child(bound(a_pass, shop), kill_at(count))), f"not killed at {count} ({name})"
            settle(shop, current[0])

            assert expected == (states(shop), sorted(current[0].effects), waiting(shop)), f"killed at {count} ({name})"
    ended = {"WEB-1001-1": "shipped", "WEB-1002-1": "cancelled", "WEB-1003-1": "dispatched", "WEB-1004-1": "rejected"}
    assert {**ended, REROUTED: "dispatched"} == expected[0]
    assert ["WEB-1001-1", "WEB-1002-1", "WEB-1003-1"] == expected[1]
    assert len(points) > (70 if partner_class == "B" else 20)
    print(f"\nclass {partner_class}: {len(points)} kill points, 0 violations")  # noqa: T201
