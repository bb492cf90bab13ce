"""Orders from Amazon through the Selling Partner API, and tracking and stock back to it.

1. fetch: closed windows of the time of change, from `overlap` before the position up to `delay` ago by Amazon's clock;
   the position is up to when Amazon says it has looked. How windows are read: `amazon_windows`
2. where Amazon does not permit data about buyers or recipients to this seller, they are left out, and asked for again
   a day later; orders that nothing can be sent to are marked, and wait
3. what was placed through Multi-Channel Fulfillment comes back in the same list: another channel's, and passed over
4. to_order: `amazon_orders`; what is told: `amazon_writes`; how Amazon is asked: `wire.selling_partner`
5. with `finances`, fees and refunds come from the Finances API, in closed windows of when they were booked
   (`amazon_entries`)
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal, TypeVar

from pydantic import Field, StringConstraints

from orderctl.channels import amazon_entries, amazon_orders, amazon_windows, amazon_writes
from orderctl.channels.amazon_windows import Window
from orderctl.core import times
from orderctl.core.adapters import MoneyPage, Page, Payload, Probe
from orderctl.core.channel_map import ChannelMap
from orderctl.core.effects import Cancellation, Document, Receipt, StockLevel, Tracking
from orderctl.core.errors import RemoteBusy, RemoteDenied, RemoteError, RemoteRefused
from orderctl.core.orders import Order
from orderctl.core.quotas import Quota
from orderctl.wire import probes, settings
from orderctl.wire.asked import Asked
from orderctl.wire.opening import Opening
from orderctl.wire.payloads import order_of
from orderctl.wire.statements import money_page

if TYPE_CHECKING:
    from orderctl.channels.amazon_api import Api, Listed

#: The stream that remembers what Amazon does not permit: how many of `_PRIVATE` are left out, and since when.
_ACCESS = "access"
_ALWAYS = ("PROCEEDS", "PROMOTION", "CANCELLATION", "FULFILLMENT", "PACKAGES")
#: What needs a restricted role, left out from the first on: data of the buyer, then the address.
_PRIVATE = (("BUYER", "TAX"), ("RECIPIENT",))
_DAY_S, _HOUR_S = 86_400, 3_600
_FIRST_S = 30 * _DAY_S
#: Amazon lists orders of two years; a day less, so that no clock makes it more.
_HORIZON_S = 729 * _DAY_S
#: Transactions are asked for in windows of this length; Amazon answers nothing to one of more than 180 days.
_BOOKED_S = 30 * _DAY_S
_APPLICATION = "check client_id, client_secret and refresh_token, all of one application"
_FORBIDDEN, _NOT_FOUND = 403, 404
_STOCK_AT_ONCE = 50
_PAGE = 100

_Got = TypeVar("_Got")
Marketplace = Annotated[str, StringConstraints(pattern=r"^A[A-Z0-9]{9,20}$")]


class Amazon(Asked):
    """Orders of one Amazon seller in one region. Fetch may repeat an order; it never skips one."""

    class Settings(settings.Settings):
        """What `[channel.NAME]` may say beside the keys of every channel."""

        client_id: settings.SecretField
        """The client identifier of the application's Login with Amazon credentials."""
        client_secret: settings.SecretField
        """The client secret that belongs to it."""
        refresh_token: settings.SecretField
        """What the seller's authorization of the application gave, one for each region."""
        marketplaces: Annotated[tuple[Marketplace, ...], Field(strict=False, min_length=1, max_length=50)] = (
            "ATVPDKIKX0DER",
        )
        """The ids of the marketplaces whose orders are read, all of one region; the United States when not given."""
        fba: bool = True
        """Whether orders that Amazon ships are read, too: they are never routed, and counted in reports."""
        since: date | None = None
        """The day (UTC) from which on changed orders are read at first; 30 days ago when not given, 729 at most."""
        overlap: settings.DurationField = 900
        """How much of what was read already is read again, for orders that were listed late."""
        delay: settings.DurationField = 120
        """How long ago a change has to be before it is asked for; Amazon refuses less than two minutes."""
        cancelled_units: bool = True
        """Whether units that are neither shipped nor to be shipped count as cancelled."""
        finances: bool = False
        """Whether fees and refunds are read; the application needs the role Finance and Accounting."""
        finances_overlap: settings.DurationField = 2 * _DAY_S
        """How much of what was booked already is read again; Amazon may list an order's up to 48 hours late."""
        carriers: Annotated[dict[str, str], Field(default_factory=dict)]
        """A carrier by any of its names = the carrier code that Amazon takes. The well-known ones need no entry."""
        seller_id: Annotated[str, StringConstraints(pattern=r"^[A-Z0-9]{0,20}$")] = ""
        """The merchant token of the seller account; needed for stock."""
        stock_marketplaces: settings.Texts = ()
        """The marketplaces whose listings are told of stock; the first of `marketplaces` when not given."""
        fba_skus: settings.Texts = ()
        """SKUs that Amazon stocks, patterns such as `FBA-*`; they are never told. Others are looked up each time."""
        product_type: Annotated[str, Field(min_length=1)] = "PRODUCT"
        """The product type that a change of stock names where Amazon does not say which a listing has."""
        stock_operation: Literal["merge", "replace"] = "merge"
        """How a quantity is changed: `merge` keeps the listing's handling time, `replace` drops it."""
        base_url: settings.UrlField = "https://sellingpartnerapi-na.amazon.com"
        """Where Amazon is asked: `-na` is America; `-eu` is Europe, Africa, India and the Gulf, `-fe` the Far East."""
        token_url: settings.UrlField = "https://api.amazon.com/auth/o2/token"  # noqa: S105 - an address
        """Where access tokens come from."""
        ca_file: settings.PathField | None = None
        """A private certificate authority that is trusted, too."""

    at_once: ClassVar[Mapping[str, int]] = {"tracking": 1, "cancel": 1, "stock": _STOCK_AT_ONCE}
    settle_s: ClassVar[int] = 300
    meanings: ClassVar[ChannelMap] = ChannelMap(
        comes_in={
            "PENDING, PENDING_AVAILABILITY": "payment pending",
            "UNSHIPPED, PARTIALLY_SHIPPED": "payment paid; on_terms for cash on delivery",
            "UNFULFILLABLE": "payment paid; units that are not to be shipped are cancelled",
            "SHIPPED": "lines that are wholly shipped: fulfilled by the channel",
            "CANCELLED": "cancelled, payment voided",
            "cancellationRequest of the buyer": "cancel_requested",
            "fulfilledBy AMAZON": "fulfilled by the channel",
            "NON_AMAZON": "passed over",
        },
        goes_out={
            "package": "confirmShipment: PARTIALLY_SHIPPED or SHIPPED",
            "package corrected": "confirmShipment of the same package reference, which edits it",
            "cancellation": "refused unless Amazon has it already: by hand",
            "stock": "fulfillment_availability of each listing that you ship",
        },
        fields=dict.fromkeys(("ship_to", "customer"), "empty where no role permits them; tried again after a day"),
    )

    def __init__(self, name: str, settings: Settings, opening: Opening) -> None:
        self._name = name
        self._settings = settings
        self._opening = opening
        self._terms = amazon_orders.Terms(opening.currency, settings.cancelled_units)
        self._left_out = 0
        self._asked: Api | None = None

    @classmethod
    def quotas(cls, settings: Mapping[str, Any]) -> tuple[Quota, ...]:
        """What reading orders and telling packages and stock costs, of which requests allowed."""
        from orderctl.channels.amazon_api import quotas

        return quotas(_PAGE, max(1, len(settings.get("stock_marketplaces") or ())))

    def fetch(self, positions: Mapping[str, str]) -> Iterator[Page]:
        """Pages of orders changed since `positions`. RemoteError ends the walk."""
        now = self._api.now()
        noted, noted_at = _noted(positions.get(_ACCESS, ""))
        is_old = not noted_at or times.seconds_between(noted_at, now) > _DAY_S
        self._left_out = 0 if is_old else noted
        noted = -1 if noted and is_old else noted
        end = times.later(now, -self._settings.delay)
        pages = amazon_windows.walk(self._page, positions, self._start(positions, now), end, self._name)
        for listed, stream, position in pages:
            if self._left_out != noted:
                noted = self._left_out
                yield Page(_ACCESS, f"{noted} {now}", ())
            orders = zip(listed.values, listed.raw, strict=True)
            payloads = [self._payload(value, raw) for value, raw in orders if not amazon_orders.is_echo(value)]
            yield Page(stream, position, payloads, closes=stream == amazon_windows.DONE)

    def positions_at(self, moment: str) -> Mapping[str, str]:
        """Orders that changed from `moment` on."""
        return {amazon_windows.DONE: moment}

    def fetch_entries(self, position: str) -> Iterator[MoneyPage]:
        """Fees and refunds that were booked after `position`; none without `finances`."""
        if not self._settings.finances:
            return
        now = self._api.now()
        first = times.later(position, -self._settings.finances_overlap) if position else ""
        start, end = first or self._start({}, now), times.later(now, -self._settings.delay)
        while start < end:
            until = min(times.later(start, _BOOKED_S), end)
            for rows, ends in self._api.transactions(start, until):
                reached = max(position, until) if ends else position or start
                yield money_page(reached, rows, amazon_entries.entries, amazon_entries.reference)
            start, position = until, max(position, until)

    def fetch_one(self, order_id: str) -> Payload | None:
        """The order with Amazon's id `order_id`, without what Amazon does not permit."""
        self._left_out = 0
        try:
            value, raw = self._permitted(lambda: self._api.whole(order_id, self._data()))
        except RemoteRefused as error:
            if error.status != _NOT_FOUND:
                raise
            return None
        return None if amazon_orders.is_echo(value) else self._payload(value, raw)

    def close(self) -> None:
        """Close the connections."""
        if self._asked is not None:
            self._asked.close()
            self._asked = None

    def to_order(self, payload: Payload) -> Order:
        """The order that `payload` states. RecordError names what is wrong with it."""
        return order_of(payload, lambda value: amazon_orders.order_row(value, self._terms), channel=self._name)

    def render_tracking(self, number: int, packages: Sequence[Tracking]) -> Document:
        """What Amazon is asked for `packages`, as push `number`: carriers by Amazon's codes."""
        return amazon_writes.tracking_document(f"{self._name}/tracking-{number:06}", packages, self._settings.carriers)

    def render_cancellations(self, number: int, cancellations: Sequence[Cancellation]) -> Document:
        """What is not going to be shipped, as push `number`."""
        return amazon_writes.cancel_document(f"{self._name}/cancel-{number:06}", cancellations)

    def render_stock(self, number: int, levels: Sequence[StockLevel]) -> Document:
        """The quantities Amazon is told, as push `number`."""
        return amazon_writes.stock_document(f"{self._name}/stock-{number:06}", levels)

    def deliver(self, document: Document, key: str) -> Receipt:  # noqa: ARG002 - Amazon takes no key; it is read back
        """Tell Amazon what it does not know already."""
        return self._writes().deliver(document)

    def recover(self, document: Document, key: str) -> Receipt:  # noqa: ARG002
        """Whether Amazon has what `document` said. Stock is told again: its numbers are absolute."""
        return self._writes().recover(document)

    def probe(self) -> list[Probe]:
        """Whether Amazon lets us in, what it permits, and how its clock goes."""
        try:
            now = self._api.now()
        except RemoteError as error:
            return [probes.failed("credentials", error, _APPLICATION)]
        clock = probes.clock(self._api.skew_s)
        found = [Probe("credentials", "ok", "the token is taken"), clock, self._probed_orders(now)]
        found += [self._probed_finances(now)] if self._settings.finances else []
        return [*found, self._probed_stock()]

    def _probed_orders(self, now: str) -> Probe:
        self._left_out = 0
        end = times.later(now, -self._settings.delay)
        try:
            self._page(Window("", times.later(end, -_HOUR_S), end))
        except RemoteBusy as error:
            return Probe("orders", "warn", f"not tried: {error.said}", f"orderctl channels test {self._name}")
        except RemoteError as error:
            return probes.failed("orders", error, "give the application a role for orders, and authorize it again")
        if not self._left_out:
            return Probe("orders", "ok", "can be read, with buyers and addresses")
        roles = "Direct-to-Consumer Shipping (Restricted) for addresses, Tax Invoicing (Restricted) for buyers"
        left_out = ", ".join(name for names in _PRIVATE[: self._left_out] for name in names)
        return Probe("orders", "warn", f"can be read without {left_out}", f"ask Amazon for the roles: {roles}")

    def _probed_finances(self, now: str) -> Probe:
        end = times.later(now, -self._settings.delay)
        try:
            next(self._api.transactions(times.later(end, -_HOUR_S), end))
        except RemoteBusy as error:
            return Probe("finances", "warn", f"not tried: {error.said}", f"orderctl channels test {self._name}")
        except RemoteError as error:
            return probes.failed("finances", error, "ask for the role Finance and Accounting, or finances = false")
        return Probe("finances", "ok", "can be read")

    def _probed_stock(self) -> Probe:
        mine = self._settings
        if not mine.seller_id:
            return Probe("stock", "warn", "cannot be told without seller_id", 'seller_id = "...", the merchant token')
        try:
            self._api.listing(mine.seller_id, "orderctl-probe", (mine.stock_marketplaces or mine.marketplaces)[0])
        except RemoteError as error:
            return Probe("stock", "fail", error.said, "check seller_id, and the role Product Listing")
        return Probe("stock", "ok", "listings can be read")

    @property
    def _api(self) -> Api:
        if self._asked is None:
            from orderctl.channels.amazon_api import Api
            from orderctl.wire.selling_partner import Account

            mine = self._settings
            account = Account(
                *(mine.client_id, mine.client_secret, mine.refresh_token, mine.base_url, mine.token_url, mine.ca_file)
            )
            self._asked = Api(self._name, account, self._opening)
        return self._asked

    def _writes(self) -> amazon_writes.Writes:
        mine = self._settings
        ways = amazon_writes.Ways(
            now=times.later(self._opening.now, self._api.skew_s),
            marketplaces=mine.marketplaces,
            seller_id=mine.seller_id,
            stock_marketplaces=mine.stock_marketplaces,
            fba_skus=mine.fba_skus,
            product_type=mine.product_type,
            operation=mine.stock_operation,
        )
        return amazon_writes.Writes(self._api, ways)

    def _start(self, positions: Mapping[str, str], now: str) -> str:
        """From when on changes are asked for."""
        position, since = positions.get(amazon_windows.DONE, ""), self._settings.since
        if position:
            start = times.later(position, -self._settings.overlap)
        else:
            start = f"{since.isoformat()}T00:00:00Z" if since else times.later(now, -_FIRST_S)
        return max(start, times.later(now, -_HORIZON_S))

    def _page(self, window: Window) -> Listed:
        """The page of `window` that its token names, without what Amazon does not permit."""
        return self._permitted(lambda: self._api.search(self._query(window)))

    def _permitted(self, ask: Callable[[], _Got]) -> _Got:
        """What `ask` answers once it leaves out what Amazon does not permit."""
        while True:
            try:
                return ask()
            except RemoteDenied as error:
                if error.status != _FORBIDDEN or self._left_out == len(_PRIVATE):
                    raise
                self._left_out += 1

    def _data(self) -> str:
        private = [name for names in _PRIVATE[self._left_out :] for name in names]
        return ",".join([*private, *_ALWAYS])

    def _query(self, window: Window) -> list[tuple[str, str]]:
        query = [
            ("lastUpdatedAfter", window.after),
            ("lastUpdatedBefore", window.before),
            ("marketplaceIds", ",".join(self._settings.marketplaces)),
            ("includedData", self._data()),
            ("maxResultsPerPage", str(_PAGE)),
        ]
        query += [] if self._settings.fba else [("fulfilledBy", "MERCHANT")]
        return query + ([("paginationToken", window.token)] if window.token else [])

    def _payload(self, value: Any, raw: bytes) -> Payload:
        number = value.get("orderId") if isinstance(value, dict) else None
        return Payload(raw, f"{self._name} order {str(number)[:40]}")


def _noted(position: str) -> tuple[int, str]:
    """How many of the private data sets were left out, and since when."""
    count, _, at = position.partition(" ")
    return (int(count), at) if count.isdigit() and int(count) <= len(_PRIVATE) else (0, "")
