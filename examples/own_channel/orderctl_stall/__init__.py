"""A channel of one's own: a made-up shop, Stall, with a small API of JSON and a key.

1. fetch: `GET /orders?since=...`, ascending by `changed_at`, until the answer says that there is no more
2. to_order: Stall's names become those of `orders show --json`, which checks every value
3. a parcel is told by `POST /orders/ID/parcels`, after a look whether it is there; one that `replaces` another number
   takes its place. Stock is told by `PUT /stock`, 100 SKUs at a time
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from typing import Annotated, Any, ClassVar
from urllib.parse import quote

from pydantic import Field

from orderctl.core import order_json, times
from orderctl.core.adapters import Page, Payload, Probe
from orderctl.core.channel_map import ChannelMap
from orderctl.core.effects import ACCEPTED, Cancellation, Document, Receipt, StockLevel, Tracking, receipt_of
from orderctl.core.errors import RecordError, RemoteError, RemoteRefused
from orderctl.core.orders import Order
from orderctl.core.secrets import Secret
from orderctl.wire import json_slices, settings, strict_json
from orderctl.wire.http import Client, Request
from orderctl.wire.opening import Opening

STREAM = "orders"
PAYMENTS = {"open": "pending", "paid": "paid", "returned": "refunded"}
MONTH_S = 30 * 86_400


class Stall:
    """Orders of one Stall. Fetch may repeat an order; it never skips one."""

    class Settings(settings.Settings):
        """What `[channel.NAME]` may say beside the keys of every channel."""

        base_url: settings.UrlField
        """Where the stall is, such as `https://stall.example`."""
        key: settings.SecretField
        """The key from its settings."""
        overlap: settings.DurationField = 120
        """How much of what was read already is read again, for orders that were stored late."""
        page_size: Annotated[int, Field(ge=1, le=250)] = 100
        """How many orders are asked for at once."""

    remote: ClassVar[bool] = True
    at_once: ClassVar[Mapping[str, int]] = {"tracking": 1, "cancel": 1, "stock": 100}
    settle_s: ClassVar[int] = 60
    meanings: ClassVar[ChannelMap] = ChannelMap(
        comes_in={**{theirs: f"payment {ours}" for theirs, ours in PAYMENTS.items()}, "cancelled": "cancelled"},
        goes_out={"package": "a parcel: sent", "cancellation": "refused: by hand", "stock": "the stock of each SKU"},
    )

    def __init__(self, name: str, settings: Settings, opening: Opening) -> None:
        self._name = name
        self._settings = settings
        self._opening = opening
        self._opened: Client | None = None

    def fetch(self, positions: Mapping[str, str]) -> Iterator[Page]:
        """Pages of orders after `positions`. An error ends the walk; it is never taken for the end of the list."""
        position = positions.get(STREAM, "")
        since = times.later(position or self._opening.now, -self._settings.overlap if position else -MONTH_S)
        after = ""
        while True:
            query = (("since", since), ("after", after), ("limit", str(self._settings.page_size)))
            answer = self._client.send(Request("GET", "/orders", query))
            rows, after = self._page(answer.value)
            raws = json_slices.elements(answer.content, ["orders"])
            payloads = [self._payload(raw, row) for raw, row in zip(raws, rows, strict=True)]
            position = max([position, *(times.parse_moment(row["changed_at"]) for row in rows)])
            yield Page(STREAM, position or since, payloads, closes=not after)
            if not after:
                return

    def positions_at(self, moment: str) -> Mapping[str, str]:
        """Orders that changed from `moment` on."""
        return {STREAM: moment}

    def fetch_one(self, order_id: str) -> Payload | None:
        """The order with Stall's id `order_id`."""
        try:
            answer = self._client.send(Request("GET", _path(order_id)))
        except RemoteRefused as error:
            if error.status != 404:
                raise
            return None
        return self._payload(answer.content.strip(), answer.value)

    def to_order(self, payload: Payload) -> Order:
        """The order that `payload` states. RecordError names what is wrong with it."""
        try:
            return order_json.order_from_json(_neutral(strict_json.loads(payload.raw)), channel=self._name)
        except ValueError as error:
            raise RecordError(f"the order {error}", where=payload.where) from None
        except RecordError as error:
            error.where = error.where or payload.where
            raise

    def render_tracking(self, number: int, packages: Sequence[Tracking]) -> Document:
        """One parcel."""
        return self._document("tracking", number, [asdict(one) for one in packages])

    def render_cancellations(self, number: int, cancellations: Sequence[Cancellation]) -> Document:
        """One order that is not going to be sent, or not all of it."""
        return self._document("cancel", number, [asdict(one) for one in cancellations])

    def render_stock(self, number: int, levels: Sequence[StockLevel]) -> Document:
        """What may be sold of each SKU."""
        return self._document("stock", number, [asdict(one) for one in levels])

    def stage(self, document: Document) -> None:
        """A request needs no preparation."""

    def discard(self, name: str) -> None:
        """Nothing was prepared."""

    def deliver(self, document: Document, key: str) -> Receipt:
        """Tell what the stall does not know yet."""
        ((kind, rows),) = json.loads(document.content).items()
        try:
            if kind == "cancel":
                return Receipt("refused", message="Stall cannot cancel; do it there by hand")
            if kind == "stock":
                self._send("PUT", "/stock", rows, "keyed", key)
            elif not self._has(rows[0]):
                self._send("POST", f"{_path(rows[0]['channel_order_id'])}/parcels", rows[0], "blind", key)
        except RemoteError as error:
            return receipt_of(error)
        return ACCEPTED

    def recover(self, document: Document, key: str) -> Receipt:
        """Whether the stall has what `document` said; stock is told again, its numbers are absolute."""
        ((kind, rows),) = json.loads(document.content).items()
        if kind != "tracking":
            return self.deliver(document, key)
        try:
            return ACCEPTED if self._has(rows[0]) else Receipt("absent")
        except RemoteRefused as error:
            return receipt_of(error)

    def probe(self) -> list[Probe]:
        """Whether the key is taken."""
        try:
            self._client.send(Request("GET", "/orders", (("limit", "1"), ("since", self._opening.now))))
        except RemoteError as error:
            return [Probe("key", "fail", error.said, error.next or "make a new key in the stall's settings")]
        return [Probe("key", "ok", "orders can be read")]

    def finished(self, stream: str) -> None:
        """Nothing has to be moved away."""

    def close(self) -> None:
        """Close the connections, if any were made."""
        if self._opened is not None:
            self._opened.close()

    @property
    def _client(self) -> Client:
        if self._opened is None:
            self._opened = self._opening.client(self._name, self._settings.base_url, _Key(self._settings.key))
        return self._opened

    def _page(self, value: Any) -> tuple[list[Any], str]:
        """The orders of an answer, and what follows them. RemoteError when it is no such answer."""
        rows, after = (value.get("orders"), value.get("next")) if isinstance(value, dict) else (None, None)
        if not isinstance(rows, list) or not isinstance(after, str):
            raise RemoteError("answers without a list of orders", where=self._name)
        if not all(isinstance(row, dict) and isinstance(row.get("changed_at"), str) for row in rows):
            raise RemoteError("lists an order without the moment of its change", where=self._name)
        return rows, after

    def _payload(self, raw: bytes, row: Mapping[str, Any]) -> Payload:
        return Payload(raw, f"{self._name} order {str(row.get('number'))[:40]}")

    def _document(self, kind: str, number: int, rows: list[dict[str, Any]]) -> Document:
        content = json.dumps({kind: rows}, ensure_ascii=False).encode()
        units = sum(row.get("quantity", 0) for row in rows)
        return Document(f"{self._name}/{kind}-{number:06}", content, "application/json", len(rows), units, kept=True)

    def _has(self, package: Mapping[str, Any]) -> bool:
        order = self._client.send(Request("GET", _path(package["channel_order_id"]))).value
        return package["tracking_number"] in order["parcels"]

    def _send(self, method: str, path: str, body: Any, kind: Any, key: str) -> None:
        headers = {"content-type": "application/json", "idempotency-key": key}
        self._client.send(Request(method, path, headers=headers, content=json.dumps(body).encode(), kind=kind))


