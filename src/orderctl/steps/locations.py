"""Looking after locations: how each is reached, how it stands, whether its ways work."""

from __future__ import annotations

from orderctl.core.adapters import Probe
from orderctl.core.errors import RemoteError
from orderctl.steps import pausing, probing
from orderctl.steps.adapters import ROLES
from orderctl.steps.choice import chosen
from orderctl.steps.context import Context
from orderctl.steps.location_spec import PROMISES
from orderctl.steps.report import Report
from orderctl.steps.views import Row
from orderctl.store import locations, pauses, shadows


def locations_list(ctx: Context) -> list[Row]:
    """Every location, how it is reached, whether it is paused, what waits there; of those in shadow their copies."""
    paused = pauses.paused(ctx.db, "location")
    waiting = locations.waiting(ctx.db)
    rows = []
    copies = shadows.standing(ctx.db) if ctx.config.shadows else {}
    for name, configured in ctx.config.partners.items():
        place = configured.location
        here = copies.get(name, {}) if configured.beside else waiting.get(name, {})
        rows.append(
            {
                "location": name,
                "kind": place.kind,
                "stock": place.stock,
                "send": configured.send.via if configured.send else "",
                "confirm": configured.confirm.via if configured.confirm else "",
                "beside": configured.beside,
                "paused_at": paused.get(name),
                "planned": here.get("waiting" if configured.beside else "planned", 0),
                "in_hand": sum(here.get(state, 0) for state in ("dispatched", "acknowledged", "cancel_requested")),
                "uncertain": here.get("uncertain", 0),
            }
        )
    return rows


def location_show(ctx: Context, name: str) -> Row:
    """One location: its ways, its class and what that promises, its times, whom to ask."""
    chosen([name], ctx.config.partners, "location")
    row = next(row for row in locations_list(ctx) if row["location"] == name)
    configured = ctx.config.partners[name]
    place = configured.location
    return row | {
        "stock_feed": configured.stock_feed.via if configured.stock_feed else "",
        "class": configured.partner_class,
        "promise": PROMISES[configured.partner_class],
        "acknowledge_within_s": configured.acknowledge_within_s,
        "ship_within_s": configured.ship_within_s,
        "on_no_ack": place.on_no_ack,
        "timezone": place.timezone,
        "working_days": list(place.working_days),
        "cutoff": dict(place.cutoffs),
        "contact": configured.contact,
        "escalate_to": configured.escalate_to,
    }


def location_test(ctx: Context, name: str) -> Report:
    """Try out the ways to and from a location without handing anything over. Exit 7 when something of it fails."""
    chosen([name], ctx.config.partners, "location")
    report = Report("locations test")
    for role in ROLES:
        way = ctx.adapters.way(name, role)
        if way is None:
            continue
        try:
            probes = way.probe()
        except RemoteError as error:
            probes = [Probe("reach", "fail", error.said, error.next)]
        probing.tell(report, name, probes, way=role)
    return report


def location_pause(ctx: Context, name: str, reason: str) -> Report:
    """Nothing more is planned at or handed to a location until it is resumed; what is only planned is planned anew."""
    chosen([name], ctx.config.partners, "location")

    def withdraw(report: Report) -> None:
        report.count("planned anew", locations.withdraw_planned(ctx.db, ctx.stamp, name))

    return pausing.pause(ctx, "location", name, reason, withdraw)


def location_resume(ctx: Context, name: str) -> Report:
    """A paused location works again."""
    chosen([name], ctx.config.partners, "location")
    return pausing.resume(ctx, "location", name, lambda _: locations.wake(ctx.db, ctx.now))
