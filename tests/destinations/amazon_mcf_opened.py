"""The way to Amazon's warehouses, opened against `amazon_mcf_fake`."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from orderctl.core.secrets import Secret
from orderctl.destinations.amazon_mcf import AmazonMcf
from orderctl.destinations.way import Role
from orderctl.wire.budgets import Allowance, Budgets, Deadline
from orderctl.wire.opening import Opening
from tests.destinations.amazon_mcf_fake import NOW, Mcf
from tests.partner import Partner, partner

KEYS = {"client_id": "env:ID", "client_secret": "env:SECRET", "refresh_token": "env:REFRESH"}


def opened(
    url: str,
    role: Role = "send",
    *,
    base: Path | None = None,
    partner_class: str = "A",
    now: str = NOW,
    budgets: Budgets | None = None,
    seconds: float = 20.0,
    **keys: Any,
) -> AmazonMcf:
    """The location `mcf`, opened for `role`, with the settings `keys`."""
    folder = base or Path()
    context = {"role": role, "base": folder, "resolve": lambda reference: Secret(reference, "made-up-12345")}
    stated = {**KEYS, "base_url": url, "token_url": f"{url}/auth/o2/token", **keys}
    settings = AmazonMcf.Settings.model_validate(stated, context=context)
    opening = Opening(
        folder,
        now=now,
        budgets=budgets or Budgets(1_795_186_800.0),
        allowance=Allowance(seconds, Deadline.after(3600.0)),
        first_wait_s=0.005,
        partner_class=partner_class,
    )
    return AmazonMcf("mcf", settings, opening, role)


@contextlib.contextmanager
def served(amazon: Mcf | None = None) -> Iterator[tuple[Mcf, Partner]]:
    """A running Amazon, and the server it stands behind."""
    kept = amazon or Mcf()
    with partner(answer=kept.answer) as server:
        yield kept, server
