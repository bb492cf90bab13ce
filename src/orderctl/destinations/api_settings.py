"""What can be said of a partner that is reached over HTTP: where, who we are, its requests, and how it answers.

The requests are tables: `create`, `lookup`, `cancel`, `poll`, `stock`, `check`. One whose `path` is empty is not made.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from orderctl.destinations.api_words import (
    ListPath,
    ListTexts,
    LookupPath,
    LookupTexts,
    OurPath,
    OurTexts,
    PlainPath,
    PlainTexts,
    PollPath,
    PollTexts,
    TheirPath,
    TheirTexts,
)
from orderctl.wire import settings
from orderctl.wire.json_path import Paths, PathsField
from orderctl.wire.settings import DurationField, SecretField, Texts, UrlField

Text = dict[str, str]
Status = Annotated[int, Field(ge=100, le=599)]
Statuses = Annotated[tuple[Status, ...], Field(strict=False)]
_NOTHING: Paths = ()


class Auth(settings.Settings):
    """How we say who we are."""

    kind: Literal["none", "bearer", "header", "query", "basic", "client_credentials", "refresh_token"] = "none"
    """Which way. The last two are OAuth: a token is asked for at `token_url` and sent as `Bearer`."""
    token: SecretField | None = None
    """`bearer`, `header`, `query`: the key itself."""
    name: str = ""
    """`header`, `query`: what the header or the query field is called."""
    prefix: str = ""
    """`header`: what stands before the key, e.g. `"Token "`."""
    user: SecretField | None = None
    """`basic`: the user, or the key."""
    password: SecretField | None = None
    """`basic`: the password. Default: none, as some partners want it."""
    token_url: UrlField = ""
    """OAuth: where tokens are given."""
    client_id: SecretField | None = None
    """OAuth: the client's id."""
    client_secret: SecretField | None = None
    """OAuth: its secret."""
    refresh_token: SecretField | None = None
    """`refresh_token`: the token that tokens are got with."""
    client: Literal["form", "basic"] = "form"
    """OAuth: whether id and secret stand in the form or in an `Authorization` header."""
    form: Text = Field(default_factory=dict)
    """OAuth: further fields of the form, e.g. `scope` or `audience`."""


class Throttle(settings.Settings):
    """How fast it may be asked."""

    per_minute: Annotated[int, Field(ge=1, le=100_000)] = 60
    """Requests a minute that it takes in the long run."""
    burst: Annotated[int, Field(ge=1, le=100_000)] = 10
    """Requests that may follow each other at once."""
    wait_headers: Texts = ()
    """Headers, beside `Retry-After` and `x-retry-after`, that say how many seconds to wait."""


class Judgment(settings.Settings):
    """What an answer means that would not be understood by its status, or not rightly. All that is said must be so."""

    outcome: Literal["accepted", "cancelled", "duplicate", "refused", "retry", "uncertain"]
    """What it means."""
    status: Statuses = ()
    """It has one of these statuses."""
    path: PathsField = _NOTHING
    """Something stands there."""
    equals: Texts = ()
    """One of what stands there is one of these."""
    contains: str = ""
    """One of what stands there, or the answer as a whole where no `path` is said, has this in it, in any case."""


Judgments = Annotated[tuple[Judgment, ...], Field(strict=False)]


class Ask(settings.Settings):
    """What every request can say."""

    method: Literal["GET", "POST", "PUT", "PATCH", "DELETE"] = "GET"
    """The method."""
    form: Literal["json", "form", "graphql", "xml", "none"] = "none"
    """What its body is. `graphql` sends `graphql` with the body as its variables."""
    body: str = ""
    """The body, a template."""
    template: str = ""
    """The path of a file that holds the template, instead of `body`."""
    graphql: str = ""
    """`form = "graphql"`: the query or mutation."""
    keep_empty: bool = False
    """`json`, `graphql`: whether fields that are empty are sent. Else they are left out."""
    judge: Judgments = ()
    """What answers mean, the first that fits counts; before what their status says by itself."""
    message: PathsField = _NOTHING
    """Where the partner says what is wrong, for people."""


class Create(Ask):
    """Hand a shipment over."""

    method: Literal["GET", "POST", "PUT", "PATCH", "DELETE"] = "POST"
    """The method."""
    form: Literal["json", "form", "graphql", "xml", "none"] = "json"
    """What its body is. `graphql` sends `graphql` with the body as its variables."""
    path: OurPath = ""
    """Where to, below `url`."""
    query: OurTexts = Field(default_factory=dict)
    """Fields of the query."""
    headers: OurTexts = Field(default_factory=dict)
    """Headers."""
    idempotency: str = ""
    """What makes a repeated request one effect: the header for our key, or `reference` where the reference does."""
    key_lifetime: DurationField = 0
    """So long the partner surely remembers it. Class A needs both."""
    id: PathsField = _NOTHING
    """The partner's own id in its answer. A yes without it is not believed."""
    id_header: str = ""
    """The header that holds it, e.g. `location`; of an address its last part."""
    says: PathsField = _NOTHING
    """Where the answer shows the shipment as `shipment` says, so that it is an answer at once."""
    acknowledged: bool = False
    """Whether a yes means that the partner has seen to it that it can ship, not only that it has the request."""
    required: Texts = ()
    """What a shipment has to state, e.g. `["ship_to.phone", "carrier"]`; one without is put aside."""


class Lookup(Ask):
    """Ask whether it has a reference."""

    path: LookupPath = ""
    """Where to, below `url`."""
    query: LookupTexts = Field(default_factory=dict)
    """Fields of the query."""
    headers: LookupTexts = Field(default_factory=dict)
    """Headers."""
    items: PathsField = _NOTHING
    """Where the answer shows what was found, each as `shipment` says. Default: the answer, or each of its list."""
    absent: Statuses = (404, 410)
    """Statuses that mean that it has no such thing."""
    settle: DurationField = 300
    """So long after a request its shipment surely shows; two no so far apart are believed."""


