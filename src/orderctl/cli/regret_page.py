"""How a look back reads: one sentence with the numbers, what they count, then by rule, by way, and rule by rule."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from orderctl.cli.answers import Block, Facts, Heading, Lines, Row, Table, filled, table
from orderctl.core.errors import Exit

#: So many ways and groups a person gets to see; programs get all.
MOST = 10
_APART = {
    "by_hand": "decided by a person",
    "other_engine": "decided by another engine",
    "redacted": "redacted",
    "watched": "only watched",
    "other_currency": "with costs in another currency",
}
_NUMBERS = {
    "orders": ">orders",
    "changed": "+>otherwise",
    "cost": ">cost",
    "hindsight": ">hindsight",
    "regret": ">regret",
    "short": ">short",
}
_MOVES = {"from": "shipped from", "to": "would ship from", "orders": ">orders", "regret": ">regret", "short": ">short"}
_WITHOUT = {
    "rule": "without",
    "orders": ">orders",
    "changed": ">otherwise",
    "cost": ">cost",
    "short": ">short",
    "held": ">held",
    "unrouted": ">unrouted",
    "let_go": ">let go",
}
_CSV = (
    *("about", "name", "orders", "changed", "cost", "hindsight", "regret", "short", "short_hindsight"),
    *("cost_change", "short_change", "held", "let_go", "currency"),
)


@dataclass(frozen=True, slots=True)
class RegretPage:
    """A look back as an answer."""

    value: dict[str, Any]

    @property
    def exit(self) -> Exit:
        """0: what could have been better is no failure."""
        return Exit.OK

    def document(self) -> Row:
        """All of it."""
        return self.value

    def rows(self) -> Table:
        """Every rule, location and way with its sums, then every rule left out, a row each."""
        return table({name: name for name in _CSV}, list(_rows(self.value)))

    def blocks(self) -> Iterator[Block]:
        """The sentence, what it counts, and the tables."""
        return _blocks(self.value)

    def unattended(self) -> None:
        """The same for everyone."""

    def warnings(self, *, verbose: bool) -> Sequence[str]:  # noqa: ARG002
        """That time was up, where it was."""
        if self.value["finished"]:
            return ()
        return ("orderctl: time was up before nothing better was found; next: more [routing] max_time",)


def _blocks(value: dict[str, Any]) -> Iterator[Block]:
    if value["orders"]:
        yield Lines((_sentence(value),))
    elif value["not_asked"]:
        yield Lines((f"{_many(value['not_asked'], 'order')}{_within(value)}, and none had a choice.",))
    else:
        within = _within(value).replace(" of ", " in ", 1)
        yield Lines((f"No orders were decided{within}: nothing to look back at.",))
    facts = Facts(tuple(_counted(value)))
    if any(text for _, text in facts.pairs):
        yield facts
    if value["changed"]:
        yield from _sums(value["rules"], "rules", "rule")
        yield from _sums(value["locations"], "locations", "shipped from")
        yield Heading("What would have been better")
        rows = [_amounts(one) | {name: _names(one[name]) for name in ("from", "to")} for one in value["moves"][:MOST]]
        yield filled(table(_MOVES, rows))
        yield from _more(len(value["moves"]) - len(rows), "ways")
    if value["without"]:
        yield from _left_out(value)


def _sentence(value: dict[str, Any]) -> str:
    """What it cost, what would have done, and what nothing could have gone below."""
    currency, cost = value["currency"], _money(value["cost"])
    start = f"{_many(value['orders'], 'order')}{_within(value)} cost"
    better = f"{_money(value['hindsight'])} would have done ({_less(value)} less)"
    if not value["changed"]:
        better = "nothing better is found"
    below = f", nothing could have gone below {_money(value['bound'])}" if value["bound"] is not None else ""
    if value["bound"] == value["cost"]:
        better, below = "nothing could have gone below that", ""
    if not Decimal(value["parcels"]) and not Decimal(value["parcels_hindsight"]):
        why = ": no rates are configured" if any(one["locations"] for one in value["locations"]) else ""
        units = f"{_short(value['short'])}, with hindsight {_short(value['short_hindsight'])}"
        return f"{start} nothing that anybody knows of{why}; {units}."
    if not _penalties(value):
        return f"{start} {cost} {currency}; with hindsight {better}{below}."
    had = f"{_money(value['parcels'])} {currency}, {_short(value['short'])}"
    instead = f"with hindsight {_money(value['parcels_hindsight'])}, {_short(value['short_hindsight'])}"
    return f"{start} {had}; {instead}. Counting what is short or came from a last resort, {cost}: {better}{below}."


def _penalties(value: dict[str, Any]) -> bool:
    """Whether something is counted that no parcel costs."""
    return bool(value["parcels"] != value["cost"] or value["parcels_hindsight"] != value["hindsight"])


def _short(units: int) -> str:
    return f"{_many(units, 'unit')} short" if units else "nothing short"


def _within(value: dict[str, Any]) -> str:
    days = re.fullmatch(r"\s*(\d+)\s*d(?:ays?)?\s*", value["since"])
    span = _many(int(days[1]), "day").removeprefix("1 ") if days else value["since"]
    return f" of the last {span}" if span else ""


def _less(value: dict[str, Any]) -> str:
    cost = Decimal(value["cost"])
    return f"{Decimal(value['regret']) * 100 / cost:.1f} %" if cost else "0.0 %"


def _counted(value: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """What the numbers are made of, and what they leave out."""
    if value["orders"] and value["bound"] is None:
        yield "no lower bound", "some rule looks at stock: with other stock another rule might have decided"
    if value["orders"] and value["not_asked"]:
        yield (
            "not among them",
            f"{_many(value['not_asked'], 'order')} held, or that only their own rules can decide",
        )
    apart = [f"{value['apart'][name]:,} {words}" for name, words in _APART.items() if value["apart"][name]]
    yield "left out", ", ".join(apart)


def _sums(rows: Sequence[Row], name: str, title: str) -> Iterator[Block]:
    """Those of which orders would ship otherwise, as far as there is room."""
    moved = [one for one in rows if one["changed"]]
    shown = [_amounts(one) | {"name": _names(one[name])} for one in moved[:MOST]]
    yield filled(table({"name": title, **_NUMBERS}, shown))
    yield from _more(len(rows) - len(shown), name)


def _more(count: int, what: str) -> Iterator[Block]:
    if count:
        yield Lines((f"and {count:,} more {what if count > 1 else what.removesuffix('s')}; --json shows all",))


def _amounts(one: Row) -> dict[str, Any]:
    """A group with its amounts as a person reads them, and the units short of then and with hindsight."""
    short = f"{one['short']:,} to {one['short_hindsight']:,}" if one["short"] or one["short_hindsight"] else ""
    return {**one, **{name: _money(one[name]) for name in ("cost", "hindsight", "regret")}, "short": short}


def _names(names: Iterable[str]) -> str:
    """Rules without their stage, locations: joined as an order went by all of them."""
    return " + ".join(name.rpartition("/")[2] for name in names) or "(nothing)"


def _left_out(value: dict[str, Any]) -> Iterator[Block]:
    """Rules without which something would be otherwise, then those without which nothing would."""
    telling = [one for one in value["without"] if one["changed"]]
    idle = [_name(one) for one in value["without"] if not one["changed"]]
    yield Heading(f"Without one of the rules, with the stock of then, in {value['currency']}")
    shown = [_difference(one) for one in telling[: 2 * MOST]]
    yield filled(table(_WITHOUT, shown, "Nothing would be otherwise."))
    yield from _more(len(telling) - len(shown), "rules")
    if idle:
        yield Lines((f"Took part and changed nothing: {_some(idle)}.",))
    if value["never"]:
        yield Lines((f"Took part in nothing: {_some(value['never'])}.",))


def _difference(one: Row) -> Row:
    priced = one["cost_change"] is not None and one["cost_change"].strip("-0.")
    return {
        **one,
        "rule": _name(one),
        "cost": _signed(Decimal(one["cost_change"])) if priced else "",
        "short": _signed(one["short_change"]) if one["short_change"] else "",
        **{name: one[name] or "" for name in ("held", "unrouted", "let_go")},
    }


def _name(one: Row) -> str:
    return f"{one['stage']}/{one['name']}"


def _some(names: Sequence[str]) -> str:
    more = f" and {len(names) - MOST:,} more" if len(names) > MOST else ""
    return ", ".join(names[:MOST]) + more


def _rows(value: dict[str, Any]) -> Iterator[Row]:
    currency = {"currency": value["currency"]}
    yield {"about": "all", "name": "", **value}
    yield from ({"about": "rule", "name": one["rules"], **one, **currency} for one in value["rules"])
    yield from ({"about": "location", "name": one["locations"], **one, **currency} for one in value["locations"])
    for one in value["moves"]:
        yield {"about": "way", "name": f"{_names(one['from'])} -> {_names(one['to'])}", **one, **currency}
    for one in value["without"]:
        yield {"about": "without", **one, "name": _name(one), **currency}


def _money(amount: str) -> str:
    return f"{Decimal(amount):,}"


def _signed(number: int | Decimal) -> str:
    return f"{number:+,}"


def _many(count: int, one: str) -> str:
    return f"{count:,} {one}{'' if count == 1 else 's'}"
