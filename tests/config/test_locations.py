"""The ways of a location, and what they have in common."""

from __future__ import annotations

import pytest

from orderctl.core.errors import ConfigError
from orderctl.steps.adapters import Adapters

MCF = """
[location.fba]
kind = "amazon-mcf"
send = { via = "amazon-mcf", channel = "amazon", blank_box = true, speed = { default = "Standard" } }
"""
FILES = '[location.east]\nsend = { via = "file", path = "out/{batch}.csv" }\n'


def test_whoever_ships_by_amazon_is_asked_what_became_of_it(loaded):
    fba = loaded(MCF).locations["fba"]

    assert (fba.send.settings, "amazon-mcf") == (fba.confirm.settings, fba.confirm.via)
    assert (None, "A") == (fba.stock_feed, fba.partner_class)
    assert loaded(FILES).locations["east"].confirm is None


def test_what_send_says_holds_for_the_other_ways_and_they_may_say_otherwise(loaded):
    confirm = 'confirm = { via = "amazon-mcf", every = "1 h", acknowledge_within = "4h" }\n'
    fba = loaded(MCF + confirm + 'stock_feed = { via = "amazon-mcf", only_mapped = true }\n').locations["fba"]

    assert ("1 h", "amazon", 14_400) == (
        fba.confirm.settings["every"],
        fba.confirm.settings["channel"],
        fba.acknowledge_within_s,
    )
    assert {**fba.send.settings, "only_mapped": True} == fba.stock_feed.settings


def test_ways_by_something_else_stand_alone(loaded):
    fba = loaded(MCF + 'stock_feed = { via = "file", path = "stock.csv" }\n').locations["fba"]

    assert {"path": "stock.csv"} == fba.stock_feed.settings


def test_a_key_that_is_wrong_in_send_is_told_once_where_it_stands(loaded):
    config = loaded(MCF.replace("blank_box", "blankbox"))

    with pytest.raises(ConfigError) as raised:
        Adapters(config, noted=False, now="2026-11-20T12:00:00Z").open_all()
    assert [("blankbox" in one.message, one.line) for one in raised.value.findings] == [(True, 4)]


SFTP = """
[location.west]
send = { via = "sftp", host = "sftp.west.example", user = "orders", known_hosts = "west", path = "/in/{batch}.csv" }
"""


def test_answers_on_the_same_server_need_not_name_it_again(loaded):
    west = loaded(SFTP + 'confirm = { via = "sftp", user = "answers", path = "/out/*.csv" }\n').locations["west"]

    expected = {"host": "sftp.west.example", "user": "answers", "known_hosts": "west", "path": "/out/*.csv"}
    assert expected == dict(west.confirm.settings)
    assert ("/in/{batch}.csv", None, "F") == (west.send.settings["path"], west.stock_feed, west.partner_class)
