"""The adapters that come with orderctl, as names only, so that listing them imports none.

A third party adds one through the entry point groups `orderctl.channels` and `orderctl.destinations`.
"""

from __future__ import annotations

CHANNELS = {"file": "orderctl.channels.file:FileChannel"}
DESTINATIONS = {"file": "orderctl.destinations.file:FileDestination"}
