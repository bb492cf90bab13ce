"""Bodies of requests, made from templates into which values go as data, never as text.

1. in JSON a value is written as JSON, with its quotes: `{"to": {{ ship_to.name }}}`; `"{{ name }}"` is an error that is
   found when the template is tried. In a form it is percent-encoded, in XML escaped
2. what comes out is read again strictly and written anew, so that nothing else than JSON or XML ever leaves; a value
   that is empty is left out of JSON, as most partners want it
3. GraphQL is JSON: the query as it stands, and the template as its variables
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import quote_plus
from xml.parsers import expat

import jinja2
import msgspec

from orderctl.core import times
from orderctl.destinations.api_words import BadTemplate
from orderctl.destinations.templates import LARGEST_TEMPLATE, Template, TemplateFault
from orderctl.wire import strict_json

MEDIA_TYPES = {
    "json": "application/json",
    "graphql": "application/json",
    "form": "application/x-www-form-urlencoded",
    "xml": "application/xml; charset=utf-8",
}
#: Filters that would make text of what has to stay a value.
_NOT_IN_JSON = ("safe", "e", "escape", "forceescape")
_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_write = msgspec.json.Encoder(decimal_format="number").encode


class _Json(str):
    """JSON that was made from a value, to be written as it is."""

    __slots__ = ()


class Body:
    """How the body of one request is made. BadTemplate when its template cannot be read."""

    def __init__(self, name: str, form: str, source: str, *, graphql: str = "", keep_empty: bool = False) -> None:
        if len(source) > LARGEST_TEMPLATE:
            raise BadTemplate(f"{name}: is larger than {LARGEST_TEMPLATE:,} characters")
        self.media_type = MEDIA_TYPES[form]
        self._form = form
        self._graphql = graphql
        self._keep_empty = keep_empty
        suffix = "json" if form == "graphql" else form
        prepared = {"json": _as_json, "form": _as_form, "xml": _as_xml}[suffix]
        try:
            self._template = Template(name, source or "{}", prepared=prepared)
        except TemplateFault as fault:
            raise BadTemplate(str(fault)) from None

    def render(self, data: Mapping[str, Any]) -> str:
        """The body about `data`. BadTemplate says where it goes wrong."""
        try:
            written = self._template.render(data)
        except TemplateFault as fault:
            raise BadTemplate(str(fault)) from None
        if self._form == "form":
            return "&".join(part.strip() for part in written.split("&") if part.strip())
        if self._form == "xml":
            return self._checked_xml(written)
        try:
            value = strict_json.loads(written.encode())
        except ValueError as error:
            raise BadTemplate(f"{self._template.name}: what it makes {error}") from None
        value = value if self._keep_empty else _full(value)
        if self._form == "graphql":
            value = {"query": self._graphql, "variables": value}
        return _write(value).decode()

    def _checked_xml(self, written: str) -> str:
        try:
            expat.ParserCreate().Parse(written.encode(), True)  # noqa: FBT003 - its name cannot be given
        except expat.ExpatError as error:
            raise BadTemplate(f"{self._template.name}: what it makes is no XML: {error}") from None
        return written.strip()


def _as_json(room: jinja2.Environment) -> None:
    def written(value: Any) -> str:
        if isinstance(value, _Json):
            return value
        if isinstance(value, jinja2.Undefined):
            return str(value)  # which says what is missing
        return _Json(_write(value).decode())

    for name in _NOT_IN_JSON:
        del room.filters[name]
    room.finalize = written
    room.filters.update({**_FILTERS, "tojson": written, "number": _number})


def _as_form(room: jinja2.Environment) -> None:
    room.finalize = lambda value: quote_plus(str(value))
    room.filters.update(_FILTERS)


def _as_xml(room: jinja2.Environment) -> None:
    room.autoescape = True
    room.finalize = lambda value: _NOT_IN_XML.sub("\ufffd", value) if isinstance(value, str) else value
    room.filters.update(_FILTERS)


def _number(value: Any) -> Any:
    """Decimal text as a number; nothing for an empty one."""
    if value is None or value == "":
        return None
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite():
        message = f"'{str(value)[:40]}' is no number"
        raise ValueError(message)
    return number


def _kilograms(grams: Any) -> Any:
    return "" if grams is None else f"{Decimal(grams) / 1000:f}"


def _seconds(moment: str) -> Any:
    return int(times.as_datetime(moment).timestamp()) if moment else None


def _milliseconds(moment: str) -> Any:
    return int(times.as_datetime(moment).timestamp()) * 1000 if moment else None


_FILTERS: Mapping[str, Any] = {
    "kilograms": _kilograms,
    "day": lambda moment: moment[:10],
    "seconds": _seconds,
    "milliseconds": _milliseconds,
}


def _full(value: Any) -> Any:
    """`value` without fields that are empty."""
    if isinstance(value, dict):
        inner = {name: _full(one) for name, one in value.items()}
        return {name: one for name, one in inner.items() if one not in (None, "", [], {})}
    return [_full(one) for one in value] if isinstance(value, list) else value
