"""Write the pages that are made from the program itself, so that they cannot say something else.

Each page is a function that gives its text. `make docs` writes them; a test compares them with what is committed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from orderctl.cli.front import COMMANDS, help_text
from orderctl.cli.group import loaded
from orderctl.core.states import EFFECT_EDGES, ORDER_STATES, SHIPMENT_EDGES

FOLDER = Path(__file__).parent
WIDTH = 100
MADE = "<!-- made by `make docs`; edit the program instead -->\n"


def commands() -> str:
    """Every command with its help, as `--help` prints it."""
    parts = ["# Commands\n", MADE, _block(help_text())]
    for name, (target, _) in COMMANDS.items():
        for path, text in _helps(loaded(name, target), f"orderctl {name}"):
            parts += [f"## {path}\n", _block(text)]
    return "\n".join(parts)


def states() -> str:
    """The states of orders, shipments and effects, and what may follow what."""
    orders = "".join(f"{number}. `{state}`\n" for number, state in enumerate(ORDER_STATES, start=1))
    return "\n".join(
        [
            "# States\n",
            MADE,
            "## Orders\n",
            "The state of an order is worked out from its lines, holds and effects: the first of these that holds.\n",
            orders,
            "## Shipments\n",
            _edges(SHIPMENT_EDGES),
            "## Effects\n",
            _edges(EFFECT_EDGES),
        ]
    )


PAGES: dict[str, Callable[[], str]] = {"cli.md": commands, "states.md": states}


def _helps(command: Any, path: str) -> Iterator[tuple[str, str]]:
    """The help of a command, or of each verb of a noun."""
    verbs: Mapping[str, Any] = getattr(command, "commands", {})
    if verbs:
        for name in verbs:
            yield from _helps(verbs[name], f"{path} {name}")
        return
    context = command.make_context(path, [], resilient_parsing=True)
    context.terminal_width = WIDTH
    yield path, command.get_help(context)


def _edges(edges: Mapping[str, tuple[str, ...]]) -> str:
    rows = (
        f"| `{state}` | {', '.join(f'`{one}`' for one in after) or 'nothing'} |\n" for state, after in edges.items()
    )
    return "| state | may become |\n| --- | --- |\n" + "".join(rows)


def _block(text: str) -> str:
    lines = "\n".join(line.rstrip() for line in text.strip().splitlines())
    return f"```text\n{lines}\n```\n"


def main() -> None:
    """Write every page."""
    for name, page in PAGES.items():
        (FOLDER / name).write_text(page(), encoding="utf-8")
        print(f"docs/{name}")


if __name__ == "__main__":
    main()
