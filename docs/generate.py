"""Write the pages that are made from the program itself, so that they cannot say something else.

Each page is a function that gives its text. `make docs` writes them; a test compares them with what is committed.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from docs.pages import (
    channels,
    codes,
    commands,
    configuration,
    json_shapes,
    manual,
    pictures,
    rules,
    scale,
    schema_config,
    schema_rules,
    states,
    words,
)

FOLDER = Path(__file__).parent
PAGES: dict[str, Callable[[], str]] = {
    "channels.md": channels.text,
    "cli.md": commands.text,
    "codes.md": codes.text,
    "configuration.md": configuration.text,
    "json.md": json_shapes.text,
    "orderctl.1": manual.text,
    "rules.md": rules.text,
    "scale.md": scale.text,
    "schemas/channels.json": schema_config.text,
    "schemas/rules.json": schema_rules.rules,
    "schemas/rules.test.json": schema_rules.tests,
    "states.md": states.text,
    "../src/orderctl/cli/words.json": words.text,
    **pictures.pages(),
}


def main() -> None:
    """Write every page."""
    for name, page in PAGES.items():
        path = FOLDER / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(page(), encoding="utf-8")
        print(f"docs/{name}")


if __name__ == "__main__":
    main()
