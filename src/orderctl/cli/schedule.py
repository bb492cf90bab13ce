"""Schedule: the lines that cron or systemd needs to start passes, with the paths of this very program."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

from typer import Option

from orderctl.cli.answers import Answer, Printout, table
from orderctl.cli.command import storeless
from orderctl.cli.options import Shared
from orderctl.core import times
from orderctl.core.errors import UsageError

_COLUMNS = {"for": "for", "every_s": ">seconds", "program": "program", "config": "config", "text": "_text"}


class For(StrEnum):
    """What starts passes."""

    CRON = "cron"
    SYSTEMD = "systemd"


@storeless
def schedule(
    said: Shared,
    wanted: Annotated[For, Option("--print", metavar="FOR", help="cron or systemd.")] = For.CRON,
    every: Annotated[str, Option("--every", metavar="SPAN", help="How often a pass begins, e.g. 5min.")] = "5min",
    mailto: Annotated[
        str, Option("--mailto", metavar="ADDRESS", help="Whom cron writes to; default the user that it runs as.")
    ] = "",
) -> Answer:
    """Print what cron or systemd needs: a pass every so often, a copy each night, a look at everything each week.

    Nothing is installed: `orderctl schedule | crontab -` would replace a crontab, so add the lines yourself. For less
    than a minute systemd keeps one process that passes again and again.

    Exit: 0 done, 2 it cannot be started so often.
    """
    from orderctl.steps import schedules

    at = schedules.places(said.config or Path("channels.toml"))
    try:
        every_s = times.parse_duration(every)
        cron = wanted is For.CRON
        text = schedules.cron(at, every_s, _one_line(mailto)) if cron else schedules.systemd(at, every_s)
    except ValueError as error:
        raise UsageError(f"--every: {error}", next="orderctl schedule --print systemd --every 30s") from None
    value = {"for": str(wanted), "every_s": every_s, "program": list(at.program), "config": str(at.config)}
    whole = value | {"log": str(at.log), "text": text}
    return Printout(text.encode("utf-8", "surrogateescape"), whole, table(_COLUMNS, [whole]))


def _one_line(mailto: str) -> str:
    if any(not character.isprintable() for character in mailto):
        raise UsageError("--mailto is no address of mail", next="orderctl schedule --help")
    return mailto
