from __future__ import annotations

import csv
import io
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from orderctl.core.effects import BatchLine, CallBack, Document
from orderctl.core.errors import ConfigError
from orderctl.destinations.email import Email
from orderctl.wire.mail import Server
from orderctl.wire.opening import Opening
from tests.destinations.contract import SendingContract, a_batch, a_shipment
from tests.mail_servers import mail_server

NOW = "2026-11-20T15:00:00Z"
NAMES = (
    "=cmd()",
    "+1+1",
    "-2+3",
    "@SUM(A1)",
    "a\r\nBcc: x@evil.example",
    "\u202e=1",
    'He "said", no',
    "\ud800",
    "😀" * 90,
)


def way(base: Path, server: dict[str, Any] | None = None, **settings: Any) -> Email:
    stated = {"to": ["orders@acme.example"], "from": "Shop <orders@shop.example>", **settings}
    checked = Email.Settings.model_validate(stated, context={"role": "send", "base": base})
    found = Server.model_validate({"host": "127.0.0.1", "port": 1, "tls": "none"} | (server or {}))
    return Email("acme", checked, Opening(base, now=NOW, smtp=lambda: found))


def message(document: Document) -> EmailMessage:
    found = message_from_bytes(document.content, policy=policy.default)
    assert isinstance(found, EmailMessage)
    return found


def words(found: EmailMessage) -> str:
    body = found.get_body()
    assert body is not None
    text = body.get_content()
    assert isinstance(text, str)
    return text


def attached(found: EmailMessage) -> dict[str, bytes]:
    found_here = {}
    for part in found.iter_attachments():
        content = part.get_payload(decode=True)
        assert isinstance(content, bytes)
        found_here[part.get_filename() or ""] = content
    return found_here


class TestEmail(SendingContract):
    def sender(self, base):
        return way(base)


def test_a_mail_names_its_shipments_and_holds_the_list(tmp_path):
    found = message(way(tmp_path).render(a_batch(7, location="acme")))
    (name,) = attached(found)
    (row,) = csv.DictReader(io.StringIO(attached(found)[name].decode()))

    assert "Please ship WEB-1042-1 (batch 0007, acme)" == found["Subject"]
    assert ("Shop <orders@shop.example>", "orders@acme.example") == (found["From"], found["To"])
    assert "auto-generated" == found["Auto-Submitted"]
    assert "acme-0007.csv" == name
    assert ("WEB-1042-1", "MUG", "2") == (row["reference"], row["sku"], row["quantity"])
    assert "acme-0007.csv" in words(found)


def test_documents_go_along(tmp_path):
    document = way(tmp_path, format="json", documents=["packing-slip.csv", "purchase-order.csv"]).render(a_batch())

    assert ["east-0001.json", "east-0001.json.packing-slip.csv", "east-0001.json.purchase-order.csv"] == list(
        attached(message(document))
    )
    assert () == document.beside


def test_no_data_of_customers_stand_in_a_header(tmp_path):
    shipment = a_shipment(note="Ring twice", gift_message="Happy birthday")
    for document in (way(tmp_path).render(a_batch(1, shipment)), way(tmp_path).render_call_back(a_wish())):
        head = document.content.partition(b"\r\n\r\n")[0].decode()

        assert [] == [word for word in ("Ana", "Diaz", "Main St", "ana@example.com", "Ring", "Happy") if word in head]


@pytest.mark.parametrize("text", NAMES)
def test_nothing_that_comes_from_outside_becomes_a_header_or_a_formula(tmp_path, text):
    line = BatchLine("1", text, text, 1)
    shipment = a_shipment(line, note=text, ship_to={"name": text, "country": "US"}, order_number=text)
    everything = " ".join(f"{{{name}}}" for name in ("batch", "location", "date", "references", "documents"))
    location = text.replace("\ud800", "x")
    destination = way(tmp_path, subject=everything, body=everything, name="{location}-{date}-{batch}")
    document = destination.render(a_batch(1, shipment, location=location))
    found = message(document)
    headers = document.content.partition(b"\r\n\r\n")[0]
    ((name, content),) = attached(found).items()
    (row,) = csv.DictReader(io.StringIO(content.decode(), newline=""))

    assert ["From", "To", "Subject", "Auto-Submitted", "MIME-Version", "Content-Type"] == found.keys()
    assert b"\r\n" not in b"".join(headers.split(b"\r\n"))
    assert max(map(len, document.content.split(b"\r\n"))) < 998
    assert document.content.isascii()
    assert name.isascii()
    assert "/" not in name
    assert not row["note"].startswith(("=", "+", "-", "@", "\t", "\r"))
    assert document.name.removesuffix(".eml").replace("-", "").replace("_", "").isalnum()


def test_a_program_that_reads_the_attachment_gets_it_as_it_is(tmp_path):
    batch = a_batch(1, a_shipment(note="=1+1"))
    (content,) = attached(message(way(tmp_path, for_people=False, columns=["note"]).render(batch))).values()

    assert b"note\r\n=1+1\r\n" == content


