"""Rule diff without a store: the orders of a file, decided under two versions of the rules.

1. each line is read as a `file` channel reads it; one that is no order is named and left out
2. an order is decided at the moment it was placed, as new, its address and amounts looked at as on saving
3. stock is plenty everywhere, or what a file says, for each order alone; every SKU is known, every channel live
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from orderctl.channels.file import FileChannel, json_lines
from orderctl.config.load import load as load_config
from orderctl.config.model import Config
from orderctl.core.adapters import Payload
from orderctl.core.checks import money_checks
from orderctl.core.errors import RecordError, UsageError
from orderctl.core.orders import Order
from orderctl.core.text import did_you_mean
from orderctl.rules import engine
from orderctl.rules.diff import Tally
from orderctl.rules.facts import Facts
from orderctl.rules.outcomes import Coins
from orderctl.rules.parting import Versions
from orderctl.rules.stage_hold import CHECKED
from orderctl.rules.testfile import RuleTest
from orderctl.rules.testorder import TestOrder
from orderctl.rules.testrun import facts_of
from orderctl.steps.choice import chosen
from orderctl.steps.rule_diff import Diff
from orderctl.steps.rules import CONFIG, ruleset
from orderctl.steps.stock import counts_in
from orderctl.wire.addresses import judged
from orderctl.wire.opening import Opening

PLENTY = "plenty"
Stock = Mapping[str, dict[str, int]]
Refuse = Callable[[str, str], None]


def of_file(config: Path | None, rules: Path | None, file: Path, orders: Path, stock: Path | None = None) -> Diff:
    """The orders in `orders` under the current rules and those in `file`.

    ConfigError lists what is wrong with either; UsageError when `orders` or `stock` cannot be read at all.
    """
    found = load_config(config or Path(CONFIG), adapters=False)
    old, new = (engine.prepare(ruleset(one, found), found.places) for one in (rules or found.rules, file))
    versions = Versions(old.ruleset, new.ruleset)
    levels = _levels(stock, found) if stock else None
    diff = Diff(str(file), str(stock) if stock else PLENTY, Tally(found.places.currency))
    for order in orders_in(orders, found, diff.refuse):
        before, after = (engine.decide(_facts(order, levels, one), one) for one in (old, new))
        change = diff.tally.add(versions, before, after, Coins(found.places.currency, order.currency))
        diff.note(f"{order.channel}/{order.number}", change)
    return diff


def _facts(order: Order, stock: Stock | None, ready: engine.Compiled) -> Facts:
    stated = TestOrder(order, {name: True for name in money_checks(order) if name in CHECKED})
    return facts_of(RuleTest("", "", 0, now=order.placed_at, order=stated, expect={}, stock=stock), ready, judged)


def _levels(file: Path, config: Config) -> Stock:
    """Location -> SKU -> units, as `stock import` reads them."""
    counts, _, _ = counts_in(file)
    chosen(list(counts), config.locations, "location")
    return {location: {one.sku: one.quantity for one in rows} for location, rows in counts.items()}


def orders_in(file: Path, config: Config, refuse: Refuse) -> Iterator[Order]:
    """The orders of a file as a `file` channel reads them; `refuse` is told where a line is none, and why.

    UsageError when the file cannot be read at all.
    """
    opening = Opening(file.parent, config.places.currency, config.places.timezone)
    reader = FileChannel("", FileChannel.Settings(path=file.name), opening)
    try:
        with file.open("rb") as opened:
            read = (_order(reader, payload, config, refuse) for payload, _ in json_lines(opened, str(file)))
            yield from (order for order in read if order is not None)
    except OSError as error:
        raise UsageError(f"cannot be read: {error.strerror}", where=str(file)) from None
    except RecordError as error:
        raise UsageError(error.message, where=error.where or str(file), next=error.next) from None


def _order(reader: FileChannel, payload: Payload, config: Config, refuse: Refuse) -> Order | None:
    """The order of one line, of the first channel if it names none; None and a refusal when it cannot be one."""
    try:
        order = reader.to_order(payload)
    except RecordError as error:
        refuse(error.where or payload.where, error.message)
        return None
    channel = order.channel or next(iter(config.channels), "")
    if channel not in config.channels:
        near = did_you_mean(channel, config.channels) or f"; known: {', '.join(config.channels)}"
        refuse(payload.where, f"channel '{channel}' is not configured{near}")
        return None
    return replace(order, channel=channel)
