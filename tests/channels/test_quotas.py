"""What each kind of channel says of its limits, before it is opened."""

from __future__ import annotations

import pytest

from orderctl.channels.amazon_api import RATES
from orderctl.config.model import ChannelConfig, StockPublishing
from orderctl.core.quotas import THINGS, Quota
from orderctl.core.registry import CHANNELS
from orderctl.steps import adapter_classes

PACED = ("amazon", "shopify", "walmart")
UNSTATED = ("ebay", "vendure", "woocommerce")


def quotas(kind: str, **settings: object) -> tuple[Quota, ...]:
    return adapter_classes.quotas(ChannelConfig("shop", kind, "SHOP", StockPublishing(()), settings=settings))


@pytest.mark.parametrize("kind", sorted(CHANNELS))
def test_every_kind_that_is_asked_says_what_orders_packages_and_stock_cost(kind: str):
    said = quotas(kind)

    prices = [price for quota in said for price in quota.prices.values()]
    assert all(price.tokens > 0 < price.things for price in prices)
    assert {name for quota in said for name in quota.prices} <= set(THINGS)
    assert bool(said) is (kind in PACED + UNSTATED)
    if said:
        assert {"orders", "tracking", "stock"} <= {name for quota in said for name in quota.prices}


def test_limits_are_those_that_requests_are_paced_by():
    assert [None] * 3 == [quota.per_hour for kind in UNSTATED for quota in quotas(kind)]
    amazon = {quota.name: (quota.per_hour, quota.burst) for quota in quotas("amazon")}
    assert {name: (round(per_s * 3600), burst) for name, (per_s, burst) in RATES.items() if name in amazon} == amazon
    assert [(360_000, 2000, "points")] == [(one.per_hour, one.burst, one.unit) for one in quotas("shopify")]


def test_pages_are_as_large_as_they_are_configured():
    assert [50, 20] == [
        quota.prices["orders"].things for one in ({}, {"page_size": 20}) for quota in quotas("shopify", **one)
    ]
    (searching, *_) = quotas("amazon", stock_marketplaces=["A", "B"])
    assert 100 == searching.prices["orders"].things
    assert [2, 2] == [one.prices["stock"].tokens for one in quotas("amazon", stock_marketplaces=["A", "B"])[3:]]
