"""Tries out a Shopify store without changing anything.

1. who we are there; without that nothing else is asked
2. the version that is served, the clock, the scopes, the location of the stock, variants that sell below nothing
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from orderctl.channels.shopify_api import Api
from orderctl.channels.shopify_stock import location_id
from orderctl.core.adapters import Probe
from orderctl.core.errors import RemoteError
from orderctl.wire import probes

SCOPES = (
    *("read_orders", "write_orders", "read_customers", "read_products", "read_inventory", "write_inventory"),
    *("read_locations", "read_merchant_managed_fulfillment_orders", "write_merchant_managed_fulfillment_orders"),
)
_CREDENTIALS = "check `shop` and the token in the store's admin: Settings, Apps, Develop apps"
_INSTALL = "give the app these scopes in the Dev Dashboard or the store's admin, and install it again"


def tried(api: Callable[[], Api], version: str, location: str, *, personal: bool) -> list[Probe]:
    """What was found. `api` opens the store; the others are what the settings say."""
    try:
        shop = api().ask("Shop", {}).value.get("shop") or {}
    except RemoteError as error:
        return [probes.failed("credentials", error, _CREDENTIALS)]
    found = [Probe("credentials", "ok", f"{shop.get('name')}, in {shop.get('currencyCode')}")]
    found += [_version(api(), version), probes.clock(api().client.skew_s)]
    found += _looked("scopes", api(), _scopes)
    found += _looked("orders", api(), lambda one: _orders(one, personal=personal))
    found += _looked("oversell", api(), _oversell)
    found += _looked("location", api(), lambda one: _location(one, location))
    return found


def _looked(what: str, api: Api, look: Callable[[Api], Iterator[Probe]]) -> list[Probe]:
    try:
        return list(look(api))
    except RemoteError as error:
        return [probes.failed(what, error, _INSTALL)]


def _version(api: Api, version: str) -> Probe:
    if api.served in {"", version}:
        return Probe("version", "ok", version)
    hint = f'write version = "{api.served}", after a look at what changed'
    return Probe("version", "warn", f"asked for {version}, which is gone; {api.served} answers", hint)


def _scopes(api: Api) -> Iterator[Probe]:
    installation = api.ask("Scopes", {}).value.get("currentAppInstallation") or {}
    given = {str(one.get("handle")) for one in installation.get("accessScopes") or ()}
    given |= {f"read_{scope.removeprefix('write_')}" for scope in given if scope.startswith("write_")}
    missing = [scope for scope in SCOPES if scope not in given]
    if missing:
        yield Probe("scopes", "fail", f"lacks {', '.join(missing)}", _INSTALL)
    else:
        yield Probe("scopes", "ok", f"{len(SCOPES)} of {len(SCOPES)}")
    if "read_all_orders" not in given:
        hint = "nothing, unless older orders are needed: then ask Shopify for read_all_orders"
        yield Probe("horizon", "warn", "orders of the last 60 days are seen", hint)


def _orders(api: Api, *, personal: bool) -> Iterator[Probe]:
    api.ask("Orders", {"first": 1, "after": None, "query": "", "personal": personal})
    yield Probe("orders", "ok", f"can be read, {'with' if personal else 'without'} names and addresses")


def _location(api: Api, stated: str) -> Iterator[Probe]:
    wanted = location_id(api, stated)
    known = {str(row["id"]): row.get("name") for _, nodes in api.nodes("Locations", {}, "locations") for row in nodes}
    if wanted in known:
        yield Probe("location", "ok", f"stock is told at {known[wanted]}")
        return
    names = ", ".join(f"{name} ({key.rpartition('/')[2]})" for key, name in list(known.items())[:10])
    yield Probe("location", "fail", f"there is no location {stated}", f"set `location` to one of: {names}")


def _oversell(api: Api) -> Iterator[Probe]:
    nodes = (api.ask("Oversold", {}).value.get("productVariants") or {}).get("nodes") or []
    on = sum(1 for one in nodes if one.get("inventoryPolicy") == "CONTINUE")
    if on:
        hint = "turn off 'Continue selling when out of stock' for them, unless it is meant"
        yield Probe("oversell", "warn", f"{on} of {len(nodes)} variants looked at go on selling at 0", hint)
    else:
        yield Probe("oversell", "ok", f"none of {len(nodes)} variants looked at sells below 0")
