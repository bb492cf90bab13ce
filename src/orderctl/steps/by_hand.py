"""What a person does with an order: hold, release, cancel, tag, assign, route, reroute, edit, note.

Most can be done to many orders at once: one that it cannot be done to is then left alone. Each is written down with who
did it and why, and is kept until that person or the customer changes the order.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager

from orderctl.core import edits
from orderctl.core.errors import RecordError, UsageError
from orderctl.core.plans import Hold
from orderctl.steps import news, pull, route
from orderctl.steps.choice import chosen
from orderctl.steps.context import Context
from orderctl.steps.report import Report
from orderctl.steps.views import order_id
from orderctl.store import (
    cancellations,
    holds,
    order_marks,
    order_views,
    orders,
    overrides,
    passes,
    revisions,
    shipments,
    waiting,
)
from orderctl.store.orders import ReadOrder
from orderctl.store.transactions import transaction

#: So many orders are one transaction when there are many.
AT_ONCE = 500

#: One order by any of its names, or many by their rows.
Which = str | Sequence[int]
Work = Callable[[int, Report], None]


@contextmanager
def _one_order(ctx: Context, command: str, name: str, *, decide: bool = False) -> Iterator[tuple[int, Report]]:
    """A pass about one order, in one transaction; its report tells how the order stands after it.

    With `decide` the order is routed at once.
    """
    number = order_id(ctx, name)
    report = Report(f"orders {command}")
    with transaction(ctx.db, "orders.by_hand"):
        ctx.stamp = passes.add(ctx.db, report.step, ctx.stamp.actor, ctx.stamp.at)
        yield number, report
        orders.refresh(ctx.db, ctx.stamp, [number])
    _finish(ctx, report, [number], decide=decide)


def _each(ctx: Context, command: str, which: Which, work: Work, *, decide: bool = False) -> Report:
    """Do `work` to one order, or to many, a batch in a transaction; of many, what cannot be done is left alone."""
    if isinstance(which, str):
        with _one_order(ctx, command, which, decide=decide) as (number, report):
            work(number, report)
        return report
    report = Report(f"orders {command}")
    ctx.stamp = passes.begin(ctx.db, report.step, ctx.stamp.actor, ctx.stamp.at)
    done: list[int] = []
    for start in range(0, len(which), AT_ONCE):
        batch = which[start : start + AT_ONCE]
        with transaction(ctx.db, "orders.by_hand"):
            done += [number for number in batch if _may(ctx, report, number, work)]
            orders.refresh(ctx.db, ctx.stamp, batch)
        ctx.progress("orders", start + len(batch), len(which))
    _finish(ctx, report, done, decide=decide)
    return report


def _may(ctx: Context, report: Report, number: int, work: Work) -> bool:
    """Whether `work` could be done; it looks before it writes, so that nothing was done where it could not."""
    try:
        work(number, report)
    except UsageError as error:
        report.count("left alone")
        if report.has_room():
            report.items.append(order_views.summary(ctx.db, number) | {"left_alone": error.message})
        return False
    return True


def _finish(ctx: Context, report: Report, numbers: Sequence[int], *, decide: bool) -> None:
    if decide and numbers:
        done = route.route(ctx, numbers)
        report.counts |= done.counts
        report.problems += done.problems
    news.tell(ctx, report)
    for number in numbers:
        if report.has_room():
            report.items.append(order_views.summary(ctx.db, number))
    passes.end(ctx.db, ctx.stamp, ctx.now, int(report.exit), "")


def hold(ctx: Context, which: Which, reason: str, note: str = "") -> Report:
    """The order waits until someone releases it. What is planned stays reserved but does not leave."""

    def work(number: int, report: Report) -> None:
        placed = holds.place(ctx.db, ctx.stamp, number, Hold(reason), note, by_hand=True)
        waiting.put_aside(ctx.db, number)
        report.count("held" if placed else "held already")

    return _each(ctx, "hold", which, work)


def release(ctx: Context, which: Which, reasons: Sequence[str] = (), why: str = "") -> Report:
    """End the holds for `reasons` (all when none is named); rules do not place them again until the order changes."""

    def work(number: int, report: Report) -> None:
        standing = holds.open_of(ctx.db, [number]).get(number, {})
        for reason in reasons:
            if reason not in standing:
                known = ", ".join(standing) or "none"
                again = f"orderctl orders show {orders.stem(ctx.db, number)}"
                raise UsageError(f"the order has no hold '{reason}'; open holds: {known}", next=again)
        for reason in reasons or standing:
            holds.end(ctx.db, ctx.stamp, number, reason)
            overrides.add(ctx.db, ctx.stamp, number, "release", reason, reason, why)
            report.count("released")
        orders.make_due(ctx.db, [number], ctx.now)

    return _each(ctx, "release", which, work)


def cancel(ctx: Context, which: Which, units: Mapping[str, int], why: str) -> Report:
    """Cancel `units` (line id -> units; everything when empty) as far as no location has them in hand."""

    def work(number: int, report: Report) -> None:
        order = orders.document(ctx.db, number)
        known = {line.id: line.quantity for line in order.lines}
        _need_lines(units, known)
        done = revisions.cancel(ctx.db, ctx.stamp, number, units or known)
        overrides.note(ctx.db, ctx.stamp, number, f"cancelled: {why}")
        report.count("units cancelled", sum(done.values()))
        if done:
            pushes = "cancel" in ctx.config.places.channels[order.channel].push
            cancellations.tell(ctx.db, ctx.stamp, number, order, done, why, pushed=pushes)

    return _each(ctx, "cancel", which, work)


def tag(ctx: Context, which: Which, tags: Sequence[str]) -> Report:
    """Put `tags` on the order. They count in later decisions, as its channel's do; what waits is decided anew."""

    def work(number: int, report: Report) -> None:
        fresh = order_marks.add_tags(ctx.db, ctx.stamp, number, tags)
        order_marks.look_again(ctx.db, number, ctx.now)
        report.count("tags added", fresh)

    return _each(ctx, "tag", which, work)


