from __future__ import annotations

import json
from base64 import b64encode, urlsafe_b64encode
from urllib.parse import quote

import pytest

from orderctl.core.errors import RemoteError
from orderctl.core.secrets import Secret, impersonal, redacted

VALUE = "kö/+ be~yä?"


@pytest.mark.parametrize(
    "form",
    [
        VALUE,
        quote(VALUE, safe=""),
        b64encode(VALUE.encode()).decode(),
        urlsafe_b64encode(VALUE.encode()).decode(),
        json.dumps(VALUE)[1:-1],
    ],
)
def test_a_secret_is_taken_out_of_a_text_in_every_form_it_may_have(form):
    Secret("env:X", VALUE)

    assert "said ***" == redacted(f"said {form}").rstrip("=")


def test_a_secret_has_no_text_form():
    secret = Secret("env:X", VALUE)

    assert ("***", "Secret('env:X', ***)", VALUE) == (str(secret), repr(secret), secret.reveal())


def test_a_secret_too_short_to_be_told_from_words_is_left():
    Secret("env:X", "ab")

    assert "table" == redacted("table")


def test_no_error_says_a_secret():
    Secret("env:X", VALUE)

    assert "shop: 401 for ***; next: x" == str(RemoteError(f"401 for {VALUE}", where="shop", next="x"))


def test_what_a_message_quotes_and_addresses_of_mail_are_no_part_of_a_log():
    said = impersonal("WEB-1: email 'ana@example.com' of \"Ana Diaz\" bounced, told <ana@example.com>")

    assert "WEB-1: email … of … bounced, told <…" == said
