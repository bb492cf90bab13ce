"""What the pages of the store have beyond Datasette: an order's page, a search on every view, links, refusals."""

from __future__ import annotations

import sqlite3
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import replace
from http import HTTPStatus
from typing import Any
from urllib.parse import quote, unquote

from datasette import Response, hookimpl
from datasette.app import Datasette
from datasette.database import Database, QueryInterrupted
from datasette.filters import FilterArguments
from datasette.utils.asgi import Base400, Forbidden, NotFound, Request
from datasette.views.base import DatasetteError
from jinja2 import Environment
from markupsafe import Markup

from orderctl.core.checks import WORDS
from orderctl.core.errors import OrderctlError, UsageError
from orderctl.core.story import told
from orderctl.steps import tracking, views
from orderctl.steps.context import Context
from orderctl.steps.web_database import FOR_A_SPREADSHEET
from orderctl.store.web import FOUND, clock
from orderctl.store.web_questions import QUESTIONS, Question
from orderctl.store.web_views import VIEWS
from orderctl.wire.loopback import App, Receive, Scope, Send

#: Column -> where a value of it leads.
_LINKS: Mapping[str, str] = {
    "order": "/order/{}",
    "shipment": "/order/{}",
    "email": "/{name}/customer?email={}",
    "sku": "/{name}/stock?sku={}",
}
_COUNTERS = ("ordered", "open", "planned", "backordered", "dispatched", "shipped", "cancelled", "returned")
_SEARCHED = frozenset(view.name for view in VIEWS if view.searched)


