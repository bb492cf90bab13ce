"""The few shapes of Markdown that the generated pages are made of."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

MADE = "<!-- made by `make docs`; edit the program instead -->\n"


def page(title: str, *parts: str) -> str:
    """A whole page: its title, the mark of what is made, its parts with an empty line between them."""
    return "\n".join([f"# {title}\n", MADE, *parts])


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Rows under headings; a `|` in a cell is escaped."""
    lines = [heads, ["---"] * len(heads), *([cell.replace("|", "\\|") for cell in row] for row in rows)]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def block(text: str, language: str = "text") -> str:
    """Text as it stands."""
    lines = "\n".join(line.rstrip() for line in text.strip("\n").splitlines())
    return f"```{language}\n{lines}\n```\n"


def code(text: str) -> str:
    """Text as it is typed; nothing for nothing."""
    return f"`{text}`" if text else ""


def codes(words: Iterable[str]) -> str:
    """Several of them with commas."""
    return ", ".join(map(code, words))
