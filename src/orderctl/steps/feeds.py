"""Stock feeds are looked at as a whole before any of their counts is applied.

1. the pages of one feed are held until its last one has come
2. a feed that `core.feeds` doubts is put aside: nothing of it is applied, it is read again at every pass
3. it goes on when a person confirms it; its exception closes itself when a feed that is believed takes its place
Of a feed larger than `MOST_HELD` rows the first so many speak for all, so that memory stays bounded.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from orderctl.core.adapters import AnswerPage
from orderctl.core.confirmations import StockCount
from orderctl.core.feeds import Limits, doubt
from orderctl.steps.context import Context
from orderctl.store import consents, exceptions, feeds, stock
from orderctl.store.exceptions import Trouble
from orderctl.store.transactions import transaction

CODE = "feed_put_aside"
MOST_HELD = 200_000


@dataclass(slots=True)
class Judge:
    """Looks at the feeds of one location in one pass. `positions` names those that were begun before: they go on."""

    ctx: Context
    location: str
    positions: Mapping[str, str]
    _aside: set[str] = field(default_factory=set)
    _last: AnswerPage | None = None
    _rows: int = 0

    def believed(self, pages: Iterable[AnswerPage]) -> Iterator[AnswerPage]:
        """Those of `pages` that are to be applied."""
        held: list[AnswerPage] = []
        going_on = ""
        for page in pages:
            if not page.rows or page.stream == going_on or page.stream in self.positions:
                yield page
                continue
            held.append(page)
            if page.closes or sum(len(one.rows) for one in held) >= MOST_HELD:
                if self._goes_on(held):
                    yield from held
                    going_on = page.stream
                held = []
        if held and self._goes_on(held):
            yield from held
        self._close_others()

    def applied(self, page: AnswerPage) -> None:
        """`page` is applied, in the transaction that is open: with its last page a feed is the one to compare with."""
        if page is self._last:
            feeds.note_rows(self.ctx.db, self.location, self._rows)
            consents.use(self.ctx.db, CODE, self._subject(page))

    def _subject(self, page: AnswerPage) -> str:
        return f"{self.location} {page.stream[:12]}"

    def _goes_on(self, held: Sequence[AnswerPage]) -> bool:
        """Whether the feed in `held` is applied; if not, a person is told."""
        ctx, subject = self.ctx, self._subject(held[0])
        if held[0].counts_at and held[0].counts_at < stock.feed_time(ctx.db, self.location):
            return True  # older than the newest one: it changes nothing
        counted = {row.sku: row.quantity for page in held for row in page.rows if isinstance(row, StockCount)}
        why = self._doubt(counted)
        if not why or consents.is_given(ctx.db, CODE, subject):
            self._last, self._rows = held[-1], len(counted)
            return True
        self._aside.add(subject)
        if subject not in exceptions.open_subjects(ctx.db, CODE, subject):
            message = f"the feed of {self.location} counted at {held[0].counts_at or ctx.now} is put aside: {why}"
            with transaction(ctx.db, "feeds.aside"):
                exceptions.raise_all(ctx.db, ctx.stamp, [Trouble(CODE, subject, message)])
        return False

    def _doubt(self, counted: Mapping[str, int]) -> str:
        db, safety = self.ctx.db, self.ctx.config.safety
        limits = Limits(safety.max_stock_drop_percent, safety.max_stock_rise_percent)
        have = stock.on_hand(db, self.location, counted)
        units = partial(feeds.units, db, self.location)
        return doubt(counted, have, units, feeds.rows(db, self.location), limits)

    def _close_others(self) -> None:
        """Feeds put aside before that no longer lie there, or were taken."""
        known = exceptions.open_subjects(self.ctx.db, CODE, f"{self.location} ")
        gone = {one for one in known if one.rpartition(" ")[0] == self.location} - self._aside
        if gone:
            with transaction(self.ctx.db, "feeds.closed"):
                for subject in sorted(gone):
                    exceptions.settle(self.ctx.db, self.ctx.stamp, CODE, subject)
