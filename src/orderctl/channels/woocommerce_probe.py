"""What can be tried out of a WooCommerce shop without changing anything."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from orderctl.channels.woocommerce_site import CORE, MOST, Site, has_no_route
from orderctl.core.adapters import Probe
from orderctl.core.errors import RemoteDenied, RemoteError, RemoteRefused
from orderctl.wire import probes

_KEYS = 'look at WooCommerce, Settings, Advanced, REST API; a host that takes headers away needs auth = "query"'
_CLOCK = "set the clocks; signed requests need them within 15 minutes"
_STOCK_OFF = "switch on stock management under WooCommerce, Settings, Products, Inventory"


def probe(site: Site, tracking_route: str) -> list[Probe]:
    """Whether orders can be read and written, how the clocks go, the version, tracking, and stock management."""
    first = _tried("orders", lambda: _orders(site))
    if first.verdict == "fail":
        return [first]
    return [
        first,
        probes.clock(site.client.skew_s, _CLOCK),
        _tried("writing", lambda: _writing(site)),
        _tried("version", lambda: _version(site)),
        *_tracking(site, tracking_route),
        _tried("stock", lambda: _stock(site)),
        _tried("oversell", lambda: _oversell(site)),
    ]


def _tried(what: str, find: Callable[[], Probe]) -> Probe:
    try:
        return find()
    except RemoteError as error:
        return probes.failed(what, error, _KEYS)


def _orders(site: Site) -> Probe:
    answer = site.get(f"{CORE}/orders", [("per_page", "1"), ("status", "any"), ("_fields", "id")])
    found = answer.headers.get("x-wp-total", "")
    return Probe("orders", "ok", f"can be read{f', {found} of them' if found else ''}")


def _writing(site: Site) -> Probe:
    """A batch of nothing asks for the right to write and changes nothing."""
    try:
        site.write("POST", f"{CORE}/orders/batch", {"update": []}, "read")
    except RemoteDenied:
        return Probe(
            "writing", "warn", "the key can only read", "give the key read and write access to tell of tracking"
        )
    return Probe("writing", "ok", "the key can write")


def _version(site: Site) -> Probe:
    try:
        value = site.get(f"{CORE}/system_status", [("_fields", "environment")]).value
    except RemoteDenied:
        return Probe("version", "warn", "is not shown to this user", "the key of a shop manager shows it")
    environment = value.get("environment") if isinstance(value, Mapping) else None
    found = environment.get("version") if isinstance(environment, Mapping) else None
    return Probe("version", "ok" if found else "warn", f"WooCommerce {found or 'of an unknown version'}")


def _tracking(site: Site, route: str) -> Iterator[Probe]:
    """Which ways of telling tracking the site has."""
    if _has(site, f"{CORE}/orders/0/fulfillments"):
        yield Probe("tracking", "ok", "by WooCommerce's own fulfillments")
    elif _has(site, f"{route}/orders/0/shipment-trackings"):
        yield Probe("tracking", "ok", f"by the extension at {route}")
    else:
        yield Probe("tracking", "ok", "by notes to customers; neither fulfillments nor an extension are there")


def _has(site: Site, route: str) -> bool:
    """Whether the site has such a part: it has when it complains about the order, or about us."""
    try:
        site.get(route)
    except RemoteRefused as error:
        return not has_no_route(error)
    except RemoteError as error:
        return isinstance(error, RemoteDenied)
    return True


def _stock(site: Site) -> Probe:
    try:
        value: Any = site.get(f"{CORE}/settings/products/woocommerce_manage_stock").value
    except RemoteDenied:
        return Probe("stock", "warn", "its switch is not shown to this user", "the key of a shop manager shows it")
    on = isinstance(value, Mapping) and value.get("value") == "yes"
    return Probe("stock", "ok" if on else "warn", "is managed" if on else "is not managed", "" if on else _STOCK_OFF)


def _oversell(site: Site) -> Probe:
    """Whether products go on selling when nothing is left: each of them has a switch of its own."""
    rows = site.page(f"{CORE}/products", [("per_page", str(MOST)), ("_fields", "id,backorders")]).rows
    on = sum(1 for row in rows if row.get("backorders") in {"yes", "notify"})
    if on:
        hint = "turn off 'Allow backorders' for them, unless it is meant"
        return Probe("oversell", "warn", f"{on} of {len(rows)} products looked at go on selling at 0", hint)
    return Probe("oversell", "ok", f"none of {len(rows)} products looked at sells below 0")
