from __future__ import annotations

import io
import json
from collections.abc import Iterator
from email.utils import encode_rfc2231
from typing import Any

import pytest
from pydantic import ValidationError

from orderctl.core.confirmations import BadRow, Confirmation, StockCount
from orderctl.core.effects import InHand
from orderctl.core.errors import RecordError, RemoteError
from orderctl.core.secrets import Secret
from orderctl.destinations.mailbox import Mailbox
from tests.destinations.contract import AnsweringContract
from tests.destinations.mailbox_opened import NOW, SHIPPED, a_mail, an_answer, references, rows, way
from tests.mail_servers import Mailboxes, mailboxes


@pytest.fixture
def box() -> Iterator[Mailboxes]:
    with mailboxes() as running:
        yield running


class TestMailbox(AnsweringContract):
    @pytest.fixture(autouse=True)
    def _running(self, box):
        self.box = box

    def answering(self, base, answers):  # noqa: ARG002
        lines = "".join(f"WEB-{number}-1,1\n" for number in range(answers))
        self.box.put(a_mail(("a.csv", "reference,quantity\n" + lines)))
        return way(self.box)


def test_an_attached_table_is_an_answer(box):
    box.put(an_answer(7))

    assert [
        Confirmation("shipped", "WEB-7-1", carrier="UPS", tracking_number="1Z7", where="INBOX/101/answer.csv line 2")
    ] == rows(way(box), {})


def test_tables_come_in_every_form(box):
    import xlsxwriter

    sheet = io.BytesIO()
    workbook = xlsxwriter.Workbook(sheet)
    page = workbook.add_worksheet()
    page.write_row(0, 0, ["reference", "status", "tracking_number"])
    page.write_row(1, 0, ["WEB-1-1", "shipped", "00123"])
    workbook.close()
    row = {"reference": "WEB-2-1", "status": "acknowledged"}
    box.put(
        a_mail(("a.xlsx", sheet.getvalue(), "application/octet-stream")),
        a_mail(("b.json", json.dumps({"rows": [row]}), "application/json")),
        a_mail(("c.JSONL", json.dumps(row | {"reference": "WEB-3-1"}), "application/octet-stream")),
        a_mail(("d.tsv", "reference\tstatus\nWEB-4-1\trejected\n", "text/plain"), ("logo.png", b"png", "image/png")),
    )

    assert ["WEB-1-1", "WEB-2-1", "WEB-3-1", "WEB-4-1"] == references(rows(way(box), {}))


def test_each_mail_and_each_content_counts_once(box):
    positions: dict[str, str] = {}
    box.put(an_answer(1), an_answer(1, subject="again"), an_answer(2))

    assert ["WEB-1-1", "WEB-2-1"] == references(rows(way(box), positions))
    box.put(an_answer(2), an_answer(3))
    assert ["WEB-3-1"] == references(rows(way(box), positions))
    assert [] == rows(way(box), positions)


def test_a_folder_that_was_made_anew_brings_nothing_twice(box):
    """The server numbers mails anew; contents are known all the same."""
    positions: dict[str, str] = {}
    box.make("answers")
    box.put(an_answer(1), a_mail(words="In words."), folder="answers")
    first = rows(way(box, folder="answers"), positions)
    box.drop("answers")
    box.make("answers")
    box.put(an_answer(1), a_mail(words="In words."), an_answer(2), folder="answers")
    second = rows(way(box, folder="answers"), positions)

    assert ["WEB-2-1"] == [row.reference for row in second if isinstance(row, Confirmation)]
    assert [row.raw for row in first if isinstance(row, BadRow)] == [
        row.raw for row in second if isinstance(row, BadRow)
    ]


def test_only_mails_from_known_senders_count(box):
    for sender in (
        *("x@evil.example", "answers@acme.example.evil.example", '"answers@acme.example" <x@evil.example>'),
        *("answers@acme.example, x@evil.example", "answers@sub.acme.example", ""),
    ):
        box.put(an_answer(1, sender=sender))
    box.put(an_answer(2, sender="ANSWERS@ACME.example"))

    assert ["WEB-2-1"] == references(rows(way(box), {}))


