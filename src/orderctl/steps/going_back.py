"""Reconcile a store that was put back in time: what was sent since is found out before anything is sent again.

1. inputs that were moved away since are put back; channels are pulled from where the store stands, locations collected
   from, orders routed: so the store knows the orders again that it knew before
2. documents that lie outside and that the store does not know are found; their numbers are never used again
3. shipments and news that stand in one are adopted; locations and channels that can be asked are asked
4. unless every document that the journal tells of is accounted for, nobody can know what became of the rest: each such
   shipment becomes uncertain, each order with units that are not planned is held, and a person decides
5. only then the journal gets a line that lets passes go on
Killed anywhere it begins anew; nothing is sent meanwhile (`store.going_back`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from orderctl.core.errors import Exit, RemoteError
from orderctl.steps import collect, found_outside, in_doubt, news, pull, route, told_in_doubt
from orderctl.steps.context import Context
from orderctl.steps.found_outside import Found
from orderctl.steps.report import Report
from orderctl.steps.since import moment_of
from orderctl.store import going_back, numbers, passes, pauses
from orderctl.store.going_back import Planned
from orderctl.store.journal import Gap
from orderctl.store.transactions import transaction
from orderctl.wire.put_back import put_back

_NEXT_PARTS = 2


@dataclass
class _Search:
    """One reconciliation: what is not known, what was found, and for how many documents there is an account."""

    ctx: Context
    gap: Gap
    report: Report
    found: list[Found] = field(default_factory=list)
    accounted: int = 0
    elsewhere: dict[str, str] = field(default_factory=dict)  # shipments that somebody has whom we would not have asked

    @property
    def is_complete(self) -> bool:
        """Whether every document that was sent is accounted for, so that nothing else can have left."""
        return self.gap.documents is not None and self.accounted >= self.gap.documents

    @property
    def why(self) -> str:
        """Why something is in doubt."""
        return f"may have been sent between {self.gap.since or 'the beginning'} and {self.gap.until}"


def reconcile(ctx: Context, until: str = "") -> Report:
    """Find out what the store has forgotten. Exit 7 when a person has to decide something, 5 when it is not finished.

    Where its journal is not here: `until` (a day, a moment, a span before now) is when somebody else sent the last of
    it; empty: it may have been just now. Nothing to do where the store is as new as its journal.
    """
    report = Report("reconcile store")
    stopped = moment_of(ctx, until, "--until") if until else ctx.now
    gap = going_back.standing(ctx.db) or ctx.journal.gap(ctx.db, stopped)
    if gap is None:
        return report
    ctx.adapters.open_all()
    _ = ctx.rules
    with transaction(ctx.db, "going_back.begin"):
        going_back.begin(ctx.db, ctx.now, gap)
    ctx.stamp = passes.begin(ctx.db, "reconcile store", ctx.stamp.actor, ctx.stamp.at)
    search = _Search(ctx, gap, report)
    if _catch_up(search):
        _look_outside(search)
        _adopt(search)
        _ask(search)
        _leave_to_a_person(search)
        _go_on(search)
    news.tell(ctx, report)
    passes.end(ctx.db, ctx.stamp, ctx.now, int(report.exit), "")
    return report


def _catch_up(search: _Search) -> bool:
    """Bring in what channels and locations have. False when a channel could not be read: its orders may have left."""
    ctx, report = search.ctx, search.report
    _put_inputs_back(search)
    paused = sorted(pauses.paused(ctx.db, "channel").keys() & ctx.config.channels.keys())
    for name in paused:
        message = "is paused, and its orders may have been handed over; nothing is sent until it was read"
        report.problem("not_reconciled", name, message, next=f"orderctl channels resume {name}", exit=Exit.REMOTE)
    pulled = pull.pull(ctx)
    missing = [problem for problem in pulled.problems if problem.exit is Exit.REMOTE]
    for problem in missing:
        message = f"{problem.message}; nothing is sent until it was read"
        report.problem("not_reconciled", problem.subject, message, next="orderctl reconcile", exit=Exit.REMOTE)
    if paused or missing:
        return False
    _collect(search)
    route.route(ctx)
    return True


def _put_inputs_back(search: _Search) -> None:
    """Files that were read and moved away since the backup are read again."""
    config = search.ctx.config
    tables = [one.settings for one in config.channels.values() if one.type == "file"]
    ways = [way for one in config.partners.values() for way in (one.confirm, one.stock_feed) if way]
    tables += [way.settings for way in ways if way.via == "file"]
    for settings in tables if search.ctx.outside(config.base) else ():
        if settings.get("after") == "move":
            for name in put_back(str(settings.get("path", "")), config.base, search.gap.since):
                _tell(search, "put back", name, "it is read again")


def _collect(search: _Search) -> None:
    for problem in collect.collect(search.ctx).problems:
        if problem not in search.report.problems:
            search.report.problems.append(problem)


def _look_outside(search: _Search) -> None:
    """Documents that the store does not know, and numbers that must not come again."""
    ctx = search.ctx
    search.found = found_outside.unknown(ctx)
    search.accounted = len(search.found)
    for one in search.found:
        _tell(search, "found", one.name, f"{one.side} {one.owner}")
    with transaction(ctx.db, "going_back.numbers"):
        for one in search.found:
            kind = {"shadow": numbers.SHADOW, "handoff": numbers.BATCH}.get(one.kind, numbers.PUSH)
            numbers.jump(ctx.db, kind, one.owner, one.number)


def _adopt(search: _Search) -> None:
    """What stands in the documents that were found was sent."""
    ctx = search.ctx
    adopted, search.elsewhere = in_doubt.adopt_found(ctx, search.found, _planned(search))
    for reference in adopted:
        _tell(search, "adopted", reference, "it stands in a document that was found")
    for location, mine in _by_location(_planned(search)).items():
        if in_doubt.is_readable(ctx, location):
            has = _have(search, location, [one.reference for one in mine])
            for one in mine:
                if one.reference in has and in_doubt.ask(ctx, one) == "accepted":
                    search.accounted += 1
                    _tell(search, "adopted", one.reference, f"{location} has it")
    _collect(search)
    told = told_in_doubt.adopt_found(ctx, search.found)
    search.report.count("told already", told)


def _ask(search: _Search) -> None:
    """Whoever can be asked is asked for what may have been sent."""
    if search.is_complete:
        return
    ctx = search.ctx
    certain, unsure = told_in_doubt.ask(ctx, search.report)
    search.accounted += certain
    search.report.count("told perhaps", unsure)
    _look_elsewhere(search)


def _look_elsewhere(search: _Search) -> None:
    """Locations that can be asked may have what we would hand to another one by now."""
    ctx = search.ctx
    planned = {one.reference: one.location for one in _planned(search)}
    coming = [
        f"{one.stem}-{part}"
        for one in going_back.waiting(ctx.db, search.gap.until)
        for part in range(one.parts + 1, one.parts + 1 + _NEXT_PARTS)
    ]
    for location in ctx.config.locations:
        if in_doubt.is_readable(ctx, location):
            others = [name for name, its in planned.items() if its != location]
            for reference in _have(search, location, [*others, *coming]):
                search.elsewhere[reference] = location


def _leave_to_a_person(search: _Search) -> None:
    """What is neither certain nor impossible waits for somebody who knows."""
    ctx = search.ctx
    for one in _planned(search):
        if one.reference in search.elsewhere:
            why = f"{search.elsewhere[one.reference]} has it, and it is planned for {one.location} now"
            in_doubt.doubt(ctx, one, why)
            _tell(search, "uncertain", one.reference, why)
        elif not search.is_complete and in_doubt.is_readable(ctx, one.location):
            outcome = in_doubt.ask(ctx, one)
            _tell(search, "asked" if outcome != "accepted" else "adopted", one.reference, f"{one.location}: {outcome}")
        elif not search.is_complete:
            in_doubt.doubt(ctx, one, search.why)
            _tell(search, "uncertain", one.reference, search.why)
    held = in_doubt.hold_back(ctx, _to_hold(search))
    search.report.count("orders held", len(held))
    if not search.is_complete:
        search.report.count("told perhaps", told_in_doubt.doubt(ctx, search.why))
    _collect(search)


def _to_hold(search: _Search) -> dict[int, str]:
    """Orders of which nothing is planned that could be uncertain -> why they are held."""
    ctx = search.ctx
    planned = {one.reference for one in _planned(search)}
    orders = going_back.orders_of(ctx.db, search.elsewhere)
    done = going_back.handed_over(ctx.db, search.elsewhere) | planned
    found = {
        orders[name]: f"{name} was handed over: {where} has it, and the store plans nothing like it"
        for name, where in search.elsewhere.items()
        if name in orders and name not in done
    }
    blind = any(not in_doubt.is_readable(ctx, location) for location in ctx.config.locations)
    if blind and not search.is_complete:
        for one in going_back.waiting(ctx.db, search.gap.until):
            found.setdefault(one.order_id, f"units of it {search.why}")
    return found


def _go_on(search: _Search) -> None:
    """Everything was looked at: numbers go on behind those that may have been used, and the journal lets passes go."""
    ctx, report = search.ctx, search.report
    most = 0 if search.is_complete else search.gap.most
    with transaction(ctx.db, "going_back.jump"):
        for location in ctx.config.locations:
            used = numbers.newest(ctx.db, "batches", location)
            numbers.jump(ctx.db, numbers.BATCH, location, used + most)
        for location in ctx.config.shadows:
            used = numbers.newest(ctx.db, "shadow_batches", location)
            numbers.jump(ctx.db, numbers.SHADOW, location, used + most)
        for channel in ctx.config.channels:
            used = numbers.newest(ctx.db, "pushes", channel)
            numbers.jump(ctx.db, numbers.PUSH, channel, used + most)
        going_back.forget_told_stock(ctx.db)
    ctx.journal.renew(ctx.db, ctx.now)
    with transaction(ctx.db, "going_back.end"):
        going_back.end(ctx.db)
    waiting = sum(report.counts.get(name, 0) for name in ("uncertain", "orders held", "told perhaps"))
    if waiting or any(item["what"] == "asked" for item in report.items):
        message = f"{waiting} things may have been sent; a person has to say so, or those who were asked"
        report.problem("put_back", "the store", message, next="orderctl exceptions list", exit=Exit.CHECK)


def _have(search: _Search, location: str, references: Sequence[str]) -> dict[str, str]:
    try:
        return in_doubt.have(search.ctx, location, references)
    except RemoteError as error:
        hint = error.next or f"orderctl locations test {location}"
        search.report.problem(error.code, location, error.said, next=hint, exit=Exit.REMOTE)
        return {}


def _planned(search: _Search) -> list[Planned]:
    return going_back.planned(search.ctx.db, search.gap.until)


def _by_location(planned: Iterable[Planned]) -> dict[str, list[Planned]]:
    found: dict[str, list[Planned]] = {}
    for one in planned:
        found.setdefault(one.location, []).append(one)
    return found


def _tell(search: _Search, what: str, subject: str, why: str) -> None:
    search.report.count(what)
    if search.report.has_room():
        search.report.items.append({"what": what, "subject": subject, "why": why})
