from __future__ import annotations

import socket
import threading
from pathlib import Path
from typing import Any

import pytest
import trustme
from pydantic import ValidationError

from orderctl.core import failpoints
from orderctl.core.secrets import Secret
from orderctl.wire.budgets import Allowance, Deadline
from orderctl.wire.mail import Envelope, Post, Server, bare
from tests.mail_servers import PASSWORD, USER, MailServer, certificate, mail_server

ENVELOPE = Envelope("orders@shop.example", ("one@acme.example", "two@acme.example"))
CONTENT = b"Subject: Please ship\r\n\r\nfirst\r\n.\r\n.dotted\r\n..\r\nlast"


def server(port: int, **settings: Any) -> Server:
    context = {"resolve": lambda reference: Secret(reference, PASSWORD), "base": Path("/")}
    told = {"host": "127.0.0.1", "port": port, "tls": "none", **settings}
    return Server.model_validate(told, context=context)


def post(box: MailServer | int, seconds: float = 20.0, **settings: Any) -> Post:
    port = box if isinstance(box, int) else box.port
    return Post("acme", server(port, **settings), Allowance(seconds, Deadline.after(60)))


@pytest.fixture
def authority(tmp_path: Path) -> trustme.CA:
    made = trustme.CA()
    made.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    return made


def test_a_mail_reaches_everybody_as_it_is():
    with mail_server() as box:
        receipt = post(box).send(ENVELOPE, CONTENT)

    (mail,) = box.mails
    assert ("accepted", "250 2.0.0 taken as 4711") == (receipt.outcome, receipt.message)
    assert (ENVELOPE.sender, ENVELOPE.recipients) == (mail.sender, mail.recipients)
    assert CONTENT + b"\r\n" == mail.content


@pytest.mark.parametrize("tls", ["starttls", "tls"])
def test_the_password_is_said_once_nobody_reads_along(tmp_path: Path, authority: trustme.CA, tls: str):
    settings: dict[str, Any] = {"tls": tls, "user": USER, "password": "env:MAIL", "ca_file": str(tmp_path / "ca.pem")}
    with mail_server(tls=certificate(authority), sealed=tls == "tls", password=PASSWORD) as box:
        receipt = post(box, **settings).send(ENVELOPE, CONTENT)

    assert "accepted" == receipt.outcome
    assert [(True, USER)] == [(mail.sealed, mail.user) for mail in box.mails]


def test_a_server_without_tls_never_hears_the_password(tmp_path: Path):
    with mail_server(password=PASSWORD) as box:
        receipt = post(box, tls="starttls", user=USER, password="env:MAIL").send(ENVELOPE, CONTENT)

    assert ("retry", []) == (receipt.outcome, box.mails)
    assert "STARTTLS" in receipt.message
    assert "AUTH" not in box.verbs


@pytest.mark.parametrize("names", [("mail.example",), ()])
@pytest.mark.parametrize("tls", ["starttls", "tls"])
def test_a_certificate_that_proves_nothing_is_refused(tmp_path: Path, authority: trustme.CA, tls: str, names: Any):
    """One for another host, and one of an authority that nobody named."""
    trusted: dict[str, Any] = {"ca_file": str(tmp_path / "ca.pem")} if names else {}
    with mail_server(tls=certificate(authority, *names), sealed=tls == "tls", password=PASSWORD) as box:
        receipt = post(box, tls=tls, user=USER, password="env:MAIL", **trusted).send(ENVELOPE, CONTENT)

    assert ("retry", []) == (receipt.outcome, box.mails)
    assert "its certificate is not trusted" in receipt.message
    assert "AUTH" not in box.verbs


@pytest.mark.parametrize(
    ("fault", "how", "outcome", "stuck", "taken"),
    [
        ("CONNECT", "421 come later", "retry", False, 0),
        ("CONNECT", "554 no mails from you", "retry", False, 0),
        ("CONNECT", "close", "retry", False, 0),
        ("EHLO", "close", "retry", False, 0),
        ("MAIL", "451 come later", "retry", False, 0),
        ("MAIL", "550 who are you", "retry", True, 0),
        ("MAIL", "close", "retry", False, 0),
        ("RCPT", "450 come later", "retry", False, 0),
        ("RCPT", "550 nobody of that name", "retry", True, 0),
        ("RCPT", "421 closing", "retry", False, 0),
        ("RCPT", "close", "retry", False, 0),
        ("RCPT two@acme.example", "550 nobody of that name", "retry", True, 0),
        ("RCPT two@acme.example", "450 come later", "retry", False, 0),
        ("DATA", "451 come later", "retry", False, 0),
        ("DATA", "554 no", "retry", True, 0),
        ("DATA", "close", "retry", False, 0),
        ("END", "451 come later", "retry", False, 0),
        ("END", "552 too large", "retry", True, 0),
        ("END", "close", "uncertain", False, 1),
        ("END", "what", "uncertain", False, 1),
        ("END", "999 what", "uncertain", False, 0),
    ],
)
def test_a_receipt_says_no_more_than_is_known(fault: str, how: str, outcome: str, stuck: bool, taken: int):
    with mail_server(faults={fault: how}) as box:
        receipt = post(box).send(ENVELOPE, CONTENT)

    assert (outcome, stuck, taken) == (receipt.outcome, receipt.stuck, len(box.mails))


