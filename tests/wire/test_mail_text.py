from __future__ import annotations

from email import message_from_bytes, policy

from hypothesis import given, settings
from hypothesis import strategies as st

from orderctl.wire.mail_text import LONGEST_SUBJECT, Attachment, Letter, addressed, composed, header_text

ANYTHING = st.text(st.characters(codec=None, exclude_categories=()), max_size=300)


@settings(max_examples=150)
@given(ANYTHING, ANYTHING, st.binary(max_size=300))
def test_no_text_becomes_a_header_or_leaves_seven_bits(subject, body, content):
    letter = Letter(
        *("Shöp <a@shop.example>", ["b@acme.example"], subject, body, [Attachment("a.csv", content, "text/csv")])
    )
    written = composed(letter)
    found = message_from_bytes(written, policy=policy.default)
    (file,) = found.iter_attachments()

    assert written == composed(letter)
    assert written.isascii()
    assert {"From", "To", "Subject", "Auto-Submitted", "MIME-Version", "Content-Type"} == set(found.keys())
    assert content == file.get_payload(decode=True)
    assert max(map(len, written.split(b"\r\n"))) < 998
    assert b"\n" not in written.replace(b"\r\n", b"")
    assert header_text(subject).isprintable()
    assert len(header_text(subject)) <= LONGEST_SUBJECT


def test_the_moment_and_the_id_come_when_it_is_sent():
    written = addressed(b"Subject: x\r\n\r\n", "orders@shop.example", "k" * 40, "2026-11-20T15:00:00Z")

    assert (
        b"Date: Fri, 20 Nov 2026 15:00:00 +0000\r\nMessage-ID: <" + b"k" * 40 + b"@shop.example>\r\nSubject: x\r\n\r\n"
    ) == written