class _Key:
    """The key, on every request."""

    def __init__(self, key: Secret) -> None:
        self._key = key

    def sign(self, request: Request, url: str) -> Request:  # noqa: ARG002 - a key is the same for every address
        """`request` with the key."""
        return replace(request, headers={**request.headers, "x-stall-key": self._key.reveal()})

    def renew(self) -> bool:
        """There is no other."""
        return False

    def close(self) -> None:
        """Nothing is held open."""


def _path(order_id: str) -> str:
    return f"/orders/{quote(order_id, safe='')}"


def _neutral(row: Any) -> dict[str, Any]:
    """Stall's order in the shape of `orders show --json`. What has the wrong type is refused by whoever reads that."""
    if not isinstance(row, dict):
        raise RecordError("the order is no table")
    if row.get("status") not in {*PAYMENTS, "cancelled"}:
        raise RecordError(f"status is '{str(row.get('status'))[:40]}', which is not known", field="status")
    return {
        "channel_order_id": row.get("id"),
        "number": row.get("number"),
        "placed_at": row.get("ordered_at"),
        "updated_at": row.get("changed_at"),
        "cancelled_at": row.get("changed_at") if row["status"] == "cancelled" else None,
        "payment": PAYMENTS.get(row["status"], "voided"),
        "currency": row.get("currency"),
        "ship_to": row.get("to"),
        "lines": row.get("items"),
        "shipping_price": row.get("postage"),
        "total": row.get("total"),
    }
