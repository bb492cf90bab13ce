"""The store as Datasette's database: a connection for each query, the views of it, and nothing to write with."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from contextvars import ContextVar
from pathlib import Path
from typing import Any, NoReturn

from datasette.app import Datasette
from datasette.database import Database

from orderctl.core.errors import StoreError
from orderctl.core.text import spreadsheet_text
from orderctl.store import web
from orderctl.store.web_views import VIEWS

#: Whether what is asked for is CSV, which people open in a spreadsheet.
FOR_A_SPREADSHEET: ContextVar[bool] = ContextVar("for_a_spreadsheet", default=False)


class StoreDatabase(Database):
    """The store at `path`, asked by the clock of `timezone`; `now` gives the moment of asking."""

    def __init__(self, site: Datasette, path: Path, timezone: str, now: Callable[[], str]) -> None:
        super().__init__(site, path=str(path), is_mutable=True)
        self._opened = lambda: web.open_for_pages(path, timezone, now)

    async def execute_fn(self, fn: Callable[[sqlite3.Connection], Any]) -> Any:
        """What `fn` gives for a connection that is closed afterwards."""
        guarded = FOR_A_SPREADSHEET.get()

        def in_thread() -> Any:
            db = self._opened()
            try:
                self.ds._prepare_connection(db, self.name)  # noqa: SLF001 - as Datasette's own database does
                if guarded:
                    db.text_factory = lambda text: spreadsheet_text(text.decode("utf-8", "replace"))
                return fn(db)
            finally:
                db.close()

        return await asyncio.get_running_loop().run_in_executor(self.ds.executor, in_thread)

    async def execute(self, *arguments: Any, **options: Any) -> Any:
        """As Datasette does, without writing a query that fails, with what was typed, to stderr."""
        return await super().execute(*arguments, **{**options, "log_sql_errors": False})

    def connect(self, *, write: bool = False) -> NoReturn:  # noqa: ARG002
        """Nobody keeps a connection."""
        raise StoreError("a page asked to keep the store open; nothing was done", where=str(self.path))

    async def execute_write_fn(self, fn: Any, block: bool = True) -> NoReturn:  # noqa: ARG002
        """Nothing writes."""
        raise StoreError("a page asked to write; nothing was done", where=str(self.path))

    async def table_names(self) -> list[str]:
        """None: the store's own tables are no pages."""
        return []

    async def table_exists(self, table: str) -> bool:  # noqa: ARG002
        """No: what is shown are views."""
        return False

    async def hidden_table_names(self) -> list[str]:
        """None, where there are none at all."""
        return []

    async def get_all_foreign_keys(self) -> dict[str, Any]:
        """None: what belongs to an order stands on its page."""
        return {}

    async def view_names(self) -> list[str]:
        """The views, in the order in which they are shown."""
        return [view.name for view in VIEWS]

    async def get_view_definition(self, view: str) -> str | None:
        """The query of a view."""
        return next((one.sql for one in VIEWS if one.name == view), None)

    async def attached_databases(self) -> list[Any]:
        """None: the temporary schema is no database of anyone's."""
        return []
