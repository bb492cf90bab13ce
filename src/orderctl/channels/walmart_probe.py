"""What can be tried at Walmart Marketplace without changing anything: credentials, the clock, what the keys may do."""

from __future__ import annotations

from orderctl.channels.walmart_api import Api
from orderctl.core.adapters import Probe
from orderctl.core.errors import RemoteDenied, RemoteError

_LARGEST_SKEW_S = 120
_KEYS = "copy client id and secret anew from Seller Center, Settings, API key management"
_SCOPES = "give the keys full access to it under Settings, API key management, and make them anew"


def probe(api: Api, ship_node: str) -> list[Probe]:
    """Credentials, the clock, the areas that are needed, and whether orders can be read."""
    try:
        now = api.now()
        scopes = api.scopes()
    except RemoteDenied as error:
        return [Probe("credentials", "fail", error.said, _KEYS)]
    except RemoteError as error:
        return [Probe("credentials", "fail", error.said, error.next or "run it again; look at base_url")]
    found = [Probe("credentials", "ok", "a token was given"), _clock(api)]
    found += [_scope(area, str(scopes[area])) for area in ("orders", "inventory") if area in scopes]
    try:
        api.listed((("lastModifiedStartDate", now), ("limit", "1")))
    except RemoteError as error:
        next_step = _SCOPES if isinstance(error, RemoteDenied) else error.next or "run it again"
        return [*found, Probe("orders", "fail", error.said, next_step)]
    node = f"of ship node {ship_node}" if ship_node else "of the account's only ship node"
    return [*found, Probe("orders", "ok", "can be read"), Probe("stock", "ok", f"would be told {node}")]


def _clock(api: Api) -> Probe:
    skew = api.skew_s
    if abs(skew) <= _LARGEST_SKEW_S:
        return Probe("clock", "ok", f"{skew:+d} s beside ours")
    return Probe(
        "clock", "warn", f"{skew:+d} s beside ours", "set this machine's clock; Walmart's own is used meanwhile"
    )


def _scope(area: str, access: str) -> Probe:
    if access == "full_access":
        return Probe(area, "ok", "full access")
    return Probe(area, "warn" if access == "view_only" else "fail", access.replace("_", " "), _SCOPES)
