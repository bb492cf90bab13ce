"""Papers as values: what stands on a pick list, a packing slip, a purchase order, a commercial invoice.

1. a batch becomes sheets: one for all of it (pick list, purchase order), or one per shipment
2. a sheet says what stands on it and in which order, not where; `sheet_pdf` and `sheet_html` draw the same sheets
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from orderctl.core import copies, customs, money
from orderctl.core.effects import Batch, BatchLine, BatchShipment
from orderctl.destinations import pick_list
from orderctl.destinations.columns import amount, value
from orderctl.wire import address_lines

Paper = Literal["a4", "letter"]
#: Where paper is cut to Letter; everywhere else it is A4.
_LETTER = frozenset("US CA MX PR PH CL CO CR DO GT HN NI PA SV VE BO BZ".split())
NEEDS: Mapping[str, frozenset[str]] = {
    "pick": frozenset(),
    "packing-slip": frozenset(("order",)),
    "purchase-order": frozenset(("order", "goods")),
    "commercial-invoice": frozenset(("order", "goods")),
}
_INVOICE = "commercial-invoice"
_INVOICE_WORD = "commercial_invoice"  # as rules call it


@dataclass(frozen=True, slots=True)
class Block:
    """Lines under a small title. `strong` ones stand in a frame."""

    title: str
    lines: Sequence[str]
    strong: bool = False


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a sheet's table: its share of the width; numbers stand right; `code` is drawn as a barcode, too."""

    title: str
    share: int
    right: bool = False
    code: bool = False
    box: bool = False  # an empty box to tick


@dataclass(frozen=True, slots=True)
class Sheet:
    """One paper. Its pages are counted by themselves. `reference` is also drawn as a barcode and a QR code."""

    title: str
    reference: str
    sender: Block
    addresses: Sequence[Block]
    facts: Sequence[tuple[str, str]]
    columns: Sequence[Column]
    rows: Sequence[Sequence[str]]
    totals: Sequence[tuple[str, str]] = ()
    notes: Sequence[Block] = ()
    banner: str = ""  # across the top of every page


def paper_of(batch: Batch) -> Paper:
    """The size of paper that is usual where the location of `batch` is."""
    country = batch.sender.place.get("country") or batch.sender.address.get("country", "")
    return "letter" if country in _LETTER else "a4"


def concerned(kind: str, batch: Batch) -> Batch:
    """`batch` with the shipments that a document of `kind` beside another one is for.

    A commercial invoice is for those that cross a customs border, and those for which a rule asks for one.
    """
    if kind != _INVOICE:
        return batch
    home = batch.sender.place.get("country") or batch.sender.address.get("country", "")
    wanted = [shipment for shipment in batch.shipments if _crosses(home, shipment) or _asked(shipment)]
    return replace(batch, shipments=tuple(wanted))


def _crosses(home: str, shipment: BatchShipment) -> bool:
    return customs.is_border(home, shipment.ship_to.get("country", ""))


def _asked(shipment: BatchShipment) -> bool:
    named = shipment.options.get("documents", ())
    return isinstance(named, list | tuple) and _INVOICE_WORD in named


def of(kind: str, batch: Batch, *, hide_prices: bool = False) -> list[Sheet]:
    """The sheets of the document `kind` about `batch`."""
    made = _made(kind, batch, hide_prices=hide_prices)
    return [replace(sheet, banner=copies.NOTICE) for sheet in made] if batch.test else made


def _made(kind: str, batch: Batch, *, hide_prices: bool) -> list[Sheet]:
    if kind == "pick":
        return [_pick_list(batch)]
    if kind == "purchase-order":
        return [_purchase_order(batch)]
    if kind == _INVOICE:
        return [_commercial_invoice(batch, shipment) for shipment in batch.shipments]
    return [_packing_slip(batch, shipment, hide_prices=hide_prices) for shipment in batch.shipments]


