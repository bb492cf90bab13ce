"""What every command does around its own work: read shared options, open the context, show the answer, exit.

`reading`, `writing` and the others like them turn a function into the one that typer calls: they add the shared
options to its own, and open what its kind needs. Some arguments of its own reach the function worked out:
- `limit`: the number of rows to read; for a person at a terminal who asked for none one more than the 50 that are shown
- `unattended`: whether the answer goes to a mail or a log; no option says so
Nothing heavy is imported before the call.
"""

from __future__ import annotations

import contextlib
import inspect
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, get_type_hints

from orderctl.cli import options
from orderctl.cli.answers import Answer, Listing
from orderctl.cli.options import Shared

if TYPE_CHECKING:
    from orderctl.steps.context import Context

Work = Callable[..., Answer]


def reading(work: Work) -> Callable[..., int]:
    """A command (context, own arguments) that changes nothing."""
    return _command(work, options.READING, _in_a_context(write=False))


def writing(work: Work) -> Callable[..., int]:
    """A command (context, own arguments) that changes the store, and may only show what it would do."""
    return _command(work, options.READING | options.WRITING, _in_a_context(write=True))


def reconciling(work: Work) -> Callable[..., int]:
    """As `writing`, of a store that may be older than its journal; it sends nothing."""
    return _command(work, options.READING | options.WRITING, _in_a_context(write=True, put_back=True))


def replacing(work: Work) -> Callable[..., int]:
    """A command (shared options, own arguments) that opens the store when and as often as it needs, or not at all."""
    return _command(work, options.READING | options.WRITING, lambda work, said, values: work(said, **values))


def trying(work: Work) -> Callable[..., int]:
    """A command (context, own arguments) that asks others and changes nothing; it works before there is a store."""
    return _command(work, options.READING, _in_a_context(write=True, on_a_copy=True))


def storeless(work: Work) -> Callable[..., int]:
    """A command (shared options, own arguments) that opens no store."""
    return _command(work, options.READING, lambda work, said, values: work(said, **values))


@contextlib.contextmanager
def opened(
    said: Shared, *, write: bool, on_a_copy: bool = False, put_back: bool = False, max_time_s: int | None = None
) -> Iterator[Context]:
    """What the shared options `said` name, opened; `on_a_copy` = nothing is changed whatever is done with it.

    `put_back` and `max_time_s` as for `open_context`.
    """
    from orderctl.cli import render
    from orderctl.steps.context import open_context

    with (
        render.progress(wanted=write and not said.quiet) as draw,
        open_context(
            said.config,
            said.rules,
            said.db,
            write=write,
            dry_run=on_a_copy or said.dry_run,
            wait_s=said.wait,
            actor=actor(),
            progress=draw,
            put_back=put_back,
            max_time_s=max_time_s,
        ) as ctx,
    ):
        yield ctx


def _command(work: Work, shared: dict[str, object], call: Callable[..., Answer]) -> Callable[..., int]:
    own, defaults = _own_parameters(work), Shared()
    added = [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=getattr(defaults, name), annotation=kind)
        for name, kind in shared.items()
    ]
    worked_out = [name for name in ("unattended",) if name in own]

    def run(**values: Any) -> int:
        from orderctl.cli import render

        said = Shared(**{name: values.pop(name) for name in shared})
        most = render.most_rows(said.format) if values.get("limit", 0) is None else None
        if most:
            values["limit"] = most + 1  # one more than is shown tells whether these are all
        if "unattended" in worked_out:
            values["unattended"] = render.nobody_watches(said)
        answer = call(work, said, values)
        shown = answer.first(most) if most and isinstance(answer, Listing) else answer
        render.show(shown, said)
        if most and len(answer.rows().rows) > most:
            render.note(f"orderctl: {_first_of(most, answer)}; --limit N shows more")
        return int(answer.exit)

    asked = [one for name, one in own.items() if name not in worked_out]
    run.__name__, run.__doc__ = work.__name__, work.__doc__
    run.__annotations__ = {one.name: one.annotation for one in (*asked, *added)}
    run.__signature__ = inspect.Signature([*asked, *added])  # type: ignore[attr-defined]
    return run


def _first_of(most: int, answer: Answer) -> str:
    total = answer.total if isinstance(answer, Listing) else ""
    return f"these are the first {most}{total and f' of {total}'}"


def _own_parameters(work: Work) -> dict[str, inspect.Parameter]:
    """The parameters after the first by name, as keyword-only ones with their hints worked out."""
    hints = get_type_hints(work, localns={"Context": object}, include_extras=True)
    _, *own = inspect.signature(work).parameters.values()
    return {one.name: one.replace(kind=inspect.Parameter.KEYWORD_ONLY, annotation=hints[one.name]) for one in own}


def _in_a_context(
    *, write: bool, on_a_copy: bool = False, put_back: bool = False
) -> Callable[[Work, Shared, dict[str, Any]], Answer]:
    def call(work: Work, said: Shared, values: dict[str, Any]) -> Answer:
        with opened(said, write=write, on_a_copy=on_a_copy, put_back=put_back) as ctx:
            return work(ctx, **values)

    return call


def actor() -> str:
    """Who types: the name of the user the process belongs to, for the record of every change."""
    import getpass
    import os

    try:
        return getpass.getuser()
    except (KeyError, OSError):
        # a container may run under a number that no user has
        return f"uid {os.getuid()}"
