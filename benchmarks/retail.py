"""Half a year of a real wholesaler (UCI "Online Retail") as input for the file channel, and what it must come to.

1. an invoice is an order; a line of postage, fees or samples is a line that needs no shipping
2. a credit note (invoice number C...) takes units off the customer's latest earlier invoice that has enough of the
   SKU, as a later version of that order in a later file; one that finds none is a cancellation without an order
3. what no order can be (stock corrections with negative quantities, amounts smaller than a penny) is written as it
   is, and the program has to put it aside
Nothing is rounded and nothing is left out: what the store holds afterwards must add up to the input.
"""

from __future__ import annotations

import csv
import gzip
import io
import itertools
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

SOURCE = Path("data", "uci_online_retail_h1.csv.gz")
NOW = "2011-07-01T06:00:00Z"
_ZONE = ZoneInfo("Europe/London")
#: What stands among the stock codes and is no article. `D` is a discount: money without units.
NOT_GOODS = frozenset(("POST", "DOT", "C2", "M", "m", "S", "BANK CHARGES", "AMAZONFEE", "CRUK", "B"))
DISCOUNT = "D"
_COUNTRIES = {
    "United Kingdom": "GB", "Germany": "DE", "France": "FR", "EIRE": "IE", "Netherlands": "NL", "Spain": "ES",
    "Belgium": "BE", "Switzerland": "CH", "Australia": "AU", "Portugal": "PT", "Norway": "NO", "Cyprus": "CY",
    "Channel Islands": "JE", "Italy": "IT", "Finland": "FI", "Japan": "JP", "Sweden": "SE", "Hong Kong": "HK",
    "Poland": "PL", "Denmark": "DK", "Austria": "AT", "Singapore": "SG", "Iceland": "IS", "Greece": "GR",
    "Canada": "CA", "Malta": "MT", "Lebanon": "LB", "Israel": "IL", "Lithuania": "LT", "Brazil": "BR", "USA": "US",
    "United Arab Emirates": "AE", "Bahrain": "BH", "Czech Republic": "CZ", "Saudi Arabia": "SA", "RSA": "ZA",
    # These two name no country: their orders have nowhere to go.
    "Unspecified": "", "European Community": "",
}  # fmt: skip
WAREHOUSES = {"leeds": 50, "bristol": 30, "felixstowe": 20}  # their shares of the first month's demand, in percent


class Row(NamedTuple):
    """One line of one invoice. `price` is pounds, `at` the local time as it was written."""

    invoice: str
    sku: str
    title: str
    quantity: int
    at: str
    price: Decimal
    customer: str
    country: str

    @property
    def amount(self) -> Decimal:
        """Pounds for all units, negative when they come back."""
        return self.quantity * self.price


def read(source: Path, rows: int | None = None) -> list[Row]:
    """The first `rows` lines of the data set, all when None."""
    with gzip.open(source, "rb") as packed:
        lines = csv.reader(io.TextIOWrapper(packed, encoding="utf-8", newline=""))
        next(lines)
        return [
            Row(invoice, sku, title, int(quantity), at, Decimal(price), customer, country)
            for invoice, sku, title, quantity, at, price, customer, country in itertools.islice(lines, rows)
        ]


def invoices(rows: Iterable[Row]) -> dict[str, list[Row]]:
    """Invoice number -> its lines, both in the order of the input."""
    found: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        found[row.invoice].append(row)
    return found


@dataclass(slots=True)
class _Sold:
    """An invoice as it stands after the credit notes so far. Amounts are pounds."""

    lines: list[Row]
    units: list[int]
    amounts: list[Decimal]
    updated_at: str
    discount: Decimal = Decimal(0)
    credit_notes: list[str] = field(default_factory=list)

    @property
    def total(self) -> Decimal:
        """What is left to pay."""
        return sum(self.amounts, -self.discount)

    def take_off(self, credit: Row) -> bool:
        """Take what `credit` gives back off this invoice; False, and nothing happens, when it has not that much."""
        of_sku = [at for at, line in enumerate(self.lines) if line.sku == credit.sku]
        enough = credit.sku == DISCOUNT or sum(self.units[at] for at in of_sku) >= -credit.quantity
        if not enough or self.total < -credit.amount:
            return False
        units, money = -credit.quantity, -credit.amount
        for at in of_sku:
            taken = min(units, self.units[at])
            paid = min(money, self.amounts[at]) if taken else Decimal(0)
            self.units[at] -= taken
            self.amounts[at] -= paid
            units, money = units - taken, money - paid
        self.discount += money  # a plain discount, or given back at a higher price than it was sold for
        self.updated_at = credit.at
        self.credit_notes = list(dict.fromkeys((*self.credit_notes, credit.invoice)))
        return True


def convert(rows: Iterable[Row], folder: Path) -> Path:
    """A shop in `folder` whose channel holds `rows`: per month a file of orders, of changes, and of unmatched notes.

    Its channels.toml.
    """
    (folder / "orders").mkdir(parents=True)
    by_customer: dict[str, list[_Sold]] = defaultdict(list)
    demand: dict[str, int] = {}
    months = itertools.groupby(invoices(rows).items(), key=lambda item: item[1][0].at[:7])
    for nth, (month, listed) in enumerate(months):
        orders, changed, unmatched = [], dict[int, _Sold](), []
        for number, lines in listed:
            if number.startswith("C"):
                left = [line for line in lines if not _matched(line, by_customer[line.customer], changed)]
                unmatched += [_cancellation(number, left)] if left else []
                continue
            sold = _Sold(lines, [line.quantity for line in lines], [line.amount for line in lines], lines[0].at)
            orders.append(_order(sold))
            if lines[0].customer:
                by_customer[lines[0].customer].append(sold)
            for line in filter(_is_goods, lines):
                demand[line.sku] = demand.get(line.sku, 0) + (max(0, line.quantity) if nth == 0 else 0)
        _write(folder / "orders" / f"{month}-1-orders.jsonl", orders)
        _write(folder / "orders" / f"{month}-2-changes.jsonl", map(_order, changed.values()))
        _write(folder / "orders" / f"{month}-3-unmatched.jsonl", unmatched)
    return _write_shop(folder, demand)


