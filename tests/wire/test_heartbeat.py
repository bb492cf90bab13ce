from __future__ import annotations

from orderctl.core.secrets import Secret
from orderctl.wire.heartbeat import Heartbeat
from tests.partner import Reply, partner


def pinged(url: str, what: str = "start") -> str:
    heartbeat = Heartbeat(Secret("", url))
    try:
        return heartbeat.ping(what)
    finally:
        heartbeat.close()


def test_a_ping_is_a_request_without_anything_in_it():
    with partner(Reply(200, b"OK", {"content-type": "text/plain"})) as monitor:
        said = pinged(f"{monitor.url}/ping/x/", "0")

    (asked,) = monitor.asked
    assert ("", "GET", "/ping/x/0", b"") == (said, asked.method, asked.path, asked.content)


def test_a_monitor_that_fails_once_is_asked_again():
    with partner(Reply(503), Reply(200)) as monitor:
        said = pinged(monitor.url)

    assert ("", 2) == (said, len(monitor.asked))


def test_why_a_ping_failed_is_said_without_its_address():
    with partner(Reply(404)) as monitor:
        said = pinged(f"{monitor.url}/secret-part")

    assert "refuses (status 404)" == said


def test_a_monitor_that_does_not_answer_is_given_up():
    with partner(Reply(how="hang")) as monitor:
        said = pinged(monitor.url)

    assert "did not answer in time" == said


def test_nobody_follows_where_a_monitor_sends_us():
    with partner(Reply(302, b"", {"location": "https://elsewhere.example/"})) as monitor:
        said = pinged(monitor.url)

    assert ("sends us elsewhere (status 302), which is not followed", 1) == (said, len(monitor.asked))
