"""A supplier that is reached by mail: whole passes against real servers, killed and failing at every step."""

from __future__ import annotations

import os
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, closing
from email.message import EmailMessage
from functools import partial
from pathlib import Path

import pytest

from orderctl.core.errors import Exit
from orderctl.steps import shipments
from tests.mail_servers import PASSWORD, USER, Mailboxes, MailServer, mail_server, mailboxes
from tests.shop import CHANNELS, Shop, a_shop, an_order_row
from tests.steps.test_crash import go_on, in_child, kill_at, points_of

MAILED = """
[location.acme]
kind  = "supplier"
stock = "unlimited"
send    = {{ via = "email", to = ["orders@acme.example"], documents = ["packing-slip.csv"] }}
confirm = {{ via = "mailbox", host = "127.0.0.1", port = {imap}, tls = "none", user = "{user}", password = "env:MAIL", \
from = ["@acme.example"], after = "move", archive = "mails" }}

[smtp]
host = "127.0.0.1"
port = {smtp}
tls  = "none"
from = "Shop <orders@shop.example>"
"""


class Post:
    """A shop whose supplier is reached by mail, and what that supplier got and can say."""

    def __init__(self, folder: Path, smtp: MailServer, imap: Mailboxes) -> None:
        kept = CHANNELS[: CHANNELS.index("[location.acme]")]
        mailed = MAILED.format(smtp=smtp.port, imap=imap.port, user=USER)
        self.shop = a_shop(folder, kept + mailed)
        self.smtp = smtp
        self.imap = imap

    def orders(self, *numbers: int) -> None:
        self.shop.orders(f"web{numbers[0]}", *(an_order_row(str(number), "RING-1") for number in numbers))

    def answer(self, *rows: str) -> None:
        message = EmailMessage()
        message["From"], message["Subject"] = "Acme <answers@acme.example>", "Re: Please ship"
        message.set_content("Hello")
        table = "reference,status,carrier,tracking_number\n" + "".join(f"{row}\n" for row in rows)
        message.add_attachment(table.encode(), maintype="text", subtype="csv", filename="answer.csv")
        self.imap.put(message.as_bytes())

    def got(self) -> list[str]:
        return [mail.message["Subject"] for mail in self.smtp.mails]

    def ids(self) -> list[str]:
        return [mail.message["Message-ID"] for mail in self.smtp.mails]


@pytest.fixture
def post(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Post]:
    monkeypatch.setenv("MAIL", PASSWORD)
    with ExitStack() as stack:
        yield Post(tmp_path / "shop", stack.enter_context(mail_server()), stack.enter_context(mailboxes()))


def states(shop: Shop) -> Counter[str]:
    with closing(sqlite3.connect(shop.store)) as db:
        return Counter(row[0] for row in db.execute("SELECT state FROM shipments"))


def waiting(shop: Shop) -> set[tuple[str, str]]:
    with closing(sqlite3.connect(shop.store)) as db:
        return set(db.execute("SELECT code, subject FROM exceptions WHERE closed_at IS NULL"))


def test_the_whole_way_by_mail(post):
    post.orders(1, 2)
    assert Exit.OK == post.shop.run()[0]
    (mail,) = post.smtp.mails
    assert "Please ship WEB-1-1, WEB-2-1 (batch 0001, acme)" == mail.message["Subject"]
    assert {"dispatched": 2} == states(post.shop)

    post.answer("WEB-1-1,shipped,UPS,1Z1", "WEB-2-1,rejected,,")
    post.shop.run()
    assert {"shipped": 1, "rejected": 1, "dispatched": 1} == states(post.shop)  # routed again, to the next location
    assert {} == post.imap.held()
    assert 1 == len(post.smtp.mails)
    assert 1 == len(list((post.shop.folder / "mails").glob("*.eml")))
    assert any(b"1Z1" in content for content in post.shop.files("outbox").values())


