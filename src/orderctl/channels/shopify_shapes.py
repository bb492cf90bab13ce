"""What of a Shopify order is read, in the order in which `shopify_documents` asks for it.

Every field may be missing or null: recordings, webhooks and stores without an approval leave out this and that. What
has to be there is refused by name where it is used.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from msgspec import UNSET, Meta, UnsetType, field

from orderctl.wire.json_shapes import Reader, Row

Text = str | None | UnsetType
Yes = bool | None | UnsetType
Units = Annotated[int, Meta(ge=0, le=1_000_000)] | None | UnsetType


class Money(Row, frozen=True):
    """An amount."""

    amount: Text = UNSET
    currency_code: Text = UNSET


class Bag(Row, frozen=True):
    """An amount as the shop and as the customer sees it."""

    shop_money: Money | UnsetType | None = UNSET
    presentment_money: Money | UnsetType | None = UNSET


class Pair(Row, frozen=True):
    """What somebody added."""

    key: Text = UNSET
    value: Text = UNSET


class Named(Row, frozen=True):
    """Something of which only the id is read."""

    id: Text = UNSET


class Assessment(Row, frozen=True):
    """What one of those who judge risks said."""

    risk_level: Text = UNSET


class Risk(Row, frozen=True):
    """How risky an order is."""

    recommendation: Text = UNSET
    assessments: list[Assessment] | UnsetType | None = UNSET


class ShippingLine(Row, frozen=True):
    """A way of shipping that the customer chose."""

    id: Text = UNSET
    title: Text = UNSET
    is_removed: Yes = UNSET
    parent_id: Text = field(name="__parentId", default=UNSET)


class ShippingLines(Row, frozen=True):
    """The ways of shipping."""

    nodes: list[ShippingLine] | UnsetType | None = UNSET


class Mail(Row, frozen=True):
    """An address for mail."""

    email_address: Text = UNSET


class Phone(Row, frozen=True):
    """A telephone number."""

    phone_number: Text = UNSET


class Customer(Row, frozen=True):
    """Who bought."""

    id: Text = UNSET
    first_name: Text = UNSET
    last_name: Text = UNSET
    tags: list[str] | UnsetType | None = UNSET
    number_of_orders: str | int | UnsetType | None = UNSET
    amount_spent: Money | UnsetType | None = UNSET
    default_email_address: Mail | UnsetType | None = UNSET
    default_phone_number: Phone | UnsetType | None = UNSET


class Address(Row, frozen=True):
    """Where something goes to."""

    first_name: Text = UNSET
    last_name: Text = UNSET
    name: Text = UNSET
    company: Text = UNSET
    address1: Text = UNSET
    address2: Text = UNSET
    city: Text = UNSET
    province: Text = UNSET
    province_code: Text = UNSET
    zip: Text = UNSET
    country_code: Text = field(name="countryCodeV2", default=UNSET)
    phone: Text = UNSET


class TaxLine(Row, frozen=True):
    """One tax."""

    price_set: Bag | UnsetType | None = UNSET


class Group(Row, frozen=True):
    """A bundle."""

    id: Text = UNSET
    title: Text = UNSET


class Info(Row, frozen=True):
    """Whether a list goes on."""

    has_next_page: Yes = UNSET
    end_cursor: Text = UNSET


class Line(Row, frozen=True):
    """A line of an order."""

    id: Text = UNSET
    name: Text = UNSET
    sku: Text = UNSET
    quantity: Units = UNSET
    current_quantity: Units = UNSET
    unfulfilled_quantity: Any = UNSET
    requires_shipping: Yes = UNSET
    is_gift_card: Yes = UNSET
    original_unit_price_set: Bag | UnsetType | None = UNSET
    discounted_unit_price_after_all_discounts_set: Bag | UnsetType | None = UNSET
    tax_lines: list[TaxLine] | UnsetType | None = UNSET
    custom_attributes: list[Pair] | UnsetType | None = UNSET
    line_item_group: Group | UnsetType | None = UNSET
    parent_id: Text = field(name="__parentId", default=UNSET)
    title: Text = UNSET


class Lines(Row, frozen=True):
    """The lines of an order, as far as they came along."""

    page_info: Info | UnsetType | None = UNSET
    nodes: list[Line] | UnsetType | None = UNSET


class Located(Row, frozen=True):
    """Where a fulfillment order is to be fulfilled."""

    location: Named | UnsetType | None = UNSET


class Method(Row, frozen=True):
    """How something is delivered."""

    method_type: Text = UNSET
    max_delivery_date_time: Text = UNSET


class Hold(Row, frozen=True):
    """Why nothing may leave."""

    reason: Text = UNSET


class PlaceLine(Row, frozen=True):
    """A line of a fulfillment order."""

    id: Text = UNSET
    total_quantity: Units = UNSET
    remaining_quantity: Any = UNSET
    line_item: Named | UnsetType | None = UNSET
    parent_id: Text = field(name="__parentId", default=UNSET)


class PlaceLines(Row, frozen=True):
    """The lines of a fulfillment order, as far as they came along."""

    page_info: Info | UnsetType | None = UNSET
    nodes: list[PlaceLine] | UnsetType | None = UNSET


class Place(Row, frozen=True):
    """A fulfillment order."""

    id: Text = UNSET
    status: Text = UNSET
    request_status: Text = UNSET
    fulfill_by: Text = UNSET
    assigned_location: Located | UnsetType | None = UNSET
    delivery_method: Method | UnsetType | None = UNSET
    fulfillment_holds: list[Hold] | UnsetType | None = UNSET
    line_items: PlaceLines | UnsetType | None = UNSET
    parent_id: Text = field(name="__parentId", default=UNSET)


class Places(Row, frozen=True):
    """The fulfillment orders of an order, as far as they came along."""

    page_info: Info | UnsetType | None = UNSET
    nodes: list[Place] | UnsetType | None = UNSET


class Order(Row, frozen=True):
    """An order as the `Orders` document brings it."""

    id: Text = UNSET
    name: Text = UNSET
    created_at: Text = UNSET
    processed_at: Text = UNSET
    updated_at: Text = UNSET
    cancelled_at: Text = UNSET
    cancel_reason: Any = UNSET
    test: Any = UNSET
    edited: Any = UNSET
    currency_code: Text = UNSET
    presentment_currency_code: Any = UNSET
    taxes_included: Yes = UNSET
    display_financial_status: Text = UNSET
    display_fulfillment_status: Text = UNSET
    fully_paid: Yes = UNSET
    source_name: Text = UNSET
    source_identifier: Text = UNSET
    retail_location: Named | UnsetType | None = UNSET
    note: Text = UNSET
    tags: list[str] | UnsetType | None = UNSET
    po_number: Text = UNSET
    discount_codes: list[str] | UnsetType | None = UNSET
    custom_attributes: list[Pair] | UnsetType | None = UNSET
    risk: Risk | UnsetType | None = UNSET
    current_subtotal_price_set: Bag | UnsetType | None = UNSET
    current_shipping_price_set: Bag | UnsetType | None = UNSET
    current_total_tax_set: Bag | UnsetType | None = UNSET
    current_total_price_set: Bag | UnsetType | None = UNSET
    current_total_duties_set: Bag | UnsetType | None = UNSET
    current_total_additional_fees_set: Bag | UnsetType | None = UNSET
    total_tip_received_set: Bag | UnsetType | None = UNSET
    total_outstanding_set: Bag | UnsetType | None = UNSET
    shipping_lines: ShippingLines | UnsetType | None = UNSET
    email: Text = UNSET
    phone: Text = UNSET
    customer: Customer | UnsetType | None = UNSET
    shipping_address: Address | UnsetType | None = UNSET
    billing_address: Address | UnsetType | None = UNSET
    line_items: Lines | UnsetType | None = UNSET
    fulfillment_orders: Places | UnsetType | None = UNSET
    transactions: Any = UNSET


class Sold(Row, frozen=True):
    """How many units of a line were ordered, and still are."""

    quantity: int
    current_quantity: int


class SoldLines(Row, frozen=True):
    """The lines of an order, as far as they came along."""

    page_info: Info
    nodes: list[Sold]


class Counted(Row, frozen=True):
    """A list of which only its end matters."""

    page_info: Info | UnsetType | None = UNSET


class PlaceHead(Row, frozen=True):
    """A fulfillment order, as far as it says whether it is whole."""

    line_items: Counted | UnsetType | None = UNSET


class PlaceHeads(Row, frozen=True):
    """The fulfillment orders of an order, as far as they came along."""

    page_info: Info | UnsetType | None = UNSET
    nodes: list[PlaceHead] | UnsetType | None = UNSET


class Head(Row, frozen=True):
    """What of an order has to be known to have it whole."""

    id: str
    updated_at: str
    name: Text = UNSET
    cancelled_at: Text = UNSET
    test: Any = UNSET
    display_financial_status: Text = UNSET
    display_fulfillment_status: Text = UNSET
    line_items: SoldLines | UnsetType = UNSET
    fulfillment_orders: PlaceHeads | UnsetType | None = UNSET


class Entry(Row, frozen=True):
    """One object of a bulk operation's result, as far as it says where it belongs and whether units are gone."""

    id: Text = UNSET
    quantity: Any = UNSET
    current_quantity: Any = UNSET
    parent_id: Text = field(name="__parentId", default=UNSET)


