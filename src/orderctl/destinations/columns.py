"""The columns of tables that locations get: those of the pick list, and those of papers, which cost more to gather.

1. a table of pick columns alone is made as ever
2. any other column is one function of shipment and line, and says what has to be gathered for it
3. where prices are hidden, the cells of what the customer pays are empty; costs and customs values are not hidden
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from orderctl.core import copies, money
from orderctl.core.effects import Batch, BatchLine, BatchShipment
from orderctl.destinations import pick_list
from orderctl.wire.table_text import Cell


@dataclass(frozen=True, slots=True)
class Column:
    """One column: what has to be gathered for it, whether it is a price, its meaning, and its cell."""

    need: str
    doc: str
    cell: Callable[[BatchShipment, BatchLine], Cell]
    price: bool = False


def amount(minor: int, currency: str) -> str:
    """An amount as cells show it: `19.90`; empty without a currency."""
    return money.to_text(minor, currency) if currency else ""


def value(line: BatchLine, shipment: BatchShipment) -> tuple[int, str]:
    """What the units of `line` are worth to customs, and in which currency: what was paid, else what they cost."""
    if line.goods.paid_minor > 0:
        return line.goods.paid_minor, shipment.currency
    if line.goods.cost_minor is not None:
        return line.goods.cost_minor * line.quantity, line.goods.cost_currency
    return 0, shipment.currency


def _unit_price(shipment: BatchShipment, line: BatchLine) -> str:
    return amount(money.divide_half_up(line.goods.amount_minor, line.quantity or 1), shipment.currency)


def _price(name: str) -> Callable[[BatchShipment, BatchLine], Cell]:
    return lambda shipment, line: amount(getattr(line.goods, name), shipment.currency)


def _goods(name: str) -> Callable[[BatchShipment, BatchLine], Cell]:
    def cell(_shipment: BatchShipment, line: BatchLine) -> Cell:
        found = getattr(line.goods, name)
        return "" if found is None else found

    return cell


def _weight(_shipment: BatchShipment, line: BatchLine) -> Cell:
    return "" if line.goods.weight_g is None else line.goods.weight_g * line.quantity


def _cost(_shipment: BatchShipment, line: BatchLine) -> Cell:
    goods = line.goods
    return "" if goods.cost_minor is None else amount(goods.cost_minor * line.quantity, goods.cost_currency)


def _unit_cost(_shipment: BatchShipment, line: BatchLine) -> Cell:
    return "" if line.goods.cost_minor is None else amount(line.goods.cost_minor, line.goods.cost_currency)


def _bill_to(part: str) -> Callable[[BatchShipment, BatchLine], Cell]:
    return lambda shipment, _line: shipment.bought.bill_to.get(part, "")


#: Columns beside those of the pick list.
MORE = {
    "unit_price": Column("order", "Price of one unit before discount.", _unit_price, price=True),
    "amount": Column("order", "Price of these units before discount.", _price("amount_minor"), price=True),
    "discount": Column("order", "Their discount, the order's own included.", _price("discount_minor"), price=True),
    "tax": Column("order", "Their tax.", _price("tax_minor"), price=True),
    "paid": Column("order", "`amount` less `discount`.", _price("paid_minor"), price=True),
    "currency": Column("", "Currency of prices.", lambda shipment, _line: shipment.currency),
    "customer": Column("order", "Who bought.", lambda shipment, _line: shipment.bought.customer),
    "po_number": Column("order", "The customer's own number.", lambda shipment, _line: shipment.bought.po_number),
    "deliver_by": Column("order", "When it was promised.", lambda shipment, _line: shipment.bought.deliver_by),
    **{
        f"bill_to.{part}": Column("order", "The address of the invoice.", _bill_to(part))
        for part in ("name", "company", "line1", "line2", "line3", "city", "region", "postcode", "country", "phone")
    },
    "unit_weight_g": Column("goods", "Grams of one unit.", _goods("weight_g")),
    "weight_g": Column("goods", "Grams of these units.", _weight),
    "hs_code": Column("goods", "Tariff code.", _goods("hs_code")),
    "origin": Column("goods", "Country of origin.", _goods("origin")),
    "barcode": Column("goods", "EAN or UPC.", _goods("barcode")),
    "supplier_sku": Column("goods", "What the supplier calls it.", _goods("supplier_sku")),
    "unit_cost": Column("goods", "Cost of one unit.", _unit_cost),
    "cost": Column("goods", "Cost of these units.", _cost),
    "cost_currency": Column("goods", "Currency of costs.", _goods("cost_currency")),
    "value": Column("order goods", "Value for customs: `paid`, else `cost`.", lambda s, n: amount(*value(n, s))),
    "value_currency": Column("order goods", "Currency of `value`.", lambda s, n: value(n, s)[1]),
}
#: Every column there is, and what it means.
MEANINGS = {**pick_list.MEANINGS, **{name: one.doc for name, one in MORE.items()}}
KNOWN = tuple(MEANINGS)
#: The columns that copies for a location in shadow have beside all others, and what stands in them.
OF_TESTS = {"test": "yes", "notice": copies.NOTICE}
_SHIP_TO = ("name", "company", "line1", "line2", "line3", "city", "region", "postcode", "country", "phone")
#: The columns of each kind of document where `columns` says nothing.
USUAL = {
    "pick": pick_list.COLUMNS,
    "packing-slip": (
        *("reference", "order_number", "placed_at", *_SHIP_TO, "line", "sku", "title", "quantity"),
        *("unit_price", "paid", "currency", "gift_message", "pack_note"),
    ),
    "purchase-order": (
        *("reference", "ship_by", "carrier", "service", *_SHIP_TO, "line", "sku", "supplier_sku", "title", "quantity"),
        *("unit_cost", "cost", "cost_currency", "pack_note"),
    ),
    "commercial-invoice": (
        *("reference", "order_number", *_SHIP_TO, "line", "sku", "title", "hs_code", "origin", "quantity", "weight_g"),
        *("value", "value_currency", "duties"),
    ),
}


def needs(columns: Sequence[str]) -> frozenset[str]:
    """What has to be gathered for `columns`, of `core.papers.NEEDS`."""
    return frozenset(need for name in columns if name in MORE for need in MORE[name].need.split())


def marked(header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> tuple[list[str], Iterator[Sequence[Cell]]]:
    """A table of copies: columns at its end say that nothing is to be shipped, so that the others stay in place."""
    names = [name if name not in header else f"{name}_of_orderctl" for name in OF_TESTS]
    said = tuple(OF_TESTS.values())
    return [*header, *names], ((*row, *said) for row in rows)


def rows(batch: Batch, columns: Sequence[str], *, hide_prices: bool = False) -> Iterator[Sequence[Cell]]:
    """A row per line of each shipment of `batch`, with the cells of `columns`; prices empty where they are hidden."""
    more = [MORE.get(name) for name in columns]
    if not any(more):
        return pick_list.rows(batch, columns)
    return _rows(batch, columns, more, hide_prices=hide_prices)


def _rows(
    batch: Batch, columns: Sequence[str], more: Sequence[Column | None], *, hide_prices: bool
) -> Iterator[Sequence[Cell]]:
    picked = [name for name in columns if name not in MORE]
    base = pick_list.rows(batch, picked) if picked else None
    for shipment in batch.shipments:
        hidden = hide_prices or bool(shipment.options.get("hide_prices"))
        for line in shipment.lines:
            known = iter(next(base) if base else ())
            yield [
                next(known) if one is None else "" if one.price and hidden else one.cell(shipment, line) for one in more
            ]
