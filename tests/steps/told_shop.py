"""The random shop with two channels that are told what they may sell; what they know is read from their files."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import rule

from orderctl.core import publishing
from orderctl.core.effects import Document, Receipt
from orderctl.core.publishing import Terms
from tests.shop import CHANNELS
from tests.steps.random_shop import RandomShop

#: What each channel is told of stock: its terms, and the same as a value.
TERMS = {
    "web": (
        'buffer = 1, percent = "80%", max = 6',
        Terms(("east", "west"), (), buffer=1, numerator=4, denominator=5, most=6),
    ),
    "market": ("", Terms(("east", "west"), ())),
}


def telling(channels: str) -> str:
    """`channels` told of stock, in which no change of stock is too large."""
    for name, (terms, _) in TERMS.items():
        channels = channels.replace(f"[channel.{name}]\n", f"[channel.{name}]\nstock = {{ {terms} }}\n")
    channels = channels.replace('push = ["tracking"]', 'push = ["tracking", "stock"]')
    return channels + '[safety]\nmax_stock_drop = "100%"\nmax_stock_rise = "1000000%"\n'


class ToldShop(RandomShop):
    """The channels' side of stock."""

    channels = telling(CHANNELS)

    @rule(channel=st.sampled_from(list(TERMS)), outcome=st.sampled_from(["uncertain", "lost", "retry", "refused"]))
    def a_push_of_stock_goes_wrong(self, channel: str, outcome: str) -> None:
        adapter: Any = self.ctx.adapters.channel(channel)
        deliver: Callable[[Any, Document, str], Receipt] = type(adapter).deliver

        def badly(document: Document, key: str) -> Receipt:
            if "/stock-" not in document.name:
                return deliver(adapter, document, key)
            if outcome == "uncertain":
                deliver(adapter, document, key)
            else:
                adapter.discard(document.name)
            return Receipt({"lost": "uncertain"}.get(outcome, outcome), message="the line went dead")

        adapter.deliver = badly
        try:
            self.do("push")
        finally:
            del adapter.deliver

    def told(self, channel: str) -> dict[str, int]:
        """What `channel` may sell, as far as it can know: by every file that it was handed, in their order."""
        known: dict[str, int] = {}
        for path in sorted((self.shop.folder / "outbox" / channel).glob("stock-*.csv")):
            known |= {row["sku"]: int(row["quantity"]) for row in csv.DictReader(io.StringIO(path.read_text()))}
        return known

    def numbers_by_hand(self, terms: Terms) -> dict[str, int]:
        """What the formula makes of every SKU that has been in the east or west, and of the kits made of those."""
        query = "SELECT name FROM pauses WHERE kind = 'location' AND paused_at IS NOT NULL"
        paused = {row[0] for row in self.db.execute(query)}
        there: dict[str, dict[str, int]] = {name: {} for name in terms.locations}
        for location, sku, units in self.db.execute("SELECT location, sku, on_hand - reserved FROM stock_levels"):
            if location in there:
                there[location][sku] = 0 if location in paused else max(0, units)
        listed = {sku for here in there.values() for sku in here}
        numbers = {sku: sum(here.get(sku, 0) for here in there.values()) for sku in listed - {"SET"}}
        if listed & {"MUG", "TEE", "SET"}:
            numbers["SET"] = sum(publishing.sets({"MUG": 2, "TEE": 1}, here) for here in there.values())
        return {sku: publishing.number(terms, units) for sku, units in numbers.items()}