def _pick_list(batch: Batch) -> Sheet:
    rows = [
        ("", shipment.reference, line.sku, line.title, str(line.quantity))
        for shipment in batch.shipments
        for line in shipment.lines
    ]
    units = sum(line.quantity for shipment in batch.shipments for line in shipment.lines)
    notes = []
    for shipment in batch.shipments:
        said = _notes(batch, shipment)
        notes += [Block(f"{shipment.reference}: {block.title}", block.lines) for block in said]
    return Sheet(
        title="Pick list",
        reference=f"{batch.location}-{pick_list.batch_text(batch)}",
        sender=_sender(batch),
        addresses=(),
        facts=(
            *_stated(("Location", batch.location), ("Batch", pick_list.batch_text(batch)), ("Date", batch.date)),
            ("Shipments", str(len(batch.shipments))),
            ("Units", str(units)),
        ),
        columns=(
            Column("", 5, box=True),
            Column("Shipment", 20),
            Column("SKU", 32, code=True),
            Column("Article", 36),
            Column("Units", 7, right=True),
        ),
        rows=rows,
        notes=notes,
    )


def _packing_slip(batch: Batch, shipment: BatchShipment, *, hide_prices: bool) -> Sheet:
    shows = bool(shipment.currency) and not (hide_prices or shipment.options.get("hide_prices"))
    priced = shows and any(line.goods.amount_minor for line in shipment.lines)
    columns = [Column("SKU", 26, code=True), Column("Article", 46), Column("Units", 8, right=True)]
    totals: list[tuple[str, str]] = [("Units", str(_units(shipment)))]
    if priced:
        columns += [Column(f"Price {shipment.currency}", 12, right=True), Column("Amount", 12, right=True)]
        totals += _price_totals(shipment)
    bill_to = shipment.bought.bill_to
    addresses = [_address("Ship to", shipment.ship_to, phone=True)]
    if bill_to and {**bill_to, "phone": ""} != {**shipment.ship_to, "phone": ""}:
        addresses.append(_address("Bill to", bill_to))
    return Sheet(
        title="Packing slip",
        reference=shipment.reference,
        sender=_sender(batch),
        addresses=addresses,
        facts=(
            *_order_facts(shipment),
            *_stated(("Customer", _other_name(shipment)), ("Package", _option(shipment, "package"))),
        ),
        columns=columns,
        rows=[_slip_row(shipment, line, priced=priced) for line in shipment.lines],
        totals=totals,
        notes=_notes(batch, shipment),
    )


def _slip_row(shipment: BatchShipment, line: BatchLine, *, priced: bool) -> Sequence[str]:
    cells = (line.sku, line.title, str(line.quantity))
    if not priced:
        return cells
    each = money.divide_half_up(line.goods.amount_minor, line.quantity or 1)
    return (*cells, amount(each, shipment.currency), amount(line.goods.amount_minor, shipment.currency))


def _price_totals(shipment: BatchShipment) -> list[tuple[str, str]]:
    full = sum(line.goods.amount_minor for line in shipment.lines)
    off = sum(line.goods.discount_minor for line in shipment.lines)
    tax = sum(line.goods.tax_minor for line in shipment.lines)
    included = shipment.bought.prices_include_tax
    total = full - off + (0 if included else tax)
    rows = [("Goods", full), ("Discount", -off)] if off or tax else []
    if tax:
        rows.append(("Tax, included" if included else "Tax", tax))
    rows = [row for row in rows if row[1]]
    currency = shipment.currency
    return [*((name, amount(minor, currency)) for name, minor in rows), (f"Total {currency}", amount(total, currency))]


