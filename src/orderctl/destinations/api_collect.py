"""What came of shipments and what lies in stock, asked for again and again without losing anything.

1. a list is asked for what changed since a moment, which moves to the newest change that was read, or to when the walk
   began where changes have no moment; each walk begins a little before it
2. a walk that was cut off goes on where it was: at the same cursor or address, or one page earlier
3. shipments that are asked for one by one have their turn after the one that was asked for last, so that none waits
   for ever behind others
4. counts are read to the end before any of them is told, and are of the moment when the walk began

Positions: `list` and `each` are JSON; pages and those of a feed are as in `answer_pages`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from urllib.parse import urlsplit

from orderctl.core import times
from orderctl.core.adapters import AnswerPage, Waiting
from orderctl.core.effects import InHand
from orderctl.core.errors import RemoteRefused
from orderctl.destinations import answer_pages
from orderctl.destinations.api_answers import Reader, Row, counts
from orderctl.destinations.api_hearing import outcome, words
from orderctl.destinations.api_partner import Partner, one_by_one
from orderctl.destinations.api_requests import Requests
from orderctl.destinations.api_walk import Asking, Listed, Walk, items_of
from orderctl.wire.json_path import every

Clock = Callable[[], str]
#: So many shipments that were asked for one by one are one page.
_TOGETHER = 50
_LIST, _EACH = "list", "each"
_GONE = (400, 404, 410, 422)


class Collecting:
    """Collects from one partner. `now` is the moment of the pass, `clock` what it is by the slower clock of both."""

    def __init__(
        self, location: str, partner: Partner, requests: Requests, reader: Reader, ask: Asking, clock: Clock, now: str
    ) -> None:
        self._location = location
        self._partner = partner
        self._requests = requests
        self._reader = reader
        self._ask = ask
        self._clock = clock
        self._now = now

    def answers(self, positions: Mapping[str, str], in_hand: Waiting) -> Iterator[AnswerPage]:
        """What came of shipments."""
        return self._each(positions, in_hand) if one_by_one(self._partner.poll) else self._list(positions)

    def _list(self, positions: Mapping[str, str]) -> Iterator[AnswerPage]:
        poll = self._partner.poll
        before = answer_pages.position(positions, _LIST)
        begin = self._begin(before.get("next", ""))
        if not begin and self._is_early(before, poll.every):
            return
        since = before.get("since") or times.later(self._now, -poll.first)
        newest = max(since, before.get("newest", ""))
        said = self._words(since)
        walk = Walk(self._location, "poll", self._partner, self._requests, self._ask)
        for listed in self._resumed(walk, said, begin):
            rows, latest = self._read(listed)
            newest = max(newest, latest)
            if listed.following:
                kept = {"since": since, "newest": newest, "next": listed.following}
            else:
                kept = {"since": newest if poll.updated else self._clock(), "at": self._now}
            yield from answer_pages.cut(_LIST, json.dumps(kept, sort_keys=True), rows, positions.get(_LIST, ""))

    def _begin(self, following: str) -> str:
        """Where a walk goes on that stopped before `following`; empty where that means nothing to the settings now."""
        poll = self._partner.poll
        if poll.pages == "number":
            return str(max(poll.first_page, int(following) - 1)) if following.isdigit() else ""
        if poll.pages == "link":
            return following if urlsplit(following)[:2] == urlsplit(self._partner.url)[:2] else ""
        return following if poll.pages == "cursor" else ""

    def _resumed(self, walk: Walk, said: Mapping[str, str], begin: str) -> Iterator[Listed]:
        """The pages of `walk` from `begin`, or from the first one when the partner knows `begin` no more."""
        pages = walk.pages(said, begin)
        try:
            first = next(pages)
        except RemoteRefused as refused:
            if not begin or refused.status not in _GONE:
                raise
            pages = walk.pages(said)
            first = next(pages)
        yield first
        yield from pages

    def _read(self, listed: Listed) -> tuple[list[Row], str]:
        """The answers of one page, and the newest change of it, which lies at the latest now."""
        poll = self._partner.poll
        rows: list[Row] = []
        newest = ""
        for item in listed.items:
            changed = max(map(self._reader.moment, every(poll.updated, item)), default="")
            newest = max(newest, min(changed, self._now))
            if not poll.ours or self._reader.reference(item).startswith(poll.ours):
                rows += self._reader.rows(item, self._where("poll"))
        return rows, newest

    def _each(self, positions: Mapping[str, str], in_hand: Waiting) -> Iterator[AnswerPage]:
        poll = self._partner.poll
        before = answer_pages.position(positions, _EACH)
        after = before.get("after", "")
        if not after and self._is_early(before, poll.every):
            return
        waiting = sorted(in_hand(), key=lambda one: one.reference)
        turn = [one for one in waiting if one.reference > after] + [one for one in waiting if one.reference <= after]
        turn = [one for one in turn if one.partner_reference or not self._needs_id()]
        for start in range(0, len(turn), _TOGETHER):
            some = turn[start : start + _TOGETHER]
            rows = [row for one in some for row in self._asked(one)]
            last = start + _TOGETHER >= len(turn)
            kept = {"at": self._now} if last else {"after": some[-1].reference, "at": before.get("at", "")}
            yield from answer_pages.cut(_EACH, json.dumps(kept, sort_keys=True), rows, positions.get(_EACH, ""))

    def _asked(self, one: InHand) -> list[Row]:
        poll = self._partner.poll
        said = {**self._words(one.since), "reference": one.reference, "id": one.partner_reference}
        request = self._requests.made("poll", {**said, "page": "", "cursor": ""}).request("read", "json", {})
        heard = self._ask(request)
        meaning = outcome(poll, heard, {404: "refused", 410: "refused"}, "retry")
        if meaning == "refused":
            return []  # not there, or not yet
        if meaning != "accepted":
            raise heard.error or RemoteRefused(words(poll, heard), where=self._location, status=heard.status)
        items = list(items_of(poll, heard.value))
        stated = [item for item in items if self._reader.reference(item) in {"", one.reference}]
        return [row for item in stated for row in self._reader.rows(item, self._where("poll"), one.reference)]

    def counts(self, positions: Mapping[str, str]) -> Iterator[AnswerPage]:
        """What lies in stock."""
        stock = self._partner.stock
        before = answer_pages.position(positions, answer_pages.STOCK)
        if self._is_early(before, stock.every):
            return
        walk = Walk(self._location, "stock", self._partner, self._requests, self._ask)
        items = [item for listed in walk.pages(self._words(times.EPOCH)) for item in listed.items]
        rows = counts(self._location, stock, items, self._where("stock"))
        yield from answer_pages.counted(rows, positions, self._now)

    def _words(self, since: str) -> dict[str, str]:
        poll = self._partner.poll
        return {
            "since": _written(times.later(since, -poll.overlap), poll.since),
            "now": _written(self._now, poll.since),
            "reference": "",
            "id": "",
        }

    def _needs_id(self) -> bool:
        poll = self._partner.poll
        return "{id}" in poll.path or any("{id}" in value for value in poll.query.values())

    def _is_early(self, before: Mapping[str, str], every_s: int) -> bool:
        return bool(every_s and before.get("at")) and times.seconds_between(before["at"], self._now) < every_s

    def _where(self, name: str) -> str:
        return f"{self._location} {name}"


def _written(moment: str, how: str) -> str:
    if how == "date":
        return date.fromisoformat(moment[:10]).isoformat()
    if how == "iso":
        return moment
    seconds = int(times.as_datetime(moment).timestamp())
    return str(seconds * 1000 if how == "milliseconds" else seconds)
