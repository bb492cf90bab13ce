from __future__ import annotations

import tomllib
from collections import Counter
from pathlib import Path

import pytest

from tests.cli.shop import CHANNELS, RULES, Shop

SECRETS = """
[smtp]
host = "smtp.example.com"
user = "orders"
password = "env:SMTP_PASSWORD"

[rates]
EUR = "1.08"
"""


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    """A folder with two files, and no store."""
    shop = Shop(tmp_path)
    shop.write("channels.toml", CHANNELS + SECRETS)
    shop.write("rules.toml", RULES)
    return shop


def test_what_is_right_is_said_in_a_sentence_and_needs_no_store(shop: Shop):
    said = shop.orderctl("config", "check", SMTP_PASSWORD="hunter2")

    assert (0, "") == (said.code, said.err)
    assert "channels.toml: 1 channel, 2 locations; rules.toml: 2 rules. Nothing is wrong.\n" == said.out
    assert [] == shop.orderctl("config", "check", "--json", SMTP_PASSWORD="hunter2").json
    assert ["channels.toml", "rules.toml"] == sorted(shop.files())


def test_all_that_is_wrong_in_adapters_and_rules_is_named_at_once(shop: Shop):
    shop.write("channels.toml", CHANNELS.replace("{batch}", "batch"))
    shop.write("rules.toml", RULES.replace('"east", "west"', '"eats", "west"'))

    said = shop.orderctl("config", "check", "--json")

    assert 2 == said.code
    assert {"channels.toml": 2, "rules.toml": 1} == Counter(one["file"] for one in said.json)
    assert {"code", "severity", "file", "line", "stage", "rule", "message", "hint"} == set(said.json[0])
    assert said.err.startswith("orderctl: 3 findings, the first in channels.toml:")


def test_what_is_in_force_is_toml_with_defaults_and_secrets_as_references(shop: Shop):
    text = shop.orderctl("config", "show", SMTP_PASSWORD="hunter2").out
    shown = tomllib.loads(text)

    whole = shop.orderctl("config", "show", "--json").json
    assert shown == {name: value for name, value in whole.items() if value not in ({}, {"address": {}})}
    assert "hunter2" not in text
    assert "env:SMTP_PASSWORD" == shown["smtp"]["password"]
    assert ("WEB", "inbox/*.jsonl") == (shown["channel"]["web"]["short"], shown["channel"]["web"]["path"])
    assert "out/east/{batch}.csv" == shown["location"]["east"]["send"]["path"]
    assert {"EUR": "1.08"} == shown["rates"]


def test_no_line_of_it_is_wider_than_a_screen(shop: Shop):
    assert [] == [line for line in shop.orderctl("config", "show").out.splitlines() if len(line) > 80]
