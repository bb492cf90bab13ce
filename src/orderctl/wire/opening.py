"""What an adapter is opened with, beside its name and its settings."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from orderctl.core import times
from orderctl.wire.budgets import Allowance, Budgets, Deadline

if TYPE_CHECKING:
    from orderctl.wire.http import Client, Credentials


@dataclass(frozen=True, slots=True)
class Opening:
    """`base` is the folder relative paths start from; `currency` and `timezone` what is meant where nothing is said.

    `now` is the moment of the pass. `budgets` and `allowance` are for whoever asks over a network; `first_wait_s` is
    the wait after a first failure.
    """

    base: Path
    currency: str = "USD"
    timezone: str = "UTC"
    now: str = times.EPOCH
    agent: str = "orderctl"
    budgets: Budgets = field(default_factory=lambda: Budgets(0.0))
    allowance: Allowance = field(default_factory=lambda: Allowance(180.0, Deadline.after(900.0)))
    first_wait_s: float = 1.0

    def client(
        self, target: str, base_url: str, credentials: Credentials | None = None, ca_file: Path | None = None
    ) -> Client:
        """A client for `base_url` that keeps to these limits. Importing it is left to who needs it."""
        from orderctl.wire.http import Client

        return Client(
            target,
            base_url,
            budgets=self.budgets,
            allowance=self.allowance,
            agent=self.agent,
            credentials=credentials,
            ca_file=ca_file,
            first_wait_s=self.first_wait_s,
        )