def _purchase_order(batch: Batch) -> Sheet:
    rows: list[Sequence[str]] = []
    by_currency: dict[str, int] = {}
    unknown = False
    blocks = []
    for shipment in batch.shipments:
        blocks += [_drop_ship(shipment), *_notes(batch, shipment, shipment.reference)]
        for line in shipment.lines:
            goods = line.goods
            unit = cost = ""
            if goods.cost_minor is None:
                unknown = True
            else:
                total = goods.cost_minor * line.quantity
                by_currency[goods.cost_currency] = by_currency.get(goods.cost_currency, 0) + total
                unit = amount(goods.cost_minor, goods.cost_currency)
                cost = f"{amount(total, goods.cost_currency)} {goods.cost_currency}"
            called = goods.supplier_sku or line.sku
            own = "" if called == line.sku else f"our {line.sku}"
            title = " \u2013 ".join(part for part in (line.title, own) if part)
            rows.append((shipment.reference, called, title, str(line.quantity), unit, cost))
    totals = [(f"Total {currency}", amount(minor, currency)) for currency, minor in sorted(by_currency.items())]
    if unknown and totals:
        totals.append(("", "without lines whose cost is not known"))
    return Sheet(
        title="Purchase order",
        reference=f"{batch.location}-{pick_list.batch_text(batch)}",
        sender=_sender(batch, of_shop=True),
        addresses=[_address("Supplier", _supplier(batch)), *_buyer(batch)],
        facts=(
            *_stated(("Order", pick_list.batch_text(batch)), ("Date", batch.date)),
            ("Shipments", str(len(batch.shipments))),
            ("Units", str(sum(map(_units, batch.shipments)))),
        ),
        columns=(
            Column("Ship as", 20),
            Column("SKU", 22),
            Column("Article", 30),
            Column("Units", 8, right=True),
            Column("Cost", 10, right=True),
            Column("Amount", 14, right=True),
        ),
        rows=rows,
        totals=totals,
        notes=blocks,
    )


def _drop_ship(shipment: BatchShipment) -> Block:
    way = " ".join(part for part in (shipment.carrier, shipment.service) if part)
    extra = [f"Send by {way}"] if way else []
    if shipment.ship_by:
        extra.append(f"Ship by {_day(shipment.ship_by)}")
    phone = shipment.ship_to.get("phone", "")
    called = [f"Phone {phone}"] if phone else []
    return Block(f"Ship {shipment.reference} to", [*address_lines.lines(shipment.ship_to), *called, *extra])


def _supplier(batch: Batch) -> Mapping[str, str]:
    place = batch.sender.place
    return place if place.get("company") or place.get("name") else {**place, "company": batch.location}


def _buyer(batch: Batch) -> list[Block]:
    sender = batch.sender
    named = [] if sender.shop in {"", *sender.address.values()} else [sender.shop]
    lines = [*named, *address_lines.lines(sender.address), *([f"Tax number {sender.tax_id}"] if sender.tax_id else [])]
    return [Block("Invoice to", lines)] if lines else []


