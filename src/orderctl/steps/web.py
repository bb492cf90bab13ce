"""The store in a browser: Datasette shows views and questions of the store, on this machine alone, changing nothing.

1. every query gets a connection of its own, which is closed behind it: a pass, a restore and a copy go on meanwhile as
   if nobody watched, and no log is left beside the store
2. what Datasette is told of titles, columns and questions is made from what `store` says of them
3. nothing that Datasette could write, download, log or debug is left in it, nor any plugin that happens to be installed
Datasette comes with the extra `web`; it is imported when pages are asked for.
"""

from __future__ import annotations

import contextlib
import secrets
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import resources
from typing import Any

from orderctl.core.errors import UsageError
from orderctl.steps.context import Context, now
from orderctl.store.web_questions import QUESTIONS, Question
from orderctl.store.web_views import VIEWS, View
from orderctl.wire import extras, loopback

#: What the store is called in addresses.
NAME = "shop"
_FROM_DATASETTE = frozenset(
    (
        *("datasette.facets", "datasette.filters", "datasette.default_permissions", "datasette.blob_renderer"),
        *("datasette.default_magic_parameters", "datasette.forbidden"),
    )
)
_SETTINGS = {
    "default_page_size": 50,
    "max_returned_rows": 1000,
    "num_sql_threads": 3,
    "sql_time_limit_ms": 5000,
    "facet_time_limit_ms": 700,
    "default_facet_size": 12,
    "suggest_facets": False,
    "allow_download": False,
    "default_cache_ttl": 0,
}


@dataclass(frozen=True, slots=True)
class Site:
    """Pages that can be opened at `url` once `serve` is called, which returns when a signal comes."""

    url: str
    app: loopback.App
    socket: socket.socket

    def serve(self) -> None:
        """Answer until a signal comes."""
        loopback.serve(self.app, self.socket)


@contextlib.contextmanager
def opened(ctx: Context, port: int) -> Iterator[Site]:
    """Pages of the store of `ctx` at `port` of this machine, 0 = any that is free.

    Neither the connection of `ctx` is used nor its moment. UsageError without Datasette, and when the port is taken.
    """
    if lacking := extras.lacking("web"):
        raise UsageError(f"web {lacking}; nothing was started", next='pip install "orderctl[web]"')
    with contextlib.closing(loopback.listening(port)) as listening:
        key = secrets.token_urlsafe(24)
        with _datasette(ctx) as app:
            guarded = loopback.guarded(app, key, loopback.port_of(listening))
            yield Site(loopback.address(listening, key), guarded, listening)


@contextlib.contextmanager
def _datasette(ctx: Context) -> Iterator[loopback.App]:
    from datasette.app import Datasette
    from datasette.plugins import pm

    from orderctl.steps.web_database import StoreDatabase
    from orderctl.steps.web_pages import Pages

    for name, plugin in pm.list_name_plugin():
        if plugin is not None and name not in _FROM_DATASETTE:
            pm.unregister(plugin)
    pages = Pages(ctx, NAME)
    pm.register(pages, "orderctl")
    try:
        with resources.as_file(resources.files("orderctl.steps").joinpath("pages")) as templates:
            site = Datasette(
                metadata=metadata(ctx), settings=_SETTINGS, template_dir=str(templates), secret=secrets.token_hex(32)
            )
            site.remove_database("_memory")
            site.add_database(StoreDatabase(site, ctx.database, ctx.config.places.timezone, now), name=NAME)
            yield site.app()
            if site.executor is not None:
                site.executor.shutdown()
    finally:
        pm.unregister(pages)


def metadata(ctx: Context) -> dict[str, Any]:
    """What Datasette is told of the store: titles, what columns mean, what is counted beside a view, the questions."""
    shop = {
        "title": ctx.config.shop.name or "Orders",
        "description": f"Times are by the clock of {ctx.config.places.timezone}. Nothing can be changed here.",
        "tables": {view.name: _view(view) for view in VIEWS},
        "queries": {question.name: _question(question) for question in QUESTIONS},
    }
    return {"title": shop["title"], "databases": {NAME: shop}}


def _view(view: View) -> dict[str, Any]:
    return {
        "title": view.title,
        "description": view.description,
        "columns": dict(view.columns),
        "facets": list(view.facets),
        "searched": view.searched,
        "sort_desc" if view.sort.startswith("-") else "sort": view.sort.removeprefix("-"),
    }


def _question(question: Question) -> dict[str, Any]:
    return {
        "title": question.title,
        "description": question.description,
        "sql": question.sql,
        "params": list(question.asks),
        "asks": dict(question.asks),
        "without": question.without,
        "needs": question.needs,
        "hide_sql": True,
    }