def test_a_batch_of_many_names_a_few_in_its_subject(tmp_path):
    shipments = [a_shipment(reference=f"WEB-{number}-1", order_number=str(number)) for number in range(9)]
    found = message(way(tmp_path).render(a_batch(1, *shipments)))

    assert "Please ship WEB-0-1, WEB-1-1, WEB-2-1, WEB-3-1, WEB-4-1 and 4 more (batch 0001, east)" == found["Subject"]


def test_words_are_the_shops_own(tmp_path):
    destination = way(
        tmp_path, subject="Auftrag {batch}: {orders}", body="{units} Stück\n{{so}}", reply_to="a@b.example"
    )
    found = message(destination.render(a_batch()))

    assert ("Auftrag 0001: 1", "a@b.example") == (found["Subject"], found["Reply-To"])
    assert ["2 Stück", "{so}"] == words(found).splitlines()


def test_a_mail_can_be_known_by_its_key_and_goes_to_everybody(tmp_path):
    with mail_server() as box:
        destination = way(tmp_path, {"port": box.port}, to=["a@acme.example", "B <b@acme.example>", "a@acme.example"])
        document = destination.render(a_batch())
        receipts = [destination.deliver(document, key) for key in ("k" * 40, "k" * 40, "l" * 40)]

    ids = [mail.message["Message-ID"] for mail in box.mails]
    assert ["accepted"] * 3 == [receipt.outcome for receipt in receipts]
    assert [f"<{'k' * 40}@shop.example>"] * 2 + [f"<{'l' * 40}@shop.example>"] == ids
    assert box.mails[0] == box.mails[1]
    assert "Fri, 20 Nov 2026 15:00:00 +0000" == box.mails[0].message["Date"]
    assert ("a@acme.example", "b@acme.example") == box.mails[0].recipients
    assert document.content in box.mails[0].content


def a_wish(**changes: Any) -> CallBack:
    fields: dict[str, Any] = {
        "key": "c" * 40,
        "location": "acme",
        "reference": "WEB-1042-1",
        "partner_reference": "",
        "order_number": "1042",
        "reason": "the customer\r\nchanged \x1b[2J their mind",
        "asked_at": NOW,
    }
    return CallBack(**(fields | changes))


def test_a_mail_asks_to_stop_a_shipment(tmp_path):
    document = way(tmp_path).render_call_back(a_wish())
    found = message(document)

    assert document.kept
    assert "Please do NOT ship WEB-1042-1 (acme)" == found["Subject"]
    assert "Reason: the customer changed [2J their mind" in found.get_content()


def test_a_server_of_its_own_takes_nothing_from_the_common_one(tmp_path):
    stated = {"to": ["a@acme.example"], "from": "o@shop.example", "smtp": {"host": "localhost", "tls": "none"}}
    checked = Email.Settings.model_validate(stated, context={"role": "send"})
    common = Server.model_validate({"host": "127.0.0.1", "tls": "none", "from": "x@shop.example"})
    destination = Email("acme", checked, Opening(tmp_path, smtp=lambda: common))

    assert checked.smtp == destination._post._server
    assert "o@shop.example" == destination._envelope.sender


@pytest.mark.parametrize(
    ("settings", "complaint"),
    [
        ({"to": []}, "at least 1 item"),
        ({"to": ["nobody"]}, "'nobody' is no mail address"),
        ({"subject": "{ship_to.name}"}, "'{ship_to.name}' is not known here"),
        ({"body": "{batsh}"}, "did you mean 'batch'"),
        ({"stop_body": "{batch}"}, "'{batch}' is not known here"),
        ({"subject": "{"}, "has no partner"),
        ({"name": "orders"}, "the path needs {batch}"),
        ({"documents": ["letter.pdf"]}, "'letter' is not a document"),
        ({"path": "out"}, "Extra inputs"),
    ],
)
def test_settings_that_cannot_be_right_are_refused(tmp_path, settings, complaint):
    with pytest.raises(ValidationError, match=complaint.replace("{", r"\{")):
        way(tmp_path, **settings)


def test_mails_are_not_read_this_way(tmp_path):
    with pytest.raises(ValidationError, match="mails are read by via = 'mailbox'"):
        Email.Settings.model_validate({"to": ["a@b.example"]}, context={"role": "confirm", "base": tmp_path})


@pytest.mark.parametrize(
    ("server", "settings", "complaint"),
    [
        (None, {"from": "a@b.example"}, r"needs a mail server: add \[smtp\]"),
        ({"host": "localhost", "tls": "none"}, {}, "does not say who mails are from"),
    ],
)
def test_what_only_another_table_can_say_is_asked_for(tmp_path, server, settings, complaint):
    checked = Email.Settings.model_validate({"to": ["a@b.example"], **settings})
    found = Server.model_validate(server) if server else None
    with pytest.raises(ConfigError, match=complaint):
        Email("acme", checked, Opening(tmp_path, smtp=lambda: found))


def test_the_partner_is_told_what_comes_and_how_to_answer(tmp_path):
    chapter, _ = way(tmp_path).guide()

    assert "Please ship WEB-1042-1, WEB-1043-1 (batch 0007, acme)" in chapter.text
    assert "acme-0007.csv" == chapter.samples[0].name
    assert b"WEB-1042-1" in chapter.samples[0].content
