"""The one HTTP client: what is tried again and what never, deadlines, caps, certificates, what is said of failures."""

from __future__ import annotations

import gzip
import socket
import ssl
import time
from pathlib import Path
from typing import Any

import pytest
import trustme

from orderctl.core.errors import RemoteBusy, RemoteDenied, RemoteDown, RemoteError, RemoteRefused
from orderctl.core.secrets import Secret
from orderctl.wire.budgets import Allowance, Budgets, Deadline
from orderctl.wire.http import LARGEST, Client, Request
from tests.partner import Partner, Reply, partner, saying

READ = Request("GET", "/orders")
BLIND = Request("POST", "/orders", kind="blind", content=b"{}")
KEYED = Request("POST", "/orders", kind="keyed", content=b"{}")


OPEN: list[Client] = []


@pytest.fixture(autouse=True)
def _closed():
    yield
    while OPEN:
        OPEN.pop().close()


def client(url: str | Partner, until_s: float = 20, **more: Any) -> Client:
    """A client that waits next to nothing between attempts."""
    base = url if isinstance(url, str) else url.url
    settings: dict[str, Any] = {"first_wait_s": 0.01, "agent": "orderctl/test", **more}
    OPEN.append(
        Client("web", base, budgets=Budgets(0.0), allowance=Allowance(until_s, Deadline.after(3600)), **settings)
    )
    return OPEN[-1]


def test_an_answer_is_read_as_strict_json():
    with partner(saying({"orders": [1]})) as shop:
        answer = client(shop).send(Request("GET", "/orders", query=(("status", "any"), ("after", "a b&c"))))

    assert {"orders": [1]} == answer.value
    assert "/orders?status=any&after=a+b%26c" == shop.asked[0].path
    assert "orderctl/test" == shop.asked[0].headers["user-agent"]


@pytest.mark.parametrize("how", ["cut", "close"])
@pytest.mark.parametrize("request_", [READ, KEYED], ids=["read", "keyed"])
def test_a_broken_answer_is_asked_for_again_where_asking_twice_is_safe(how, request_):
    with partner(Reply(how=how, body=b'{"a": 1}'), saying({"a": 2})) as shop:
        assert {"a": 2} == client(shop).send(request_).value

    assert 2 == len(shop.asked)


@pytest.mark.parametrize(
    "reply", [Reply(how="cut", body=b'{"a": 1}'), Reply(how="close"), Reply(500), Reply(body=b"<p>")]
)
def test_a_blind_request_that_may_have_been_processed_is_never_repeated(reply):
    with partner(reply) as shop, pytest.raises(RemoteError) as caught:
        client(shop).send(BLIND)

    assert 1 == len(shop.asked)
    assert "uncertain" == caught.value.outcome


@pytest.mark.parametrize("status", [500, 502, 503, 504, 429, 408])
def test_a_failing_partner_is_asked_five_times_and_no_more(status):
    with partner(Reply(status)) as shop, pytest.raises(RemoteError):
        client(shop).send(READ)

    assert 5 == len(shop.asked)


@pytest.mark.parametrize("cut_at", range(1, 60, 7))
def test_json_cut_anywhere_is_never_taken_for_whole(cut_at):
    body = b'{"orders": [{"id": 1, "total": "10.00"}, {"id": 2, "total": "9"}]}'
    with partner(Reply(body=body[:cut_at])) as shop, pytest.raises(RemoteError):
        client(shop).send(READ)


def test_a_page_for_people_is_named_by_its_type_and_its_first_words():
    page = Reply(body=b"<html> <title>Scheduled\nmaintenance</title>", headers={"content-type": "text/html"})
    with partner(page) as shop, pytest.raises(RemoteError) as caught:
        client(shop).send(READ)

    assert "text/html" in str(caught.value)
    assert "'<html> <title>Scheduled maintenance</title>'" in str(caught.value)


