"""The actions of the service and enhance stages: how a planned shipment goes, and what goes with it."""

from __future__ import annotations

import re
from typing import Any

from orderctl.core import orders
from orderctl.core.text import did_you_mean
from orderctl.rules import action_registry as read
from orderctl.rules import codes
from orderctl.rules.action_registry import action
from orderctl.rules.kinds import text_of
from orderctl.rules.known import Refused, Setup

DOCUMENTS = ("packing_slip", "commercial_invoice")
SIGNATURES = ("direct", "adult")
_DUTIES = ("ddp", "ddu")
_ITEM = ("sku", "quantity")
_BATCH = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,28}[a-z0-9])?")


def _services(raw: Any, setup: Setup) -> tuple[str, ...]:
    return read.named(raw, setup.known.services, "service", codes.UNKNOWN_SERVICE)


def _one(raw: Any, what: str) -> Any:
    if isinstance(raw, list):
        raise Refused(codes.WRONG_TYPE, f"a list, where {what} is needed")
    return raw


@action("service", "service", type="carrier:service", example='"ups:ground"')
def service(raw: Any, setup: Setup) -> str:
    """The carrier's service the shipment takes."""
    return _services(_one(raw, "one service"), setup)[0]


@action("cheapest_of", "service", type="carrier:service", example='["usps:priority", "ups:ground"]')
def cheapest_of(raw: Any, setup: Setup) -> tuple[str, ...]:
    """The services of which the cheapest that carries the shipment is taken."""
    return _services(raw, setup)


@action("fastest_of", "service", type="carrier:service", example='["ups:next_day_air", "fedex:overnight"]')
def fastest_of(raw: Any, setup: Setup) -> tuple[str, ...]:
    """The services of which the fastest that carries the shipment is taken."""
    return _services(raw, setup)


@action("deliver_by", "service", type="promised", example='"promised"')
def deliver_by(raw: Any, setup: Setup) -> str:  # noqa: ARG001
    """Only services that arrive by the day the customer was promised are taken, where there are any."""
    return read.one_of(raw, ("promised",))


@action("package", "service", type="the name of a package", example='"small-box"')
def package(raw: Any, setup: Setup) -> str:
    """The box it is packed in."""
    return read.named(_one(raw, "one package"), setup.known.packages, "package", codes.UNKNOWN_PACKAGE)[0]


@action("duties", "service", type=", ".join(_DUTIES), example='"ddp"')
def duties(raw: Any, setup: Setup) -> str:  # noqa: ARG001
    """Who pays duties: the sender (ddp) or the receiver (ddu)."""
    return read.one_of(raw, _DUTIES)


@action("insure", "enhance", type='an amount or "shipment.value"', example='"shipment.value"')
def insure(raw: Any, setup: Setup) -> int | str:
    """What the shipment is insured for."""
    return raw if raw == "shipment.value" else read.amount(raw, setup)


@action("signature", "enhance", type=", ".join(SIGNATURES), example='"direct"')
def signature(raw: Any, setup: Setup) -> str:  # noqa: ARG001
    """Who has to sign: whoever is there (direct) or an adult. Of several rules the stronger counts."""
    return read.one_of(raw, SIGNATURES)


@action("documents", "enhance", type=f"of {', '.join(DOCUMENTS)}", example='["commercial_invoice"]')
def documents(raw: Any, setup: Setup) -> tuple[str, ...]:  # noqa: ARG001
    """The documents that go with the shipment."""
    return tuple(read.one_of(word, DOCUMENTS) for word in read.texts(raw, "a document"))


@action("pack_note", "enhance", type="text", example='"Gift for {ship_to.name}: {gift_message}"')
def pack_note(raw: Any, setup: Setup) -> str:  # noqa: ARG001
    """A note for whoever packs the shipment."""
    return read.template(raw)


@action("hide_prices", "enhance", type="true or false", example="true")
def hide_prices(raw: Any, setup: Setup) -> bool:  # noqa: ARG001
    """Whether the papers in the parcel show no prices. Customs papers always show values."""
    return read.flag(raw)


@action("add_item", "enhance", type="{ sku, quantity }", example='{ sku = "INSERT", quantity = 1 }', table=True)
def add_item(raw: Any, setup: Setup) -> dict[str, Any]:  # noqa: ARG001
    """A SKU put into the order's first shipment, once; left out where that location has none."""
    if not isinstance(raw, dict):
        raise Refused(codes.WRONG_TYPE, "not a table", 'write { sku = "INSERT", quantity = 1 }')
    for name in raw:
        if name not in _ITEM:
            raise Refused(codes.UNKNOWN_KEY, f"unknown key '{name}'", did_you_mean(name, _ITEM).removeprefix("; "))
    return {"sku": text_of(raw.get("sku", ""), "a SKU"), "quantity": read.count(raw.get("quantity", 1), 1)}


@action("priority", "enhance", type=", ".join(orders.PRIORITIES), example='"high"')
def priority(raw: Any, setup: Setup) -> str:  # noqa: ARG001
    """The shipment's place in its batch, and the order's in later decisions. Of several rules the stronger counts."""
    return read.one_of(raw, orders.PRIORITIES)


@action("batch", "enhance", type="text", example='"wholesale"')
def batch(raw: Any, setup: Setup) -> str:  # noqa: ARG001
    """The shipment is handed over in a batch of its own of this name: `0007-wholesale` in place of `0007`."""
    name = text_of(raw, "a name")
    if not _BATCH.fullmatch(name):
        raise Refused(
            codes.WRONG_TYPE, f"'{name[:40]}' is not a name for a batch", "a-z, 0-9 and -, at most 30 of them"
        )
    return name
