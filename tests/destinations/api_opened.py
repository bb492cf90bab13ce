"""The way by HTTP, opened against a warehouse of `api_fake`."""

from __future__ import annotations

import contextlib
import copy
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from orderctl.core.effects import CallBack, Document, InHand, Receipt
from orderctl.core.secrets import Secret
from orderctl.destinations.api import ApiDestination
from orderctl.destinations.way import Role
from orderctl.wire.budgets import Allowance, Budgets, Deadline
from orderctl.wire.opening import Opening
from tests.destinations.api_fake import DESCRIBED, Warehouse
from tests.destinations.contract import a_batch, a_shipment
from tests.partner import Partner, partner

NOW = "2026-11-20T15:00:00Z"
WISH = CallBack("key", "east", "WEB-1042-1", "o1", "1042", "the customer cancelled", NOW)
FAST = {"per_minute": 100_000, "burst": 100_000}


def described(**changes: Any) -> dict[str, Any]:
    """The settings of the fake warehouse with `changes`, tables inside tables; None takes a table away."""
    settings: dict[str, Any] = copy.deepcopy(dict(DESCRIBED)) | {"throttle": FAST}
    for name, change in changes.items():
        if isinstance(change, Mapping) and isinstance(settings.get(name), Mapping):
            settings[name] = {**settings[name], **change}
        elif change is None:
            settings.pop(name)
        else:
            settings[name] = change
    return settings


def opened(
    url: str, role: Role = "send", *, base: Path | None = None, partner_class: str = "C", now: str = NOW, **changes: Any
) -> ApiDestination:
    """The location `east`, opened for `role`; a new one has a full allowance of time."""
    folder = base or Path()
    context = {"role": role, "base": folder, "resolve": lambda reference: Secret(reference, "tok-12345")}
    settings = ApiDestination.Settings.model_validate({"url": url, **described(**changes)}, context=context)
    opening = Opening(
        folder,
        now=now,
        budgets=Budgets(1_795_186_800.0),
        allowance=Allowance(20.0, Deadline.after(3600.0)),
        first_wait_s=0.005,
        partner_class=partner_class,
    )
    return ApiDestination("east", settings, opening, role)


@contextlib.contextmanager
def served(warehouse: Any = None) -> Iterator[tuple[Any, Partner]]:
    """A running warehouse, and the server it stands behind."""
    kept = warehouse or Warehouse()
    with partner(answer=kept.answer) as server:
        yield kept, server


def sent(destination: ApiDestination, key: str = "k1", **changes: Any) -> Receipt:
    """What becomes of a shipment with `changes`; the destination is closed."""
    receipt = destination.deliver(destination.render(a_batch(1, a_shipment(**changes))), key)
    destination.close()
    return receipt


def kept(destination: ApiDestination) -> Document:
    """The request for the usual shipment, as it is kept."""
    return destination.render(a_batch())


def rows(
    destination: ApiDestination, positions: dict[str, str] | None = None, have: Sequence[InHand] = ()
) -> list[Any]:
    """Everything it has to tell beyond `positions`, which move along."""
    found: list[Any] = []
    with contextlib.closing(destination):
        for page in destination.collect(dict(positions or {}), lambda: have):
            found += page.rows
            if positions is not None:
                positions[page.stream] = page.position
    return found
