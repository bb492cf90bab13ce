"""The pages about channels have one shape, and their tables are what the adapters do."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from docs.pages import channels as page
from orderctl.channels import amazon_orders, ebay_orders, shopify_orders, woocommerce_orders
from orderctl.config.load import load
from orderctl.core import edits
from orderctl.core.channel_map import EITHER, FIELDS, ORDERCTL
from orderctl.core.order_fields import ADDED, ORDER
from orderctl.core.registry import CHANNELS
from orderctl.steps.adapters import Adapters

PAGES = Path(__file__).parents[1] / "docs" / "channels"
HEADINGS = ["The keys", "What comes in", "What goes out", "Limits"]
REMOTE = sorted(set(CHANNELS) - {"file"})


@pytest.mark.parametrize("name", REMOTE)
def test_a_page_tells_of_keys_then_what_comes_in_what_goes_out_and_limits(name: str):
    text = (PAGES / f"{name}.md").read_text(encoding="utf-8")

    assert HEADINGS == re.findall(r"^## (.*)$", text, re.MULTILINE)
    assert f"](channels/{name}.md)" in page.text()


@pytest.mark.parametrize("name", REMOTE)
def test_the_example_of_a_page_opens(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    keys, _, _ = (PAGES / f"{name}.md").read_text(encoding="utf-8").partition("## What comes in")
    (example,) = re.findall(r"^```toml\n(.*?)^```$", keys, re.MULTILINE | re.DOTALL)
    for variable in re.findall(r'"env:([A-Z_]+)"', example):
        monkeypatch.setenv(variable, "made-up")
    (tmp_path / "channels.toml").write_text(_whole(example), encoding="utf-8")
    loaded = load(tmp_path / "channels.toml")
    adapters = Adapters(loaded, noted=False, now="2026-11-20T12:00:00Z")

    assert [name] == [channel.type for channel in loaded.channels.values()]
    for channel in loaded.channels:
        assert adapters.channel(channel).remote


def _whole(example: str) -> str:
    """The example with the location that it names, where it stands on the page without one."""
    if "[location." in example:
        return example
    return example + '\n[location.store]\naddress = { country = "US", region = "NV", postcode = "89501" }\n'


@pytest.mark.parametrize("name", sorted(CHANNELS))
def test_every_channel_says_what_its_words_mean(name: str):
    stated = page.kind_of(CHANNELS[name]).meanings

    assert stated.comes_in
    assert stated.goes_out
    assert set(stated.fields) <= {one for field in FIELDS for one in field.names}


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("shopify", shopify_orders.PAYMENTS),
        ("woocommerce", woocommerce_orders.STATUSES),
        ("ebay", ebay_orders.PAYMENTS),
        ("amazon", amazon_orders.STATUSES),
    ],
)
def test_every_word_that_an_adapter_reads_stands_in_its_table(name: str, words: list[str]):
    listed = " ".join(page.kind_of(CHANNELS[name]).meanings.comes_in)

    assert [] == [word for word in words if word not in listed]


def test_every_field_of_an_order_has_one_owner():
    names = [name for field in FIELDS for name in field.names]

    assert len(names) == len(set(names))
    assert set() == set(ORDER) - set(names)
    ours = {name for field in FIELDS for name in field.names if field.owner == ORDERCTL}
    assert {"state", "assigned", "holds", "shipments", "backorders"} <= ours & set(ADDED)


def test_what_a_person_may_edit_belongs_to_either():
    either = {name for field in FIELDS for name in field.names if field.owner == EITHER}

    assert {name.partition(".")[0] for name in edits.FIELDS} <= either
