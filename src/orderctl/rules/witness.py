"""A real order for a box of the space, so that what was proven on paper can be tried.

1. every field gets a value that the box allows, the usual one where it can be; the total is made to add up
2. lines get what some, all and no line is asked for; more of them where the order is to have many
3. a shipment is taken as it is asked for; lines are made so that shipping them makes such a shipment
Fields that depend on each other may spoil it: whoever asks for a case must try it, and there are several.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any
from zoneinfo import ZoneInfo

from orderctl.core import addresses, times
from orderctl.core.orders import Address, Customer, Line, Order, derived_total
from orderctl.core.places import WEEKDAYS
from orderctl.core.stock import Sku
from orderctl.rules.axes import OWN_TAGS
from orderctl.rules.boxes import Box
from orderctl.rules.candidates import is_international
from orderctl.rules.facts import Facts, ShipmentFacts
from orderctl.rules.lanes import Target
from orderctl.rules.line_sets import LineSet, line_sets
from orderctl.rules.picks import Manner, Picks
from orderctl.rules.spaces import Space

PLENTY = 1_000_000
_MOST_LINES = 200
_PRICE_MINOR = 2000
_WEIGHT_G = 500
_NOW = "2026-03-03T15:00:00Z"
_PLACES = {
    "US": ("New York", "NY", "10001"),
    "CA": ("Toronto", "ON", "M5V 2T6"),
    "GB": ("London", "", "SW1A 1AA"),
    "DE": ("Berlin", "", "10115"),
    "FR": ("Paris", "", "75001"),
    "AU": ("Sydney", "NSW", "2000"),
    "JP": ("Tokyo", "", "100-0001"),
    "NL": ("Amsterdam", "", "1012 JS"),
}


@dataclass(frozen=True, slots=True)
class Case:
    """An order at a moment, with the line or shipment that is asked about."""

    facts: Facts
    line: Line | None
    shipment: ShipmentFacts


def cases(space: Space, box: Box, stage: str) -> Iterator[Case]:
    """Orders of `stage` that ought to lie in `box`."""
    for lines in line_sets(space, box, stage):
        for manner in Manner:
            yield _Maker(space, lines, manner).case()


class _Maker:
    def __init__(self, space: Space, lines: LineSet, manner: Manner) -> None:
        self.space = space
        self.lines = lines
        self.picks = Picks(space, lines.order, manner)
        self.manner = manner
        self.zone = ZoneInfo(space.axes.ruleset.timezone)
        self.now = self._at("now", _NOW)
        self.skus: dict[str, Sku] = {}
        self.currency = str(self.picks.value("currency", space.axes.ruleset.currency))

    def case(self) -> Case:
        lines = self._lines()
        order = self._order(lines)
        routed = {line.id: line.quantity for line in lines if line.fulfilled_by == "merchant"}
        ship_to = order.ship_to
        facts = Facts(
            order=order,
            now=self.now,
            places=self.space.places,
            stock={name: dict.fromkeys(self.skus, PLENTY) for name in self.space.places.locations},
            open_units={name: units for name, units in routed.items() if units},
            skus=self.skus,
            address=str(self.picks.value("address", addresses.verdict(ship_to) if ship_to else "ok")),
            attempts=int(self.picks.value("attempts", 0) or 0),
        )
        return Case(facts, lines[0] if lines else None, self._shipment(lines, ship_to))

    # --- the order

    def _order(self, lines: Sequence[Line]) -> Order:
        value, has = self.picks.value, self.picks.flag
        age_s = int(value("age", 3600) or 0)
        placed_at = self._at("placed", times.later(self.now, -age_s))
        ship_to = self._ship_to()
        order = Order(
            channel=value("channel", next(iter(self.space.places.channels), "web")),
            channel_order_id="1001",
            number="1001",
            placed_at=placed_at,
            updated_at=placed_at,
            currency=self.currency,
            lines=tuple(lines),
            ship_to=ship_to,
            bill_to=self._bill_to(ship_to),
            customer=self._customer(),
            shipping_minor=self.picks.money("shipping_paid", self.currency, (0,)) or 0,
            payment=value("payment", "paid") or "",
            payment_terms=value("payment_terms", None) or "",
            source=value("source", "online"),
            pos_location=value("pos_location", None) or "",
            fulfilled_by=value("fulfilled_by", "merchant"),
            type=value("type", "b2c"),
            cancel_requested=value("cancel_requested", False),  # noqa: FBT003
            dispute=value("dispute", "none"),
            requested_service=value("requested_service", None) or "",
            ship_by=self._moment("ship_by"),
            deliver_by=self._moment("deliver_by"),
            priority=value("priority", "normal"),
            risk=value("risk", None) or "",
            tags=tuple(dict.fromkeys((*self.picks.texts(OWN_TAGS), *self.picks.texts("tags")))),
            note="Please ring twice" if has("has", "note") else "",
            gift_message="Happy birthday" if has("has", "gift_message") else "",
            po_number=value("po_number", None) or "",
            attributes=self._attributes(),
        )
        return self._paid(order)

    def _paid(self, order: Order) -> Order:
        """The order with the total that is asked for, by tax or discount."""
        natural = derived_total(order)
        total = self.picks.money("total", self.currency, (natural,))
        more = natural if total is None else total
        order = replace(order, total_minor=more, tax_minor=max(0, more - natural))
        return replace(order, discount_minor=max(0, natural - more))

    def _at(self, scope: str, usual: str) -> str:
        """A moment near `usual`, not after it in the past, with the weekday, time and date that are asked."""
        if not any(self.picks.bound(f"{scope}.{part}") for part in ("weekday", "time", "date")):
            return usual
        local = times.as_datetime(usual).astimezone(self.zone)
        minute = self.picks.value(f"{scope}.time", local.hour * 60 + local.minute)
        day = self.picks.value(f"{scope}.date", local.toordinal()) if scope == "now" else local.toordinal()
        moment = dt.datetime.combine(dt.date.fromordinal(int(day)), dt.time(minute // 60, minute % 60), self.zone)
        if scope == "placed" and times.moment(moment) > usual:
            moment -= dt.timedelta(days=1)
        weekday = self.picks.value(f"{scope}.weekday", WEEKDAYS[moment.weekday()])
        back = (moment.weekday() - WEEKDAYS.index(weekday)) % 7
        return times.moment(moment - dt.timedelta(days=back))

    def _attributes(self) -> dict[str, str]:
        names = [axis.about for axis in self.space.axes.all if axis.about.startswith("attributes.")]
        found = {name.partition(".")[2]: self.picks.value(name, None) for name in names}
        return {name: text for name, text in found.items() if text}

    def _moment(self, name: str) -> str:
        left_s = self.picks.value(name, None)
        return "" if left_s is None else times.later(self.now, int(left_s))

    def _customer(self) -> Customer:
        value = self.picks.value
        return Customer(
            id=value("customer.id", None) or "",
            name="Ana Diaz",
            email=value("customer.email", "ana@example.com") or "",
            phone="+1 212 555 0100" if self.picks.flag("has", "phone") else "",
            type=value("customer.type", None) or "",
            orders=value("customer.orders", None),
            spent_minor=self.picks.money("customer.spent", self.currency, (None,)),
            tags=tuple(self.picks.texts("customer.tags")),
        )

    def _ship_to(self) -> Address | None:
        value = self.picks.value
        company = value("ship_to.company", None)
        kind = value("ship_to.kind", "commercial" if company else "residential")
        if kind is None:
            return None
        country = value("ship_to.country", "US") or ""
        city, region, postcode = _PLACES.get(country, ("Springfield", "", "1000"))
        address = Address(
            name="Ana Diaz",
            company=company or ("Acme" if kind == "commercial" else ""),
            line1="PO Box 7"
            if kind == "po_box"
            else "BFPO 1"
            if kind == "military" and country == "GB"
            else "1 Main St",
            city=value("ship_to.city", "APO" if kind == "military" else city) or "",
            region=value("ship_to.region", "AE" if kind == "military" else region or None) or "",
            postcode=value("ship_to.postcode", postcode) or "",
            country=country,
        )
        wanted = value("address", addresses.verdict(address))
        return replace(address, line1="", name="") if wanted == "incomplete" else address

    def _bill_to(self, ship_to: Address | None) -> Address | None:
        matches = self.picks.value("billing_matches_shipping", None)
        if ship_to is None or matches is None:
            return None
        return ship_to if matches else replace(ship_to, line1="9 Other Street")

    # --- its lines

    def _lines(self) -> list[Line]:
        boxes = [(box, "merchant") for box in self.lines.routed] + [(box, "channel") for box in self.lines.others]
        more = (self.picks.number("line_count", len(boxes)) or len(boxes)) - len(boxes)
        if boxes:
            boxes += boxes[:1] * min(more, _MOST_LINES)
        lines = [self._line(box, at, by) for at, (box, by) in enumerate(boxes)]
        return self._counted(lines)

    def _line(self, box: Box, at: int, fulfilled_by: str) -> Line:
        one, asked = Picks(self.space, box, self.manner), self.picks if at == 0 else Picks(self.space, {}, self.manner)
        sku = str(one.value("line.sku", f"SKU-{at + 1}"))
        units = one.number("line.quantity", 0, asked.number("shipment.units", 1)) or 0
        each_g = _each(asked, max(1, units))
        weight_g = one.value("line.weight", each_g if self.picks.flag("has", "weight", usual=True) else None)
        worth = asked.money("shipment.value", self.currency, (_PRICE_MINOR * units,))
        value = one.money("line.value", self.currency, (worth,)) or 0
        price = one.money("line.price", self.currency, (value // max(1, units), _PRICE_MINOR)) or 0
        amount = value if price == value // max(1, units) else price * units
        self.skus[sku] = Sku(
            sku,
            category=one.value("line.category", None) or "",
            supplier=one.value("line.supplier", None) or "",
            components={"PART-1": 1} if one.value("line.kit", False) else {},  # noqa: FBT003
        )
        if self.skus[sku].components:
            self.skus.setdefault("PART-1", Sku("PART-1"))
        return Line(
            id=str(at + 1),
            sku=sku,
            quantity=units,
            amount_minor=amount,
            discount_minor=amount - value,
            title=one.value("line.title", None) or "",
            weight_g=weight_g,
            requires_shipping=one.value("line.requires_shipping", True),  # noqa: FBT003
            fulfilled_by=fulfilled_by,
            tags=tuple(dict.fromkeys((*one.texts("line.tags"), *asked.texts("shipment.tags")))),
        )

    def _counted(self, lines: list[Line]) -> list[Line]:
        """The lines with as many units as the order is to have: more or fewer in one of them, or one of them again."""
        units = sum(line.quantity for line in lines)
        boxes = [*self.lines.routed, *self.lines.others]
        for wanted in self.picks.numbers("unit_count", 0, units):
            if wanted == units:
                return lines
            for at, line in enumerate(lines[: len(boxes)]):
                quantity = line.quantity + wanted - units
                found = Picks(self.space, boxes[at], self.manner).among("line.quantity")
                if quantity >= 0 and (found is None or found[0].at(quantity) & found[1]):
                    more = replace(line, quantity=quantity, amount_minor=line.unit_price_minor * quantity)
                    return [*lines[:at], replace(more, discount_minor=0), *lines[at + 1 :]]
                times_more, rest = divmod(wanted - units, max(1, line.quantity))
                if not rest and 0 < times_more < _MOST_LINES and not self.picks.bound("line_count"):
                    copies = [replace(line, id=f"{line.id}-{copy}") for copy in range(times_more)]
                    return [*lines, *copies]
        return lines

    # --- its shipment

    def _shipment(self, lines: Sequence[Line], ship_to: Address | None) -> ShipmentFacts:
        picks, places = self.picks, self.space.places
        units = sum(line.quantity for line in lines)
        weight_g = sum((line.weight_g or 0) * line.quantity for line in lines)
        worth = sum(line.amount_minor - line.discount_minor for line in lines)
        name: Any = picks.value("shipment.location", next(iter(places.locations), ""))
        place = places.locations.get(name)
        target = Target(ship_to.country.upper() if ship_to else "")
        return ShipmentFacts(
            location=name,
            weight_g=picks.number("shipment.weight", 0, weight_g) or 0,
            value_minor=picks.money("shipment.value", self.currency, (worth,)) or 0,
            units=picks.number("shipment.units", 0, units) or 0,
            tags=tuple(picks.texts("shipment.tags")),
            international=place is not None and is_international(place, target),
            backordered=bool(picks.value("shipment.backordered", False)),  # noqa: FBT003
        )


def _each(asked: Picks, units: int) -> int:
    """The weight of one unit, so that all together weigh what the shipment is to weigh."""
    whole_g = asked.number("shipment.weight", 0, _WEIGHT_G * units) or 0
    found = asked.among("shipment.weight")
    fits = found is None or found[0].at(whole_g // units * units) & found[1]
    return whole_g // units if fits else -(-whole_g // units)
