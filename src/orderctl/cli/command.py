"""What every command does around its own work: read shared options, open the context, show the answer, exit.

`reading` and `writing` turn a function `(ctx, own arguments) -> Answer` into the function that typer calls: they add
the shared options to its own, and open the context as its kind needs it. A `limit` of its own reaches the function as
the number of rows to read, 50 for a person at a terminal who asked for none. Nothing heavy is imported before the call.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any, get_type_hints

from orderctl.cli import options
from orderctl.cli.answers import Answer
from orderctl.cli.options import Shared

Work = Callable[..., Answer]


def reading(work: Work) -> Callable[..., int]:
    """A command that changes nothing."""
    return _command(work, options.READING, write=False)


def writing(work: Work) -> Callable[..., int]:
    """A command that changes the store, and may only show what it would do."""
    return _command(work, options.READING | options.WRITING, write=True)


def _command(work: Work, shared: dict[str, object], *, write: bool) -> Callable[..., int]:
    own, defaults = _own_parameters(work), Shared()
    added = [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=getattr(defaults, name), annotation=kind)
        for name, kind in shared.items()
    ]

    def run(**values: Any) -> int:
        said = Shared(**{name: values.pop(name) for name in shared})
        return _call(work, values, said, write=write)

    run.__name__, run.__doc__ = work.__name__, work.__doc__
    run.__annotations__ = {one.name: one.annotation for one in (*own, *added)}
    run.__signature__ = inspect.Signature([*own, *added])  # type: ignore[attr-defined]
    return run


def _own_parameters(work: Work) -> list[inspect.Parameter]:
    """The parameters after the context, as keyword-only ones with their hints worked out."""
    hints = get_type_hints(work, localns={"Context": object}, include_extras=True)
    _, *own = inspect.signature(work).parameters.values()
    return [one.replace(kind=inspect.Parameter.KEYWORD_ONLY, annotation=hints[one.name]) for one in own]


def _call(work: Work, values: dict[str, Any], said: Shared, *, write: bool) -> int:
    from orderctl.cli import render
    from orderctl.steps.context import open_context

    if "limit" in values:
        values["limit"] = values["limit"] or render.most_rows(said.format)
    opened = open_context(
        said.config,
        said.rules,
        said.db,
        write=write,
        dry_run=said.dry_run,
        wait_s=said.wait,
        actor=actor(),
    )
    with opened as ctx, render.progress(wanted=write) as draw:
        if draw:
            ctx.progress = draw
        answer = work(ctx, **values)
    render.show(answer, said)
    return int(answer.exit)


def actor() -> str:
    """Who types: the name of the user the process belongs to, for the record of every change."""
    import getpass

    try:
        return getpass.getuser()
    except (KeyError, OSError):
        # a container may run under a number that no user has
        return "unknown"
