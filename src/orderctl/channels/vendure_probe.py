"""What can be tried out in a Vendure shop without changing anything: credentials, permissions, money, stock, clock."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from orderctl.channels.vendure_api import Api
from orderctl.channels.vendure_writes import stock_locations
from orderctl.core.adapters import Probe
from orderctl.core.errors import RemoteError
from orderctl.wire import probes

_ME = """query orderctlProbe {
  me { identifier channels { code permissions } }
  activeChannel { code currencyCode pricesIncludeTax }
}"""
_SERVER = """query orderctlServer {
  globalSettings { trackInventory outOfStockThreshold serverConfig { moneyStrategyPrecision } }
}"""
#: What each thing needs: any one of the permissions in a row.
_NEEDED: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "orders": (("ReadOrder",),),
    "tracking, cancel": (("UpdateOrder",),),
    "stock": (("UpdateCatalog", "UpdateProduct"), ("ReadCatalog", "ReadProduct"), ("ReadStockLocation",)),
}


def probe(api: Api, money_precision: int, stock_location: str) -> list[Probe]:
    """How each thing went; it ends with the first that the shop does not let us ask."""
    try:
        me = api.ask(_ME, {})[0]
    except RemoteError as error:
        return [probes.failed("credentials", error, "check api_key, or username and password, and base_url")]
    found = [Probe("credentials", "ok", f"{me['me']['identifier']} on channel {me['activeChannel']['code']}")]
    found += _permissions(me)
    for look in (_server, _locations):
        try:
            found += look(api, money_precision, stock_location)
        except RemoteError as error:
            found.append(
                Probe("stock", "warn", error.said, "give the administrator ReadSettings and ReadStockLocation")
            )
    return [*found, probes.clock(api.client.skew_s)]


def _permissions(me: Mapping[str, Any]) -> Iterator[Probe]:
    code = me["activeChannel"]["code"]
    held = {right for one in me["me"]["channels"] if one["code"] == code for right in one["permissions"]}
    for what, needed in _NEEDED.items():
        missing = [" or ".join(any_of) for any_of in needed if not held.intersection(any_of)]
        if missing:
            advice = f"give the administrator's role {', '.join(missing)}"
            yield Probe(what, "fail" if what == "orders" else "warn", f"{', '.join(missing)} is missing", advice)
        else:
            yield Probe(what, "ok", "allowed")


def _server(api: Api, money_precision: int, stock_location: str) -> Iterator[Probe]:  # noqa: ARG001
    server = api.ask(_SERVER, {})[0]["globalSettings"]
    precision = server["serverConfig"]["moneyStrategyPrecision"]
    if precision == money_precision:
        yield Probe("money", "ok", f"amounts have {precision} decimals")
    else:
        message = f"the server's amounts have {precision} decimals, read with {money_precision}"
        yield Probe("money", "fail", message, f"money_precision = {precision}")
    threshold = server["outOfStockThreshold"]
    if not server["trackInventory"]:
        message = "the shop does not track inventory and sells what is not there"
        yield Probe("overselling", "warn", message, "switch on Track inventory in its global settings")
    elif threshold < 0:
        message = f"the shop sells up to {-threshold} units of each variant more than there are"
        yield Probe("overselling", "warn", message, "set its out-of-stock threshold to 0")
    else:
        yield Probe("overselling", "ok", f"inventory is tracked, {threshold} units of each variant are kept back")


def _locations(api: Api, money_precision: int, stock_location: str) -> Iterator[Probe]:  # noqa: ARG001
    locations = stock_locations(api)
    named = [f"{name} ({one})" for one, name in locations.items() if stock_location in ("", one, name)]
    if len(named) == 1:
        yield Probe("stock location", "ok", named[0])
    else:
        listed = ", ".join(f"{name} ({one})" for one, name in locations.items())
        yield Probe("stock location", "warn", f"the shop has {listed}", 'name one of them: stock_location = "..."')
