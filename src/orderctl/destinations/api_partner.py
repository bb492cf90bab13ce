"""One partner that is reached over HTTP, as channels.toml describes it, and what has to fit together for it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, ValidationInfo, field_validator, model_validator

from orderctl.core import text
from orderctl.core.text import printable
from orderctl.destinations import api_profiles
from orderctl.destinations.api_settings import Ask, Auth, Cancel, Check, Create, Lookup, Poll, Shown, Stock, Throttle
from orderctl.destinations.api_words import PlainTexts, words_of
from orderctl.wire import cells, extras, settings
from orderctl.wire.settings import PathField, UrlField

_NEEDED = {
    "bearer": ("token",),
    "header": ("token", "name"),
    "query": ("token", "name"),
    "basic": ("user",),
    "client_credentials": ("token_url", "client_id", "client_secret"),
    "refresh_token": ("token_url", "client_id", "client_secret", "refresh_token"),
}
#: What `required` may name.
REQUIRED = (
    *("carrier", "service", "email", "ship_by", "deliver_by", "weight_g", "customer", "po_number"),
    *(f"ship_to.{part}" for part in ("name", "line1", "city", "region", "postcode", "country", "phone", "company")),
    *(f"lines.{part}" for part in ("weight_g", "hs_code", "origin", "barcode", "supplier_sku")),
)
_VALUES = "values."
_HEADER = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")


class Partner(settings.Settings):
    """What may be said in `[location.NAME.api]`, or in `send`, `confirm` and `stock_feed`, which come before it."""

    profile: str = ""
    """A partner whose requests are known, or the path of a .toml file with these keys. What is written here wins."""
    url: UrlField = ""
    """The address that all paths follow."""
    auth: Auth = Field(default_factory=Auth)
    """How we say who we are."""
    headers: PlainTexts = Field(default_factory=dict)
    """Headers of every request."""
    values: dict[str, str] = Field(default_factory=dict)
    """Values of your own, `{values.NAME}` in paths, queries and headers, `values.NAME` in bodies."""
    throttle: Throttle = Field(default_factory=Throttle)
    """How fast it may be asked."""
    ca_file: PathField | None = None
    """Certificates of an authority of its own, PEM."""
    services: dict[str, str] = Field(default_factory=dict)
    """Our `carrier:service`, `carrier`, `none` or `*` = its word, `service_there` in bodies. Without one: put aside."""
    carriers: dict[str, str] = Field(default_factory=dict)
    """Its word for a carrier = ours, in answers. Those that everybody knows need no entry."""
    dates: cells.Dates = ""
    """How dates are written in answers, e.g. `%m/%d/%Y`. ISO 8601 and numbers since 1970 are known."""
    timezone: str = ""
    """The zone of dates that name none. Default: the location's."""
    create: Create = Field(default_factory=Create)
    """Hand a shipment over."""
    lookup: Lookup = Field(default_factory=Lookup)
    """Ask whether it has a reference: after a lost answer, a duplicate, and for `orderctl reconcile shipments`."""
    cancel: Cancel = Field(default_factory=Cancel)
    """Ask to stop a shipment."""
    poll: Poll = Field(default_factory=Poll)
    """Ask what became of shipments."""
    stock: Stock = Field(default_factory=Stock)
    """Ask what it has in stock."""
    check: Check = Field(default_factory=Check)
    """A request that changes nothing, for `orderctl locations test`."""
    shipment: Shown = Field(default_factory=Shown)
    """How it shows a shipment, wherever it does."""

    @model_validator(mode="before")
    @classmethod
    def _with_profile(cls, written: Any, info: ValidationInfo) -> Any:
        base = (info.context or {}).get("base", Path())
        return api_profiles.completed(written, base) if isinstance(written, Mapping) else written

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, written: str) -> str:
        try:
            if written:
                ZoneInfo(written)
        except (ZoneInfoNotFoundError, ValueError):
            message = f"'{written[:40]}' is no time zone; write for example 'America/New_York'"
            raise ValueError(message) from None
        return written

    @model_validator(mode="after")
    def _fits_together(self, info: ValidationInfo) -> Partner:
        context: Mapping[str, Any] = info.context or {}
        problem = next(_problems(self, context.get("role", ""), context.get("base", Path())), "")
        if problem:
            raise ValueError(problem)
        return self

    @property
    def asks(self) -> Mapping[str, Any]:
        """The requests that are made, by name."""
        known = ("create", "lookup", "cancel", "poll", "stock", "check")
        return {name: ask for name in known if (ask := getattr(self, name)).path}


