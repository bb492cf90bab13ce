"""An order of WooCommerce as the neutral JSON of an order.

1. the status says how payment stands, and whether the order is done with or cancelled
2. a refund takes its units and amounts off the lines it names (`_refunded_item_id`); what names no line, and every
   negative fee and gift card, is a discount of the order, so that it adds up to what the shop states less the refunds
3. fees and tips are lines that need no shipping; so are virtual products and empty shells of bundles
4. only times with `_gmt` are read; they are UTC without saying so

Amounts may have more decimals than the currency and are rounded one by one; lines never include tax.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any, NoReturn

from orderctl.core import money
from orderctl.core.errors import RecordError

#: What a status can mean here.
MEANINGS = ("pending", "authorized", "on_terms", "paid", "completed", "cancelled", "refunded")
#: The statuses that every shop has.
STATUSES = {
    "pending": "pending",
    "failed": "pending",
    "on-hold": "pending",
    "processing": "paid",
    "completed": "completed",
    "cancelled": "cancelled",
    "refunded": "refunded",
    "trash": "cancelled",
}
#: What is no order yet.
DRAFTS = frozenset({"auto-draft", "checkout-draft", "draft", "new"})
_SOURCES = {"rest-api": "api", "admin": "phone", "pos-rest-api": "pos"}
_ATTRIBUTION = "_wc_order_attribution_"
_ATTRIBUTES = ("source_type", "utm_source", "utm_medium", "utm_campaign")
_LARGEST = Decimal(10) ** 13


@dataclass(frozen=True, slots=True)
class Terms:
    """How a shop's orders are to be understood: what its statuses mean, its ways of pickup, private meta to keep."""

    statuses: Mapping[str, str]
    pickup: Sequence[str]
    meta: Sequence[str]


@dataclass(slots=True)
class _Back:
    """What refunds gave back for one item, minor units."""

    units: int = 0
    amount: int = 0
    tax: int = 0


@dataclass(slots=True)
class Sheet:
    """An order while it is read."""

    order: Mapping[str, Any]
    currency: str
    virtual: frozenset[int] = frozenset()
    back: dict[str, _Back] = field(default_factory=dict)
    refunded: int = 0  # minor units, all refunds
    discount: int = 0

    def amount(self, row: Mapping[str, Any], name: str, where: str = "") -> int:
        """An amount in minor units, 0 where none is stated."""
        stated = row.get(name)
        if stated is None or stated == "":
            return 0
        value = _decimal(stated)
        if value is None:
            _refuse(where + name, f"is not an amount: {str(stated)[:40]}")
        return int(value.scaleb(money.decimals(self.currency)).to_integral_value(ROUND_HALF_UP))

    def text(self, minor: int) -> str:
        """Minor units as the neutral JSON has them."""
        return money.to_text(minor, self.currency)


def status_of(order: Mapping[str, Any]) -> str:
    """The status, without the prefix that some versions show."""
    return str(order.get("status") or "").removeprefix("wc-")


def modified(order: Mapping[str, Any]) -> str:
    """When the order changed last, as a moment; empty when it does not say."""
    return moment_of(order.get("date_modified_gmt") or order.get("date_created_gmt"))


def is_test(order: Mapping[str, Any], marks: Mapping[str, str]) -> bool:
    """Whether a payment extension marked the order as a trial."""
    return any(str(meta_of(order).get(name, "")) == value for name, value in marks.items())


def item_of(line: Mapping[str, Any]) -> int:
    """The variation of a line, else its product; 0 when it was deleted."""
    found = line.get("variation_id") or line.get("product_id") or 0
    return found if isinstance(found, int) else 0


