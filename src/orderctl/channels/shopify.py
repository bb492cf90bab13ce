"""A Shopify store, by its Admin GraphQL API.

1. fetch: the orders that changed, ascending by when they did (`shopify_pull`); test orders are left out
2. to_order: an order's bytes as an order (`shopify_orders`)
3. tracking and cancellations one by one, read back before and after (`shopify_writes`); stock up to 250 SKUs at a time,
   under an idempotency key, at one location (`shopify_stock`)

A store lets an app in by a token that was made in its admin, or by the app's client id and secret ("client credentials
grant"), for a token that lives a day.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal
from urllib.parse import urlsplit

from pydantic import Field, model_validator

from orderctl.channels import (
    shopify_cancel,
    shopify_carriers,
    shopify_entries,
    shopify_orders,
    shopify_probe,
    shopify_shapes,
    shopify_stock,
    shopify_writes,
)
from orderctl.channels.shopify_api import Api
from orderctl.channels.shopify_pull import ORDERS, Pull
from orderctl.channels.shopify_terms import Terms
from orderctl.core import times
from orderctl.core.adapters import Page, Payload, Probe
from orderctl.core.carriers import told_of
from orderctl.core.channel_map import ChannelMap, payments
from orderctl.core.effects import ACCEPTED, Cancellation, Document, Receipt, StockLevel, Tracking, receipt_of
from orderctl.core.errors import RemoteError
from orderctl.core.money_entries import MoneyEntry
from orderctl.core.orders import Order
from orderctl.core.quotas import Quota
from orderctl.core.secrets import Secret
from orderctl.wire import settings, strict_json
from orderctl.wire.asked import Asked
from orderctl.wire.opening import Opening
from orderctl.wire.payloads import lists_some, order_of, understood
from orderctl.wire.settings import DurationField, PathField, SecretField, UrlField

if TYPE_CHECKING:
    from orderctl.wire.http import Client, Credentials, Request

#: Without `read_all_orders` an app sees the orders of the last 60 days.
_HORIZON_S = 60 * 86400
_LONGEST_NOTE = 255


class Cancel(settings.Settings):
    """How an order is cancelled in the store."""

    reason: Literal["CUSTOMER", "DECLINED", "FRAUD", "INVENTORY", "OTHER", "STAFF"] = "OTHER"
    """The reason that Shopify shows."""
    refund: bool = False
    """Whether the payment goes back to where it came from; without, somebody refunds it in the admin."""
    restock: bool = True
    """Whether Shopify puts the units back on sale at once."""
    notify: bool = True
    """Whether the customer gets Shopify's mail about it."""
    parts: bool = True
    """Whether units are taken off an order of which others stay, as a refund over nothing; without, a person does it.
    Money of a part never goes back by itself: with `refund` a part is left to a person."""


