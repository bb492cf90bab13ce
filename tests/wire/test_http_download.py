"""A body of any length, part by part."""

from __future__ import annotations

import re

import pytest

from orderctl.core.errors import RemoteBusy, RemoteDenied, RemoteDown, RemoteError, RemoteRefused
from tests.partner import Asked, Reply, partner
from tests.wire.test_http import OPEN, client

BODY = bytes(range(256)) * 4096


@pytest.fixture(autouse=True)
def _closed():
    yield
    while OPEN:
        OPEN.pop().close()


def ranged(asked: Asked) -> Reply:
    begin = int((re.findall(r"bytes=(\d+)-$", asked.headers.get("range", "")) or ["0"])[0])
    return Reply(206 if begin else 200, BODY[begin:])


def test_a_body_comes_whole_and_in_parts():
    with partner(answer=ranged) as files:
        parts = list(client(files).download("/file"))

    assert BODY == b"".join(parts)
    assert len(parts) > 4
    assert ("identity", None) == (files.asked[0].headers["accept-encoding"], files.asked[0].headers.get("range"))


@pytest.mark.parametrize("begin", [1, 255, 65536, 70_000, len(BODY) - 1])
@pytest.mark.parametrize("knows_ranges", [True, False])
def test_a_body_is_read_on_from_any_byte(begin, knows_ranges):
    with partner(answer=ranged if knows_ranges else lambda _asked: Reply(body=BODY)) as files:
        assert BODY[begin:] == b"".join(client(files).download("/file", begin))


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        *((Reply(403), RemoteDenied), (Reply(404), RemoteRefused), (Reply(416), RemoteRefused)),
        *((Reply(429), RemoteBusy), (Reply(500), RemoteError), (Reply(302), RemoteError)),
    ],
)
def test_a_body_that_is_not_given_is_an_error_and_asked_for_once(reply, error):
    with partner(reply) as files, pytest.raises(error) as caught:
        list(client(files).download("/file?signature=secret"))

    assert "secret" not in str(caught.value)
    assert 1 == len(files.asked)


def test_what_came_before_a_body_broke_off_is_sound_and_the_break_is_no_end():
    came: list[bytes] = []
    with partner(Reply(body=BODY, how="cut")) as files, pytest.raises(RemoteError):
        came.extend(client(files).download("/file"))

    assert came
    assert BODY[: len(BODY) // 2].startswith(b"".join(came))


def test_nobody_there():
    with partner(Reply()) as gone:
        url = gone.url
    with pytest.raises(RemoteDown):
        list(client(url).download("/file"))


def test_a_body_that_drips_costs_no_more_than_the_allowance():
    with partner(Reply(body=BODY, how="drip")) as files, pytest.raises(RemoteError):
        list(client(files, until_s=0.5).download("/file"))


def test_an_allowance_that_is_used_up_meanwhile_ends_it():
    with partner(Reply(body=BODY)) as files:
        asked = client(files)
        parts = asked.download("/file")
        assert next(parts)
        asked._allowance.seconds = 0.0
        with pytest.raises(RemoteBusy, match="has had its time"):
            list(parts)