def _commercial_invoice(batch: Batch, shipment: BatchShipment) -> Sheet:
    rows: list[Sequence[str]] = []
    totals: dict[str, int] = {}
    weight: int | None = 0
    for line in shipment.lines:
        goods = line.goods
        worth, currency = value(line, shipment)
        totals[currency] = totals.get(currency, 0) + worth
        grams = None if goods.weight_g is None else goods.weight_g * line.quantity
        weight = None if weight is None or grams is None else weight + grams
        each = amount(money.divide_half_up(worth, line.quantity or 1), currency)
        shown = f"{amount(worth, currency)} {currency}".strip()
        kilos = "" if grams is None else _kilos(grams)
        described = line.title or line.sku
        rows.append((described, goods.hs_code, goods.origin, str(line.quantity), kilos, each, shown))
    duties = {"ddp": "DDP, duties paid by the sender", "ddu": "DAP, duties paid by the receiver"}
    sender = batch.sender
    return Sheet(
        title="Commercial invoice",
        reference=shipment.reference,
        sender=_sender(batch),
        addresses=[
            _address("Exporter", _exporter(batch), f"Tax number {sender.tax_id}" if sender.tax_id else ""),
            _address("Consignee", shipment.ship_to, shipment.email, phone=True),
        ],
        facts=(
            *_stated(("Date", batch.date), ("Order", shipment.order_number)),
            *_stated(("Incoterm", duties.get(_option(shipment, "duties"), ""))),
            *_stated(("Carrier", " ".join(part for part in (shipment.carrier, shipment.service) if part))),
        ),
        columns=(
            Column("Description", 34),
            Column("HS code", 12),
            Column("Origin", 8),
            Column("Units", 8, right=True),
            Column("Net kg", 9, right=True),
            Column("Unit value", 12, right=True),
            Column("Value", 15, right=True),
        ),
        rows=rows,
        totals=[
            ("Units", str(_units(shipment))),
            *([("Net weight", f"{_kilos(weight)} kg")] if weight else []),
            *((f"Total value {currency}", amount(minor, currency)) for currency, minor in sorted(totals.items())),
        ],
        notes=[
            Block("Declaration", ["I declare that the information on this invoice is true and correct."]),
            Block("Name, date, signature", ["", "", ""], strong=True),
        ],
    )


def _exporter(batch: Batch) -> Mapping[str, str]:
    shop, place = batch.sender.address, batch.sender.place
    if shop.get("line1"):
        return {**shop, "company": shop.get("company") or batch.sender.shop}
    return {**place, "company": place.get("company") or batch.sender.shop}


def _sender(batch: Batch, *, of_shop: bool = False) -> Block:
    """Who sends: the shop's name, and the address of the place it goes out from, or of the shop itself."""
    sender = batch.sender
    shown = sender.address if of_shop or not sender.place.get("line1") else sender.place
    name = sender.shop or shown.get("company") or shown.get("name") or batch.location
    lines = [line for line in address_lines.lines(shown) if line != name]
    return Block(name, [*lines, *([sender.email] if sender.email else [])])


def _address(title: str, parts: Mapping[str, str], *more: str, phone: bool = False) -> Block:
    called = parts.get("phone", "") if phone else ""
    extra = [f"Phone {called}"] if called else []
    return Block(title, [*address_lines.lines(parts), *extra, *filter(None, more)])


def _order_facts(shipment: BatchShipment) -> list[tuple[str, str]]:
    return _stated(
        ("Order", shipment.order_number),
        ("Ordered", _day(shipment.placed_at)),
        ("Your number", shipment.bought.po_number),
        ("Ship by", _day(shipment.ship_by)),
        ("Carrier", " ".join(part for part in (shipment.carrier, shipment.service) if part)),
    )


def _other_name(shipment: BatchShipment) -> str:
    """Who bought, where that is not who gets it."""
    bought = shipment.bought.customer
    return "" if bought == shipment.ship_to.get("name") else bought


def _notes(batch: Batch, shipment: BatchShipment, of: str = "") -> list[Block]:
    cell: Callable[[Batch, BatchShipment], object] = pick_list.OF_OPTIONS["pack_note"]
    said = (
        ("Gift message", shipment.gift_message, True),
        ("Note", shipment.note, False),
        ("Packing note", str(cell(batch, shipment)), False),
    )
    prefix = f"{of}: " if of else ""
    return [Block(prefix + title, text.splitlines(), strong=strong) for title, text, strong in said if text.strip()]


def _stated(*facts: tuple[str, str]) -> list[tuple[str, str]]:
    return [(name, text) for name, text in facts if text]


def _option(shipment: BatchShipment, name: str) -> str:
    return str(shipment.options.get(name) or "")


def _units(shipment: BatchShipment) -> int:
    return sum(line.quantity for line in shipment.lines)


def _day(moment: str) -> str:
    return moment[:10]


def _kilos(grams: int) -> str:
    return f"{grams // 1000}.{grams % 1000:03}"
