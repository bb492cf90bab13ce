"""What people who answer customers and locations ask most, as queries that a browser fills in and shows.

A question is SQL over the views of `store.web_views` and the tables behind them. `:name` is what the asker types; the
functions of `store.web` give the moment of asking, amounts and moments as people write them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Question:
    """One question: its name in addresses, how it is asked, what its answer is, its query.

    `asks` says for each `:name` of the query what to type, `without` what is shown when nothing was found; `needs` =
    there is no answer before something was typed; `counted` = how many there are stands on the front page.
    """

    name: str
    title: str
    description: str
    sql: str
    asks: Mapping[str, str] = field(default_factory=dict)
    without: str = "Nothing."
    needs: bool = False
    counted: bool = False

    @property
    def count(self) -> str:
        """The query of how many rows the answer has when nothing was typed."""
        return f"SELECT count(*) FROM ({self.sql})"


_ORDER = (
    'a."order", a.state, a.channel, a.placed, a.customer, a.email, a.postcode, a.country, a.units, a.total,'
    " a.ships_from, a.held_for, a.waits_for, a.shipped"
)
_TO_LEAVE = "('new', 'held', 'backordered', 'routed', 'dispatched', 'partly_shipped')"
_SOME_LOCATION = "(trim(:location) = '' OR s.location = trim(:location))"
#: As it is typed, and without spaces and in capitals, as most carriers write theirs.
_NUMBER = "(trim(:number), replace(upper(:number), ' ', ''))"
_LOCATION = {"location": "Location; empty for all of them"}

FIND = Question(
    "find",
    "Find an order",
    "By anything the customer or a location may tell you. The surest match stands first, then the newest order.",
    f"SELECT {_ORDER} FROM json_each(orders_found(:text, 1001)) f JOIN orders o ON o.order_id = f.value"
    ' JOIN all_orders a ON a."order" = o.stem ORDER BY f.key',
    {"text": "Number, name, e-mail, phone, postcode, SKU, tracking number or shipment"},
    "No order has all of these words. Fewer words find more; three letters of a word are enough.",
    needs=True,
)

CUSTOMER = Question(
    "customer",
    "What a customer ordered",
    "Every order of an e-mail address in all channels, newest first.",
    f'SELECT {_ORDER} FROM orders o JOIN all_orders a ON a."order" = o.stem'
    " WHERE o.email <> '' AND o.email IN (trim(:email), lower(trim(:email)))"
    " ORDER BY o.placed_at DESC, o.order_id DESC",
    {"email": "E-mail address"},
    "No order has this e-mail address.",
    needs=True,
)

PARCEL = Question(
    "parcel",
    "Whose parcel is this?",
    "The order behind a tracking number, also behind one that a label had before.",
    'SELECT p.tracking_number, p.carrier, p.status, p.shipment, p."order", p.location, p.customer, p.postcode,'
    " p.country, p.contents, p.shipped, p.called_before FROM all_parcels p"
    " WHERE p.shipment IN (SELECT s.reference FROM packages k JOIN shipments s USING (shipment_id)"
    f" WHERE k.tracking_number IN {_NUMBER} UNION SELECT s.reference FROM package_changes c"
    f" JOIN packages k USING (package_id) JOIN shipments s USING (shipment_id) WHERE c.tracking_number IN {_NUMBER})"
    f" AND (p.tracking_number IN {_NUMBER} OR p.called_before <> '')",
    {"number": "Tracking number"},
    "No location told of a parcel with this number.",
    needs=True,
)

LATE = Question(
    "late",
    "What is late",
    "Orders that had to have left by now and have not, the most overdue first.",
    f'SELECT a.ship_by, {_ORDER} FROM orders o JOIN all_orders a ON a."order" = o.stem'
    f" WHERE o.ship_by <> '' AND o.ship_by < asked_at() AND o.watched = 0 AND o.state IN {_TO_LEAVE}"
    " ORDER BY o.ship_by, o.order_id",
    without="Nothing is late.",
    counted=True,
)

EXCEPTIONS = Question(
    "exceptions",
    "What waits for a person",
    "Open exceptions, oldest first, without what is put off. What to answer: orderctl exceptions show NO.",
    "SELECT no, opened, code, \"order\", subject, message, meaning, owner FROM all_exceptions WHERE state = 'open'"
    " AND (trim(:owner) = '' OR owner = trim(:owner)) ORDER BY no",
    {"owner": "Who looks after it; empty for everyone"},
    "Nothing waits.",
    counted=True,
)

HELD = Question(
    "held",
    "What is held, and why",
    "Holds that are open, oldest first.",
    "SELECT h.since, h.hold, h.\"order\", o.email, amount(o.total_minor, o.currency) || ' ' || o.currency AS total,"
    ' h.rule, h.placed_by, h.note, h.released_by_itself FROM all_holds h JOIN orders o ON o.stem = h."order"'
    " WHERE h.state = 'open' AND (trim(:hold) = '' OR h.hold = trim(:hold)) ORDER BY h.since, o.order_id",
    {"hold": "Hold, such as fraud; empty for all of them"},
    "Nothing is held.",
    counted=True,
)

IN_HAND = Question(
    "in_hand",
    "What a location has in hand",
    "Shipments that were handed over and have not left, the oldest first.",
    'SELECT v.handed_over, v.shipment, v."order", v.state, v.location, v.contents, v.acknowledged, v.handed_over_in'
    " FROM shipments s JOIN all_shipments v ON v.shipment = s.reference"
    f" WHERE s.state IN ('dispatched', 'acknowledged', 'cancel_requested', 'uncertain') AND {_SOME_LOCATION}"
    " AND coalesce(s.dispatched_at, '') <= days_before(asked_at(), :days) ORDER BY s.dispatched_at, s.shipment_id",
    {**_LOCATION, "days": "For at least so many days"},
    "It has nothing in hand for so long.",
)

TO_HAND_OVER = Question(
    "to_hand_over",
    "What is on its way to a location",
    "Shipments that are decided and not handed over yet, and the goods on order for there.",
    "SELECT local_time(s.planned_at) AS since, 'shipment to be handed over' AS what, s.reference AS shipment,"
    " o.stem AS \"order\", s.location, v.contents, local_time(nullif(s.not_before, '')) AS not_before, NULL AS expected"
    " FROM shipments s JOIN orders o USING (order_id) JOIN all_shipments v ON v.shipment = s.reference"
    f" WHERE s.state IN ('planned', 'sending') AND {_SOME_LOCATION}"
    " UNION ALL SELECT s.ordered_on, 'goods on order with ' || s.supplier, '', '', s.location,"
    " s.on_order || ' x ' || s.sku, NULL, s.expected FROM all_incoming s"
    f" WHERE s.on_order > 0 AND {_SOME_LOCATION} ORDER BY 1",
    _LOCATION,
    "Nothing is on its way there.",
)

BACKORDERS = Question(
    "backorders",
    "Who waits for stock",
    "Units that wait for stock, who waited longest first.",
    'SELECT local_time(l.backordered_at) AS since, o.stem AS "order", l.sku, l.backordered AS units, o.email,'
    " local_time(l.expected_at) AS expected, (SELECT coalesce(sum(available), 0) FROM all_stock k"
    " WHERE k.sku = l.sku) AS available_now FROM order_lines l JOIN orders o USING (order_id)"
    " WHERE l.backordered > 0 AND (trim(:sku) = '' OR l.sku = trim(:sku)) ORDER BY l.backordered_at, l.line_id",
    {"sku": "SKU; empty for all of them"},
    "Nobody waits for stock.",
    counted=True,
)

STOCK = Question(
    "stock",
    "Where a SKU lies",
    "Its units at every location, and how many open orders want.",
    "SELECT sku, title, location, on_hand, reserved, available, incoming, (SELECT coalesce(sum(l.open + l.backordered),"
    " 0) FROM order_lines l JOIN orders o USING (order_id) WHERE l.sku = all_stock.sku"
    f" AND o.state IN {_TO_LEAVE}) AS wanted_everywhere FROM all_stock"
    " WHERE trim(:sku) <> '' AND (sku = trim(:sku) COLLATE NOCASE OR sku LIKE trim(:sku) || '%')",
    {"sku": "SKU, or how it begins"},
    "No location has, or ever had, a SKU like this.",
    needs=True,
)

UNMATCHED = Question(
    "unmatched",
    "Tracking that belongs to no order",
    "Answers of locations about shipments that orderctl does not know, oldest first.",
    "SELECT received, location, reference, tracking_number, source, answer FROM all_unmatched_answers"
    f" s WHERE state = 'open' AND {_SOME_LOCATION} ORDER BY received",
    _LOCATION,
    "Every answer belongs to a shipment.",
    counted=True,
)

SHARED = Question(
    "shared_tracking",
    "Tracking numbers of several orders",
    "A number that parcels of different orders have: put together on purpose, or a mistake at the location.",
    "SELECT p.tracking_number, p.carrier, count(DISTINCT s.order_id) AS orders, group_concat(s.reference, ', ')"
    " AS shipments, s.location FROM packages p JOIN shipments s USING (shipment_id)"
    " WHERE p.tracking_number <> '' AND p.status <> 'voided' GROUP BY p.tracking_number"
    " HAVING count(DISTINCT s.order_id) > 1 ORDER BY max(p.package_id) DESC",
    without="No number belongs to two orders.",
    counted=True,
)

UNTOLD = Question(
    "untold",
    "What customers were not told yet",
    "Tracking that its channel has not taken, the oldest first.",
    'SELECT local_time(e.created_at) AS since, substr(e.target, 9) AS channel, o.stem AS "order", o.email,'
    " p.tracking_number, e.state, e.attempts, local_time(e.next_try_at) AS next_try, e.message"
    " FROM effects e JOIN orders o USING (order_id) LEFT JOIN packages p ON p.package_id = e.subject_id"
    " WHERE e.kind = 'tracking' AND e.state IN ('pending', 'sending', 'uncertain', 'refused')"
    " ORDER BY e.created_at, e.effect_id",
    without="Every channel knows of every parcel.",
    counted=True,
)

QUESTIONS = (
    *(FIND, CUSTOMER, PARCEL, LATE, EXCEPTIONS, HELD, BACKORDERS, STOCK),
    *(IN_HAND, TO_HAND_OVER, UNMATCHED, SHARED, UNTOLD),
)
