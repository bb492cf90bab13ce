"""What every channel promises. A channel's tests subclass it and say how to open one and what it has to tell."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest

from orderctl.core.adapters import Channel, Page, Payload
from orderctl.core.effects import StockLevel
from orderctl.core.errors import RecordError
from orderctl.core.orders import Order


class ChannelContract:
    """`channel` opens one that has `orders` orders to tell, numbered from 1; the rest is the same for all."""

    def channel(self, base: Path, orders: int = 0) -> Channel:
        raise NotImplementedError

    def test_fetch_brings_every_order(self, tmp_path):
        channel = self.channel(tmp_path, orders=1203)

        assert {str(number) for number in range(1, 1204)} == set(numbers(channel, list(channel.fetch({}))))

    def test_fetch_goes_on_from_every_position(self, tmp_path):
        channel = self.channel(tmp_path, orders=1203)
        pages = list(channel.fetch({}))
        assert len(pages) > 2

        for read in range(len(pages) + 1):
            positions = {page.stream: page.position for page in pages[:read]}
            rest = set(numbers(channel, pages[read:]))
            assert rest <= set(numbers(channel, list(channel.fetch(positions))))

    def test_a_walk_from_a_moment_tells_every_order_that_changed_since(self, tmp_path):
        channel = self.channel(tmp_path, orders=9)
        changed = {order.number: order.updated_at for order in orders(channel, channel.fetch({}))}
        middle = sorted(changed.values())[4]

        again = {order.number for order in orders(channel, channel.fetch(channel.positions_at(middle)))}

        assert {number for number, at in changed.items() if at >= middle} <= again

    def test_one_order_is_told_as_the_list_tells_it_and_one_that_is_not_there_is_none(self, tmp_path):
        channel = self.channel(tmp_path, orders=3)
        order = next(one for one in orders(channel, channel.fetch({})) if one.number == "2")

        again = channel.fetch_one(order.channel_order_id)

        assert again is not None
        assert order == channel.to_order(again)
        assert channel.fetch_one("999999") is None

    def test_to_order_is_pure(self, tmp_path):
        channel = self.channel(tmp_path, orders=3)
        payloads = [payload for page in channel.fetch({}) for payload in page.payloads]

        assert [channel.to_order(payload) for payload in payloads] == [
            channel.to_order(payload) for payload in payloads
        ]

    def test_stock_is_told_sku_by_sku_and_always_in_the_same_bytes(self, tmp_path):
        channel = self.channel(tmp_path)
        skus = ("00123", "1E5", "=MUG", 'BLUE, "large"', "Tasse")
        levels = [StockLevel(sku, units) for units, sku in enumerate(skus)]

        document = channel.render_stock(7, levels)

        assert document == self.channel(tmp_path).render_stock(7, levels)
        assert (5, 10) == (document.rows, document.units)
        assert document.name != channel.render_stock(8, levels).name
        for level in levels:
            assert level.sku.split(",")[0].encode() in document.content

    @pytest.mark.parametrize(
        "raw",
        [
            *(b"", b"{", b"null", b"[]", b"7", b'"x"', b"\xff\xfe", b"{}", b'{"a": NaN}', b"[" * 100_000),
            *(
                b'{"number": "1", "number": "2"}',
                b'{"total": 1e999999999999999999999}',
                b'{"total": ' + b"9" * 5000 + b"}",
            ),
        ],
    )
    def test_what_is_no_order_is_refused_with_its_place(self, tmp_path, raw):
        with pytest.raises(RecordError) as caught:
            self.channel(tmp_path).to_order(Payload(raw, "here line 3"))

        assert "here line 3" == caught.value.where


def orders(channel: Channel, pages: Iterable[Page]) -> list[Order]:
    """The orders on `pages`."""
    return [channel.to_order(payload) for page in pages for payload in page.payloads]


def numbers(channel: Channel, pages: list[Page]) -> list[str]:
    """The order numbers on `pages`."""
    return [channel.to_order(payload).number for page in pages for payload in page.payloads]
