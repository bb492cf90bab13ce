"""What an order brought in and what it cost, entry by entry. Pure.

1. an amount is signed as the shop sees it: what comes in is positive, what goes out negative, so that entries add up
2. revenue, discount, tax and shipping income are what the order itself says (`sales_of`); they are worked out, not
   kept. A channel that lowers an order by its refunds states them as they were sold, and what is kept goes before
3. fees, refunds and what else a channel states are kept, each under its order, type, source and reference; a later
   statement under the same key takes the place of an earlier one
4. an estimate counts for as long as no fee is known

A refund is what the customer got back without the tax in it, where the channel says how much that is; the tax is an
entry of its own under the same reference.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from orderctl.core import money, times
from orderctl.core.errors import RecordError
from orderctl.core.orders import Order, derived_total

TYPES = (
    *("revenue", "discount", "tax", "shipping_income", "marketplace_fee", "payment_fee", "cost_of_goods"),
    *("shipping_cost", "duty", "refund", "adjustment"),
)
#: What was sold; together they are the order's total.
SALES = ("revenue", "discount", "tax", "shipping_income")
FEES = ("marketplace_fee", "payment_fee")
#: Who says so: the channel in its order, the channel in a statement of its own, channels.toml.
ORDER, STATEMENT, CONFIGURED = "order", "statement", "fees"
_LONGEST = 200


@dataclass(frozen=True, slots=True)
class MoneyEntry:
    """One amount of one order, in minor units of its own currency. `at` is when it was booked, empty = not said.

    Its key is (order, type, source, reference); `reference` is what of the source it is, such as `refund 724`.
    RecordError names what cannot be.
    """

    channel_order_id: str
    type: str
    source: str
    reference: str
    amount_minor: int
    currency: str
    at: str = ""
    estimate: bool = False

    def __post_init__(self) -> None:
        if self.type not in TYPES:
            _refuse("type", f"'{self.type[:40]}' is none of {', '.join(TYPES)}")
        for name in ("channel_order_id", "source"):
            if not getattr(self, name):
                _refuse(name, "is missing")
        for name in ("channel_order_id", "source", "reference"):
            if len(getattr(self, name)) > _LONGEST:
                _refuse(name, f"is longer than {_LONGEST} characters")
        if not money.is_currency(self.currency):
            _refuse("currency", f"'{self.currency[:40]}' is not a currency code")
        if isinstance(self.amount_minor, bool) or not isinstance(self.amount_minor, int):
            _refuse("amount", "is not a whole number of minor units")
        if abs(self.amount_minor) > money.LARGEST_MINOR:
            _refuse("amount", "is more than can be real")
        if self.at and self.at != _moment(self.at):
            _refuse("at", f"'{self.at[:40]}' is not a moment")

    @property
    def key(self) -> tuple[str, str, str]:
        """What tells it from the others of its order."""
        return self.type, self.source, self.reference


@dataclass(frozen=True, slots=True)
class Statement:
    """All that one version of an order states beside what was sold. What an earlier one stated and it does not is void.

    `unread` says what of it could not be read; it voids nothing then.
    """

    entries: tuple[MoneyEntry, ...] = ()
    unread: str = ""


def _refuse(field: str, problem: str) -> None:
    raise RecordError(f"{field} of an entry {problem}", field=field)


def _moment(text: str) -> str:
    try:
        return times.parse_moment(text)
    except ValueError:
        return ""


def sales_of(order: Order) -> list[MoneyEntry]:
    """What was sold as the order says it now; its amounts add up to the order's total. Nothing of a voided order.

    Where prices include tax, revenue is without it. A total that is off by a rounding has it as an adjustment.
    """
    if order.payment == "voided":
        return []
    tax = order.tax_minor
    charged = sum([line.amount_minor for line in order.lines])
    amounts = {
        "revenue": charged - (tax if order.prices_include_tax else 0),
        "discount": -order.discount_minor - sum([line.discount_minor for line in order.lines]),
        "tax": tax,
        "shipping_income": order.shipping_minor,
        "adjustment": order.total_minor - derived_total(order),
    }
    return [
        MoneyEntry(order.channel_order_id, type_, ORDER, "", minor, order.currency, order.placed_at)
        for type_, minor in amounts.items()
        if minor or type_ == "revenue"
    ]


def sold(
    order_id: str, currency: str, at: str, *, total: int, tax: int, shipping: int, discount: int
) -> list[MoneyEntry]:
    """What was sold before any refund, as a channel states it; minor units, all of them positive, adding to `total`."""
    amounts = {
        "revenue": total - tax - shipping + discount,
        "discount": -discount,
        "tax": tax,
        "shipping_income": shipping,
    }
    return [
        MoneyEntry(order_id, type_, ORDER, "", minor, currency, at)
        for type_, minor in amounts.items()
        if minor or type_ == "revenue"
    ]


def refunded(
    order_id: str, currency: str, at: str, *, reference: str, total: int, tax: int = 0, source: str = ORDER
) -> list[MoneyEntry]:
    """A refund of `total` minor units, `tax` of them tax (both positive)."""
    amounts = {"refund": tax - total, "tax": -tax}
    return [
        MoneyEntry(order_id, type_, source, reference, minor, currency, at) for type_, minor in amounts.items() if minor
    ]


def estimated_fee(order: Order, percent: str, fixed_minor: int) -> MoneyEntry:
    """What the channel may keep of `order`: `percent` of its total and an amount; of a cancelled one nothing."""
    share = Fraction(percent) * order.total_minor / 100 + fixed_minor
    is_off = order.payment == "voided" or order.cancelled_at
    minor = 0 if is_off else money.divide_half_up(share.numerator, share.denominator)
    return MoneyEntry(
        *(order.channel_order_id, "marketplace_fee", CONFIGURED, "", -minor, order.currency, order.placed_at),
        estimate=True,
    )


def account(order: Order, kept: Iterable[MoneyEntry]) -> list[MoneyEntry]:
    """Every entry of an order that counts: what was sold, then what is kept of it, without estimates that are over."""
    rows = list(kept)
    states_sale = any(entry.type in SALES and (entry.source, entry.reference) == (ORDER, "") for entry in rows)
    fee_is_known = any(entry.type in FEES and not entry.estimate for entry in rows)
    return [
        *(() if states_sale else sales_of(order)),
        *(entry for entry in rows if not (entry.estimate and entry.type in FEES and fee_is_known)),
    ]