class Shopify(Asked):
    """Orders from a Shopify store; tracking, stock and cancellations go back. It may repeat an order, it skips none."""

    class Settings(settings.Settings):
        """What `[channel.NAME]` may say beside the keys of every channel."""

        shop: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,60}$")]
        """The store's name before `.myshopify.com`."""
        token: SecretField | None = None
        """The access token of an app that was made in the store's admin (`shpat_...`)."""
        client_id: str = ""
        """The client id of an app of your own organization, instead of `token`."""
        client_secret: SecretField | None = None
        """The secret that goes with `client_id`."""
        base_url: UrlField = ""
        """The store's address; `https://SHOP.myshopify.com` when empty."""
        version: Annotated[str, Field(pattern=r"^20\d\d-(01|04|07|10)$")] = "2026-10"
        """The version of the Admin API."""
        ca_file: PathField | None = None
        """A certificate authority to trust beside the public ones."""
        since: dt.date | None = None
        """The day from which the first pull reads; 60 days back when empty, as far as an app sees without asking."""
        overlap: DurationField = 120
        """How far before its position each pull begins, for orders that become findable late."""
        page_size: Annotated[int, Field(ge=1, le=250)] = 50
        """Orders in one request; Shopify refuses what costs over 1,000 points, and then it is halved."""
        bulk: Literal["auto", "never"] = "auto"
        """Whether the first pull of a large store goes by a bulk operation."""
        bulk_over: Annotated[int, Field(ge=0, le=9_999)] = 1_000
        """How many orders make a store large: with more than these the first pull goes by a bulk operation."""
        personal_data: bool = True
        """Whether names, addresses, mail and phone are asked for; an app without the approval for that gets nothing."""
        test_orders: bool = False
        """Whether orders paid by a test gateway count."""
        sources: dict[str, Literal["online", "pos", "draft", "phone", "api"]] = Field(default_factory=dict)
        """Shopify's `sourceName` = our source, for those that are not known: `{ "1354745" = "phone" }`."""
        location: str = ""
        """The id of the Shopify location whose stock is told; needed where several of them ship."""
        notify: bool = True
        """Whether the customer gets Shopify's mail about a shipment."""
        carriers: dict[str, str] = Field(default_factory=dict)
        """Our carrier = its name at Shopify, for those that are not known: `{ "acme" = "Acme Freight" }`."""
        tracking_urls: dict[str, str] = Field(default_factory=dict)
        """Our carrier = the address of its tracking page with `{number}`, for those Shopify makes no link of."""
        cancel: Cancel = Cancel()
        """How orders are cancelled, a table."""

        @model_validator(mode="after")
        def _one_way_in(self) -> Shopify.Settings:
            app = bool(self.client_id), self.client_secret is not None
            if (self.token is not None) == any(app) or app[0] != app[1]:
                raise ValueError("needs either `token`, or `client_id` and `client_secret`")
            wrong = next((name for name, url in self.tracking_urls.items() if "{number}" not in url), None)
            if wrong is not None:
                raise ValueError(f"has a tracking_urls.{wrong} without {{number}}")
            return self

    at_once: ClassVar[Mapping[str, int]] = {"tracking": 1, "cancel": 1, "stock": 250}
    settle_s: ClassVar[int] = 60
    meanings: ClassVar[ChannelMap] = ChannelMap(
        comes_in={
            **payments(shopify_orders.PAYMENTS),
            "cancelledAt": "cancelled",
            "units that were removed or refunded": "fewer units",
            "fulfillment service": "fulfilled by the channel",
            "ON_HOLD, SCHEDULED": "attribute fulfillment_hold, for rules",
            "RETAIL, PICK_UP": "taken at the till, off the stock of that location",
        },
        goes_out={
            "package": "fulfillment with tracking: FULFILLED or PARTIALLY_FULFILLED",
            "package corrected": "fulfillmentTrackingInfoUpdate: other tracking of the same fulfillment",
            "whole order cancelled": "orderCancel: cancelledAt",
            "part of an order cancelled": "refundCreate: the units go, no money moves",
            "stock": "available, at one location",
        },
        fields={"ship_to": "empty without `personal_data`", "customer": "empty without `personal_data`"},
    )

    def __init__(self, name: str, settings: Settings, opening: Opening) -> None:
        self._name = name
        self._settings = settings
        self._opening = opening
        self._base_url = settings.base_url or f"https://{settings.shop}.myshopify.com"
        self._opened: Api | None = None
        self._location = ""

    def close(self) -> None:
        """Close the connections, if there are any."""
        if self._opened is not None:
            self._opened.client.close()
            self._opened = None

    @classmethod
    def quotas(cls, settings: Mapping[str, Any]) -> tuple[Quota, ...]:
        """What reading orders and telling packages and stock costs, of which requests allowed."""
        from orderctl.channels.shopify_api import quotas

        return quotas(settings.get("page_size", cls.Settings.model_fields["page_size"].default))

    def fetch(self, positions: Mapping[str, str]) -> Iterator[Page]:
        """Pages of orders that changed after `positions`. RemoteError where the store does not go on."""
        elsewhere = self._elsewhere if self._settings.bulk == "auto" else None
        yield from Pull(self._api, self._terms(), elsewhere).pages(positions)

    def positions_at(self, moment: str) -> Mapping[str, str]:
        """Orders, and fulfillment orders that moved, from `moment` on."""
        return {ORDERS: moment}

    def fetch_one(self, order_id: str) -> Payload | None:
        """The order with the global id `order_id`."""
        return Pull(self._api, self._terms()).one(order_id)

    def to_order(self, payload: Payload) -> Order:
        """The order that `payload` states. RecordError names what is wrong with it."""
        sources = self._settings.sources
        return order_of(
            payload,
            lambda value: shopify_orders.neutral(value, sources),
            channel=self._name,
            parse=shopify_shapes.read,
        )

    def entries_of(self, payload: Payload) -> Sequence[MoneyEntry]:
        """Refunds, and what Shopify Payments keeps."""
        if not lists_some(payload, "fees") and not lists_some(payload, "refunds"):
            return ()
        return understood(payload, shopify_entries.entries)

    def render_tracking(self, number: int, packages: Sequence[Tracking]) -> Document:
        """The packages, with the carrier as Shopify calls it."""
        units = sum(line.quantity for package in packages for line in package.lines)
        return self._document("tracking", number, [self._package(one) for one in packages], units)

    def render_cancellations(self, number: int, cancellations: Sequence[Cancellation]) -> Document:
        """The orders that are to be cancelled, with the reason as a note for the shop's staff."""
        rows = [
            {
                "order": one.channel_order_id,
                "name": one.order_number,
                "note": one.reason[:_LONGEST_NOTE],
                "lines": [{"id": line.channel_line_id, "quantity": line.quantity} for line in one.lines],
            }
            for one in cancellations
        ]
        return self._document("cancel", number, rows, sum(line.quantity for one in cancellations for line in one.lines))

    def render_stock(self, number: int, levels: Sequence[StockLevel]) -> Document:
        """The numbers by SKU."""
        rows = [{"sku": level.sku, "quantity": level.quantity} for level in levels]
        return self._document("stock", number, rows, sum(level.quantity for level in levels))

    def deliver(self, document: Document, key: str) -> Receipt:
        """Ask the store for what `document` says, as far as it is not so already."""
        kind, rows = self._read(document)
        if kind == "stock":
            uri = f"orderctl://{self._name}/{document.name.rpartition('/')[2]}"
            wanted = {row["sku"]: row["quantity"] for row in rows}
            return self._receipt(
                lambda: shopify_stock.tell_stock(self._api, self._stock_location(), wanted, uri, key)
            )  # fmt: skip
        if kind == "tracking":
            return self._each(
                rows, lambda row: shopify_writes.tell_package(self._api, row, notify=self._settings.notify)
            )  # fmt: skip
        parts = self._settings.cancel.parts
        return self._each(
            rows, lambda row: shopify_cancel.cancel(self._api, row, self._cancel_terms(), key, parts=parts)
        )

    def recover(self, document: Document, key: str) -> Receipt:
        """Whether the store has what `document` says. RemoteError when it cannot be asked."""
        kind, rows = self._read(document)
        if kind == "stock":
            wanted = {row["sku"]: row["quantity"] for row in rows}
            return shopify_stock.stock_is_there(self._api, self._stock_location(), wanted)
        if kind == "tracking":
            found = [shopify_writes.package_is_there(self._api, row) for row in rows]
        else:
            found = [shopify_cancel.is_cancelled(self._api, row, key) for row in rows]
        return next((one for one in found if one.outcome != "accepted"), ACCEPTED)

    def probe(self) -> list[Probe]:
        """Credentials, version, clock, scopes, the location of the stock, and whether the store oversells."""
        stated = self._settings
        return shopify_probe.tried(lambda: self._api, stated.version, stated.location, personal=stated.personal_data)

    def _terms(self) -> Terms:
        since = times.later(self._opening.now, -_HORIZON_S)
        if self._settings.since is not None:
            since = f"{self._settings.since.isoformat()}T00:00:00Z"
        return Terms(
            name=self._name,
            since=since,
            overlap_s=self._settings.overlap,
            page_size=self._settings.page_size,
            personal=self._settings.personal_data,
            tests=self._settings.test_orders,
            now=self._opening.now,
            bulk_over=self._settings.bulk_over,
        )

    @property
    def _api(self) -> Api:
        if self._opened is None:
            client = self._client(self._credentials())
            self._opened = Api(client, self._settings.version, self._opening.first_wait_s)
        return self._opened

    def _client(self, credentials: Credentials | None) -> Client:
        return self._opening.client(self._name, self._base_url, credentials, self._settings.ca_file)

    def _elsewhere(self, url: str) -> Client:
        """A client for the host of `url`, where a file of ours lies: it is told nothing of who we are."""
        parts = urlsplit(url)
        base = settings.address(f"{parts.scheme}://{parts.netloc}")
        return self._opening.client(self._name, base, None, self._settings.ca_file)

    def _credentials(self) -> Credentials:
        from orderctl.wire.tokens import Grant, Tokens

        if self._settings.token is not None:
            return _Token(self._settings.token)
        form = {"grant_type": "client_credentials", "client_id": self._settings.client_id}
        secret = self._settings.client_secret
        assert secret is not None  # noqa: S101 - the settings have made sure of it
        grant = Grant("/admin/oauth/access_token", lambda: {**form, "client_secret": secret.reveal()})
        return Tokens(self._client(None), grant, _header)

    def _stock_location(self) -> str:
        self._location = self._location or shopify_stock.location_id(self._api, self._settings.location)
        return self._location

    def _cancel_terms(self) -> dict[str, Any]:
        terms = self._settings.cancel
        refund = {"refund": {"originalPaymentMethodsRefund": True}} if terms.refund else {}
        return {"reason": terms.reason, "restock": terms.restock, "notify": terms.notify, **refund}

    def _package(self, package: Tracking) -> dict[str, Any]:
        company, is_known = shopify_carriers.company(package.carrier, self._settings.carriers)
        page = told_of(self._settings.tracking_urls, package.carrier)
        url = page.replace("{number}", package.tracking_number) or ("" if is_known else package.url)
        return {
            "order": package.channel_order_id,
            "name": package.order_number,
            "number": package.tracking_number,
            "company": company,
            "url": url,
            "replaces": package.replaces,
            "lines": [{"id": line.channel_line_id, "quantity": line.quantity} for line in package.lines],
        }

    def _document(self, kind: str, number: int, rows: Sequence[Any], units: int) -> Document:
        content = json.dumps({kind: rows}, ensure_ascii=False, sort_keys=True).encode()
        name = f"{self._name}/{kind}-{number:06}"
        return Document(name, content, "application/json", rows=len(rows), units=units, kept=True)

    def _read(self, document: Document) -> tuple[str, list[dict[str, Any]]]:
        ((kind, rows),) = strict_json.loads(document.content).items()
        return kind, rows

    def _each(self, rows: Sequence[dict[str, Any]], tell: Callable[[dict[str, Any]], Receipt]) -> Receipt:
        """The receipt of the first that was not taken, else of the last."""
        receipt = ACCEPTED
        for row in rows:
            receipt = self._receipt(lambda row=row: tell(row))  # type: ignore[misc]
            if receipt.outcome != "accepted":
                break
        return receipt

    def _receipt(self, tell: Callable[[], Receipt]) -> Receipt:
        try:
            return tell()
        except RemoteError as error:
            return receipt_of(error)


class _Token:
    """A token that lives until somebody takes it back."""

    def __init__(self, token: Secret) -> None:
        self._token = token

    def sign(self, request: Request, url: str) -> Request:  # noqa: ARG002 - the same for every address
        """`request` with the token."""
        return replace(request, headers={**request.headers, **_header(self._token.reveal())})

    def renew(self) -> bool:
        """There is no other."""
        return False

    def close(self) -> None:
        """Nothing was opened."""


def _header(token: str) -> dict[str, str]:
    return {"x-shopify-access-token": token}
