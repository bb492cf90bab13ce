"""What became of fulfillment orders, and what lies in stock.

1. Amazon lists the orders whose state changed; those that this location has in hand are asked for, the longest ago
   first, and the position follows them
2. a parcel may leave while the state stays: every order in hand has its turn, after the one that was asked for last
3. parcels that have left are remembered, and asked for one by one until they have arrived or a month is over
4. counts are read to the end before any of them is told. Amazon takes what it has promised to an order off its own
   count, and we take it off here, too: what is promised to orders that it took an hour ago or longer is added

Positions: `list`, `turn` and `parcels` are JSON; a feed is as in `answer_pages`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from orderctl.core import times
from orderctl.core.adapters import AnswerPage, Waiting
from orderctl.core.confirmations import BadRow, Confirmation, StockCount
from orderctl.core.effects import InHand
from orderctl.core.errors import RecordError, RemoteBusy, RemoteError, RemoteRefused
from orderctl.destinations import answer_pages
from orderctl.destinations.amazon_mcf_answers import Reader
from orderctl.destinations.amazon_mcf_settings import Settings
from orderctl.destinations.amazon_mcf_skus import Skus
from orderctl.wire.json_parts import part, rows, whole

if TYPE_CHECKING:
    from orderctl.destinations.amazon_mcf_api import Fulfillment

_LIST, _TURN, _PARCELS = "list", "turn", "parcels"
#: So many orders that were asked for are one page.
_TOGETHER = 50
#: Parcels that are followed at most, how long, and how often each is asked for.
_MOST_PARCELS, _FOLLOWED_S, _FOLLOW_EVERY_S = 2_000, 30 * 86_400, 6 * 3_600
#: Orders whose units Amazon's count does not have any more, once it had the time to take them off.
_TAKEN, _SET_ASIDE_S = ("acknowledged", "cancel_requested"), 3_600
_ARRIVED = ("DELIVERED", "PICKUP_SUCCESSFUL")
_NO_MORE = ("RETURNED", "UNDELIVERABLE")
_EVENT_ARRIVED = "EVENT_301"


class Collecting:
    """Collects from Amazon. `now` is the moment of the pass."""

    def __init__(self, location: str, own: Settings, api: Fulfillment, reader: Reader, now: str) -> None:
        self._location = location
        self._own = own
        self._api = api
        self._reader = reader
        self._now = now
        self._left: dict[str, tuple[int, str]] = {}  # tracking number -> parcel, shipment; seen in this walk

    def answers(self, positions: Mapping[str, str], in_hand: Waiting) -> Iterator[AnswerPage]:
        """What came of shipments. RemoteError ends the walk; what was yielded counts."""
        waiting = {one.reference: one for one in in_hand()}
        asked: set[str] = set()
        if waiting:
            yield from self._listed(positions, waiting, asked)
            yield from self._in_turn(positions, waiting, asked)
        if self._own.delivered:
            yield from self._followed(positions)

    def _listed(
        self, positions: Mapping[str, str], waiting: Mapping[str, InHand], asked: set[str]
    ) -> Iterator[AnswerPage]:
        clock = min(self._now, self._api.now())
        before = answer_pages.position(positions, _LIST).get("since", "")
        first = min(one.since for one in waiting.values())
        since = max(before, min(first, clock))
        changed = self._changes(times.later(since, -self._own.overlap), waiting)
        for start in range(0, len(changed), _TOGETHER):
            some = changed[start : start + _TOGETHER]
            found = [row for _, reference in some for row in self._asked(reference, asked)]
            reached = max(since, min(some[-1][0], clock))
            yield from self._page(positions, _LIST, {"since": reached}, found)
        yield from self._page(positions, _LIST, {"since": max(since, clock)}, [])

    def _changes(self, since: str, waiting: Mapping[str, InHand]) -> list[tuple[str, str]]:
        """(when it changed, reference) of what is in hand here, the longest ago first."""
        found = {}
        for order in self._api.changed(since):
            reference = str(order.get("sellerFulfillmentOrderId"))
            if reference in waiting:
                found[reference] = _moment(order.get("statusUpdatedDate")) or since
        return sorted((moment, reference) for reference, moment in found.items())

    def _in_turn(
        self, positions: Mapping[str, str], waiting: Mapping[str, InHand], asked: set[str]
    ) -> Iterator[AnswerPage]:
        before = answer_pages.position(positions, _TURN)
        after, at = before.get("after", ""), before.get("at", "")
        if not after and at and times.seconds_between(at, self._now) < self._own.every:
            return
        names = sorted(waiting)
        turn = [name for name in names if name > after] + [name for name in names if name <= after]
        for start in range(0, len(turn), _TOGETHER):
            some = turn[start : start + _TOGETHER]
            found = [row for name in some if name not in asked for row in self._asked(name, asked)]
            is_last = start + _TOGETHER >= len(turn)
            yield from self._page(
                positions, _TURN, {"at": self._now} if is_last else {"after": some[-1], "at": at}, found
            )

    def _asked(self, reference: str, asked: set[str]) -> list[Confirmation | BadRow]:
        held = self._api.order(reference)
        asked.add(reference)
        if held is None:
            return []  # not there, or not yet
        try:
            found = self._reader.rows(reference, held)
            for parcel in self._reader.parcels(held):
                self._left[parcel.tracking_number] = (parcel.package, reference)
        except RecordError as error:
            where = f"{self._location} fulfillment order {reference}"
            return [BadRow(f"{reference} as Amazon shows it", error.message, where)]
        return list(found)

    def _followed(self, positions: Mapping[str, str]) -> Iterator[AnswerPage]:
        """Deliveries of parcels that have left; what has arrived, or was followed for too long, is forgotten."""
        kept = answer_pages.position(positions, _PARCELS)
        known = {number: row for number, row in kept.items() if _is_followed(row, self._now)}
        for number, (parcel, shipment) in self._left.items():
            known.setdefault(number, f"{parcel} {shipment} {self._now} {self._now}")
        ends: RemoteError | None = None
        found: list[Confirmation] = []
        for number, row in sorted(known.items(), key=lambda one: one[1].rsplit(" ", 1)[1]):
            package, reference, since, last = row.split(" ")
            if times.seconds_between(last, self._now) < _FOLLOW_EVERY_S:
                continue
            try:
                arrived, is_over = self._arrival(int(package))
            except RemoteRefused:
                arrived, is_over = "", False
            except RemoteError as error:
                ends = error
                break
            known[number] = f"{package} {reference} {since} {self._now}"
            if is_over:
                del known[number]
            if arrived:
                where = f"{self._location} parcel {package}"
                found.append(Confirmation("delivered", reference, tracking_number=number, at=arrived, where=where))
        newest = sorted(known.items(), key=lambda one: one[1].split(" ")[2])[-_MOST_PARCELS:]
        if dict(newest) != kept or found:
            yield from self._page(positions, _PARCELS, dict(newest), found)
        if ends is not None and not isinstance(ends, RemoteBusy):
            raise ends

    def _arrival(self, package: int) -> tuple[str, bool]:
        """When a parcel arrived, empty where it has not; and whether nothing more is to be heard of it."""
        told = self._api.tracking(package)
        status = str(told.get("currentStatus") or "").upper()
        if status not in _ARRIVED:
            return "", status in _NO_MORE
        try:
            events = [one for one in rows(told, "trackingEvents") if one.get("eventCode") == _EVENT_ARRIVED]
        except RecordError:
            events = []
        return max((_moment(one.get("eventDate")) for one in events), default="") or self._now, True

    def _page(
        self, positions: Mapping[str, str], stream: str, kept: Mapping[str, str], found: Sequence[answer_pages.Row]
    ) -> Iterator[AnswerPage]:
        position = json.dumps(kept, sort_keys=True)
        if found or position != positions.get(stream, ""):
            yield from answer_pages.cut(stream, position, found, positions.get(stream, ""))

    def counts(
        self, positions: Mapping[str, str], in_hand: Waiting, marketplace: str, skus: Skus
    ) -> Iterator[AnswerPage]:
        """What can be picked, packed and shipped of each SKU, with what Amazon has set aside for orders of ours."""
        found = [row for page in self._api.inventory(marketplace) for row in page]
        aside: dict[str, int] = {}
        for one in in_hand():
            if one.state in _TAKEN and times.seconds_between(one.since, self._now) >= _SET_ASIDE_S:
                for sku, units in one.promised.items():
                    aside[sku] = aside.get(sku, 0) + units
        yield from answer_pages.counted(self._counts(found, skus, aside), positions, self._now)

    def _counts(
        self, found: Sequence[Mapping[str, object]], skus: Skus, aside: Mapping[str, int]
    ) -> list[StockCount | BadRow]:
        where = f"{self._location} inventory of {self._now}"
        units: dict[str, int] = {}
        wrong: list[BadRow] = []
        for row in found:
            seller_sku = str(row.get("sellerSku") or "")
            sku = skus.ours(seller_sku)
            if not sku:
                continue
            try:
                count = whole(row, "inventoryDetails.fulfillableQuantity")
            except RecordError as error:
                wrong.append(BadRow(f"{seller_sku} as Amazon counts it", error.message, where))
                continue
            if count is not None and part(row, "inventoryDetails") is not None:
                units[sku] = units.get(sku, 0) + count  # a SKU in another condition is a row of its own
        counted = {sku: count + aside.get(sku, 0) for sku, count in units.items()}
        return [*(StockCount(self._location, sku, count, where) for sku, count in counted.items()), *wrong]


def _is_followed(row: str, now: str) -> bool:
    words = row.split(" ")
    return len(words) == 4 and words[0].isdigit() and times.seconds_between(words[2], now) < _FOLLOWED_S


def _moment(stated: object) -> str:
    try:
        return times.parse_moment(str(stated)) if stated else ""
    except ValueError:
        return ""