def neutral(payload: Any, terms: Terms) -> dict[str, Any]:
    """The neutral JSON of a payload: an order, or `{"order", "refunds", "virtual"}` where more was asked.

    RecordError names what is wrong in WooCommerce's own words for it.
    """
    sheet, joined = opened(payload)
    order, currency = sheet.order, sheet.currency
    _take_refunds(sheet, rows_of(joined, "refunds"))
    lines = [*_lines(sheet), *_fees(sheet)]
    ways = rows_of(order, "shipping_lines")
    shipping = sum([_kept(sheet, one) for one in ways])
    sheet.discount += sum(sheet.amount(card, "amount") for card in rows_of(order, "gift_cards"))
    tax = sheet.amount(order, "total_tax") - sum(back.tax for back in sheet.back.values())
    assigned = sum(back.amount + back.tax for back in sheet.back.values())
    meaning = terms.statuses.get(status_of(order), "pending")
    total = _total(sheet)
    return {
        "channel_order_id": str(order["id"]),
        "number": str(order.get("number") or order["id"]),
        "placed_at": moment_of(order.get("date_created_gmt")),
        "updated_at": modified(order),
        "cancelled_at": modified(order) if meaning in {"cancelled", "refunded"} else "",
        "currency": currency,
        "payment": _payment(sheet, meaning, total),
        "fulfilled_by": "channel" if meaning == "completed" else "",
        "source": _SOURCES.get(str(order.get("created_via") or ""), ""),
        "pos_location": "pos" if order.get("created_via") == "pos-rest-api" else "",
        "customer": _customer(order),
        "ship_to": _ship_to(order, ways, terms),
        "bill_to": _address(_row(order, "billing")),
        "requested_service": next((str(one["method_title"]) for one in ways if one.get("method_title")), ""),
        "lines": lines,
        "shipping_price": sheet.text(max(0, shipping)),
        "discount": sheet.text(max(0, sheet.discount + sheet.refunded - assigned)),
        "tax": sheet.text(max(0, tax)),
        "total": sheet.text(max(0, total - sheet.refunded)),
        "note": order.get("customer_note") or "",
        "attributes": _attributes(order, terms),
    }


def opened(payload: Any) -> tuple[Sheet, Mapping[str, Any]]:
    """The order in a payload, and all of the payload: `order`, and what else was asked."""
    joined = payload if isinstance(payload, Mapping) and "order" in payload else {"order": payload}
    order = joined["order"]
    if not isinstance(order, Mapping) or not isinstance(order.get("id"), int) or isinstance(order.get("id"), bool):
        _refuse("id", "is missing")
    currency = order.get("currency")
    if not isinstance(currency, str) or not money.is_currency(currency):
        _refuse("currency", f"'{str(currency)[:20]}' is not a currency code")
    return Sheet(order, currency, frozenset(_list(joined, "virtual"))), joined


def _refuse(name: str, problem: str) -> NoReturn:
    raise RecordError(f"{name} {problem}", field=name)