def test_an_empty_answer_is_no_answer():
    with partner(Reply(body=b"")) as shop, pytest.raises(RemoteError, match="JSON was expected"):
        client(shop).send(READ)


def test_a_refusal_keeps_what_was_said():
    with partner(saying({"errors": ["no such line"]}, 422)) as shop, pytest.raises(RemoteRefused) as caught:
        client(shop).send(KEYED)

    assert (422, {"errors": ["no such line"]}, "refused") == (
        caught.value.status,
        caught.value.details,
        caught.value.outcome,
    )
    assert 1 == len(shop.asked)


@pytest.mark.parametrize("wait", ["1", "0.6", "Thu, 19 Nov 2026 10:00:01 GMT"])
def test_a_wait_that_is_asked_for_is_kept(wait):
    late = Reply(429, headers={"retry-after": wait, "date": "Thu, 19 Nov 2026 10:00:00 GMT"})
    with partner(late, saying({})) as shop:
        begun = time.monotonic()
        client(shop).send(BLIND)

    assert time.monotonic() - begun > 0.5
    assert 2 == len(shop.asked)


@pytest.mark.parametrize("wait", ["1000000000", "1e400", "Fri, 01 Jan 2100 00:00:00 GMT"])
def test_a_wait_beyond_the_pass_ends_the_attempt_at_once(wait):
    late = Reply(429, headers={"retry-after": wait, "date": "Thu, 19 Nov 2026 10:00:00 GMT"})
    with partner(late) as shop, pytest.raises(RemoteBusy) as caught:
        client(shop).send(READ)

    assert 1 == len(shop.asked)
    assert "retry" == caught.value.outcome


def test_what_a_partner_did_is_told_and_not_that_there_was_no_time_left_after_it():
    with partner(Reply(502), Reply(how="hang")) as shop, pytest.raises(RemoteError, match="status 502"):
        client(shop, until_s=0.5).send(READ)

    assert 2 == len(shop.asked)


def test_a_failure_before_the_budget_is_spent_is_told():
    with partner(Reply(502)) as shop:
        asking = client(shop, until_s=1)
        bucket = asking.budgets.bucket("orders", 0.01, 1.0)
        with pytest.raises(RemoteError, match="status 502"):
            asking.send(READ, bucket)

    assert 1 == len(shop.asked)


def test_how_long_a_partner_wants_to_be_left_alone_is_told():
    with (
        partner(Reply(429, headers={"retry-after": "3600"})) as shop,
        pytest.raises(RemoteBusy, match=r"429\): 3,600 s"),
    ):
        client(shop).send(READ)


def test_nobody_listens():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
        with pytest.raises(RemoteDown, match=r"^web: POST /orders: 127.0.0.1 cannot be reached"):
            client(url).send(BLIND)


def test_no_such_host():
    with pytest.raises(RemoteDown) as caught:
        client("http://shop.invalid").send(BLIND)

    assert "retry" == caught.value.outcome


@pytest.mark.parametrize("how", ["hang", "drip"])
def test_a_slow_partner_ends_with_the_time_that_is_left(how):
    with partner(Reply(how=how, body=b'{"a": "' + b"x" * 500 + b'"}')) as shop:
        begun = time.monotonic()
        with pytest.raises(RemoteError):
            client(shop, until_s=0.6).send(READ)

        assert time.monotonic() - begun < 5


def test_an_answer_without_end_is_cut_off():
    bomb = gzip.compress(b" " * (LARGEST + 1))
    endless = Reply(body=bomb, headers={"content-encoding": "gzip"})
    with partner(endless) as shop, pytest.raises(RemoteError, match="more than 32 MB"):
        client(shop).send(READ)

    assert 1 == len(shop.asked)


def test_a_redirect_is_not_followed_for_it_would_take_the_token_along():
    with partner(saying({})) as other, partner(Reply(302, headers={"location": other.url})) as shop:
        with pytest.raises(RemoteError, match="elsewhere"):
            client(shop).send(Request("GET", "/orders", headers={"x-token": "abc"}))

        assert [] == other.asked


