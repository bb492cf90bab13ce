"""Trying out a partner: the same words for all of them, and what to do follows from how it failed."""

from __future__ import annotations

import pytest

from orderctl.core.errors import RemoteBusy, RemoteDenied, RemoteDown, RemoteError, RemoteFailed, RemoteRefused
from orderctl.wire import probes


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (RemoteDenied("no", where="web", status=401), "make a new key"),
        (RemoteDenied("no", where="web", status=401, next="ask the seller"), "ask the seller"),
        (RemoteRefused("no", where="web", status=400), "make a new key"),
        (RemoteRefused("no", where="web", status=404), "look at base_url: nothing of the kind is there"),
        (RemoteBusy("later", where="web"), "wait a while and run it again"),
        (RemoteDown("cannot be reached", where="web"), "whether this machine gets to that host"),
        (RemoteFailed("failed", where="web"), "once the other side is up"),
        (RemoteError("answers with text/html", where="web"), "something else answers there"),
    ],
)
def test_what_to_do_follows_from_how_it_failed(error, words):
    probe = probes.failed("orders", error, "make a new key")

    assert ("orders", "fail", error.said) == (probe.what, probe.verdict, probe.found)
    assert words in probe.next


@pytest.mark.parametrize(
    ("skew_s", "verdict", "found"),
    [(0, "ok", "0 s ahead of ours"), (-120, "ok", "120 s behind ours"), (121, "warn", "121 s ahead of ours")],
)
def test_a_clock_that_is_far_off_is_worth_a_word(skew_s, verdict, found):
    probe = probes.clock(skew_s)

    assert (verdict, found) == (probe.verdict, probe.found)
    assert bool(probe.next) == (verdict == "warn")
