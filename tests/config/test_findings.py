from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Annotated, Literal

import pytest
from pydantic import Field, ValidationError

from orderctl.config.findings import CODES, from_validation
from orderctl.config.secrets import resolve
from orderctl.core.errors import Finding
from orderctl.core.toml import parse
from orderctl.wire.settings import DurationField, PathField, SecretField, Settings, Texts


class Inner(Settings):
    number: str


class Shop(Settings):
    """The settings of an adapter."""

    token: SecretField
    format: Literal["csv", "jsonl"] = "csv"
    path: PathField | None = None
    every: DurationField = 60
    to: Texts = ()
    columns: Inner | None = None
    port: Annotated[int, Field(ge=1, le=65535)] = 443
    share: Decimal = Decimal(0)
    code: Annotated[str, Field(pattern="^[A-Z]+$")] = "X"


def findings(settings: str) -> list[Finding]:
    toml = parse(f'[channel.web]\ntype = "shop"\n{settings}\n', "channels.toml")
    raw = {key: value for key, value in toml.data["channel"]["web"].items() if key != "type"}
    context = {"base": Path("/shop"), "resolve": lambda text: resolve(text, Path("/shop"), {"T": "x"})}
    with pytest.raises(ValidationError) as caught:
        Shop.model_validate(raw, context=context)
    return from_validation(caught.value, toml, ("channel", "web"), [*Shop.model_fields, "type", "live_from"])


TOKEN = 'token = "env:T"\n'


@pytest.mark.parametrize(
    ("settings", "code", "line", "message", "hint"),
    [
        ("", "E205", 1, "[channel.web] token is missing", ""),
        ('token = "CANARY"', "E209", 3, "[channel.web] token holds a secret itself", "env:NAME"),
        ("token = 12345", "E209", 3, "[channel.web] token holds a secret itself", "env:NAME"),
        ('token = "env:U"', "E210", 3, "[channel.web] token needs the environment variable U, which is not set", ""),
        ('token = "cred:u"', "E210", 3, "$CREDENTIALS_DIRECTORY is not set", "systemd sets it"),
        (TOKEN + 'live_form = "x"', "E202", 4, "live_form is not a key", "did you mean 'live_from'?"),
        (TOKEN + 'format = "xml"', "E204", 4, "[channel.web] format can be 'csv' or 'jsonl'", ""),
        (TOKEN + 'every = "often"', "E213", 4, "every 'often' is not a duration", ""),
        (TOKEN + "every = 5", "E203", 4, "every is not a text", ""),
        (TOKEN + "path = 5", "E203", 4, "path is not a path", ""),
        (TOKEN + "to = 5", "E203", 4, "to is not a list", ""),
        (TOKEN + 'to = [\n"a",\n3,\n]', "E203", 6, "[channel.web] to is not a text", ""),
        (TOKEN + "columns = 5", "E203", 4, "columns is not a table", ""),
        (TOKEN + 'columns = { sku = "x" , number = "n" }', "E202", 4, "[channel.web.columns] sku", ""),
        (TOKEN + "columns = {}", "E205", 4, "[channel.web.columns] number is missing", ""),
        (TOKEN + "port = 0", "E204", 4, "port must be at least 1", ""),
        (TOKEN + "port = 70000", "E204", 4, "port must be at most 65535", ""),
        (TOKEN + "port = true", "E203", 4, "port is not a whole number", ""),
        (TOKEN + 'share = "x"', "E203", 4, "share is not a number", ""),
        (TOKEN + 'code = "x"', "E204", 4, "code does not have the form ^[A-Z]+$", ""),
    ],
)
def test_a_setting_the_adapter_refuses_is_told_in_our_words(settings, code, line, message, hint):
    (finding,) = findings(settings)

    assert (code, "channels.toml", line) == (finding.code, finding.file, finding.line)
    assert message in finding.message
    assert hint in finding.hint
    assert finding.code in CODES


def test_no_value_of_any_field_is_repeated():
    canaries = '\ntoken = "CANARY"\nformat = "CANARY"\npath = ["CANARY"]\nto = "CANARY"\nport = "CANARY"\nx = "CANARY"'

    found = findings(canaries)

    assert 6 == len(found)
    assert "CANARY" not in "\n".join(map(str, found))