def test_only_mails_with_the_right_subject_and_files_count(box):
    box.put(
        an_answer(1, subject="stock of today"),
        an_answer(2, subject="=?utf-8?q?Tracking_f=C3=BCr_heute?="),
        a_mail(
            ("prices.csv", "sku,price\nA,1\n"), ("tracking-3.csv", SHIPPED.format("WEB-3-1", 3)), subject="tracking"
        ),
    )

    assert ["WEB-3-1"] == references(rows(way(box, subject="Tracking*", attachments=["tracking-*.csv"]), {}))


def test_a_sender_is_believed_when_our_own_server_has_proven_it(box):
    results = "Authentication-Results"
    good = f"{results}: mx.shop.example; spf=pass; dmarc=pass (p=reject) header.from=acme.example\r\n".encode()
    bad = f"{results}: mx.shop.example; dmarc=fail header.from=acme.example\r\n".encode()
    forged = f"{results}: mx.evil.example; dmarc=pass\r\n".encode()
    box.put(good + an_answer(1), bad + good + an_answer(2), forged + an_answer(3), an_answer(4))
    found = rows(way(box, verified_by="mx.shop.example"), {})

    assert ["WEB-1-1"] == [row.reference for row in found if isinstance(row, Confirmation)]
    assert 3 == sum("has not proven that" in row.reason for row in found if isinstance(row, BadRow))


def test_nothing_is_marked_or_moved_unless_that_is_asked_for(box):
    box.put(an_answer(1), a_mail(), an_answer(2, sender="x@evil.example"))
    rows(way(box), {})

    assert {101: (), 102: (), 103: ()} == box.held()


def test_mails_whose_tables_were_taken_are_filed(box, tmp_path):
    box.put(an_answer(1), a_mail(words="Sorry, WEB-2-1 is sold out."), an_answer(3, sender="x@evil.example"))
    positions: dict[str, str] = {}
    rows(way(box, tmp_path, after="move", done="shipped", archive="kept"), positions)

    (copy,) = (tmp_path / "kept").glob("*.eml")
    assert {102: (), 103: ()} == box.held()
    assert 1 == len(box.held("shipped"))
    assert b"WEB-1-1" in copy.read_bytes() or b"answer.csv" in copy.read_bytes()
    assert 0o600 == copy.stat().st_mode & 0o777


def test_a_mail_that_was_taken_and_not_filed_is_filed_at_the_next_pass(box, tmp_path):
    """The process was killed between the two."""
    box.put(an_answer(1))
    positions: dict[str, str] = {}
    assert ["WEB-1-1"] == references(rows(way(box, tmp_path, after="move", archive="kept"), positions, dry=True))
    for stream in [stream for stream in positions if stream.startswith("uid:")]:
        positions[stream] = positions[stream].partition("+")[0]
    assert {101: ()} == box.held()

    assert [] == rows(way(box, tmp_path, after="move", archive="kept"), positions)
    assert {} == box.held()
    assert 1 == len(list((tmp_path / "kept").glob("*.eml")))


def test_a_mail_another_role_has_to_read_is_not_moved_away(box):
    box.put(a_mail(("answer.csv", SHIPPED.format("WEB-1-1", 1)), ("stock.csv", "sku,quantity\nMUG,1\n")))
    found = rows(way(box, after="move", attachments=["answer*"]), {})

    assert ["WEB-1-1"] == references(found)
    assert {101: ()} == box.held()


def test_looking_only_writes_nothing(box, tmp_path):
    box.put(an_answer(1))
    rows(way(box, tmp_path, after="move", archive="kept"), {}, dry=True)

    assert {101: ()} == box.held()
    assert [] == list(tmp_path.iterdir())


def test_an_answer_in_words_is_put_before_a_person_once(box):
    positions: dict[str, str] = {}
    words = "Hello,\nweb-7-1 is \x1b[2Jsold out.\n\nOn Friday, Shop wrote:\n> Please ship WEB-8-1"
    box.put(a_mail(("order.pdf", b"%PDF", "application/pdf"), words=words))
    hand = [InHand("WEB-7-1", "dispatched", NOW), InHand("WEB-8-1", "dispatched", NOW)]
    (row,) = rows(way(box), positions, hand)

    assert "an answer in words about WEB-7-1; read it, and confirm by hand" == row.reason
    assert "INBOX/101" == row.where
    assert row.raw.endswith("Attached: order.pdf\n\nHello,\nweb-7-1 is [2Jsold out.")
    assert [] == rows(way(box), positions, hand)


