"""Commands that ask a person before they change much: a question with a number in it, and yes or no.

The question is asked while the store is free. Without a terminal the answer is no; `--yes` answers beforehand, and a
dry run asks nothing.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Annotated, Any

from typer import Option

from orderctl.cli import command
from orderctl.cli.answers import Answer
from orderctl.cli.command import Work
from orderctl.cli.options import Shared
from orderctl.core.errors import UsageError

Yes = Annotated[bool, Option("--yes", help="Do it to as many as there are, without asking.")]

#: (context, own arguments) -> the question, and a value that the command gets as `meant`; None = nothing to ask.
Ask = Callable[..., "tuple[str, Any] | None"]


def asking(ask: Ask) -> Callable[[Work], Callable[..., int]]:
    """As `command.writing`, of a command with `yes` and `meant`; what `ask` reads is what the question is about."""

    def decorate(work: Work) -> Callable[..., int]:
        @functools.wraps(work)
        def call(said: Shared, **values: Any) -> Answer:
            if not values.pop("yes") and not said.dry_run:
                values["meant"] = _agreed_to(said, ask, values)
            with command.opened(said, write=True) as ctx:
                return work(ctx, **values)

        signature = inspect.signature(work)
        shown = [one for name, one in signature.parameters.items() if name != "meant"]
        call.__signature__ = signature.replace(parameters=shown)  # type: ignore[attr-defined]
        return command.replacing(call)

    return decorate


def _agreed_to(said: Shared, ask: Ask, values: dict[str, Any]) -> Any:
    from orderctl.cli import render

    with command.opened(said, write=False) as ctx:
        asked = ask(ctx, **values)
    if asked is None:
        return None
    question, meant = asked
    if not render.agreed(question):
        raise UsageError(f"{question} The answer was no; nothing was done", next="the same with --yes")
    return meant