class Tokens:
    """Credentials with a second token in stock."""

    def __init__(self) -> None:
        self.left = [Secret("env:A", "first-token"), Secret("env:B", "second-token")]

    def sign(self, request, _url):
        return Request(
            request.method,
            request.path,
            headers={"authorization": f"Bearer {self.left[0].reveal()}"},
            kind=request.kind,
        )

    def renew(self):
        self.left.pop(0)
        return bool(self.left)

    def close(self):
        pass


@pytest.mark.parametrize("status", [401, 403])  # Amazon says 403 of a token that has expired
def test_an_old_token_is_renewed_once(status):
    with partner(Reply(status), saying({"a": 1})) as shop:
        assert {"a": 1} == client(shop, credentials=Tokens()).send(BLIND).value

    assert ["Bearer first-token", "Bearer second-token"] == [one.headers["authorization"] for one in shop.asked]


def test_a_partner_that_lets_nobody_in_is_asked_twice_and_its_words_hold_no_token():
    with partner(Reply(401, b'{"said": "first-token"}')) as shop, pytest.raises(RemoteDenied) as caught:
        client(shop, credentials=Tokens()).send(READ)

    assert 2 == len(shop.asked)
    assert "-token" not in str(caught.value)


def test_the_number_of_a_request_is_told_for_the_partners_own_log():
    with (
        partner(Reply(500, headers={"x-request-id": "abc-7"})) as shop,
        pytest.raises(RemoteError, match=r"\[request abc-7\]"),
    ):
        client(shop).send(BLIND)


def test_where_the_partner_numbers_nothing_our_own_number_is_told():
    ours = Request("POST", "/orders", headers={"WM_QOS.CORRELATION_ID": "ours-9"}, kind="blind", content=b"{}")
    with partner(Reply(500)) as shop, pytest.raises(RemoteError, match=r"\[request ours-9\]"):
        client(shop).send(ours)


def test_a_budget_that_is_spent_holds_back_and_is_remembered_between_runs():
    with partner(saying({})) as shop:
        asking = client(shop, until_s=0.5)
        bucket = asking.budgets.bucket("orders", 0.005, 2)
        asking.send(READ, bucket)
        asking.send(READ, bucket)
        with pytest.raises(RemoteBusy, match="no further request"):
            asking.send(READ, bucket)

        later = Budgets(0.0, asking.budgets.to_text()).bucket("orders", 0.005, 2)

    assert 2 == len(shop.asked)
    assert later.wait_s(1, 0.0) > 100


def served_by(authority: trustme.CA, name: str = "127.0.0.1") -> ssl.SSLContext:
    """What a server needs to be called `name`, as `authority` says."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(name).configure_cert(context)
    return context


def test_a_private_authority_is_trusted_where_it_is_named(tmp_path: Path):
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    with partner(saying({"a": 1}), tls=served_by(authority)) as shop:
        assert {"a": 1} == client(shop, ca_file=tmp_path / "ca.pem").send(READ).value
        with pytest.raises(RemoteDown, match="certificate"):
            client(shop).send(READ)


def test_a_certificate_for_another_host_is_refused(tmp_path: Path):
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    with (
        partner(saying({}), tls=served_by(authority, "shop.example")) as shop,
        pytest.raises(RemoteDown, match="certificate"),
    ):
        client(shop, ca_file=tmp_path / "ca.pem").send(READ)


def test_a_proxy_that_is_down_is_said_to_be_so(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:9")
    with pytest.raises(RemoteDown, match="cannot be reached"):
        client("https://shop.example").send(READ)


def test_how_far_the_partners_clock_is_ahead_is_noticed():
    with partner(saying({}, date="Thu, 01 Jan 1970 00:10:00 GMT")) as shop:
        asking = client(shop)
        asking.send(READ)

    assert 600 == asking.skew_s