def test_a_feeds_folder_says_nothing_of_words(box):
    box.put(a_mail())

    assert [] == rows(way(box, role="stock_feed"), {})


def test_counts_are_of_the_moment_the_mail_came(box):
    positions: dict[str, str] = {}
    stock = a_mail(("stock.csv", "sku,quantity\nMUG,3\n"))
    box.put(stock)
    (page,) = [page for page in way(box, role="stock_feed").collect({}, list) if page.rows]

    assert "2026-11-20T14:00:00Z" == page.counts_at
    assert [StockCount("acme", "MUG", 3, "INBOX/101/stock.csv line 2")] == rows(way(box, role="stock_feed"), positions)
    box.put(stock)
    assert [] == rows(way(box, role="stock_feed"), positions)
    box.put(stock, at='"20-Nov-2026 16:00:00 +0200"')
    assert [] == rows(way(box, role="stock_feed"), positions)
    box.put(stock, at='"20-Nov-2026 16:00:00 +0000"')
    assert 1 == len(rows(way(box, role="stock_feed"), positions))


def test_a_table_that_is_refused_is_looked_at_until_it_can_be_read(box):
    positions: dict[str, str] = {}
    box.put(an_answer(1), a_mail(("b.csv", "ref,status\nWEB-2-1,shipped\n"), ("c.csv", SHIPPED.format("WEB-3-1", 3))))
    box.put(an_answer(4))
    for expected in (["WEB-1-1", "WEB-3-1", "WEB-4-1"], []):
        found: list[Any] = []
        with pytest.raises(RecordError, match="there is no column 'reference'") as caught:
            rows(way(box), positions, into=found)

        assert expected == references(found)
        assert "INBOX/102/b.csv line 1 column 1" == caught.value.where

    assert ["WEB-2-1"] == references(rows(way(box, columns={"reference": "ref"}), positions))
    assert [] == rows(way(box), positions)


def test_a_refused_table_is_forgotten_with_its_mail(box):
    positions: dict[str, str] = {}
    box.put(a_mail(("b.csv", "ref\nx\n")))
    with pytest.raises(RecordError):
        rows(way(box), positions)
    assert ["101+101"] == list(positions.values())
    box.remove(101)

    assert [] == rows(way(box), positions)
    assert ["101"] == list(positions.values())


def test_a_feed_that_nobody_believed_is_read_again(box):
    """What is not applied is not finished, and its position does not move."""
    positions: dict[str, str] = {}
    box.put(a_mail(("stock.csv", "sku,quantity\nMUG,0\n")))
    for page in way(box, role="stock_feed").collect({}, list):
        if not page.rows:
            positions[page.stream] = page.position

    assert 1 == len(rows(way(box, role="stock_feed"), positions))
    assert [] == rows(way(box, role="stock_feed"), positions)


def test_the_first_reading_does_not_go_back_for_ever(box):
    box.put(an_answer(1), at='"01-Oct-2026 14:00:00 +0000"')
    box.put(an_answer(2), at='"19-Nov-2026 14:00:00 +0000"')

    assert ["WEB-2-1"] == references(rows(way(box), {}))
    assert ["WEB-1-1", "WEB-2-1"] == references(rows(way(box, since="90d"), {}))


