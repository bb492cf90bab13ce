"""A shop on disk whose location `fba` is Amazon's warehouses; what Amazon will not ship goes to `west`, by files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.destinations.api_fake import toml
from tests.shop import CHANNELS, RULES, Shop, a_shop

_FBA = """
[location.fba]
kind = "amazon-mcf"
class = "{partner_class}"
address = {{ country = "US", region = "NJ", postcode = "07102" }}
send = {send}
stock_feed = {stock}

[carrier.amazon.services]
standard = {{ days = "3-5" }}
expedited = {{ days = "1-2" }}

"""
KEYS = {"client_id": "env:AMAZON_ID", "client_secret": "env:AMAZON_SECRET", "refresh_token": "env:AMAZON_REFRESH"}
FILE = {"via": "file", "path": "stock/fba.csv"}


@pytest.fixture
def application(monkeypatch: pytest.MonkeyPatch) -> None:
    """The keys of an application, as the settings look for them."""
    monkeypatch.setenv("AMAZON_ID", "amzn1.application-oa2-client.1")
    monkeypatch.setenv("AMAZON_SECRET", "amzn1.oa2-cs.v1.1")
    monkeypatch.setenv("AMAZON_REFRESH", "Atzr|refresh-1")


def an_mcf_shop(
    folder: Path, url: str, partner_class: str = "A", *, stock: dict[str, Any] | None = None, **keys: Any
) -> Shop:
    """Orders of `web`; `fba` has MUG and TEE, `west` MUG and LAMP. `keys` are of the way's settings."""
    before, rest = CHANNELS.split("[location.east]", 1)
    after = rest[rest.index("[location.west]") :]
    send = {"via": "amazon-mcf", **KEYS, "base_url": url, "token_url": f"{url}/auth/o2/token", **keys}
    send = {name: value for name, value in send.items() if value is not None}
    fba = _FBA.format(partner_class=partner_class, send=toml(send), stock=toml(stock or FILE))
    shop = a_shop(folder, before + fba.replace("True", "true").replace("False", "false") + after,
                  RULES.replace('"east"', '"fba"'))  # fmt: skip
    shop.stock(fba={"MUG": 10, "LAMP": 0, "TEE": 5, "RING-1": 2})
    return shop
