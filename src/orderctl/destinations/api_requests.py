"""Requests about shipments: made once, kept as text, and sent as they were kept.

1. `create` is made from the one shipment alone, so that it stays the same whenever it is made
2. what is kept has no secret in it: who we are is added when it is sent
3. it also says what was asked for, so that it can be compared with what a partner shows
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import unquote_plus

from orderctl.core import copies, countries
from orderctl.core.effects import Batch, BatchShipment, CallBack, Document
from orderctl.core.errors import RecordError
from orderctl.core.text import storable
from orderctl.destinations import template_data
from orderctl.destinations.api_partner import Partner
from orderctl.destinations.api_settings import Ask
from orderctl.destinations.api_words import BadTemplate, in_header, in_path, in_text, words_of
from orderctl.wire.http import Request

if TYPE_CHECKING:
    from orderctl.destinations.api_bodies import Body

_THREE_LETTERS = {two: three for three, two in countries.ALPHA_3.items()}
Kind = Literal["read", "keyed", "blind"]


#: Every word of every request, about nothing that there is.
NOTHING = dict.fromkeys(("reference", "id", "since", "now", "page", "cursor"), "")


@dataclass(frozen=True, slots=True)
class Made:
    """One request as it is kept. `units` is SKU -> units asked for; `postcode` where they go."""

    do: str
    reference: str
    method: str
    path: str
    query: tuple[tuple[str, str], ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str = ""
    units: Mapping[str, int] = field(default_factory=dict)
    postcode: str = ""

    def content(self) -> bytes:
        """As it is kept."""
        return json.dumps(asdict(self), ensure_ascii=False, sort_keys=True).encode()

    def request(self, kind: Kind, expects: Literal["json", "bytes"], more: Mapping[str, str]) -> Request:
        """As it is sent, with `more` headers."""
        headers = {**self.headers, **more}
        return Request(self.method, self.path, self.query, headers, self.body.encode(), kind, expects)


def read(content: bytes) -> Made:
    """The request that was kept as `content`."""
    kept = json.loads(content)
    return Made(**kept | {"query": tuple((name, value) for name, value in kept["query"])})


class Requests:
    """Makes the requests of `partner`. `base` is where the paths of templates start; BadTemplate for a bad one."""

    def __init__(self, location: str, partner: Partner, base: Path) -> None:
        self._location = location
        self._partner = partner
        self._bodies = {name: _body(name, ask, base) for name, ask in partner.asks.items()}

    def create(self, batch: Batch) -> Document:
        """The request that hands over the shipment of `batch`. RecordError when it cannot be made."""
        try:
            return self.sample(batch)
        except BadTemplate as fault:
            raise RecordError(str(fault)) from None

    def sample(self, batch: Batch) -> Document:
        """The same, and a BadTemplate when it cannot be made."""
        shipment = batch.shipments[0]
        data = self._data(batch)
        words = {"reference": shipment.reference, "order_number": shipment.order_number, "channel": shipment.channel}
        made = self.made("create", words, data)
        units: dict[str, int] = {}
        for line in shipment.lines:
            units[line.sku] = units.get(line.sku, 0) + line.quantity
        if batch.test and copies.MARK not in unquote_plus(made.body):
            message = "the body of `create` does not say that nothing is to be shipped; let it show {{ notice }}"
            raise BadTemplate(message)
        made = replace(made, units=units, postcode=shipment.ship_to.get("postcode", ""))
        name = f"{self._location}/{shipment.reference}"
        return self._document(made, name, rows=len(shipment.lines), units=sum(units.values()))

    def try_all(self) -> None:
        """Make every request about something made up. BadTemplate says which one cannot be made."""
        for name in self._partner.asks:
            if name == "create":
                self.sample(template_data.samples(self._location)[0])
            else:
                self.made(name, NOTHING, {"reason": "", "order_number": ""})

    def cancel(self, wish: CallBack) -> Document | None:
        """The request that asks to stop a shipment; None where none can be made."""
        ask = self._partner.cancel
        written = [ask.path, ask.body, *ask.query.values()]
        if not ask.path or ("id" in {word for one in written for word in words_of(one)} and not wish.partner_reference):
            return None
        words = {"reference": wish.reference, "id": wish.partner_reference}
        made = self.made("cancel", words, {**words, "reason": wish.reason, "order_number": wish.order_number})
        return self._document(made, f"{self._location}/{wish.reference}-cancel")

    def made(self, name: str, words: Mapping[str, str], data: Mapping[str, Any] | None = None) -> Made:
        """The request called `name`, with `words` in its address and `data` in its body."""
        ask = getattr(self._partner, name)
        known = {**{f"values.{key}": value for key, value in self._partner.values.items()}, **words}
        filled = {key: in_text(value, known) for key, value in ask.query.items()}
        headers = {
            key.lower(): in_header(value, known) for key, value in {**self._partner.headers, **ask.headers}.items()
        }
        body = self._bodies[name]
        written = ""
        if body is not None:
            headers = {"content-type": body.media_type, **headers}
            written = body.render({"values": self._partner.values, **words, **(data or {})})
        return Made(
            do=name,
            reference=words.get("reference", ""),
            method=ask.method,
            path=in_path(ask.path, known),
            query=tuple((key, value) for key, value in filled.items() if value),
            headers={"accept": "application/json", **headers},
            body=written,
        )

    def problem(self, shipment: BatchShipment) -> str:
        """Why `shipment` cannot be handed over like this; empty when it can."""
        batch = Batch(self._location, 0, shipment.placed_at, shipment.placed_at[:10], (shipment,))
        data = self._data(batch)
        if self._partner.services and data["service_there"] is None:
            return f"`services` has no word for '{_service(shipment) or 'none'}'"
        for name in self._partner.create.required:
            part, _, inner = name.partition(".")
            found = [one[inner] for one in data["lines"]] if part == "lines" else [data[part]]
            if any((one[inner] if isinstance(one, dict) else one) in {None, ""} for one in found):
                return f"it states no {name}"
        try:
            self.create(batch)
        except RecordError as error:
            return error.message
        return ""

    def _data(self, batch: Batch) -> dict[str, Any]:
        """What a template of `create` may name: the shipment under the names of all templates, and a little more."""
        placed = batch.shipments[0].placed_at
        alike = replace(batch, number=0, name="", created_at=placed, date=placed[:10])
        whole = template_data.of(alike)
        one = whole["shipments"][0]
        there = self._partner.services
        shipment = batch.shipments[0]
        service = _service(shipment)
        word = next(
            (there[key] for key in (service, shipment.carrier, "*" if service else "none", "*") if key in there), None
        )
        return {
            **one,
            "location": batch.location,
            "sender": whole["sender"],
            "test": whole["test"],
            "notice": whole["notice"],
            "service_there": word if there else "",
            "ship_to": _address(one["ship_to"]),
            "bill_to": _address(one["bill_to"]),
        }

    def _document(self, made: Made, name: str, rows: int = 0, units: int = 0) -> Document:
        return Document(
            name=name,
            content=made.content(),
            media_type="application/json",
            rows=rows,
            units=units,
            kept=True,
            to=self._partner.url + made.path,
        )


def _body(name: str, ask: Ask, base: Path) -> Body | None:
    if ask.form == "none":
        return None
    from orderctl.destinations.api_bodies import Body

    source, called = ask.body, name
    if ask.template:
        called = ask.template
        try:
            source = (base / ask.template).read_text("utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            raise BadTemplate(f"{ask.template}: cannot be read: {error}") from None
    return Body(called, ask.form, source, graphql=ask.graphql, keep_empty=ask.keep_empty)


def _service(shipment: BatchShipment) -> str:
    return f"{shipment.carrier}:{shipment.service}".removesuffix(":") if shipment.carrier else ""


def _address(parts: Mapping[str, Any]) -> dict[str, Any]:
    """An address with its name in two parts, and its country in three letters."""
    words = storable(parts["name"]).split()
    return {
        **parts,
        "first_name": " ".join(words[:-1]),
        "last_name": "".join(words[-1:]),
        "country_3": _THREE_LETTERS.get(parts["country"], ""),
    }
