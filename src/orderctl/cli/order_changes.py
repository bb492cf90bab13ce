"""What a person does to one order, or with `--where` to many at once: first it is said how many, and asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any

from typer import Argument, Option

from orderctl.cli import pairs, render
from orderctl.cli.answers import Answer, Block, Facts, Lines, filled, table
from orderctl.cli.items import units
from orderctl.cli.pairs import Units
from orderctl.cli.questions import Yes, asking
from orderctl.cli.reports import Done, sentence
from orderctl.core.errors import UsageError

if TYPE_CHECKING:
    from orderctl.steps.context import Context
    from orderctl.steps.report import Report

OneOrder = Annotated[
    str,
    Argument(metavar="ORDER", help="Reference, CHANNEL/NUMBER, channel order id, or a number.", show_default=False),
]
Where = Annotated[
    list[str] | None,
    Option(
        "--where",
        metavar="NAME=VALUE",
        help="Every order that meets this; say it again for more. NAME is state, channel, location, tag, sku,"
        " exception, hold, assigned, email, from, to or age; VALUE may be several with commas.",
    ),
]
Tags = Annotated[list[str], Option("--tag", metavar="TAG", help="May be said again.")]
Why = Annotated[str, Option("--reason", metavar="TEXT", help="Why; it is kept with who said it and when.")]

Meant = Sequence[int] | None
CHANGED = {"order": "order", "state": "state", "holds": "held by", "left_alone": "_left alone because"}
#: What a command does to an order at most once.
_ONCE = (
    *("held", "held already", "released", "noted", "routed", "split", "backordered", "put aside", "nothing to ship"),
    *("assigned", "assigned already", "given up"),
)


def _which(
    ctx: Context, order: str, where: Sequence[str] | None, meant: Meant = None, line: Sequence[str] | None = None
) -> str | list[int]:
    """The one order by its name, or the rows of many; of those a person was asked about, what is still so."""
    from orderctl.steps import finding

    if bool(order) == bool(where):
        raise UsageError("name one order, or choose some with --where; nothing was done", next="orderctl orders list")
    if order:
        return order
    if line:
        raise UsageError("--line is about one order; nothing was done", next="orderctl orders cancel ORDER --line 1=1")
    found = finding.orders_meant(ctx, where or ())
    return found if meant is None else sorted(set(found).intersection(meant), key=found.index)


def _asks(does: str) -> Callable[..., tuple[str, Any] | None]:
    """The question before `does` is done to many orders."""

    def ask(ctx: Context, order: str, where: Sequence[str] | None, **own: Any) -> tuple[str, Any] | None:
        found = _which(ctx, order, where, line=own.get("line"))
        if isinstance(found, str) or not found:
            return None
        return f"This {does} {len(found):,} order{'s' if len(found) > 1 else ''}. Go on?", found

    return ask


@asking(_asks("holds"))
def hold(
    ctx: Context,
    reason: Annotated[str, Option("--reason", metavar="TEXT", help="What it waits for, in a word or two.")],
    order: OneOrder = "",
    where: Where = None,
    note: Annotated[str, Option("--note", metavar="TEXT", help="More about it.")] = "",
    yes: Yes = False,  # noqa: ARG001
    meant: Meant = None,
) -> Answer:
    """Let an order wait until a person releases it. What is planned stays reserved and does not leave.

    Exit: 0 done, 2 no such order, the answer was no, or a file is wrong, 4 another process holds the store, 6 the store
    cannot be used.
    """
    from orderctl.steps import by_hand

    return done(ctx, by_hand.hold(ctx, _which(ctx, order, where, meant), reason, note))


@asking(_asks("releases"))
def release(
    ctx: Context,
    order: OneOrder = "",
    where: Where = None,
    hold: Annotated[
        list[str] | None, Option("--hold", metavar="REASON", help="Only this hold; may be said again. Default: all.")
    ] = None,
    reason: Annotated[str, Option("--reason", metavar="TEXT", help="Why; it is kept with who said it.")] = "",
    yes: Yes = False,  # noqa: ARG001
    meant: Meant = None,
) -> Answer:
    """End holds of an order. Rules place them again only when the order changes.

    Exit: 0 done, 2 no such order or hold, the answer was no, or a file is wrong, 4 another process holds the store, 6
    the store cannot be used.
    """
    from orderctl.steps import by_hand

    return done(ctx, by_hand.release(ctx, _which(ctx, order, where, meant), hold or (), reason))


@asking(_asks("cancels"))
def cancel(
    ctx: Context,
    reason: Why,
    order: OneOrder = "",
    where: Where = None,
    line: Units = None,
    yes: Yes = False,  # noqa: ARG001
    meant: Meant = None,
) -> Answer:
    """Cancel an order or some of its units, as far as no location has them in hand.

    Exit: 0 done, 2 no such order, line or so many units, the answer was no, or a file is wrong, 3 something new needs a
    person, 4 another process holds the store, 6 the store cannot be used.
    """
    from orderctl.steps import by_hand

    report = by_hand.cancel(ctx, _which(ctx, order, where, meant, line), pairs.units(line), reason)
    return done(ctx, report, nothing="nothing that no location has in hand already")


@asking(_asks("decides anew"))
def reroute(
    ctx: Context,
    order: OneOrder = "",
    where: Where = None,
    yes: Yes = False,  # noqa: ARG001
    meant: Meant = None,
) -> Answer:
    """Take back what is only planned of an order and decide it anew by the rules.

    Exit: 0 done, 2 no such order, the answer was no, or a file is wrong, 3 something new needs a person, 4 another
    process holds the store, 6 the store cannot be used.
    """
    from orderctl.steps import by_hand

    return done(ctx, by_hand.reroute(ctx, _which(ctx, order, where, meant)))


@asking(_asks("tags"))
def tag(
    ctx: Context,
    tags: Tags,
    order: OneOrder = "",
    where: Where = None,
    yes: Yes = False,  # noqa: ARG001
    meant: Meant = None,
) -> Answer:
    """Put tags on an order. They count in its later decisions; one that still waits is decided again by the next pass.

    Exit: 0 done, 2 no such order, the answer was no, or a file is wrong, 4 another process holds the store, 6 the store
    cannot be used.
    """
    from orderctl.steps import by_hand

    return done(ctx, by_hand.tag(ctx, _which(ctx, order, where, meant), tags), nothing="nothing: it has them already")


@asking(_asks("takes tags off"))
def untag(
    ctx: Context,
    tags: Tags,
    order: OneOrder = "",
    where: Where = None,
    yes: Yes = False,  # noqa: ARG001
    meant: Meant = None,
) -> Answer:
    """Take tags off an order that rules or people have put on it.

    Exit: 0 done, 2 no such order, the tag is its channel's, the answer was no, or a file is wrong, 4 another process
    holds the store, 6 the store cannot be used.
    """
    from orderctl.steps import by_hand

    return done(ctx, by_hand.untag(ctx, _which(ctx, order, where, meant), tags), nothing="nothing: it has none of them")


@asking(_asks("assigns"))
def assign(
    ctx: Context,
    to: Annotated[str, Option("--to", metavar="WHO", help="Who looks after it; nobody to give it up.")],
    order: OneOrder = "",
    where: Where = None,
    yes: Yes = False,  # noqa: ARG001
    meant: Meant = None,
) -> Answer:
    """Say who looks after an order.

    Exit: 0 done, 2 no such order, the answer was no, or a file is wrong, 4 another process holds the store, 6 the store
    cannot be used.
    """
    from orderctl.core.order_filters import NOBODY
    from orderctl.steps import by_hand

    whom = "" if to == NOBODY else to
    return done(ctx, by_hand.assign(ctx, _which(ctx, order, where, meant), whom))


def done(ctx: Context, report: Report, nothing: str = "nothing") -> Done:
    """What was done, and how the order stands after it, or every order where there are many."""
    what = _said(report.counts) if report.counts else nothing
    if len(report.items) == 1:
        facts = [("done", what), *_standing(report.items[0])]
        return Done([report], dry_run=ctx.dry_run, said=[Facts(tuple(facts))])
    many = f"{what}, of {len(report.items):,} orders" if report.items else what
    return Done([report], dry_run=ctx.dry_run, said=[Facts((("done", many),)), *_all(report.items)])


def _all(items: Sequence[Mapping[str, Any]]) -> Iterable[Block]:
    """A row per order, at a terminal not more than a screen can hold."""
    if not items:
        return
    most = render.most_rows(None)
    yield filled(table(CHANGED, items[:most]))
    if most and len(items) > most:
        yield Lines((f"and {len(items) - most:,} more; --json shows all",))


def _said(counts: Mapping[str, int]) -> str:
    """What was done, without the number where there can be only one."""
    one = [what for what, count in counts.items() if count == 1 and what in _ONCE]
    rest = {what: count for what, count in counts.items() if what not in one}
    return ", ".join([*one, *([sentence(rest)] if rest or not one else [])])


def _standing(item: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    yield item["order"], item["state"]
    yield "held by", ", ".join(item["holds"])
    for shipment in item["shipments"]:
        yield shipment["reference"], f"{shipment['state']} at {shipment['location']}"
    yield "backordered", units(item["backorders"])
