"""What can be tried at Walmart Marketplace without changing anything: credentials, the clock, what the keys may do."""

from __future__ import annotations

from orderctl.channels.walmart_api import Api
from orderctl.core.adapters import Probe
from orderctl.core.errors import RemoteError
from orderctl.wire import probes

_KEYS = "copy client id and secret anew from Seller Center, Settings, API key management"
_SCOPES = "give the keys full access to it under Settings, API key management, and make them anew"


def probe(api: Api, ship_node: str) -> list[Probe]:
    """Credentials, the clock, the areas that are needed, and whether orders can be read."""
    try:
        now = api.now()
        scopes = api.scopes()
    except RemoteError as error:
        return [probes.failed("credentials", error, _KEYS)]
    clock = probes.clock(api.skew_s, "set this machine's clock; Walmart's own is used meanwhile")
    found = [Probe("credentials", "ok", "a token was given"), clock]
    found += [_scope(area, str(scopes[area])) for area in ("orders", "inventory") if area in scopes]
    try:
        api.listed((("lastModifiedStartDate", now), ("limit", "1")))
    except RemoteError as error:
        return [*found, probes.failed("orders", error, _SCOPES)]
    node = f"of ship node {ship_node}" if ship_node else "of the account's only ship node"
    return [*found, Probe("orders", "ok", "can be read"), Probe("stock", "ok", f"would be told {node}")]


def _scope(area: str, access: str) -> Probe:
    if access == "full_access":
        return Probe(area, "ok", "full access")
    return Probe(area, "warn" if access == "view_only" else "fail", access.replace("_", " "), _SCOPES)