@pytest.mark.parametrize(
    "mail",
    [
        b"",
        b"\r\n",
        b"From: a@acme.example\r\nContent-Type: multipart/mixed\r\n\r\n",
        b'From: a@acme.example\r\nContent-Type: multipart/mixed; boundary="x"\r\n\r\n--x\r\n\r\n--x',
        b"From: a@acme.example\r\nContent-Type: text/plain; charset=no-such\r\n\r\n\xff\xfe\r\n",
        b"From: =?no-such?q?x?= <a@acme.example>\r\nSubject: =?utf-8?b?###?=\r\n\r\nx\r\n",
        b"From: a@acme.example\r\nContent-Type: text/csv; name==?x?q?\r\n\r\n####\r\n",
        b"From: a@acme.example\r\nContent-Disposition: attachment; filename*=x'y'%FF\r\n\r\nx\r\n",
        b"From: a@acme.example\r\nContent-Type: message/rfc822\r\n\r\n" * 50,
        b"From: a@acme.example\r\n" + b"X: y\r\n" * 5000 + b"\r\nx\r\n",
    ],
)
def test_a_mail_that_is_no_mail_stops_nothing(box, mail):
    box.put(mail or b"x", an_answer(2))
    found: list[Any] = []
    mailbox = way(box)
    try:
        for page in mailbox.collect({}, list):
            found += page.rows
    except RecordError:
        pass

    assert ["WEB-2-1"] == [row.reference for row in found if isinstance(row, Confirmation)]


@pytest.mark.parametrize(
    "name", ["../../etc/a.csv", "C:\\x\\b.csv", "=cmd().csv", "a\r\nb.csv", "\u202egnp.csv", "é" * 200 + ".csv"]
)
def test_no_file_name_leads_anywhere(box, name):
    message = a_mail(("place", SHIPPED.format("WEB-1-1", 1)))
    box.put(message.replace(b'filename="place"', f"filename*={encode_rfc2231(name, 'utf-8')}".encode()))
    (row,) = rows(way(box), {})

    assert "WEB-1-1" == row.reference
    folder, uid, file = row.where.removesuffix(" line 2").split("/")
    assert ("INBOX", "101") == (folder, uid)
    assert file.isascii()
    assert file.endswith(".csv")


def test_a_mail_that_is_too_large_is_not_read(box, monkeypatch):
    monkeypatch.setattr("orderctl.destinations.mailbox.LARGEST_MAIL", 2_000)
    box.put(an_answer(1, words="x" * 3000), an_answer(2))
    found = rows(way(box), {})

    assert "more than 2,000 are not read" in found[0].reason
    assert ["WEB-2-1"] == references(found[1:])


def test_a_wrong_password_and_a_missing_folder_are_said(box):
    wrong = way(box)
    wrong._folder._account = wrong._settings.model_copy(update={"password": Secret("env:X", "wrong-one")})
    with pytest.raises(RemoteError, match="does not let us in") as caught:
        rows(wrong, {})
    assert "wrong-one" not in str(caught.value)
    with pytest.raises(RemoteError, match="refuses select of nowhere"):
        rows(way(box, folder="nowhere"), {})
    with pytest.raises(RemoteError, match="Connection refused"):
        rows(way(1), {})


def test_trying_out_says_what_would_count(box):
    box.put(an_answer(1), an_answer(2, sender="x@evil.example"))
    found = way(box).probe()

    assert [("mailbox", "ok"), ("senders", "warn")] == [(probe.what, probe.verdict) for probe in found]
    assert "INBOX has 2 mails; of 2 newer ones 1 are from `from`" == found[0].found
    assert "fail" == way(box, folder="nowhere").probe()[0].verdict


@pytest.mark.parametrize(
    ("settings", "complaint"),
    [
        ({"from": []}, "at least 1 item"),
        ({"from": ["acme"]}, "'acme' is no address"),
        ({"from": ["@"]}, "'@' is no address"),
        ({"folder": 'a"b'}, "should match pattern"),
        ({"folder": "a\r\nb"}, "should match pattern"),
        ({"after": "move", "done": "INBOX"}, "would move into the folder that they are in"),
        ({"columns": {"refrence": "x"}}, "did you mean 'reference'"),
        ({"user": "", "password": "env:MAIL"}, "needs both user and password"),
        ({"host": "mail.example"}, "mail.example is another machine"),
    ],
)
def test_settings_that_cannot_be_right_are_refused(settings, complaint):
    with pytest.raises(ValidationError, match=complaint):
        way(1, **settings)


def test_work_is_not_sent_this_way():
    with pytest.raises(ValidationError, match="mails are sent by via = 'email'"):
        Mailbox.Settings.model_validate({"host": "localhost", "from": ["a@b.example"]}, context={"role": "send"})