class Beyond(Row, frozen=True):
    """Lines of the fulfillment order `id` that did not come along with it."""

    id: Text = UNSET
    nodes: list[PlaceLine] | UnsetType | None = UNSET


class Moved(Row, frozen=True):
    """Units of a line that were shipped, or came back."""

    quantity: Units = UNSET
    restock_type: Text = UNSET
    line_item: Named | UnsetType | None = UNSET


class Movements(Row, frozen=True):
    """What of a refund or a fulfillment is about lines."""

    nodes: list[Moved] | UnsetType | None = UNSET


class Refund(Row, frozen=True):
    """Money that went back, and the units that came back for it."""

    refund_line_items: Movements | UnsetType | None = UNSET


class Fulfillment(Row, frozen=True):
    """Units that left."""

    status: Text = UNSET
    fulfillment_line_items: Movements | UnsetType | None = UNSET


class Joined(Row, frozen=True, omit_defaults=True):
    """An order with what had to be asked for besides."""

    order: Order
    shipping_lines: Sequence[ShippingLine] = ()
    lines: list[Line] | UnsetType = UNSET
    fulfillment_orders: Sequence[Place] = ()
    fulfillment_order_lines: Sequence[Beyond] = ()
    refunds: Sequence[Refund] = ()
    fulfillments: Sequence[Fulfillment] = ()


#: A payload that was joined begins like this, and none that was not.
JOINED = b'{"order":'
_order, _joined, _head, _entry = Reader(Order), Reader(Joined), Reader(Head), Reader(Entry)


def read(raw: bytes) -> Joined:
    """The order `raw` states. ValueError when it is no JSON; RecordError names what does not fit."""
    return _joined.read(raw) if raw.startswith(JOINED) else Joined(_order.read(raw))


def head(raw: bytes) -> Head:
    """The beginning of the order `raw`. ValueError or RecordError when it has none."""
    return _head.glance(raw)


def entry(raw: bytes) -> Entry:
    """Where the object `raw` belongs. ValueError or RecordError when it is none."""
    return _entry.glance(raw)


def joined(order: bytes, more: Mapping[str, Sequence[bytes]]) -> bytes:
    """An order's own bytes with those of what belongs to it, by name."""
    if not more:
        return order
    parts = [b'"%s":[%s]' % (name.encode(), b",".join(pieces)) for name, pieces in more.items()]
    return JOINED + b"%s,%s}" % (order, b",".join(parts))