def _row(row: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = row.get(name)
    return value if isinstance(value, Mapping) else {}


def _list(row: Mapping[str, Any], name: str) -> list[Any]:
    value = row.get(name)
    if value is not None and value != "" and not isinstance(value, list):
        _refuse(name, "is not a list")
    return value or []


def _decimal(stated: Any) -> Decimal | None:
    """A number that can be an amount, None for anything else."""
    if isinstance(stated, bool) or not isinstance(stated, str | int | Decimal):
        return None
    try:
        value = Decimal(stated)
    except InvalidOperation:
        return None
    return value if value.is_finite() and abs(value) <= _LARGEST else None


def rows_of(row: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    """The list called `name`, of objects; an absent one is empty, as without the extension that makes it."""
    found = _list(row, name)
    if not all(isinstance(one, Mapping) for one in found):
        _refuse(name, "is not a list of tables")
    return found


def moment_of(value: Any) -> str:
    """A naive time of a `_gmt` field as a moment; what is none is left for the strict reader to refuse."""
    text = str(value or "")
    return text if not text or text.endswith("Z") or "+" in text else f"{text}Z"


def _total(sheet: Sheet) -> int:
    if sheet.order.get("total") in {None, ""}:
        _refuse("total", "is missing")
    return sheet.amount(sheet.order, "total")


def _take_refunds(sheet: Sheet, refunds: Sequence[Mapping[str, Any]]) -> None:
    """Note what was given back for which item, and in all. Their quantities and totals are negative."""
    stated = [abs(sheet.amount(one, "total", "refunds[].")) for one in rows_of(sheet.order, "refunds")]
    sheet.refunded = sum(abs(sheet.amount(one, "amount", "refunds[].")) for one in refunds) or sum(stated)
    items = (
        one
        for refund in refunds
        for kind in ("line_items", "shipping_lines", "fee_lines")
        for one in rows_of(refund, kind)
    )
    for item in items:
        back = sheet.back.setdefault(str(meta_of(item).get("_refunded_item_id", "")), _Back())
        quantity = item.get("quantity")
        back.units += abs(quantity) if isinstance(quantity, int) else 0
        back.amount += abs(sheet.amount(item, "total", "refunds[].line_items[]."))
        back.tax += abs(sheet.amount(item, "total_tax", "refunds[].line_items[]."))


def _kept(sheet: Sheet, row: Mapping[str, Any]) -> int:
    """The total of a line that is left after refunds, minor units. What went beyond it was off the whole order."""
    left = sheet.amount(row, "total") - sheet.back.get(str(row.get("id")), _Back()).amount
    if left < 0 <= sheet.amount(row, "total"):
        sheet.discount -= left
        return 0
    return left


def _lines(sheet: Sheet) -> Iterator[dict[str, Any]]:
    rows = rows_of(sheet.order, "line_items")
    parents = {str(row.get("bundled_by") or row.get("composite_parent") or "") for row in rows}
    for position, row in enumerate(rows, 1):
        where = f"line_items[{position}]."
        back = sheet.back.get(str(row.get("id")), _Back())
        quantity, less = row.get("quantity"), 0
        total, before = sheet.amount(row, "total", where), sheet.amount(row, "subtotal", where)
        discount = max(0, before - total)
        if isinstance(quantity, int) and quantity > 0:
            less = min(quantity, back.units)
            discount = money.divide_half_up(discount * (quantity - less), quantity)
        yield {
            "id": str(row.get("id") or ""),
            "sku": "" if row.get("sku") is None else str(row["sku"]),
            "title": row.get("name") or "",
            "quantity": quantity - less if less and isinstance(quantity, int) else quantity,
            "amount": sheet.text(_kept(sheet, row) + discount),
            "discount": sheet.text(discount),
            "tax": sheet.text(max(0, sheet.amount(row, "total_tax", where) - back.tax)),
            "requires_shipping": _ships(sheet, row, parents),
            "attributes": _line_attributes(row),
        }


def _ships(sheet: Sheet, row: Mapping[str, Any], parents: set[str]) -> bool:
    """Whether a parcel is needed. What is not known, such as a deleted product, is taken to need one."""
    child = row.get("bundled_by") or row.get("composite_parent")
    if child and "no" in {meta_of(row).get(f"_{kind}_item_needs_shipping") for kind in ("bundled", "composite")}:
        return False  # it leaves inside its parent
    is_parent = row.get("bundled_items") or row.get("composite_children") or str(row.get("id")) in parents
    if is_parent and not row.get("sku"):
        return False
    item = item_of(row)
    return item == 0 or (item not in sheet.virtual and sheet.order.get("needs_processing") is not False)


def _fees(sheet: Sheet) -> Iterator[dict[str, Any]]:
    """Fees and tips as lines; what is negative is a discount."""
    for position, row in enumerate(rows_of(sheet.order, "fee_lines"), 1):
        kept = _kept(sheet, row)
        if sheet.amount(row, "total", f"fee_lines[{position}].") < 0:
            sheet.discount -= kept
            continue
        tax = sheet.amount(row, "total_tax") - sheet.back.get(str(row.get("id")), _Back()).tax
        yield {
            "id": f"fee-{row.get('id') or position}",
            "title": row.get("name") or "Fee",
            "quantity": 1,
            "amount": sheet.text(kept),
            "tax": sheet.text(max(0, tax)),
            "requires_shipping": False,
        }


def _payment(sheet: Sheet, meaning: str, total: int) -> str:
    if meaning == "refunded" or 0 < total <= sheet.refunded:
        return "refunded"
    if meaning in {"pending", "authorized", "on_terms"}:
        return meaning
    if sheet.refunded:
        return "partly_refunded"
    return "voided" if meaning == "cancelled" and not sheet.order.get("date_paid_gmt") else "paid"


def _customer(order: Mapping[str, Any]) -> dict[str, Any]:
    billing = _row(order, "billing")
    guest = order.get("customer_id") in {None, "", 0, "0"}
    return {
        "id": "" if guest else str(order["customer_id"]),
        "name": _name(billing),
        "email": billing.get("email") or "",
        "phone": billing.get("phone") or "",
    }


def _name(row: Mapping[str, Any]) -> str:
    return " ".join(part for name in ("first_name", "last_name") if (part := str(row.get(name) or "").strip()))


def _is_pickup(shipping: Sequence[Mapping[str, Any]], terms: Terms) -> bool:
    return bool(shipping) and all(str(one.get("method_id") or "") in terms.pickup for one in shipping)


def _ship_to(order: Mapping[str, Any], shipping: Sequence[Mapping[str, Any]], terms: Terms) -> dict[str, str] | None:
    """Where it goes: nowhere when it is picked up; to the payer when only they are named and it ships."""
    if _is_pickup(shipping, terms):
        return None
    stated = _address(_row(order, "shipping"))
    if stated is None or not (stated["country"] or stated["line1"]):
        stated = _address(_row(order, "billing")) if shipping else None
    if stated is not None and not stated["phone"]:
        stated["phone"] = _row(order, "billing").get("phone") or ""
    return stated


def _address(row: Mapping[str, Any]) -> dict[str, str] | None:
    """An address, None when all of it is empty: WooCommerce has no other way to say that there is none."""
    found = {
        "name": _name(row),
        "company": row.get("company") or "",
        "line1": row.get("address_1") or "",
        "line2": row.get("address_2") or "",
        "city": row.get("city") or "",
        "region": row.get("state") or "",
        "postcode": row.get("postcode") or "",
        "country": row.get("country") or "",
        "phone": row.get("phone") or "",
    }
    return found if any(value for name, value in found.items() if name != "phone") else None


def meta_of(row: Mapping[str, Any]) -> dict[str, Any]:
    """The meta data of an order or of a line: name -> value; of several with one name the last."""
    return {str(one.get("key") or ""): one.get("value") for one in rows_of(row, "meta_data")}


def _said(value: Any) -> str:
    """A meta value as text; lists and tables are a plugin's own business."""
    return "" if isinstance(value, bool | list | dict) or value is None else str(value)


def _line_attributes(row: Mapping[str, Any]) -> dict[str, str]:
    """What the customer chose, and the bundle the line belongs to."""
    found = {name: _said(value) for name, value in meta_of(row).items() if name and not name.startswith("_")}
    parent = row.get("bundled_by") or row.get("composite_parent")
    bundle = {"bundle": str(parent)} if parent else {}
    return bundle | {name: value for name, value in found.items() if value}


def _attributes(order: Mapping[str, Any], terms: Terms) -> dict[str, str]:
    """Public meta, the private meta that is asked for, and what rules may want to know of the order."""
    meta = meta_of(order)
    found = {name: _said(value) for name, value in meta.items() if name and (name[0] != "_" or name in terms.meta)}
    found |= {name: _said(meta.get(_ATTRIBUTION + name)) for name in _ATTRIBUTES}
    found |= {
        "status": status_of(order),
        "payment_method": str(order.get("payment_method") or ""),
        "coupons": ", ".join(str(one.get("code") or "") for one in rows_of(order, "coupon_lines")),
        "pickup": "yes" if _is_pickup(rows_of(order, "shipping_lines"), terms) else "",
    }
    return {name: value for name, value in found.items() if value}
