"""The page of a rehearsal: one HTML file that needs nothing else, for a screen of any width, light or dark, and paper.

What gives way first stands at the top, then both columns of numbers, charts, and tables. It is well-formed XML too;
every text is escaped.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import Any

from orderctl.core.charts import Bars, Gauge, bars, gauges

Row = Mapping[str, Any]
#: Of a table's columns: the heading, and the cells; a heading that begins with `>` is of numbers.
Columns = Mapping[str, Sequence[Any]]
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_STYLE = """\
:root { color-scheme: light dark; --ink: #1c2330; --quiet: #5b6678; --paper: #ffffff; --card: #f4f6f9; --line: #d6dce5;
--bar: #8fb0dc; --front: #2f5f9e; --over: #d9822b; --limit: #b3261e; --first: #fdf0e3; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6eaf1; --quiet: #9aa6b8; --paper: #14181f; --card: #1c222c;
--line: #333c4a; --bar: #4f78b0; --front: #a9c7f2; --over: #e39a4f; --limit: #ff8a80; --first: #33261a; } }
* { box-sizing: border-box; }
body { font: 16px/1.5 system-ui, "Segoe UI", "Noto Sans", sans-serif; color: var(--ink); background: var(--paper);
margin: 0 auto; max-width: 1180px; padding: 24px 20px 48px; }
h1 { font-size: 26px; line-height: 1.2; margin: 0 0 4px; overflow-wrap: anywhere; }
h2 { font-size: 19px; margin: 36px 0 12px; }
h3 { font-size: 16px; margin: 0 0 2px; overflow-wrap: anywhere; }
p { margin: 0 0 8px; }
.quiet, figcaption { color: var(--quiet); font-size: 14px; }
.first { background: var(--first); border-left: 5px solid var(--over); border-radius: 4px; margin: 20px 0;
padding: 14px 18px; overflow-wrap: anywhere; }
.first strong { display: block; font-size: 18px; line-height: 1.35; }
.first.none { background: var(--card); border-color: var(--front); }
.charts { align-items: start; display: grid; gap: 20px; margin-bottom: 20px;
grid-template-columns: repeat(auto-fill, minmax(min(100%, 420px), 1fr)); }
figure { background: var(--card); border-radius: 6px; margin: 0; padding: 14px 16px 10px; break-inside: avoid; }
figcaption { margin-bottom: 8px; }
svg { display: block; height: auto; max-width: 560px; width: 100%; }
svg text { fill: var(--ink); font-size: 13px; } svg .quiet { fill: var(--quiet); font-size: 13px; }
.bar { fill: var(--bar); } .front { fill: var(--front); } .over { fill: var(--over); } .track { fill: var(--line); }
.grid { stroke: var(--line); } .base { stroke: var(--quiet); }
.limit { stroke: var(--limit); stroke-dasharray: 6 4; stroke-width: 2; }
svg .limit-name { fill: var(--limit); paint-order: stroke; stroke: var(--card); stroke-width: 4px; }
.entry { margin-right: 8px; white-space: nowrap; }
.key { border-radius: 2px; display: inline-block; height: 10px; margin-right: 5px; width: 10px; }
.key.bar { background: var(--bar); } .key.front { background: var(--front); }
.key.over { background: var(--over); }
.wide { overflow-x: auto; }
table { border-collapse: collapse; font-size: 15px; min-width: min(100%, 760px); }
th, td { border-bottom: 1px solid var(--line); padding: 5px 14px 5px 0; text-align: left; vertical-align: top; }
.many td, .many th { white-space: nowrap; }
th { color: var(--quiet); font-size: 13px; font-weight: 600; }
.right { font-variant-numeric: tabular-nums; padding-right: 14px; text-align: right; white-space: nowrap; }
th:last-child, td:last-child { padding-right: 0; }
ol, ul { margin: 0; padding-left: 22px; } li { margin-bottom: 6px; overflow-wrap: anywhere; }
footer { border-top: 1px solid var(--line); color: var(--quiet); font-size: 13px; margin-top: 40px; padding-top: 10px; }
@media (max-width: 520px) { body { padding: 16px 14px 32px; } h1 { font-size: 22px; } svg text, svg .quiet {
font-size: 16px; } table { font-size: 14px; } th, td { padding-right: 9px; } .right { padding-right: 9px; } }
@media print { :root { color-scheme: light; --ink: #000; --quiet: #444; --paper: #fff; --card: #fff; --line: #bbb;
--bar: #a9b8cc; --front: #2b4c7e; --over: #c96a12; --limit: #900; --first: #fff; }
body { font-size: 11pt; max-width: none; padding: 0; }
figure, .first { border: 1px solid var(--line); } h2 { break-after: avoid; }
tr, li { break-inside: avoid; }
.charts { grid-template-columns: 1fr 1fr; } * { print-color-adjust: exact; } }
"""


def page(value: Row, totals: Sequence[Row], sentences: Sequence[tuple[str, str]], version: str) -> str:
    """The page of the document `value` of a rehearsal.

    `totals` are rows of `what`, `baseline`, `rehearsal` in words; `sentences` the limits reached, with their relief.
    """
    title = f"Rehearsal: {value['source']}"
    changes = ", ".join(value["changes"]) or "as things stand"
    parts = [
        f"<h1>{escape(title)}</h1>",
        f"<p>{escape(changes[:1].upper() + changes[1:])}.</p>",
        f'<p class="quiet">{escape(_time(value))}</p>',
        *_first(sentences),
        "<h2>As things stand, and rehearsed</h2>",
        _table(
            {
                "": [row["what"] for row in totals],
                ">as things stand": [row["baseline"] for row in totals],
                ">rehearsed": [row["rehearsal"] for row in totals],
            }
        ),
        *_next(sentences),
        *_places(value),
        *_stock(value),
        *_budgets(value),
        "<h2>Taken for granted</h2>",
        _list("ul", [escape(one) for one in value["assumed"]]),
        f"<footer>orderctl {escape(version)}; nothing was written to the store, nothing was sent.</footer>",
    ]
    head = '<meta charset="utf-8"/><meta name="viewport" content="width=device-width, initial-scale=1"/>'
    head += f"<title>{escape(title)}</title><style>\n{_STYLE}</style>"
    body = "\n".join(parts)
    return (
        '<!DOCTYPE html>\n<html lang="en" xmlns="http://www.w3.org/1999/xhtml">\n'
        f"<head>{head}</head>\n<body>\n{body}\n</body>\n</html>\n"
    )


def _time(value: Row) -> str:
    moved = f"; moved ahead by {value['moved']}, so that weekdays stay what they were" if value["moved"] else ""
    return f"From {_moment(value['begins_at'])} to {_moment(value['ends_at'])} UTC{moved}."


def _moment(text: str) -> str:
    return f"{text[:10]} {text[11:16]}" if text else ""


def _first(sentences: Sequence[tuple[str, str]]) -> Iterator[str]:
    if not sentences:
        yield '<div class="first none"><strong>No limit is reached.</strong></div>'
        return
    text, relief = sentences[0]
    yield (
        f'<div class="first"><p class="quiet">What gives way first</p><strong>{escape(text)}</strong>'
        f"<p>What would relieve it: {escape(relief)}.</p></div>"
    )


def _next(sentences: Sequence[tuple[str, str]]) -> Iterator[str]:
    if len(sentences) > 1:
        yield "<h2>What gives way next</h2>"
        yield _list(
            "ol", [f"{escape(text)}<br/><span class='quiet'>{escape(relief)}</span>" for text, relief in sentences[1:]]
        )


def _places(value: Row) -> Iterator[str]:
    rows = [row for row in value["locations"] if row["shipments"] or row["most_wanted"]]
    if not rows:
        return
    yield "<h2>Locations</h2>"
    yield '<div class="charts">'
    for row in rows:
        yield from _place(row, [one for one in value["days"] if one["location"] == row["location"]])
    yield "</div>"
    yield _table(
        {
            "location": [row["location"] for row in value["locations"]],
            ">orders": [row["shipments"] for row in value["locations"]],
            "peak": [
                f"{row['peak_due']:,} on {row['peak_day']}" if row["peak_day"] else "" for row in value["locations"]
            ],
            ">capacity": ["no limit" if row["capacity"] is None else row["capacity"] for row in value["locations"]],
            ">used": [f"{row['utilization']}%" if row["utilization"] else "" for row in value["locations"]],
            ">turned away": [row["turned_away"] for row in value["locations"]],
            ">longest backlog": [row["worst_backlog"] for row in value["locations"]],
            ">late": [row["late"] for row in value["locations"]],
            ">gone after": [_hours(row["hours_to_clear"]) for row in value["locations"]],
        }
    )


def _hours(hours: int | None) -> str:
    return "never" if hours is None else f"{hours:,} h" if hours else ""


def _place(row: Row, days: Sequence[Row]) -> Iterator[str]:
    name, capacity = row["location"], row["capacity"]
    labels = [_day(one["day"]) for one in days]
    limit = "no capacity configured" if capacity is None else f"capacity {capacity:,} a day"
    chart = Bars(
        f"{name}: orders a day",
        labels,
        [one["wanted"] for one in days],
        "wanted",
        [one["picked"] for one in days],
        "picked",
        capacity,
        "capacity",
    )
    keys = {"bar": "wanted", "over": "more than there is room for", "front": "picked"}
    if capacity is None:
        del keys["over"]
    yield _figure(f"{name}: orders a day", f"{_key(keys)} {escape(limit)}", bars(chart))
    if row["worst_backlog"]:
        gone = row["hours_to_clear"]
        after = "it is not gone within a year" if gone is None else f"gone {gone:,} hours after the peak day"
        backlog = Bars(f"{name}: backlog", labels, [one["backlog"] for one in days], "not picked at the end of the day")
        yield _figure(f"{name}: backlog", f"orders not picked at the end of the day; {escape(after)}", bars(backlog))


def _stock(value: Row) -> Iterator[str]:
    days = value["stock_days"]
    if any(one["short"] for one in days):
        yield "<h2>Stock</h2>"
        chart = Bars(
            "Units a day",
            [_day(one["day"]) for one in days],
            [one["wanted"] for one in days],
            "wanted",
            [one["short"] for one in days],
            "cannot be planned for want of stock",
        )
        key = _key({"bar": "wanted", "front": "cannot be planned for want of stock"})
        yield f'<div class="charts">{_figure("Units a day", key, bars(chart))}</div>'
    if value["skus"]:
        yield "<h2>SKUs that run out first</h2>"
        yield _table(
            {
                "SKU": [row["sku"] for row in value["skus"]],
                "gone at (UTC)": [_moment(row["gone_at"]) for row in value["skus"]],
                ">units short afterwards": [row["short_units"] for row in value["skus"]],
            }
        )


def _budgets(value: Row) -> Iterator[str]:
    paced = [row for row in value["channels"] if row["per_hour"] is not None]
    loaded = [row for row in value["carriers"] if row["pickup"] is not None]
    if paced or loaded:
        yield "<h2>Limits of others</h2>"
        yield '<div class="charts">'
    if paced:
        rows = [_quota(row) for row in paced]
        about = "the busiest hour; the dashed line is what is allowed in an hour"
        yield _figure("What channels are asked", about, gauges("What channels are asked in the busiest hour", rows))
    if loaded:
        rows = [
            Gauge(
                f"{row['carrier'] or 'no carrier'} at {row['location']}",
                *(row["peak_parcels"], row["pickup"], f"{row['peak_parcels']:,} against {row['pickup']:,} parcels"),
            )
            for row in loaded
        ]
        about = "the fullest day; the dashed line is what the carrier takes along"
        yield _figure("What carriers take", about, gauges("What carriers take on the fullest day", rows))
    if paced or loaded:
        yield "</div>"
    unstated = [f"{row['channel']}: {row['needed']:,} {row['unit']}" for row in value["channels"] if row not in paced]
    if unstated:
        said = f"Channels that state no limit, in their busiest hour: {', '.join(unstated)}."
        yield f'<p class="quiet">{escape(said)}</p>'


def _quota(row: Row) -> Gauge:
    text = f"{row['needed']:,} against {row['per_hour']:,} {row['unit']}"
    return Gauge(f"{row['channel']}: {row['quota']}", row["needed"], row["per_hour"], text)


def _day(text: str) -> str:
    return f"{_MONTHS[int(text[5:7]) - 1]} {int(text[8:])}"


def _key(names: Mapping[str, str]) -> str:
    """What each color stands for."""
    return " ".join(
        f'<span class="entry"><span class="key {kind}"></span>{escape(name)}</span>' for kind, name in names.items()
    )


def _figure(title: str, caption: str, picture: str) -> str:
    """`caption` is markup."""
    return f"<figure><h3>{escape(title)}</h3><figcaption>{caption}</figcaption>{picture}</figure>"


def _list(kind: str, items: Sequence[str]) -> str:
    start = ' start="2"' if kind == "ol" else ""
    return f"<{kind}{start}>{''.join(f'<li>{item}</li>' for item in items)}</{kind}>"


def _table(columns: Columns) -> str:
    """A table of columns; those in which nothing stands are left out."""
    kept = {name: cells for name, cells in columns.items() if any(cell not in {"", 0} for cell in cells)}
    rights = [' class="right"' if name.startswith(">") else "" for name in kept]
    head = "".join(
        f"<th{right}>{escape(name.removeprefix('>'))}</th>" for name, right in zip(kept, rights, strict=True)
    )
    rows = [
        "".join(f"<td{right}>{escape(_cell(cell))}</td>" for cell, right in zip(cells, rights, strict=True))
        for cells in zip(*kept.values(), strict=True)
    ]
    body = "".join(f"<tr>{row}</tr>" for row in rows)
    kind = ' class="many"' if len(kept) > 4 else ""
    return f'<div class="wide"><table{kind}><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'


def _cell(value: Any) -> str:
    return f"{value:,}" if isinstance(value, int) else str(value)
