"""What every channel that is asked over HTTP promises, against a shop that misbehaves on demand.

A channel's tests subclass `HttpChannelContract`, and say how to open the channel at an address and how its vendor's
API answers: a `Shop` that keeps orders and records what was written. Whatever goes wrong on the way is put in between
here, the same for all.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Protocol

import pytest

from orderctl.core.adapters import Channel
from orderctl.core.effects import Document, Receipt, Tracking, TrackingLine
from orderctl.core.errors import RemoteBusy, RemoteDenied, RemoteDown, RemoteError
from orderctl.wire.budgets import Allowance, Budgets, Deadline
from orderctl.wire.opening import Opening
from tests.partner import Asked, Partner, Reply, partner

SOON = Deadline.after(3600)
NEW_NUMBER = "1Z999AA10123456794"


class Shop(Protocol):
    """A vendor's API as far as the adapter uses it, made of a few functions; orders are numbered from 1.

    Orders were changed one second after the other. `shipped` is every fulfillment the shop accepted:
    (channel order id, tracking number).
    """

    shipped: list[tuple[str, str]]

    def answer(self, asked: Asked) -> Reply:
        """The answer to one request."""


class Between:
    """Stands before a shop: what is in `faults` replaces the next answers to requests that `matches` picks."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        self.faults: list[Reply] = []
        self.matches: Callable[[Asked], bool] = lambda asked: "token" not in asked.path
        self.processed = True  # whether the shop sees a request whose answer is then replaced

    def answer(self, asked: Asked) -> Reply:
        if not self.faults or not self.matches(asked):
            return self.shop.answer(asked)
        if self.processed:
            self.shop.answer(asked)
        return self.faults.pop(0)


def opening(base: Path, seconds: float = 30.0) -> Opening:
    """Everything a channel is opened with; after a failure it waits next to nothing."""
    return Opening(
        base, now="2026-11-20T12:00:00Z", budgets=Budgets(1_795_176_000.0), allowance=Allowance(seconds, SOON),
        first_wait_s=0.005,
    )  # fmt: skip