def _problems(partner: Partner, role: str, base: Path) -> Iterator[str]:
    if not partner.url:
        yield "needs `url`, the address of the partner"
    yield from _of_headers(partner)
    auth = partner.auth
    missing = [name for name in _NEEDED.get(auth.kind, ()) if not getattr(auth, name)]
    if missing:
        yield f"auth of the kind '{auth.kind}' needs {' and '.join(missing)}"
    yield from _of_role(partner, role)
    for name, ask in partner.asks.items():
        yield from _of_words(partner, name, ask)
        yield from _of_body(name, ask, base)
    if partner.create.path and (lacking := extras.lacking("templates")):
        yield f"create {lacking}"
    for name in partner.create.required:
        if name not in REQUIRED:
            yield f"create.required: '{name[:40]}' cannot be asked for{text.did_you_mean(name, REQUIRED)}"


def _of_headers(partner: Partner) -> Iterator[str]:
    """What cannot stand in the head of a request: it would fail each time, after it may have been sent."""
    auth, create = partner.auth, partner.create
    names = [*partner.headers, *(name for ask in partner.asks.values() for name in ask.headers)]
    names += [one for one in (create.idempotency, auth.name if auth.kind == "header" else "") if one]
    for name in names:
        if not _HEADER.fullmatch(name):
            yield f"'{printable(name)[:40]}' cannot be the name of a header"
    token = auth.token.reveal() if auth.token is not None and auth.kind in {"bearer", "header"} else ""
    if not (auth.prefix + token).isascii() or not (auth.prefix + token).isprintable():
        yield "auth.token has letters or line ends that no header can carry"


def _of_role(partner: Partner, role: str) -> Iterator[str]:
    """What is missing for what the partner is to be asked for."""
    if role == "send" and not partner.create.path:
        yield "needs `create`, the request that hands a shipment over"
    if role == "confirm" and not partner.poll.path:
        yield "needs `poll`, the request that asks what became of shipments"
    if role == "stock_feed" and not (partner.stock.path and partner.stock.sku and partner.stock.quantity):
        yield "needs `stock` with `path`, `sku` and `quantity`, the request that asks for what is there"
    create = partner.create
    if bool(create.idempotency) != bool(create.key_lifetime):
        yield "create: `idempotency` and `key_lifetime` are said together; how long is a key surely remembered?"
    listed = partner.poll.path and not one_by_one(partner.poll)
    if (listed or partner.lookup.path) and not partner.shipment.reference:
        yield "shipment.reference is needed: where our reference stands in what `poll` or `lookup` shows"


def _of_words(partner: Partner, name: str, ask: Any) -> Iterator[str]:
    written = [ask.path, *ask.query.values(), *ask.headers.values(), *partner.headers.values()]
    for word in sorted({word for one in written for word in words_of(one) if word.startswith(_VALUES)}):
        if word.removeprefix(_VALUES) not in partner.values:
            yield f"{name}: '{{{word}}}' is used, and {word} is not written"
    pages = getattr(ask, "pages", "none")
    if pages == "cursor" and not ask.next:
        yield f"{name}: pages by cursor need `next`, where the cursor stands in an answer"
    placed = {word for one in (ask.path, *ask.query.values()) for word in words_of(one)}
    for kind, word in (("number", "page"), ("cursor", "cursor")):
        if pages == kind and word not in placed:
            yield f"{name}: pages by {kind} need the word '{{{word}}}' in `path` or `query`"


def _of_body(name: str, ask: Ask, base: Path) -> Iterator[str]:
    if ask.body and ask.template:
        yield f"{name}: `body` and `template` say the same thing; write one of them"
    if ask.form == "graphql" and not ask.graphql:
        yield f"{name}: the form graphql needs `graphql`, the query"
    if ask.form == "none" and (ask.body or ask.template):
        yield f"{name}: a body needs a `form`: json, form, graphql or xml"
    if ask.template and not (base / ask.template).is_file():
        yield f"{name}: there is no template '{ask.template[:60]}'"


def one_by_one(poll: Poll) -> bool:
    """Whether `poll` asks for each shipment by itself."""
    written = (poll.path, poll.body, *poll.query.values())
    return bool({"reference", "id"} & {word for one in written for word in words_of(one)})
