"""The one place that turns an error into text and an exit code.

1. errors that orderctl raises on purpose say what, where and what to type next; their class has the exit code
2. a stop (Ctrl-C, SIGTERM) rolls back what is open and leaves the rest for the next pass
3. anything else is a bug: one line, and a report in a private file
With `--format json` the same reasons also stand in the one document on stdout.
"""

from __future__ import annotations

import contextlib
import signal
import sys
from collections.abc import Callable, Sequence
from typing import Any, NoReturn

from typer.exceptions import Abort, TyperException
from typer.exceptions import Exit as TyperExit

from orderctl.cli import render
from orderctl.cli.front import COMMANDS
from orderctl.cli.group import SETTINGS, Root, wanted_format
from orderctl.core.errors import ConfigError, Exit, OrderctlError, UsageError
from orderctl.core.text import storable

BUGS = "orderctl's maintainers"


class Terminated(BaseException):
    """SIGTERM came; raised where the program is, so that what is open is rolled back."""

    exit = Exit.TERMINATED


def run(arguments: Sequence[str], call: Callable[[Sequence[str]], int] | None = None) -> int:
    """Do what `arguments` say (with `call`, if not the usual one) and give the exit code; nothing is raised."""
    signal.signal(signal.SIGTERM, _terminate)
    render.prepare()
    try:
        _need_text(arguments)
        return (call or command)(arguments)
    except OrderctlError as error:
        return _known(error, arguments)
    except TyperExit as stop:
        return stop.exit_code
    except TyperException as error:
        return _usage(error, arguments)
    except (KeyboardInterrupt, Abort):
        return _stopped(Exit.INTERRUPTED, "Ctrl-C", arguments)
    except Terminated:
        return _stopped(Exit.TERMINATED, "SIGTERM", arguments)
    except render.Unwritten as error:
        render.note(f"orderctl: the answer could not be written: {error}; the work itself is done")
        return int(Exit.BUG)
    except Exception as error:  # noqa: BLE001
        return _bug(error, arguments)


def command(arguments: Sequence[str]) -> int:
    """Find the command, run it, and give its exit code. Raises whatever it raises."""
    names: dict[str, Any] = {name: target for name, (target, _) in COMMANDS.items()}
    root = Root(name="orderctl", commands=names, context_settings=SETTINGS, rich_markup_mode=None)
    with root.make_context("orderctl", list(arguments)) as ctx:
        return int(root.invoke(ctx) or 0)


def _need_text(arguments: Sequence[str]) -> None:
    """Bytes that no text can be are no name of anything; nothing below has to reckon with them."""
    for argument in arguments:
        if storable(argument) != argument:
            raise UsageError(f"the argument '{argument}' is not UTF-8 text; nothing was done", next="orderctl --help")


def _terminate(signum: int, frame: object) -> NoReturn:  # noqa: ARG001
    raise Terminated


def _known(error: OrderctlError, arguments: Sequence[str]) -> int:
    problems = _findings(error) if isinstance(error, ConfigError) else [_problem(error)]
    return _failed(error.exit, str(error), problems, arguments)


def _findings(error: ConfigError) -> list[dict[str, Any]]:
    return [
        {
            "code": finding.code,
            "subject": f"{finding.file}:{finding.line}" if finding.line else finding.file,
            "message": finding.message,
            "next": finding.hint,
        }
        for finding in error.findings
    ]


def _problem(error: OrderctlError) -> dict[str, Any]:
    return {"code": error.code, "subject": error.where, "message": error.message, "next": error.next}


def _usage(error: TyperException, arguments: Sequence[str]) -> int:
    ctx = getattr(error, "ctx", None)
    path = ctx.command_path if ctx is not None else "orderctl"
    message = " ".join(error.format_message().split()).rstrip(".")
    problem = {"code": "usage", "subject": path, "message": message, "next": f"{path} --help"}
    nothing = " Nothing was done" if message.endswith("?") else "; nothing was done"
    return _failed(
        Exit.USAGE,
        f"{message}{nothing}; next: {path} --help",
        [problem],
        arguments,
    )


def _stopped(code: Exit, by: str, arguments: Sequence[str]) -> int:
    if code is Exit.INTERRUPTED and render.at_a_terminal(sys.stderr):
        render.note("")  # a terminal has written ^C there
    message = f"stopped by {by}: what was open is rolled back, the rest is left for the next pass"
    again = f"orderctl {arguments[0]}" if arguments else "orderctl"
    problem = {"code": "stopped", "subject": again, "message": message, "next": again}
    return _failed(code, f"{message}; next: {again}", [problem], arguments)


def _bug(error: Exception, arguments: Sequence[str]) -> int:
    from orderctl.cli import crash

    path = crash.write_report(error, arguments)
    message = f"a bug in orderctl: {crash.summary(error)}; what was open is rolled back"
    hint = f"send {path} to {BUGS}" if path else "no crash report could be written"
    problem = {"code": "bug", "subject": "orderctl", "message": message, "next": hint}
    return _failed(Exit.BUG, f"{message}; next: {hint}", [problem], arguments)


def _failed(code: Exit, text: str, problems: list[dict[str, Any]], arguments: Sequence[str]) -> int:
    render.note(f"orderctl: {text}")
    if wanted_format(arguments) == "json":
        with contextlib.suppress(render.Unwritten):
            render.document({"exit_code": int(code), "problems": problems})
    return int(code)
