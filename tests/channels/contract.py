"""What every channel promises. A channel's tests subclass it and say how to open one and what it has to tell."""

from __future__ import annotations

from pathlib import Path

import pytest

from orderctl.core.adapters import Channel, Page, Payload
from orderctl.core.errors import RecordError


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
            rest = [payload for page in pages[read:] for payload in page.payloads]
            again = [payload for page in channel.fetch(positions) for payload in page.payloads]
            assert rest == again

    def test_what_was_stored_is_not_told_again(self, tmp_path):
        channel = self.channel(tmp_path, orders=7)
        positions = {page.stream: page.position for page in channel.fetch({})}

        assert [] == [payload for page in channel.fetch(positions) for payload in page.payloads]

    def test_to_order_is_pure(self, tmp_path):
        channel = self.channel(tmp_path, orders=3)
        payloads = [payload for page in channel.fetch({}) for payload in page.payloads]

        assert [channel.to_order(payload) for payload in payloads] == [
            channel.to_order(payload) for payload in payloads
        ]

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


def numbers(channel: Channel, pages: list[Page]) -> list[str]:
    """The order numbers on `pages`."""
    return [channel.to_order(payload).number for page in pages for payload in page.payloads]