def test_a_dry_run_writes_and_mails_nothing(post):
    post.orders(1)
    post.answer("WEB-1-1,shipped,UPS,1Z1")
    before = {path: path.read_bytes() for path in post.shop.folder.rglob("*") if path.is_file()}
    _, reports = post.shop.run(dry_run=True)
    (item,) = next(report for report in reports if report.step == "dispatch").items

    assert "orders@acme.example" == item["to"]
    assert [] == post.smtp.mails
    assert {101: ()} == post.imap.held()
    assert before == {path: path.read_bytes() for path in post.shop.folder.rglob("*") if path.is_file()}


def test_killed_at_every_failpoint_no_batch_is_mailed_twice(post, tmp_path):
    """After a kill the batch was mailed once, or not at all, or a person is asked: never twice by itself."""
    post.orders(1, 2)
    start = post.shop.copy(tmp_path / "start")
    points = points_of(post.shop)
    assert 1 == len(post.smtp.mails)
    honest = 0
    for count, name in enumerate(points, 1):
        post.smtp.mails.clear()
        shop = start.copy(tmp_path / f"killed-{count}")
        assert os.WIFSIGNALED(in_child(partial(a_pass, shop), kill_at(count))), name
        in_child(partial(a_pass, shop), go_on)
        in_child(partial(a_pass, shop), go_on)

        found = states(shop)
        assert len(post.smtp.mails) <= 1, f"killed at {count} ({name})"
        assert found in ({"dispatched": 2}, {"uncertain": 2}), f"killed at {count} ({name})"
        if found == {"uncertain": 2}:
            honest += 1
            assert {("uncertain", "acme batch 1")} == waiting(shop)
        else:
            assert 1 == len(post.smtp.mails), f"killed at {count} ({name})"
    # only between writing down that it is sent and writing down that it was is anything uncertain
    assert 0 < honest < 12


def a_pass(shop: Shop) -> None:
    shop.run()


def test_killed_at_every_failpoint_no_answer_is_lost_and_every_mail_is_filed(post, tmp_path):
    post.orders(1, 2)
    post.shop.run()
    start = post.shop.copy(tmp_path / "start")
    post.answer("WEB-1-1,shipped,UPS,1Z1")
    post.answer("WEB-2-1,shipped,UPS,1Z2")
    points = points_of(post.shop)
    for count, name in enumerate(points, 1):
        with mailboxes() as imap:
            one = Post(tmp_path / f"killed-{count}", post.smtp, imap)
            config = one.shop.config.read_text()
            one.shop = start.copy(tmp_path / f"copy-{count}")
            one.shop.config.write_text(config)
            one.answer("WEB-1-1,shipped,UPS,1Z1")
            one.answer("WEB-2-1,shipped,UPS,1Z2")
            in_child(partial(a_pass, one.shop), kill_at(count))
            in_child(partial(a_pass, one.shop), go_on)

            assert {"shipped": 2} == states(one.shop), f"killed at {count} ({name})"
            assert {} == imap.held(), f"killed at {count} ({name})"
            assert 2 == len(imap.held("orderctl")), f"killed at {count} ({name})"
            assert 2 == len(list((one.shop.folder / "mails").glob("*.eml"))), f"killed at {count} ({name})"


@pytest.mark.parametrize(
    ("fault", "how", "state", "exit_code", "exceptions"),
    [
        ("CONNECT", "421 later", "planned", Exit.REMOTE, set()),
        ("RCPT", "450 later", "planned", Exit.REMOTE, set()),
        ("RCPT", "550 nobody", "planned", Exit.REMOTE, {("not_taken", "acme")}),
        ("END", "451 later", "planned", Exit.REMOTE, set()),
        ("END", "554 spam", "planned", Exit.REMOTE, {("not_taken", "acme")}),
        ("END", "close", "uncertain", Exit.ATTENTION, {("uncertain", "acme batch 1")}),
    ],
)
def test_what_a_server_refuses_stays_due_and_what_it_swallowed_is_never_sent_again(
    post, fault, how, state, exit_code, exceptions
):
    post.orders(1)
    post.smtp.faults[fault] = how
    assert exit_code == post.shop.run()[0]
    assert ({state: 1}, exceptions) == (states(post.shop), waiting(post.shop))
    taken = len(post.smtp.mails)

    post.smtp.faults.clear()
    post.shop.run()
    assert 1 == len(post.smtp.mails)
    assert {"dispatched" if not taken else "uncertain": 1} == states(post.shop)
    assert (exceptions if taken else set()) == waiting(post.shop)


