"""Which types of channels and ways to locations this installation has.

Those that come with orderctl are names in `core.registry`; the entry points of other packages are only looked up for
a name that is not among them.
"""

from __future__ import annotations

from orderctl.config.findings import UNKNOWN_TYPE, Refusal, near
from orderctl.core import registry

CHANNELS = "orderctl.channels"
DESTINATIONS = "orderctl.destinations"
_BUILT_IN = {CHANNELS: registry.CHANNELS, DESTINATIONS: registry.DESTINATIONS}


def require(group: str, name: str) -> None:
    """Refusal unless `group` (CHANNELS or DESTINATIONS) has an adapter called `name`."""
    built_in = _BUILT_IN[group]
    if name in built_in:
        return
    from importlib.metadata import entry_points

    known = sorted({*built_in, *(point.name for point in entry_points(group=group))})
    if name in known:
        return
    guess = near(name, known)
    install = f"installed: {', '.join(known)}; a package that brings it registers '{name}' in {group}"
    raise Refusal(UNKNOWN_TYPE, f"'{name}' is not installed", guess or install)