class Pages:
    """Datasette's plugin. `ctx` is what the store is read with, `name` what it is called in addresses."""

    __name__ = "orderctl"

    def __init__(self, ctx: Context, name: str) -> None:
        self._ctx, self._name = ctx, name

    @hookimpl
    def prepare_jinja2_environment(self, env: Environment) -> None:
        """Words of the store as people write them."""
        env.filters["words"] = _words
        env.filters["clock"] = self._clock
        env.globals |= {"shop": self._name, "shop_name": self._ctx.config.shop.name or "Orders", "questions": QUESTIONS}
        env.globals |= {"views_shown": VIEWS, "counters_shown": _COUNTERS}

    @hookimpl
    def asgi_wrapper(self) -> Callable[[App], App]:
        """Cells of CSV are such that a spreadsheet runs none of them."""

        def wrapped(app: App) -> App:
            async def asked(scope: Scope, receive: Receive, send: Send) -> None:
                before = FOR_A_SPREADSHEET.set(scope.get("path", "").endswith(".csv"))
                try:
                    await app(scope, receive, send)
                finally:
                    FOR_A_SPREADSHEET.reset(before)

            return asked

        return wrapped

    @hookimpl
    def register_routes(self) -> list[tuple[str, Callable[..., Awaitable[Response]]]]:
        """The front page is the shop's; an order has a page by any of its names."""
        return [
            (r"^/$", self._front),
            (r"^/order/(?P<order>.+)$", self._order),
            (r"^/-/(?!static/)", self._none),  # what Datasette says about itself
        ]

    @hookimpl
    def extra_template_vars(self, view_name: str, datasette: Datasette) -> Any:
        """On the front page, how much waits there is."""

        async def counted() -> dict[str, Any]:
            asked = [one for one in QUESTIONS if one.counted] if view_name == "database" else []
            store = datasette.get_database(self._name)
            return {"counts": {one.name: await self._count(store, one) for one in asked}}

        return counted()

    async def _count(self, store: Database, question: Question) -> int | None:
        """How many rows the answer to `question` has; None where that takes too long."""
        try:
            found = await store.execute(question.count, dict.fromkeys(question.asks, ""))
        except QueryInterrupted:
            return None
        return int(found.rows[0][0])

    @hookimpl
    def filters_from_request(self, request: Request, table: str) -> FilterArguments | None:
        """Narrow a view to what a search finds."""
        text = (request.args.get("_find") or "").strip()
        if not text or table not in _SEARCHED:
            return None
        return FilterArguments([FOUND], params={"found_by_text": text}, human_descriptions=[f"found by “{text}”"])

    @hookimpl
    def render_cell(self, row: sqlite3.Row, value: Any, column: str) -> Markup | str | None:
        """A cell that leads somewhere, or reads better than its value."""
        if value in ("", None):
            return Markup("")
        if column == "state":
            return Markup('<span class="state {}">{}</span>').format(str(value).replace(" ", "_"), _words(str(value)))
        if column == "tracking_number":
            return self._tracking(row, str(value))
        if (link := _LINKS.get(column)) is not None:
            return Markup('<a href="{}">{}</a>').format(link.format(quote(str(value), ""), name=self._name), value)
        return None

    def _tracking(self, row: sqlite3.Row, number: str) -> Markup | None:
        carrier = row["carrier"] if "carrier" in row.keys() else ""  # noqa: SIM118 - a row has no names but these
        page = tracking.url(self._ctx.config, carrier or "", number)
        return Markup('<a href="{}" rel="noreferrer">{}</a>').format(page, number) if page else None

    @hookimpl
    def handle_exception(self, datasette: Datasette, request: Request, exception: Exception) -> Any:
        """A page that says what is wrong; nothing of what was asked is written anywhere."""

        async def refuse() -> Response:
            status, text = _refusal(exception)
            said = {"ok": False, "error": text, "status": status, "title": HTTPStatus(status).phrase}
            if request.path.endswith(".json"):
                return Response.json(said, status=status)
            return Response.html(await datasette.render_template("error.html", said, request=request), status=status)

        return refuse

    async def _front(self) -> Response:
        return Response.redirect(f"/{self._name}")

    async def _none(self) -> Response:
        raise NotFound("There is no such page.")

    async def _order(self, request: Request, datasette: Datasette) -> Response:
        name = unquote(request.url_vars["order"])
        try:
            order = await datasette.get_database(self._name).execute_fn(lambda db: self._read(db, name))
        except UsageError as error:
            said = {"ok": False, "error": error.message, "status": 404, "title": "No such order"}
            page = await datasette.render_template("error.html", said, request=request)
            return Response.html(page, status=404)
        references = [one["reference"] for one in order["shipments"]]
        timezone = self._ctx.config.places.timezone
        told_of = told(order["history"], references, order["placed_at"], timezone)
        said = {"order": order, "story": told_of, "problems": list(_problems(order["checks"])), "timezone": timezone}
        return Response.html(await datasette.render_template("order.html", said, request=request))

    def _read(self, db: sqlite3.Connection, name: str) -> dict[str, Any]:
        """The order of any name; of its messages and numbers what every command shows."""
        db.row_factory = None
        return views.order_show(replace(self._ctx, db=db), name)

    def _clock(self, moment: str | None) -> str:
        if not moment:
            return ""
        return clock(self._ctx.config.places.timezone)(moment) or ""


def _problems(checks: Mapping[str, Any]) -> Iterable[str]:
    """What saving the order found wrong; nothing for one that is well."""
    if checks.get("address", "ok") != "ok":
        yield f"address {checks['address']}"
    yield from checks.get("address_hints") or checks.get("address_problems", ())
    yield from (WORDS.get(code, code) for code in checks.get("codes", ()))


def _words(name: str) -> str:
    """A name of the store in words."""
    return name.replace("_", " ")


def _refusal(error: Exception) -> tuple[int, str]:
    """The status to answer with, and what to say."""
    if isinstance(error, OrderctlError):
        return 503, str(error)
    if isinstance(error, Base400 | Forbidden):
        return error.status, str(error.args[0] if error.args else "")
    if isinstance(error, DatasetteError):
        return error.status or 500, str(error)
    return 500, f"This page could not be made: {type(error).__name__}."
