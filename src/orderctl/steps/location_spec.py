"""What the partner behind a location has to know before the first live order, as one Markdown document.

1. what comes when, what counts, and how long it may take: from the configuration
2. the chapters of each way (`guide`): they know their formats, and make their samples as they make real documents
3. what to have tried before the first live order
"""

from __future__ import annotations

from collections.abc import Iterator

from orderctl.config.model import LocationConfig
from orderctl.core import copies, times
from orderctl.core.adapters import Chapter
from orderctl.core.effects import Document
from orderctl.core.partners import COPIES_BEGIN
from orderctl.steps.adapters import ROLES
from orderctl.steps.choice import chosen
from orderctl.steps.context import Context

#: What each class promises, in the words of a contract.
PROMISES = {
    "A": "You remember our key: the same request may come again under it after a lost answer, and is done once.",
    "B": "After a lost answer we ask you for the reference, twice; only when both say no is it sent again.",
    "F": "A file appears under its final name complete, never changes and never comes twice.",
    "C": "After a lost answer nothing is sent again before a person has asked you.",
}
_DAYS = {
    "mon": "Monday",
    "tue": "Tuesday",
    "wed": "Wednesday",
    "thu": "Thursday",
    "fri": "Friday",
    "sat": "Saturday",
    "sun": "Sunday",
}
#: Documents that are quoted; of all others only the size is told.
_QUOTED = {
    "text/csv": "csv",
    "text/tab-separated-values": "text",
    "application/json": "json",
    "application/jsonl": "json",
    "application/xml": "xml",
    "text/plain": "text",
    "application/x-www-form-urlencoded": "text",
}


def location_spec(ctx: Context, name: str) -> Document:
    """What the partner behind the location `name` has to know before the first live order, as Markdown."""
    chosen([name], ctx.config.partners, "location")
    parts = [f"# Shipping for {ctx.config.shop.name or 'us'}: what {name} has to know\n"]
    for chapter in _chapters(ctx, name):
        parts.append(f"## {chapter.title}\n\n{chapter.text.strip()}\n")
        parts += [f"`{sample.name}`{_quoted(sample)}\n" for sample in chapter.samples]
    return Document(f"{name}.md", "\n".join(parts).encode(), "text/markdown")


def _chapters(ctx: Context, name: str) -> Iterator[Chapter]:
    configured = ctx.config.partners[name]
    if configured.beside:
        yield Chapter("While we try this out", _listed(_trial(configured)))
    yield Chapter("In short", _numbered(_steps(configured)))
    yield Chapter("What counts", _listed(_terms(configured)))
    for role in ROLES:
        way = ctx.adapters.way(name, role)
        if way is not None:
            yield from way.guide()
    yield Chapter("Days and hours", _listed(_hours(configured)))
    yield Chapter("Before the first live order", _numbered(_to_try(configured)))
    asked = (
        ("Ask us", ctx.config.shop.email),
        ("We write to", configured.contact),
        ("Who decides at yours when nobody answers", configured.escalate_to),
    )
    if any(whom for _, whom in asked):
        yield Chapter("Contacts", _listed(f"{what}: {whom}" for what, whom in asked if whom))


def _trial(configured: LocationConfig) -> Iterator[str]:
    yield (
        "For now you get copies of shipments that somebody else sends. **Ship none of them.** Answer each as if it"
        " were real, at the same pace, with tracking numbers of your carriers' form; count your stock as ever."
    )
    yield (
        f"Every copy is marked: its reference begins with `{COPIES_BEGIN}` (`{copies.reference_of('WEB-1042-1')}`),"
        f" the name of whoever would get it with `{copies.MARK}`. Tables end in columns `test` (`yes`) and `notice`;"
        f" papers and subjects of mails begin with `{copies.NOTICE}`."
    )
    yield "What is real has none of these marks. A copy may be cancelled at ours later on; go on with it all the same."
    if not configured.shadow_personal_data:
        yield "Name, telephone and e-mail address of the customer are stand-ins."


def _steps(configured: LocationConfig) -> Iterator[str]:
    yield "We hand you shipments: what to send, to whom, by whom and until when."
    if configured.confirm is None:
        yield "You send them. No answer is read; a person tells us of what went wrong."
    else:
        yield "You say which of them you are going to send (`acknowledged`), and which not (`rejected`)."
        yield "You send them, and say what has left, in which parcel, with which number (`shipped`)."
        yield "You say what will not come after all (`short`). Everything that is not yet told we wait for."
    if configured.stock_feed is not None:
        yield "Again and again you tell us how many units of each article lie at yours."


def _terms(configured: LocationConfig) -> Iterator[str]:
    yield (
        "Every shipment has a reference such as `WEB-1042-1` (at most 30 characters of A-Z, 0-9 and -), which no other"
        " one ever has. It stands on everything we send; put it into everything you answer."
    )
    yield f"Class {configured.partner_class}: {PROMISES[configured.partner_class]}"
    yield "A reference that you have already is the same shipment, never a second one."
    if configured.acknowledge_within_s:
        limit = times.duration_text(configured.acknowledge_within_s)
        after = (
            "after that we may ask you to stop it and have it sent from elsewhere"
            if configured.location.on_no_ack == "failover"
            else "after that a person asks you"
        )
        yield f"Acknowledge or reject each shipment within {limit} of your working days; {after}."
    if configured.ship_within_s:
        yield f"Ship each within {times.duration_text(configured.ship_within_s)} of your working days, and tell us."
    yield "Say everything once it is true. The same answer twice does no harm."


def _hours(configured: LocationConfig) -> Iterator[str]:
    place = configured.location
    yield f"You work on {', '.join(_DAYS[day] for day in place.working_days)}, in the time of {place.timezone}."
    for at in dict.fromkeys(place.cutoffs.values()):
        days = [_DAYS[day] for day, other in place.cutoffs.items() if other == at]
        yield f"What reaches you before {at} on {', '.join(days)} leaves on that day; what comes later, on the next."
    if place.holidays:
        yield f"You do not work on {', '.join(place.holidays)}."
    yield "Moments that we state are UTC, written by ISO 8601: `2026-11-20T15:00:00Z`."


def _to_try(configured: LocationConfig) -> Iterator[str]:
    yield "Read the sample of our work with your program, also with a quote, a comma and a line end inside a text."
    yield "Read it a second time: nothing may be sent twice."
    if configured.confirm is not None:
        yield "Acknowledge a shipment, and reject one with a reason."
        yield "Send one in two parcels, and one of which a unit is short."
        yield "Correct a tracking number."
    if configured.stock_feed is not None:
        yield "Tell us a count, with one article that is sold out."
    yield "Tell us what did not fit: we would rather change the format than guess."


def _quoted(sample: Document) -> str:
    language = _QUOTED.get(sample.media_type.partition(";")[0])
    try:
        text = sample.content.decode().rstrip() if language else ""
    except UnicodeDecodeError:
        text = ""
    if not text:
        return f": {len(sample.content):,} bytes of {sample.media_type}"
    fence = "````" if "```" in text else "```"
    return f":\n\n{fence}{language}\n{text}\n{fence}"


def _listed(lines: Iterator[str]) -> str:
    return "\n".join(f"- {line}" for line in lines)


def _numbered(lines: Iterator[str]) -> str:
    return "\n".join(f"{number}. {line}" for number, line in enumerate(lines, 1))
