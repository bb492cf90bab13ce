"""Pings for a monitor that tells somebody when they stop, in the way of Healthchecks and those that do as it does.

1. `URL/start`, `URL/CODE` and `URL/fail`, asked for by GET; what comes back does not matter
2. a ping takes `LONGEST_S` at most, with what is tried again: a pass has two
3. a ping that fails is no failure of the pass: it is said, and nothing is raised
"""

from __future__ import annotations

from orderctl import __version__
from orderctl.core.errors import RemoteError
from orderctl.core.secrets import Secret
from orderctl.wire.budgets import Allowance, Budgets, Deadline
from orderctl.wire.http import Client, Request

LONGEST_S = 3.0


class Heartbeat:
    """Pings `url` during one pass."""

    def __init__(self, url: Secret) -> None:
        agent = f"orderctl/{__version__}"
        self._allowance = Allowance(0.0, Deadline.after(365 * 86_400))
        self._client = Client(
            *("heartbeat", url.reveal()),
            budgets=Budgets(0.0),
            allowance=self._allowance,
            agent=agent,
            first_wait_s=0.2,
        )

    def ping(self, what: str) -> str:
        """Ask for `URL/what`. Why that failed, without the address; empty when it did not."""
        self._allowance.seconds = LONGEST_S
        try:
            self._client.send(Request("GET", f"/{what}", expects="bytes"))
        except RemoteError as error:
            return error.message
        return ""

    def close(self) -> None:
        """Close the connection."""
        self._client.close()
