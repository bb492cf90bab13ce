"""What an adapter is opened with, beside its name and its settings."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from orderctl.core import times
from orderctl.wire.budgets import Allowance, Budgets, Deadline

if TYPE_CHECKING:
    from orderctl.wire.http import Client, Credentials
    from orderctl.wire.mail import Server
    from orderctl.wire.waits import WaitHeader


def _no_server() -> None:
    """`[smtp]` names none."""


def _no_channel(name: str, kind: str) -> Any:  # noqa: ARG001
    message = f"there is no channel '{name[:100]}'"
    raise LookupError(message)


@dataclass(frozen=True, slots=True)
class Opening:
    """`base` is the folder relative paths start from; `currency` and `timezone` what is meant where nothing is said.

    `now` is the moment of the pass. `budgets` and `allowance` are for whoever asks over a network; `first_wait_s` is
    the wait after a first failure. `smtp` gives the server of `[smtp]`, which is read when somebody asks for it.
    `partner_class` is what a location is to be of `core.partners`. `settings_of_channel` gives the checked settings of
    the channel of that name and type, for locations of the same account; LookupError, in words, where there is none.
    """

    base: Path
    currency: str = "USD"
    timezone: str = "UTC"
    now: str = times.EPOCH
    agent: str = "orderctl"
    budgets: Budgets = field(default_factory=lambda: Budgets(0.0))
    allowance: Allowance = field(default_factory=lambda: Allowance(180.0, Deadline.after(900.0)))
    first_wait_s: float = 1.0
    smtp: Callable[[], Server | None] = _no_server
    partner_class: str = "C"
    settings_of_channel: Callable[[str, str], Any] = _no_channel

    def client(
        self,
        target: str,
        base_url: str,
        credentials: Credentials | None = None,
        ca_file: Path | None = None,
        waits: Sequence[WaitHeader] = (),
    ) -> Client:
        """A client for `base_url` that keeps to these limits. Importing it is left to who needs it.

        `waits` are the headers in which this partner says when to come again, where `Retry-After` does not.
        """
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
            waits=waits,
        )
