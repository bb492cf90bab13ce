"""How a comparison of rules and their history read: numbers first, then who changes, then the odd ones."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from orderctl.cli import render
from orderctl.cli.answers import Block, Facts, Heading, Lines, Page, Row, Table, filled, table
from orderctl.core.errors import Exit

#: So many orders of each rule a person gets to see at a terminal.
MOST_ORDERS = 10
_GROUPS = {"rule": "rule", "about": "", "orders": ">orders", "change": ">cost change"}
_ORDERS = {"order": "order", "before": "_before", "after": "_after", "cost_change": ">cost change"}
_DIFF = (
    *("rule", "order", "what", "old", "new", "old_outcome", "new_outcome", "old_locations", "new_locations"),
    *("old_services", "new_services", "old_cost", "new_cost", "cost_change", "currency"),
)
_ABOUT = {"new": "is new", "gone": "is gone", "changed": "changed", "same": "itself unchanged"}
_APART = {
    "by_hand": ("decided by a person", "not compared: a person decides whatever the rules say"),
    "other_engine": ("decided by another engine", "not compared: this version may decide them otherwise anyway"),
    "redacted": ("redacted", "not compared: what was decided on is gone"),
}
_NO_RULE = "(no rule alone)"


@dataclass(frozen=True, slots=True)
class DiffPage:
    """A comparison as an answer. It may name thousands of orders, so that only what is asked for is made of it."""

    value: dict[str, Any]

    @property
    def exit(self) -> Exit:
        """7 when orders differ, 2 when a line of the file was no order."""
        return Exit.USAGE if self.value["refused_lines"] else Exit.CHECK if self.value["changed"] else Exit.OK

    def document(self) -> Row:
        """The comparison itself."""
        return self.value

    def rows(self) -> Table:
        """An order a row."""
        return table({name: name for name in _DIFF}, [_flat(row) for row in self.value["orders"]])

    def blocks(self) -> Iterator[Block]:
        """The numbers, then the orders of each rule."""
        return _diff_blocks(self.value)

    def unattended(self) -> None:
        """The same for everyone."""

    def warnings(self, *, verbose: bool) -> Sequence[str]:  # noqa: ARG002
        """What was left out, and that orders differ."""
        return list(_diff_notes(self.value))


def _diff_blocks(value: dict[str, Any]) -> Iterator[Block]:
    yield Facts(tuple(_diff_head(value)))
    if value["groups"]:
        yield table(_GROUPS, [_group_row(group, value["currency"]) for group in value["groups"]])
    named = sorted(value["orders"], key=lambda row: _place(value, row))
    for rule, rows in groupby(named, lambda row: str(row["rule"])):
        yield from _orders_of(rule, list(rows), value)


def _place(value: dict[str, Any], row: Row) -> int:
    return next(place for place, group in enumerate(value["groups"]) if group["rule"] == row["rule"])


def _diff_head(value: dict[str, Any]) -> Iterator[tuple[str, str]]:
    changed, compared = value["changed"], value["compared"]
    yield "compared", f"{_many(compared, 'order')}{_within(value)}{_stocked(value['stock'])}"
    if compared:
        yield "differ", f"{changed:,}" if changed else f"none: {value['rules']} decides all of them the same"
    if value["same_by_other_rules"]:
        yield "same", f"{value['same']:,}, of which {value['same_by_other_rules']:,} by other rules"
    if value["rulesets"] > 1:
        yield "decided by", f"{value['rulesets']} versions of the rules; each order is compared with its own"
    for name, (what, why) in _APART.items():
        if value["apart"][name]:
            yield what, f"{value['apart'][name]:,}, {why}"
    if value["refused_lines"]:
        yield "no orders", f"{_many(value['refused_lines'], 'line')} left out"


def _within(value: dict[str, Any]) -> str:
    return f" decided in the last {value['since']}" if value["since"] else ""


def _stocked(stock: str) -> str:
    known = {"frozen": ", with the stock of then", "now": ", with today's stock", "plenty": ", with plenty of stock"}
    return known.get(stock, f", with the stock in {stock}")


def _group_row(group: Row, currency: str) -> Row:
    change = _signed(group["cost_change"])
    priced = f" ({group['priced']:,} known)" if change and group["priced"] < group["orders"] else ""
    return {
        "rule": group["rule"] or _NO_RULE,
        "about": _ABOUT[group["state"]] if group["rule"] else "",
        "orders": group["orders"],
        "change": f"{change} {currency}{priced}" if change else "",
    }


def _orders_of(rule: str, rows: list[Row], value: dict[str, Any]) -> Iterator[Block]:
    total = next(group["orders"] for group in value["groups"] if group["rule"] == rule)
    shown = rows[:MOST_ORDERS] if render.at_a_terminal() else rows
    yield Heading(rule or _NO_RULE)
    yield filled(table(_ORDERS, [_readable(row) for row in shown]))
    if len(shown) < total:
        where = "; --json shows more" if len(shown) < len(rows) else ""
        yield Lines((f"and {total - len(shown):,} more{where}",))


def _readable(row: Row) -> Row:
    before, after = row["old"]["text"], row["new"]["text"]
    seen = {"location", "service", "cost", "hold", "rejection", "tracking", "backorder", "cancelled"}
    if before == after:
        seen = set()
    other = [one for one in row["differences"] if one["what"] not in seen]
    before, after = ([text] if seen else [] for text in (before, after))
    before += [f"{one['what']}: {one['old']}" for one in other]
    after += [f"{one['what']}: {one['new']}" for one in other]
    return {
        "order": row["order"],
        "before": "; ".join(before),
        "after": "; ".join(after),
        "cost_change": _signed(row["cost_change"]),
    }


def _flat(row: Row) -> Row:
    flat = {"rule": row["rule"], "order": row["order"], "what": [one["what"] for one in row["differences"]]}
    for side in ("old", "new"):
        outcome = row[side]
        flat[side] = "; ".join(f"{one['what']}: {one[side]}" for one in row["differences"])
        flat[f"{side}_outcome"] = outcome["outcome"]
        flat[f"{side}_locations"] = [one["location"] for one in outcome["shipments"]]
        flat[f"{side}_services"] = [one["service"] for one in outcome["shipments"]]
        flat[f"{side}_cost"] = outcome["cost"]
    return {**flat, "cost_change": row["cost_change"], "currency": row["currency"]}


def _diff_notes(value: dict[str, Any]) -> Iterator[str]:
    refused: Sequence[Row] = value["refused"]
    for one in refused[:MOST_ORDERS]:
        yield f"orderctl: {one['where']}: {one['message']}; it was left out"
    if value["refused_lines"] > MOST_ORDERS:
        yield f"orderctl: and {value['refused_lines'] - MOST_ORDERS:,} more lines that are no orders"
    if value["changed"]:
        first, order = value["groups"][0]["rule"], value["orders"][0]["order"]
        most = f", most by {first}" if first and len(value["groups"]) > 1 else ""
        see = f"orderctl explain {order}" if value["stock"] in {"frozen", "now"} else "orderctl rules test"
        yield f"orderctl: {_many(value['changed'], 'order')} would be decided otherwise{most}; next: {see}"


def _signed(amount: str | None) -> str:
    """An amount with its sign; nothing for none, and for no change."""
    if amount is None or not amount.strip("0."):
        return ""
    return amount if amount.startswith("-") else f"+{amount}"


def _many(count: int, one: str) -> str:
    return f"{count:,} {one}{'' if count == 1 else 's'}"


# --- coverage

_COVERAGE = {
    "stage": "stage",
    "name": "rule",
    "orders": ">orders",
    "money": ">money",
    "last_at": "last",
    "about": "",
}
_COVERAGE_CSV = (
    *("stage", "name", "observe", "orders", "decisions", "last_at", "money", "observed_orders"),
    *("observed_decisions", "observed_last_at"),
)
_MOVED = {"rule": "by", "words": "_what people did"}


def coverage_page(value: dict[str, Any]) -> Page:
    """What each rule has done, as an answer."""
    rows = [_coverage_row(rule) for rule in value["rules"]]
    return Page(value, tuple(_coverage_blocks(value, rows)), _coverage_rows(rows))


def _coverage_blocks(value: dict[str, Any], rows: list[Row]) -> Iterator[Block]:
    never = [f"{row['stage']}/{row['name']}" for row in rows if not row["orders"] and not row["observe"]]
    apart = [f"{value['by_hand']:,} by a person"] if value["by_hand"] else []
    apart += [f"{value['redacted']:,} redacted and left out"] if value["redacted"] else []
    among = f" ({', '.join(apart)})" if apart else ""
    yield Facts(
        (
            ("looked at", f"{_many(value['decisions'], 'decision')} about {_many(value['orders'], 'order')}{among}"),
            ("had a say", f"{len(rows) - len(never) - sum(row['observe'] for row in rows)} of {len(rows)} rules"),
            ("never", ", ".join(never)),
        )
    )
    yield filled(table(_COVERAGE, rows, "No rules."))
    if value["moved"]:
        yield Heading("Decided otherwise by hand")
        yield table(_MOVED, [{"rule": one["rule"], "words": moved_words(one)} for one in value["moved"]])
    if value["gone"]:
        gone = ", ".join(f"{one['stage']}/{one['name']} ({_many(one['orders'], 'order')})" for one in value["gone"])
        yield Lines((f"Rules of the past that the file no longer has: {gone}.",))


def _coverage_row(rule: Row) -> Row:
    observed = rule["observed"]
    return {
        **rule,
        "money": ", ".join(f"{one['amount']} {one['currency']}" for one in rule["money"]),
        "about": _about_rule(rule),
        **{f"observed_{name}": observed[name] for name in ("orders", "decisions", "last_at")},
    }


def _about_rule(rule: Row) -> str:
    seen = rule["observed"]["orders"]
    if rule["observe"]:
        said = ", ".join(f"{name} = {render.cell(one)}" for name, one in rule["then"].items())
        return (
            f"only observes; {_many(seen, 'order')} would have had {said}" if seen else "only observes; never matched"
        )
    if not rule["orders"]:
        return "never"
    return f"observed {_many(seen, 'order')} before" if seen else ""


def moved_words(moved: Row) -> str:
    """`moved 31 of 33 orders tagged 'fragile' from east to west`."""
    where = f"from {moved['from']}" if moved["from"] else "that waited"
    if moved["tag"]:
        tagged = f"{moved['tagged']:,} of {moved['tagged_of']:,} orders tagged '{moved['tag']}'"
        in_all = f"; {moved['orders']:,} of {moved['of']:,} in all"
        return f"moved {tagged} {where} to {moved['to']}{in_all}"
    return f"moved {moved['orders']:,} of {_many(moved['of'], 'order')} {where} to {moved['to']}"


def _coverage_rows(rows: list[Row]) -> Table:
    return table({name: name for name in _COVERAGE_CSV}, rows)
