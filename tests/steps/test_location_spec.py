from __future__ import annotations

import re
from pathlib import Path

from markdown_it import MarkdownIt

from orderctl.steps.location_spec import location_spec
from tests.destinations.api_fake import KEYED, Warehouse
from tests.destinations.api_shop import an_api_shop
from tests.partner import partner
from tests.shop import CHANNELS, Shop, a_shop
from tests.steps.shadow_shop import a_shadow_shop

SHOP = '\n[shop]\nname = "Kettle & Cup"\nemail = "hello@kettle.example"\n'
TIMES = """
[location.east]
on_no_ack = "failover"
cutoff = { mon_thu = "15:00", fri = "12:00" }
holidays = [2026-12-25]
contact = "orders@east.example"
escalate_to = "Bo"
"""


def spec(shop: Shop, name: str) -> str:
    with shop.context(dry_run=True) as ctx:
        document = location_spec(ctx, name)
    assert (f"{name}.md", "text/markdown") == (document.name, document.media_type)
    return document.content.decode()


def titles(text: str) -> list[str]:
    return re.findall(r"^## (.*)$", text, re.MULTILINE)


def a_timed_shop(folder: Path) -> Shop:
    channels = CHANNELS.replace("[location.east]\n", TIMES.lstrip())
    confirm = 'confirm    = { via = "file", path = "in/east/*.csv"'
    return a_shop(
        folder, channels.replace(confirm, f'{confirm}, acknowledge_within = "4 h", ship_within = "1 d"') + SHOP
    )


def test_a_partner_reads_first_what_comes_then_the_ways_then_what_to_try(tmp_path):
    found = titles(spec(a_timed_shop(tmp_path), "east"))

    assert ["In short", "What counts", "Files you get", "What a row of work says to east"] == found[:4]
    assert ["Days and hours", "Before the first live order", "Contacts"] == found[-3:]
    assert ["Answers you give us", "What an answer says"] == [title for title in found if title in found[4:6]]
    assert "What a count says" in found


def test_it_says_what_was_agreed(tmp_path):
    text = spec(a_timed_shop(tmp_path), "east")

    assert text.startswith("# Shipping for Kettle & Cup: what east has to know\n")
    for words in (
        "Acknowledge or reject each shipment within 4 h of your working days; after that we may ask you to stop it",
        "Ship each within 1 d of your working days",
        "What reaches you before 15:00 on Monday, Tuesday, Wednesday, Thursday leaves on that day",
        "What reaches you before 12:00 on Friday",
        "You do not work on 2026-12-25.",
        "Ask us: hello@kettle.example",
        "We write to: orders@east.example",
        "Class F: A file appears under its final name complete",
    ):
        assert words in text, words


def test_what_was_not_agreed_is_not_mentioned(tmp_path):
    channels = CHANNELS.replace('confirm    = { via = "file", path = "in/acme/*.csv" }\n', "")
    text = spec(a_shop(tmp_path, channels), "acme")

    assert [] == [word for word in ("Acknowledge or reject", "Contacts", "acknowledged", "None") if word in text]
    assert "No answer is read" in text


def test_what_the_partner_of_an_api_is_asked_stands_there_without_secrets(tmp_path, monkeypatch):
    monkeypatch.setenv("CANARY_TOKEN", "canary-12345")
    with partner(answer=Warehouse().answer) as server:
        shop = an_api_shop(
            tmp_path, server.url, "A", create=KEYED, auth={"kind": "bearer", "token": "env:CANARY_TOKEN"}
        )
        text = spec(shop, "east")

    assert ["Work", "Answers to it"] == [title for title in titles(text) if title in {"Work", "Answers to it"}]
    assert "POST /orders" in text
    assert "canary" not in text.lower()
    assert [] == server.asked


def test_a_partner_in_shadow_is_told_first_that_nothing_is_to_be_shipped(tmp_path):
    text = spec(a_shadow_shop(tmp_path), "next")

    assert "While we try this out" == titles(text)[0]
    assert "**Ship none of them.**" in text
    assert "`TEST-WEB-1042-1`" in text
    assert "stand-ins" in text


def test_it_is_sound_markdown_with_tables_and_closed_samples(tmp_path):
    tokens = MarkdownIt("commonmark").enable("table").parse(spec(a_timed_shop(tmp_path), "east"))
    kinds = [token.type for token in tokens]

    assert kinds.count("table_open") >= 4
    fences = [token for token in tokens if token.type == "fence"]
    assert {"csv"} == {token.info for token in fences}
    assert 5 == len(fences)


def test_what_is_no_text_is_told_by_its_size(tmp_path):
    channels = CHANNELS.replace('{date}-{batch}.csv" }', '{date}-{batch}.csv", documents = ["packing-slip.pdf"] }', 1)

    assert re.search(r"packing-slip.pdf`: [\d,]+ bytes of application/pdf", spec(a_shop(tmp_path, channels), "east"))