def untag(ctx: Context, which: Which, tags: Sequence[str]) -> Report:
    """Take `tags` off the order that rules or people have put there. UsageError for one that its channel states."""

    def work(number: int, report: Report) -> None:
        stated = {one.casefold() for one in orders.document(ctx.db, number).tags}
        if theirs := [one for one in tags if one.casefold() in stated]:
            message = f"the tag '{theirs[0]}' is its channel's, which states it again with every change"
            raise UsageError(message, next="take it off there")
        gone = order_marks.remove_tags(ctx.db, ctx.stamp, number, tags)
        order_marks.look_again(ctx.db, number, ctx.now)
        report.count("tags removed", gone)

    return _each(ctx, "untag", which, work)


def assign(ctx: Context, which: Which, whom: str) -> Report:
    """Someone looks after the order from now on; nobody when `whom` is empty."""

    def work(number: int, report: Report) -> None:
        changed = order_marks.assign(ctx.db, ctx.stamp, number, whom)
        report.count(("assigned" if whom else "given up") if changed else "assigned already")

    return _each(ctx, "assign", which, work)


def edit(ctx: Context, name: str, changes: Mapping[str, str], why: str) -> Report:
    """Lay `changes` (field -> value) over what the channel states; the order is decided anew."""
    for field in changes:
        edits.check(field)
    with _one_order(ctx, "edit", name) as (number, report):
        before = orders.document(ctx.db, number)
        try:
            after = edits.laid_over(before, changes)
        except RecordError as error:
            raise UsageError(f"{error.message}; nothing was changed", where=name) from None
        for field, value in changes.items():
            earlier = [one for one in overrides.of_order(ctx.db, number, "edit") if one.field == field]
            was = json.loads(earlier[0].value)["was"] if earlier else edits.value_of(before, field)
            stated = json.dumps({"was": was, "now": value}, ensure_ascii=False)
            overrides.add(ctx.db, ctx.stamp, number, "edit", field, stated, why)
            overrides.note(ctx.db, ctx.stamp, number, f"{field}: '{edits.value_of(before, field)}' -> '{value}'")
        item = ReadOrder(after, b"", orders.digest_of(ctx.db, number), pull.look_at(after))
        revisions.edit(ctx.db, ctx.stamp, number, item)
        report.count("fields changed", len(changes))
    return report


def note(ctx: Context, name: str, text: str) -> Report:
    """Write `text` on the order's history."""
    with _one_order(ctx, "note", name) as (number, report):
        overrides.note(ctx.db, ctx.stamp, number, text)
        report.count("noted")
    return report


def reroute(ctx: Context, which: Which) -> Report:
    """Take back what is only planned, forget what a person decided about it, and decide anew by the rules."""

    def work(number: int, report: Report) -> None:  # noqa: ARG001
        order = orders.document(ctx.db, number)
        if order.placed_at < ctx.config.channels[order.channel].live_from:
            message = f"the order was placed before {order.channel} went live; it is tracked only"
            again = f"orderctl orders route {orders.stem(ctx.db, number)} --from LOCATION"
            raise UsageError(message, next=again)
        shipments.withdraw(ctx.db, ctx.stamp, number, "to be decided anew")
        overrides.end(ctx.db, ctx.stamp, number, "route")
        orders.make_due(ctx.db, [number], ctx.now)

    return _each(ctx, "reroute", which, work, decide=True)


def route_to(ctx: Context, name: str, location: str, units: Mapping[str, int], service: str, why: str) -> Report:
    """Ship `units` (line id -> units; all that waits when empty) from `location`, whatever the rules say."""
    chosen([location], ctx.config.locations, "location")
    if service:
        chosen([service], ctx.config.places.services, "service")
    with _one_order(ctx, "route", name, decide=True) as (number, report):
        standing = holds.open_of(ctx.db, [number]).get(number, {})
        if standing:
            message = f"the order is held ({', '.join(standing)}); nothing was changed"
            raise UsageError(message, next=f"orderctl orders release {name}")
        shipments.withdraw(ctx.db, ctx.stamp, number, "a person decides")
        lines = {name: line.open + line.backordered for name, line in waiting.load(ctx.db, [number])[0].lines.items()}
        _need_lines(units, {name: left for name, left in lines.items() if left})
        given = {
            "location": location,
            "lines": dict(units) or {name: left for name, left in lines.items() if left},
            "service": service,
        }
        overrides.add(ctx.db, ctx.stamp, number, "route", "", json.dumps(given, sort_keys=True), why)
        orders.make_due(ctx.db, [number], ctx.now)
    return report


def _need_lines(units: Mapping[str, int], known: Mapping[str, int]) -> None:
    for line_id, quantity in units.items():
        if line_id not in known:
            message = f"there is no line '{line_id}' that waits; lines: {', '.join(known) or 'none'}"
            raise UsageError(message, next="orderctl orders show ORDER")
        if not 0 < quantity <= known[line_id]:
            message = f"line '{line_id}' has {known[line_id]} units, not {quantity}"
            raise UsageError(message, next="orderctl orders show ORDER")