def test_a_connection_lost_while_the_mail_is_read_is_never_more_than_uncertain():
    """A short mail may lie in the network, dot and all, before anyone sees that nobody reads it."""
    with mail_server(faults={"BODY": "close"}) as box:
        short = post(box).send(ENVELOPE, CONTENT)
        long = post(box).send(ENVELOPE, CONTENT + b"x" * 20_000_000)

    assert short.outcome in {"retry", "uncertain"}
    assert "retry" == long.outcome
    assert [] == box.mails


@pytest.mark.parametrize(("fault", "outcome"), [("CONNECT", "retry"), ("RCPT", "retry"), ("END", "uncertain")])
def test_a_server_that_is_silent_has_its_time_and_no_more(fault: str, outcome: str):
    with mail_server(faults={fault: "hang"}) as box:
        mails = post(box, seconds=0.4)
        first = mails.send(ENVELOPE, CONTENT)
        second = mails.send(ENVELOPE, CONTENT)

    assert (outcome, "retry") == (first.outcome, second.outcome)
    assert "has had its time in this pass" in second.message


def test_a_server_that_answers_a_byte_at_a_time_has_its_time_too():
    with socket.create_server(("127.0.0.1", 0)) as listening, mail_server(faults={"CONNECT": "hang"}) as clock:
        port = listening.getsockname()[1]
        listening.settimeout(20)

        def drip() -> None:
            connection, _ = listening.accept()
            with connection:
                while not clock.stopped.wait(0.05):
                    try:
                        connection.sendall(b"2")
                    except OSError:
                        return

        dripping = threading.Thread(target=drip)
        dripping.start()
        receipt = post(port, seconds=0.5).send(ENVELOPE, CONTENT)
        clock.stopped.set()
        dripping.join()

    assert "retry" == receipt.outcome


def test_nobody_there_is_told_from_nobody_by_that_name():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    refused = post(port).send(ENVELOPE, CONTENT)
    settings = server(port, tls="starttls", host="no-such-host.invalid")
    unknown = Post("acme", settings, Allowance(20.0, Deadline.after(60))).send(ENVELOPE, CONTENT)

    assert ("retry", "retry") == (refused.outcome, unknown.outcome)
    assert "Connection refused" in refused.message
    assert "no-such-host.invalid" in unknown.message


def test_a_wrong_password_is_said_without_the_password(tmp_path: Path, authority: trustme.CA):
    settings: dict[str, Any] = {
        "tls": "starttls",
        "user": USER,
        "password": "env:MAIL",
        "ca_file": str(tmp_path / "ca.pem"),
    }
    with mail_server(tls=certificate(authority), password="another") as box:
        receipt = post(box, **settings).send(ENVELOPE, CONTENT)

    assert "retry" == receipt.outcome
    assert "does not let us in (535" in receipt.message
    assert PASSWORD not in receipt.message


def test_what_a_server_says_cannot_reach_the_terminal_or_go_on_for_ever():
    with mail_server(faults={"RCPT": "550 no\x1b[2J " + "x" * 400}) as box:
        receipt = post(box).send(ENVELOPE, CONTENT)

    assert "\x1b" not in receipt.message
    assert len(receipt.message) < 400


def test_trying_out_says_who_would_get_mails_and_sends_none():
    with mail_server(faults={"RCPT two@acme.example": "550 nobody of that name"}) as box:
        probes = post(box).probe(ENVELOPE)

    assert [("mail server", "ok"), ("mail from orders@shop.example", "ok")] == [(p.what, p.verdict) for p in probes[:2]]
    assert [("mail to one@acme.example", "ok"), ("mail to two@acme.example", "fail")] == [
        (probe.what, probe.verdict) for probe in probes[2:]
    ]
    assert [] == box.mails
    assert "DATA" not in box.verbs


def test_the_moments_before_and_after_the_last_dot_can_be_killed(monkeypatch: pytest.MonkeyPatch):
    reached: list[str] = []
    monkeypatch.setattr(failpoints, "reached", reached.append)
    with mail_server() as box:
        post(box).send(ENVELOPE, CONTENT)

    assert ["mail.sending", "mail.sent"] == reached


@pytest.mark.parametrize(
    ("settings", "complaint"),
    [
        ({"host": "mail.example"}, "mail.example is another machine"),
        ({"user": "me"}, "needs both user and password"),
        ({"password": "env:MAIL"}, "needs both user and password"),
        ({"from": "nobody"}, "'nobody' is no mail address"),
        ({"from": "a@b.example\r\nBcc: c@d.example"}, "is no mail address"),
        ({"host": "mail.example/x", "tls": "tls"}, "String should match pattern"),
        ({"port": 70_000}, "less than or equal to 65535"),
        ({"tls": "ssl"}, "'starttls', 'tls' or 'none'"),
    ],
)
def test_settings_that_would_leak_or_fail_are_refused(settings: dict[str, Any], complaint: str):
    with pytest.raises(ValidationError, match=complaint):
        server(**({"port": 25} | settings))


def test_a_user_may_be_kept_where_secrets_are():
    assert ("me", PASSWORD) == (
        server(25, user="me", password="env:MAIL").user,
        server(25, user="env:MAIL_USER", password="env:MAIL").user,
    )


@pytest.mark.parametrize(
    ("written", "address"),
    [
        ("orders@acme.example", "orders@acme.example"),
        ("Acme, Inc <orders@acme.example>", ""),
        ('"Acme, Inc" <orders@acme.example>', "orders@acme.example"),
        ("Äcme <o+x@acme.example>", "o+x@acme.example"),
        ("a@b@c.example", ""),
        ("two@acme.example, one@acme.example", ""),
        ("ä@acme.example", ""),
        ("", ""),
    ],
)
def test_an_address_is_one_address(written: str, address: str):
    assert address == bare(written)
