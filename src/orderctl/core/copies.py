"""Copies of shipments for a location in shadow: the same work, marked so that nobody ships it.

1. the reference gets a prefix of its own; one that would be too long is cut, with a digest of the whole
2. the first words of whoever it would go to, of every note and of every gift message are DO NOT SHIP
3. unless its customers' data is to be shown, a stand-in takes the place of name, phone and e-mail address
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from orderctl.core.digests import digest
from orderctl.core.effects import Batch, BatchShipment
from orderctl.core.papers import NOT_ASKED
from orderctl.core.partners import COPIES_BEGIN

MARK = "DO NOT SHIP"
#: What stands on papers and in mails.
NOTICE = f"TEST: {MARK}"
LONGEST_REFERENCE = 30
_DIGITS = 6
_BATCH = "TEST"
#: What rules write may name the customer, too.
_WRITTEN = ("note", "pack_note")
#: Stand-ins that have the form of what they stand for and lead to nobody.
_NAME, _PHONE, _EMAIL = "Test", "0000000000", "do-not-ship@example.com"


def reference_of(reference: str) -> str:
    """The reference of the copy of the shipment `reference`."""
    whole = COPIES_BEGIN + reference
    if len(whole) <= LONGEST_REFERENCE:
        return whole
    return f"{whole[: LONGEST_REFERENCE - _DIGITS - 1]}-{digest(reference)[:_DIGITS].upper()}"


def batch_of(batch: Batch, *, personal: bool) -> Batch:
    """`batch` as copies of its shipments; its number is followed by `TEST` wherever it is shown."""
    shown = tuple(copied(shipment, personal=personal) for shipment in batch.shipments)
    return replace(batch, shipments=shown, name=_BATCH, test=True)


def copied(shipment: BatchShipment, *, personal: bool) -> BatchShipment:
    """`shipment` as a location in shadow is shown it; `personal` = with what is the customer's own."""
    known = shipment if personal else _without_person(shipment)
    note = known.options.get("pack_note")
    pack_note = f"{NOTICE}. {note}" if note else NOTICE
    return replace(
        known,
        reference=reference_of(shipment.reference),
        ship_to={**known.ship_to, "name": f"{MARK} {known.ship_to.get('name', '')}".strip()},
        note=f"{NOTICE}. {known.note}" if known.note else NOTICE,
        gift_message=f"{NOTICE}. {known.gift_message}" if known.gift_message else "",
        options={**known.options, "pack_note": pack_note},
    )


def _without_person(shipment: BatchShipment) -> BatchShipment:
    bought = shipment.bought
    if bought is not NOT_ASKED:
        customer = _NAME if bought.customer else ""
        bought = replace(bought, customer=customer, bill_to=_address(bought.bill_to), po_number="")
    options = {name: value for name, value in shipment.options.items() if name not in _WRITTEN}
    return replace(
        shipment,
        ship_to=_address(shipment.ship_to),
        email=_EMAIL if shipment.email else "",
        note="",
        gift_message=_NAME if shipment.gift_message else "",
        bought=bought,
        options=options,
    )


def _address(parts: Mapping[str, str]) -> dict[str, str]:
    """An address of which only the place is left: where something goes, and not to whom."""
    stated = {"name": _NAME, "company": "", "phone": _PHONE}
    return {**parts, **{part: stands for part, stands in stated.items() if parts.get(part)}}
