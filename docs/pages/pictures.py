"""docs/pictures/*.svg: what a terminal shows of the example shop, drawn from the output of the program itself.

1. the example shop is passed once at the fixed moment of the other pages
2. each command writes to a stream that says it is a terminal: colors, width and line ends are the program's own
3. rich turns what was written into a picture with fonts of the reader's machine; it fetches nothing
"""

from __future__ import annotations

import functools
import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from rich.console import Console
from rich.terminal_theme import TerminalTheme
from rich.text import Text

from docs.pages import sample_shop
from docs.pages.sample_shop import SampleShop

WIDTH = 92

#: Good to read on a light page and on a dark one: the window brings its own background.
_THEME = TerminalTheme(
    (22, 27, 34),
    (230, 237, 243),
    [
        *((72, 79, 88), (255, 123, 114), (86, 211, 100), (227, 179, 65)),
        *((121, 192, 255), (210, 168, 255), (86, 212, 221), (230, 237, 243)),
    ],
)
_FRAME = """\
<svg class="{unique_id}" viewBox="0 0 {width} {height}" xmlns="http://www.w3.org/2000/svg" role="img">
<!-- made by `make docs` from the program's own output -->
<style>
.{unique_id}-matrix {{
  font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", "Liberation Mono", monospace;
  font-size: {char_height}px;
  line-height: {line_height}px;
}}
.{unique_id}-title {{ font: bold 18px system-ui, sans-serif; }}
{styles}
</style>
<defs>
<clipPath id="{unique_id}-clip-terminal">
<rect x="0" y="0" width="{terminal_width}" height="{terminal_height}"/>
</clipPath>
{lines}
</defs>
{chrome}
<g transform="translate({terminal_x}, {terminal_y})" clip-path="url(#{unique_id}-clip-terminal)">
{backgrounds}
<g class="{unique_id}-matrix">
{matrix}
</g>
</g>
</svg>
"""

#: What `rules check` finds in the picture: (what stands in the example's rules, what a slip makes of it).
_SLIPS = {
    'when.ship_to.country = "@no_ship"': 'when.ship_to.contry = "@no_ship"',
    'then.ship_from = ["rotterdam"]': 'then.ship_from = ["roterdam"]',
}


@dataclass(frozen=True, slots=True)
class _Picture:
    """The commands of one picture, typed one after the other; `first` happens to the shop before them."""

    commands: tuple[str, ...]
    first: Callable[[SampleShop], None] = lambda _: None


def _slip(shop: SampleShop) -> None:
    rules = shop.folder / "rules.toml"
    text = rules.read_text(encoding="utf-8")
    for right, wrong in _SLIPS.items():
        if right not in text:
            raise ValueError(f"the example has no {right}")
        text = text.replace(right, wrong)
    rules.write_text(text, encoding="utf-8")


#: Drawn in this order, in one shop.
PICTURES = {
    "run": _Picture(("orderctl run",)),
    "explain": _Picture(("orderctl explain WEB-1009",)),
    "exceptions": _Picture(("orderctl exceptions list", "orderctl exceptions show 2")),
    "rules-check": _Picture(("orderctl rules check",), _slip),
}


def pages() -> Mapping[str, Callable[[], str]]:
    """A function for each picture that gives its SVG, by the picture's file."""
    return {f"pictures/{name}.svg": functools.partial(_drawn, name) for name in PICTURES}


def _drawn(name: str) -> str:
    return _svg(f"terminal-{name}", _all_screens()[name])


@functools.cache
def _all_screens() -> Mapping[str, str]:
    """What the terminal gets for each picture."""
    screens = {}
    with sample_shop.opened() as shop:
        for name, picture in PICTURES.items():
            picture.first(shop)
            typed = (f"\x1b[1m$ {command}\x1b[0m\n{shop.screen(command, WIDTH)}" for command in picture.commands)
            screens[name] = "\n".join(typed)
    return screens


def _svg(name: str, screen: str) -> str:
    console = Console(record=True, file=io.StringIO(), width=WIDTH, force_terminal=True, highlight=False)
    console.print(Text.from_ansi(screen.rstrip("\n")))
    svg = console.export_svg(title="orderctl", theme=_THEME, code_format=_FRAME, unique_id=name)
    return "".join(f"{line.rstrip()}\n" for line in svg.splitlines() if line.strip())