class Cancel(Ask):
    """Ask to stop a shipment."""

    method: Literal["GET", "POST", "PUT", "PATCH", "DELETE"] = "POST"
    """The method."""
    path: TheirPath = ""
    """Where to, below `url`."""
    query: TheirTexts = Field(default_factory=dict)
    """Fields of the query."""
    headers: TheirTexts = Field(default_factory=dict)
    """Headers."""
    sure: bool = True
    """Whether a yes means that it is stopped. Else the partner says so later."""


class Pages(Ask):
    """What every request that is answered in pages can say."""

    path: ListPath = ""
    """Where to, below `url`."""
    query: ListTexts = Field(default_factory=dict)
    """Fields of the query. Those that are empty once filled are left out."""
    headers: ListTexts = Field(default_factory=dict)
    """Headers."""
    items: PathsField = _NOTHING
    """Where its items are. Default: the answer itself, or each of its list."""
    pages: Literal["none", "number", "cursor", "link"] = "none"
    """How it is paged: by `{page}`, by `{cursor}`, by an address in the answer or its `Link` header, or not at all."""
    next: PathsField = _NOTHING
    """`cursor`, `link`: where the next one stands. `number`: where the number of pages stands, if it does."""
    first_page: Annotated[int, Field(ge=0, le=1)] = 1
    """`number`: what the first page is called."""
    every: DurationField = 0
    """It is asked at most so often. Default: in every pass."""


class Poll(Pages):
    """Ask what became of shipments: all that changed since (`{since}`), or each one (`{reference}`, `{id}`)."""

    path: PollPath = ""
    """Where to, below `url`."""
    query: PollTexts = Field(default_factory=dict)
    """Fields of the query. Those that are empty once filled are left out."""
    headers: PollTexts = Field(default_factory=dict)
    """Headers."""
    updated: PathsField = _NOTHING
    """Where an item says when it changed; `{since}` follows the newest. Default: `{since}` follows the clock."""
    overlap: DurationField = 900
    """So far before it `{since}` begins, for what shows late."""
    first: DurationField = 604_800
    """So far back it is asked at first."""
    since: Literal["iso", "date", "seconds", "milliseconds"] = "iso"
    """How `{since}` and `{now}` are written; the numbers count from 1970."""
    ours: Texts = ()
    """Beginnings of our references, e.g. `["WEB-"]`; what begins otherwise is passed over. Default: nothing is."""


class Stock(Pages):
    """Ask what it has in stock."""

    sku: PathsField = _NOTHING
    """The SKU in an item."""
    quantity: PathsField = _NOTHING
    """What lies there, sold or not; orderctl takes off what is promised itself."""
    add_up: bool = False
    """Whether a SKU stands there several times, and its numbers are to be added. Else all of them are put aside."""
    skus: Text = Field(default_factory=dict)
    """Their SKU = ours, where they differ."""


class Parcels(settings.Settings):
    """How the partner shows the parcels of a shipment; every path begins at one of them."""

    each: PathsField = _NOTHING
    """Where they are, from the shipment. Default: the shipment itself is one."""
    tracking_number: PathsField = _NOTHING
    """Its number, or numbers."""
    carrier: PathsField = _NOTHING
    """Who carries it."""
    service: PathsField = _NOTHING
    """How."""
    shipped_at: PathsField = _NOTHING
    """When it left."""
    status: PathsField = _NOTHING
    """Its state."""
    sent: Texts = ()
    """States of a parcel that has left. Default: one with a number has."""
    voided: PathsField = _NOTHING
    """Where it says that a label is void: something that is neither false nor empty."""
    voided_words: Texts = ()
    """What stands there then, where anything else may stand there, too."""
    skip: PathsField = _NOTHING
    """Where it says that it is no parcel to the customer, e.g. a label for a return."""
    lines: PathsField = _NOTHING
    """What is in it. Default: everything that is left of the shipment."""
    line: PathsField = _NOTHING
    """Our line id, from one of `lines`."""
    sku: PathsField = _NOTHING
    """The SKU, from one of `lines`."""
    quantity: PathsField = _NOTHING
    """Units, from one of `lines`; several are added."""


class Shown(settings.Settings):
    """How the partner shows a shipment, wherever it does; every path begins at the shipment."""

    reference: PathsField = _NOTHING
    """Our reference."""
    id: PathsField = _NOTHING
    """The partner's own id."""
    status: PathsField = _NOTHING
    """Its state."""
    words: dict[Literal["acknowledged", "rejected", "cancelled", "shipped", "delivered", "problem"], Texts] = Field(
        default_factory=dict
    )
    """What states mean; of `problem` a person is told. Other states say nothing."""
    reason: PathsField = _NOTHING
    """Why, for people."""
    lines: PathsField = _NOTHING
    """What was asked for, to compare it with what we asked for."""
    sku: PathsField = _NOTHING
    """The SKU, from one of `lines`."""
    quantity: PathsField = _NOTHING
    """Units, from one of `lines`."""
    postcode: PathsField = _NOTHING
    """The postcode it goes to, to compare it."""
    parcels: Parcels = Field(default_factory=Parcels)
    """How its parcels are shown."""


class Check(Ask):
    """A request that changes nothing, for `orderctl locations test`. Default: one of those that only read."""

    path: PlainPath = ""
    """Where to, below `url`."""
    query: PlainTexts = Field(default_factory=dict)
    """Fields of the query."""
    headers: PlainTexts = Field(default_factory=dict)
    """Headers."""