class HttpChannelContract:
    """`shop` makes an API with orders, `open` a channel that asks it, `package` one shipped package of order 1."""

    #: How many orders one page of the API holds at most.
    page = 50
    #: Whether the API can change a package that it was told; one that cannot refuses, and says what to do by hand.
    can_correct = True

    def shop(self, orders: int) -> Any:
        raise NotImplementedError

    def open(self, url: str, opening: Opening) -> Channel:
        raise NotImplementedError

    def package(self) -> Tracking:
        """One package of order 1, the line as the shop's order names it."""
        raise NotImplementedError

    def writes_tracking(self, asked: Asked) -> bool:
        """Whether a request is the one that writes tracking."""
        raise NotImplementedError

    def writes_correction(self, asked: Asked) -> bool:
        """Whether a request is one that writes the tracking of a package that is there already."""
        return self.writes_tracking(asked)

    @contextlib.contextmanager
    def running(self, tmp_path: Path, orders: int = 3, seconds: float = 30.0) -> Iterator[tuple[Any, Between, Partner]]:
        between = Between(self.shop(orders))
        with partner(answer=between.answer) as served:
            channel = self.open(served.url, opening(tmp_path, seconds))
            try:
                yield channel, between, served
            finally:
                channel.close()

    def test_every_order_comes_and_none_twice_in_a_quiet_shop(self, tmp_path):
        with self.running(tmp_path, orders=2 * self.page + 7) as (channel, _, _):
            found = read(channel, {})

        assert sorted(set(found)) == sorted(found)
        assert 2 * self.page + 7 == len(found)

    @pytest.mark.parametrize("fault", [Reply(500), Reply(502, b"<html>"), Reply(how="close"), Reply(503)])
    def test_a_page_that_fails_is_never_the_end_and_the_next_pass_brings_the_rest(self, tmp_path, fault):
        with self.running(tmp_path, orders=2 * self.page + 7) as (channel, between, _):
            every = set(read(channel, {}))
            positions: dict[str, str] = {}
            seen: set[str] = set()
            with contextlib.suppress(RemoteError):
                for page in channel.fetch(positions):
                    seen |= ids(channel, page.payloads)
                    positions[page.stream] = page.position
                    between.faults = [fault] * 5
            between.faults = []
            seen |= set(read(channel, positions))

        assert every == seen

    def test_a_list_cut_anywhere_is_never_taken_for_whole(self, tmp_path):
        with self.running(tmp_path, orders=3) as (channel, between, served):
            every = set(read(channel, {}))
            whole = between.shop.answer([asked for asked in served.asked if "token" not in asked.path][-1]).body
            for cut in range(1, len(whole), max(1, len(whole) // 12)):
                between.faults = [Reply(body=whole[:cut])] * 5
                with contextlib.suppress(RemoteError):
                    assert every == set(read(channel, {}))
                between.faults = []

    def test_a_page_for_people_is_an_error(self, tmp_path):
        login = Reply(body=b"<html><title>Log in</title>", headers={"content-type": "text/html"})
        with self.running(tmp_path) as (channel, between, _):
            between.faults = [login] * 9
            with pytest.raises(RemoteError, match="text/html"):
                read(channel, {})

    def test_a_shop_that_wants_more_time_than_there_is_is_left_alone(self, tmp_path):
        with self.running(tmp_path) as (channel, between, served):
            between.faults = [Reply(429, headers={"retry-after": "86400"})] * 9
            with pytest.raises(RemoteBusy):
                read(channel, {})
            assert len([asked for asked in served.asked if "token" not in asked.path]) <= 2

    def test_a_shop_that_lets_us_in_no_more_is_a_denial(self, tmp_path):
        with self.running(tmp_path) as (channel, between, _):
            between.matches = lambda _asked: True
            between.processed = False
            between.faults = [Reply(401)] * 9
            with pytest.raises(RemoteDenied):
                read(channel, {})

    def test_a_shop_that_hangs_costs_no_more_than_its_allowance(self, tmp_path):
        with self.running(tmp_path, seconds=0.5) as (channel, between, _):
            between.processed = False
            between.faults = [Reply(how="hang")] * 9
            with pytest.raises(RemoteError):
                read(channel, {})

    def test_nobody_at_the_address(self, tmp_path):
        with partner(Reply()) as gone:
            url = gone.url
        channel = self.open(url, opening(tmp_path))
        with pytest.raises(RemoteDown):
            read(channel, {})
        assert "retry" == self.told(channel).outcome
        channel.close()

    def told(self, channel: Channel) -> Receipt:
        return channel.deliver(self.document(channel), "key-1")

    def document(self, channel: Channel) -> Document:
        return channel.render_tracking(1, [self.package()])

    def test_tracking_is_told_once_however_often_it_is_delivered(self, tmp_path):
        with self.running(tmp_path) as (channel, between, _):
            first, second = self.told(channel), self.told(channel)

        assert ("accepted", "accepted") == (first.outcome, second.outcome), (first, second)
        assert 1 == len(between.shop.shipped)

    @pytest.mark.parametrize("how", ["close", "cut"])
    @pytest.mark.parametrize("processed", [True, False])
    def test_a_lost_answer_is_asked_for_and_never_sent_blindly_again(self, tmp_path, how, processed):
        with self.running(tmp_path) as (channel, between, _):
            between.matches = self.writes_tracking
            between.processed = processed
            between.faults = [Reply(how=how, body=b'{"x": 1}')]
            receipt = self.told(channel)
            assert receipt.outcome in {"uncertain", "accepted"}, receipt
            assert len(between.shop.shipped) == int(processed)
            found = channel.recover(self.document(channel), "key-1")
            assert ("accepted" if processed else "absent") == found.outcome, found
            assert "accepted" == self.told(channel).outcome

        assert 1 == len(between.shop.shipped)

    def numbers(self, shop: Any) -> list[str]:
        """The tracking numbers that the shop shows."""
        return [number for _, number in shop.shipped]

    def corrected(self, **changes: Any) -> Tracking:
        """The package of `package` under another number."""
        package = self.package()
        told = {"key": "key-2", "tracking_number": NEW_NUMBER, "replaces": package.tracking_number} | changes
        return replace(package, **told)

    def correct(self, channel: Channel, **changes: Any) -> tuple[Document, Receipt]:
        document = channel.render_tracking(2, [self.corrected(**changes)])
        return document, channel.deliver(document, "key-2")

    def test_a_corrected_package_ends_with_its_new_number_alone(self, tmp_path):
        with self.running(tmp_path) as (channel, between, _):
            self.told(channel)
            for _ in range(2):
                document, receipt = self.correct(channel)
                if self.can_correct:
                    assert "accepted" == receipt.outcome, receipt
                    assert "accepted" == channel.recover(document, "key-2").outcome
                    assert [NEW_NUMBER] == self.numbers(between.shop)
                else:
                    assert "refused" == receipt.outcome, receipt
                    assert NEW_NUMBER in receipt.message
                    assert self.package().tracking_number in receipt.message
                    assert [self.package().tracking_number] == self.numbers(between.shop)

    def test_a_correction_of_what_was_never_told_is_told_as_it_is(self, tmp_path):
        with self.running(tmp_path) as (channel, between, _):
            assert "accepted" == self.correct(channel)[1].outcome
            assert [NEW_NUMBER] == self.numbers(between.shop)

    def test_another_carrier_under_the_same_number_adds_no_package(self, tmp_path):
        with self.running(tmp_path) as (channel, between, _):
            self.told(channel)
            number = self.package().tracking_number
            for _ in range(2):
                receipt = self.correct(channel, carrier="dhl_express", tracking_number=number)[1]
                assert ("accepted" if self.can_correct else "refused") == receipt.outcome, receipt

        assert [number] == self.numbers(between.shop)

    @pytest.mark.parametrize("how", ["close", "cut"])
    @pytest.mark.parametrize("processed", [True, False])
    def test_a_lost_answer_to_a_correction_is_asked_for(self, tmp_path, how, processed):
        with self.running(tmp_path) as (channel, between, _):
            self.told(channel)
            if not self.can_correct:  # nothing is written, so that there is no answer to lose
                assert "refused" == self.correct(channel)[1].outcome
                return
            between.matches = self.writes_correction
            between.processed = processed
            between.faults = [Reply(how=how, body=b'{"x": 1}')]
            document, receipt = self.correct(channel)
            assert receipt.outcome in {"uncertain", "accepted"}, receipt
            if receipt.outcome == "uncertain":
                assert ("accepted" if processed else "absent") == channel.recover(document, "key-2").outcome
            assert "accepted" == self.correct(channel)[1].outcome
            assert [NEW_NUMBER] == self.numbers(between.shop)

    def test_a_shop_that_cannot_be_asked_says_nothing_about_what_it_was_sent(self, tmp_path):
        with self.running(tmp_path) as (channel, _, _):
            self.told(channel)
            document = self.document(channel)
        with partner(Reply()) as gone:
            url = gone.url
        channel = self.open(url, opening(tmp_path))
        try:
            assert "uncertain" == channel.recover(document, "key-1").outcome
        except RemoteError:
            pass
        finally:
            channel.close()

    def test_tracking_that_was_surely_not_taken_stays_due(self, tmp_path):
        with self.running(tmp_path) as (channel, between, _):
            between.matches = self.writes_tracking
            between.processed = False
            between.faults = [Reply(429, headers={"retry-after": "86400"})]
            receipt = self.told(channel)

        assert "retry" == receipt.outcome, receipt
        assert [] == between.shop.shipped

    def test_rendering_is_pure(self, tmp_path):
        with self.running(tmp_path) as (channel, _, _):
            assert self.document(channel) == self.document(channel)
            assert self.document(channel).kept

    def test_a_probe_says_who_we_are_and_changes_nothing(self, tmp_path):
        with self.running(tmp_path) as (channel, between, _):
            found = channel.probe()

        assert {"ok"} <= {one.verdict for one in found}
        assert [] == between.shop.shipped

    def test_a_probe_with_wrong_credentials_says_what_to_do(self, tmp_path):
        with self.running(tmp_path) as (channel, between, _):
            between.matches = lambda _asked: True
            between.processed = False
            between.faults = [Reply(401)] * 20
            failed = [one for one in channel.probe() if one.verdict == "fail"]

        assert failed
        assert all(one.next for one in failed)


def a_package(number: str, order_id: str, line: TrackingLine, carrier: str = "UPS") -> Tracking:
    """One package of one line."""
    return Tracking(
        *("key-1", "web", order_id, number, f"WEB-{number}-1", carrier, "ground", "1Z999AA10123456784"),
        *("2026-11-20T10:00:00Z", (line,)),
    )


def read(channel: Channel, positions: dict[str, str]) -> list[str]:
    """The ids of all orders after `positions`, each once."""
    found: dict[str, None] = {}
    for page in channel.fetch(dict(positions)):
        for payload in page.payloads:
            found[channel.to_order(payload).channel_order_id] = None
    return list(found)


def ids(channel: Channel, payloads: Sequence[Any]) -> set[str]:
    """The ids of the orders in `payloads`."""
    return {channel.to_order(payload).channel_order_id for payload in payloads}
