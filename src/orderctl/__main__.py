"""The front door: what can be answered without loading the program is answered here.

`--version`, the help of the whole command and the words that a shell completes need next to no import; everything else
is `cli.app`. Without arguments it is `status` where orderctl is set up, elsewhere help that says how to begin.
"""

from __future__ import annotations

import os
import sys

from orderctl import __version__


def main() -> int:
    """Do what the command line says and give the exit code."""
    arguments = sys.argv[1:]
    if arguments in (["--version"], ["-V"]):
        return _answer(f"orderctl {__version__}\n")
    if arguments[:1] == ["__complete"]:
        from orderctl.cli.completing import lines

        return _answer(lines(arguments[1:]))
    if not arguments and _is_set_up():
        arguments = ["status"]
    if arguments in ([], ["--help"], ["-h"]):
        from orderctl.cli.front import help_text

        return _answer(help_text(begin=not arguments))
    from orderctl.cli.app import run

    return run(arguments)


def _is_set_up() -> bool:
    return bool(os.environ.get("ORDERCTL_CONFIG")) or os.path.exists("channels.toml")  # noqa: PTH110 - pathlib is slow


def _answer(text: str) -> int:
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        # the reader has gone; without this the interpreter complains while it shuts down
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0


if __name__ == "__main__":
    sys.exit(main())