def _matched(credit: Row, sold: list[_Sold], changed: dict[int, _Sold]) -> bool:
    """Whether an invoice among `sold` took the credit, the latest that can; it is added to `changed`."""
    for one in reversed(sold):
        if one.take_off(credit):
            changed[id(one)] = one
            return True
    return False


def _is_goods(line: Row) -> bool:
    return line.sku not in NOT_GOODS and line.sku != DISCOUNT and not line.sku.startswith("gift_")


def _utc(at: str) -> str:
    moment = datetime.fromisoformat(at).replace(tzinfo=_ZONE).astimezone(UTC)
    return moment.replace(tzinfo=None).isoformat(timespec="seconds") + "Z"


def _pounds(amount: Decimal) -> str:
    """With two decimals, or with all that it has where it has more."""
    return f"{amount:.2f}" if amount == round(amount, 2) else str(amount)


def _order(sold: _Sold) -> dict[str, Any]:
    first = sold.lines[0]
    row: dict[str, Any] = {
        "channel_order_id": first.invoice,
        "number": first.invoice,
        "placed_at": _utc(first.at),
        "updated_at": _utc(sold.updated_at),
        "currency": "GBP",
        "payment": "paid",
        "type": "b2b",
        "total": _pounds(sold.total),
        "lines": [
            {
                "id": str(position),
                "sku": line.sku,
                "title": line.title,
                "quantity": sold.units[position - 1],
                "amount": _pounds(sold.amounts[position - 1]),
                "requires_shipping": _is_goods(line),
            }
            for position, line in enumerate(sold.lines, 1)
        ],
    }
    if sold.discount:
        row["discount"] = _pounds(sold.discount)
    if first.customer:
        row["customer"] = {"id": first.customer}
    if _COUNTRIES[first.country]:
        row["ship_to"] = {"name": f"Customer {first.customer or 'unknown'}", "country": _COUNTRIES[first.country]}
    if sold.credit_notes:
        row["attributes"] = {"credit_notes": " ".join(sold.credit_notes)}
    return row


def _cancellation(number: str, lines: Sequence[Row]) -> dict[str, Any]:
    return {
        "cancellation": number,
        "cancelled_at": _utc(lines[0].at),
        "customer": lines[0].customer,
        "lines": [{"sku": line.sku, "quantity": -line.quantity, "amount": _pounds(-line.amount)} for line in lines],
    }


def _write(path: Path, rows: Iterable[Mapping[str, Any]]) -> None:
    content = "".join(json.dumps(row, separators=(",", ":")) + "\n" for row in rows)
    path.write_text(content, encoding="utf-8")


def _write_shop(folder: Path, demand: Mapping[str, int]) -> Path:
    (folder / "stock").mkdir()
    left = dict(demand)
    for name, percent in WAREHOUSES.items():
        last = name == list(WAREHOUSES)[-1]
        share = {sku: left[sku] if last else demand[sku] * percent // 100 for sku in sorted(demand)}
        left = {sku: units - share[sku] for sku, units in left.items()}
        rows = "".join(f"{sku},{units}\n" for sku, units in share.items())
        (folder / "stock" / f"{name}.csv").write_text("sku,quantity\n" + rows, encoding="utf-8")
    (folder / "rules.toml").write_text(RULES, encoding="utf-8")
    config = folder / "channels.toml"
    config.write_text(CHANNELS, encoding="utf-8")
    return config


CHANNELS = """
version  = 1
currency = "GBP"
timezone = "Europe/London"

[routing]
hold_missing_customs = false    # nor HS codes and origins

[channel.retail]
type = "file"
path = "orders/*.jsonl"
live_from = 2010-12-01T00:00:00Z
""" + "".join(
    f"""
[location.{name}]
address = {{ country = "GB" }}
send       = {{ via = "file", path = "out/{name}/{{date}}-{{batch}}.csv" }}
stock_feed = {{ via = "file", path = "stock/{name}.csv" }}
"""
    for name in WAREHOUSES
)

RULES = """
version  = 1
currency = "GBP"
default_weight = "250 g"    # the data set knows no weights

[[hold]]
name = "a very large order"
why  = "somebody calls the customer before a pallet leaves"
when.total = ">= 10000"
then.hold = "large"

[[location]]
name = "abroad"
unless.ship_to.country = "GB"
then.ship_from = ["felixstowe", "leeds", "bristol"]
then.split.allow = true
then.split.lines = true
then.if_short = "backorder"
then.backorder.ship_available_now = true

[[location]]
name = "at home"
then.ship_from = ["leeds", "bristol", "felixstowe"]
then.prefer = ["fewest_shipments", "listed"]
then.split.allow = true
then.split.lines = true
then.if_short = "backorder"
then.backorder.ship_available_now = true
"""
