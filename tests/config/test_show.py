from __future__ import annotations

import json

from orderctl.config.show import effective

TEXT = """
    timezone = "America/New_York"
    [channel.web]
    type = "file"
    live_from = 2026-11-01
    path = "inbox/CANARY.csv"
    oauth = "CANARY"
    pin = 12345
    verify = true
    key = "file:~/.ssh/key"
    columns = { number = "CANARY" }
    [location.east]
    address = { country = "US" }
    send = { via = "file", auth = ["env:EAST", "CANARY"] }
    [heartbeat]
    url = "https://hc.example/CANARY"
    [smtp]
    host = "smtp.example.com"
    password = "env:SMTP"
"""


def test_references_are_shown_and_never_what_may_be_a_secret(loaded):
    shown = effective(loaded(TEXT))

    assert "CANARY" not in json.dumps(shown)
    assert "12345" not in json.dumps(shown)
    web = shown["channel"]["web"]
    assert ("file:~/.ssh/key", True, "***") == (web["key"], web["verify"], web["oauth"])
    assert ["env:EAST", "***"] == shown["location"]["east"]["send"]["auth"]
    assert {"host": "smtp.example.com", "password": "env:SMTP"} == shown["smtp"]


def test_a_key_that_the_adapter_knows_to_be_harmless_is_shown(loaded):
    plain = {("channel", "web", "path"), ("channel", "web", "columns", "number")}

    web = effective(loaded(TEXT), plain.__contains__)["channel"]["web"]

    assert ("inbox/CANARY.csv", {"number": "CANARY"}, "***") == (web["path"], web["columns"], web["oauth"])


def test_what_the_file_leaves_out_is_shown_as_it_is_in_force(loaded, tmp_path):
    shown = effective(loaded(TEXT))

    assert (str(tmp_path / "orderctl.db"), "USD") == (shown["database"], shown["currency"])
    assert ("WEB", [], ["east"], "2026-11-01") == (
        shown["channel"]["web"]["short"],
        shown["channel"]["web"]["push"],
        shown["channel"]["web"]["stock"]["locations"],
        shown["channel"]["web"]["live_from"],
    )
    assert ("F", "America/New_York", ["mon_fri"]) == (
        shown["location"]["east"]["class"],
        shown["location"]["east"]["timezone"],
        shown["location"]["east"]["working_days"],
    )
    assert ("order", "10 min") == (shown["routing"]["strategy"], shown["routing"]["max_age"])


def test_the_address_that_is_pinged_is_shown_only_as_a_reference(loaded):
    assert {"url": "***"} == effective(loaded('[heartbeat]\nurl = "https://hc.example/CANARY"'))["heartbeat"]
    assert {"url": "env:PING"} == effective(loaded('[heartbeat]\nurl = "env:PING"'))["heartbeat"]
