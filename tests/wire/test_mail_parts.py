from __future__ import annotations

from email.message import EmailMessage

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orderctl.wire import mail_parts

LINES = st.sampled_from(
    [
        b"From: a@acme.example",
        b"Content-Type: multipart/mixed; boundary=x",
        b"Content-Type: text/csv; name=a.csv; charset=\xff",
        b"Content-Type: message/rfc822",
        b"Content-Disposition: attachment; filename*=utf-8''%00%2e%2e.csv",
        b"Content-Transfer-Encoding: base64",
        b"Content-Transfer-Encoding: x-uuencode",
        b"Subject: =?utf-8?b?4pyT?= =?x?q?=ff?=",
        b"--x",
        b"--x--",
        b"",
        b"begin 644 a.csv",
        b"YWJj",
    ]
)


@settings(max_examples=200)
@given(st.one_of(st.binary(max_size=300), st.lists(LINES | st.binary(max_size=20), max_size=30).map(b"\r\n".join)))
def test_no_bytes_are_too_strange_to_be_looked_into(content):
    found = mail_parts.parts(content)
    about = mail_parts.heading(content)

    for file in found.files:
        assert file.name.isascii()
        assert not {"/", "\\", "\0"} & set(file.name)
    assert about.sender.isascii()
    assert "\n" not in about.subject
    assert len(found.words) <= mail_parts.LONGEST_WORDS + 1


def test_words_are_taken_from_html_where_there_is_no_plain_text():
    message = EmailMessage()
    message.set_content("<p>Sold out,<br>sorry &amp; bye</p><script>x()</script><style>p{}</style>", subtype="html")

    assert "Sold out,\nsorry & bye" == mail_parts.parts(message.as_bytes()).words


@pytest.mark.parametrize("mark", ["-----Original Message-----", "On Fri, 20 Nov 2026 Shop wrote:", "________________"])
def test_what_is_quoted_from_an_earlier_mail_is_left_out(mark):
    message = EmailMessage()
    message.set_content(f"WEB-1-1 is sold out.\n> earlier\n\n\n\nBye\n{mark}\nPlease ship WEB-2-1\n")

    assert "WEB-1-1 is sold out.\n\nBye" == mail_parts.parts(message.as_bytes()).words


@pytest.mark.parametrize(
    ("results", "proven"),
    [
        ([], False),
        (["mx.shop.example; dmarc=pass header.from=acme.example"], True),
        (["MX.Shop.Example 1;\r\n spf=fail;\r\n\tDMARC = pass"], True),
        (["mx.shop.example; dmarc=passed"], False),
        (["mx.shop.example; x-dmarc=pass"], False),
        (["mx.shop.example; none"], False),
        (["mx.shop.example.evil.example; dmarc=pass"], False),
        (["mx.shop.example; dmarc=fail", "mx.shop.example; dmarc=pass"], False),
        (["other.example; dmarc=fail", "mx.shop.example; dmarc=pass"], True),
    ],
)
def test_only_the_topmost_word_of_our_own_server_proves_a_sender(results, proven):
    headers = "".join(f"Authentication-Results: {one}\r\n" for one in results) + "From: a@acme.example\r\n\r\n"

    assert proven is mail_parts.heading(headers.encode()).proven_by("mx.shop.example")