def test_a_person_says_that_a_mail_never_came(post):
    post.orders(1)
    post.smtp.faults["END"] = "close"
    post.shop.run()
    post.smtp.mails.clear()
    post.smtp.faults.clear()
    with post.shop.context() as ctx:
        shipments.resolve(ctx, "WEB-1-1", sent=False)
    post.shop.run()

    assert ["Please ship WEB-1-1 (batch 0002, acme)"] == post.got()
    assert {"dispatched": 1} == states(post.shop)


def test_an_answer_by_mail_settles_what_was_uncertain(post):
    post.orders(1)
    post.smtp.faults["END"] = "close"
    post.shop.run()
    post.answer("WEB-1-1,shipped,UPS,1Z1")
    post.shop.run()

    assert {"shipped": 1} == states(post.shop)
    assert set() == waiting(post.shop)


def test_a_cancellation_is_mailed_and_comes_again_under_the_same_id_after_a_lost_answer(post):
    post.orders(1)
    post.shop.run()
    post.smtp.faults["END"] = "close"
    post.smtp.once = True
    cancelled = an_order_row("1", "RING-1", cancelled_at="2026-11-20T14:00:00Z", updated_at="2026-11-20T14:00:00Z")
    post.shop.orders("web9", cancelled)
    post.shop.run()
    assert {"cancel_requested": 1} == states(post.shop)
    post.shop.run(at="2026-11-20T16:00:00Z")

    assert ["Please ship WEB-1-1 (batch 0001, acme)", *["Please do NOT ship WEB-1-1 (acme)"] * 2] == post.got()
    assert post.ids()[1] == post.ids()[2] != post.ids()[0]
    post.answer("WEB-1-1,cancelled,,")
    post.shop.run(at="2026-11-20T16:05:00Z")
    assert {"cancelled": 1} == states(post.shop)
    assert 3 == len(post.smtp.mails)


def test_a_mail_server_that_hangs_takes_nobody_elses_time(post):
    post.shop.write("channels.toml", post.shop.config.read_text() + '\n[safety]\nmax_time_each = "1 s"\n')
    post.smtp.faults["CONNECT"] = "hang"
    post.orders(1)
    post.shop.orders("market", an_order_row("5"))
    code, _ = post.shop.run()

    assert Exit.REMOTE == code
    assert {"planned": 1, "dispatched": 1} == states(post.shop)
    assert ["out/east/2026-11-20-0001.csv"] == list(post.shop.files("out"))


def test_what_needs_a_person_is_told_once(post):
    post.orders(1)
    post.smtp.faults["RCPT"] = "550 nobody"
    post.shop.run()
    post.shop.run()
    with closing(sqlite3.connect(post.shop.store)) as db:
        opened = db.execute("SELECT count(*) FROM exceptions").fetchone()[0]

    assert 1 == opened


def test_a_wrong_mail_server_is_found_when_the_file_is_checked(post):
    broken = (
        post.shop.config.read_text().replace('tls  = "none"', 'tls  = "tsl"').replace("[smtp]", "[smtp]\nhosst = 1")
    )
    post.shop.write("channels.toml", broken)
    with pytest.raises(Exception, match=r"(?s)channels.toml:\d+: \[smtp\] hosst .*did you mean 'host'.*\[smtp\] tls"):
        post.shop.run()


def test_every_moment_of_a_mail_has_a_failpoint(post):
    post.orders(1)
    names = points_of(post.shop)
    moments = ["dispatch.sending.committed", "mail.sending", "mail.sent", "dispatch.delivered"]

    assert moments == [name for name in names if name in moments]
