"""docs/channels.md: every type of channel, what its words mean here, and how to write one.

What explains stands in channels.md and own_channel.md beside this page; the tables are made from what each adapter
states, the code from examples/own_channel.
"""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

from docs.pages.markdown import block, code, codes, page, table
from orderctl.core.channel_map import FIELDS, ChannelMap
from orderctl.core.registry import CHANNELS

FOLDER = Path(__file__).parent
EXAMPLE = FOLDER.parents[1] / "examples" / "own_channel"
TITLES = {
    "amazon": "Amazon",
    "ebay": "eBay",
    "file": "Files",
    "shopify": "Shopify",
    "vendure": "Vendure",
    "walmart": "Walmart Marketplace",
    "woocommerce": "WooCommerce",
}


def text() -> str:
    """The page."""
    kinds = {name: kind_of(target) for name, target in CHANNELS.items()}
    return page(
        "Channels",
        _overview(kinds),
        _part("channels.md"),
        "## Who owns which field\n",
        "The same for every channel; what a channel adds to it stands with its words below.\n",
        table(
            ["field", "owner", "a change after the import"],
            [[codes(one.names), one.owner, one.after_import] for one in FIELDS],
        ),
        "## What their words mean\n",
        *(_meanings(TITLES[name], kind.meanings) for name, kind in kinds.items()),
        _part("own_channel.md"),
        "`pyproject.toml`:\n",
        block((EXAMPLE / "pyproject.toml").read_text(encoding="utf-8"), "toml"),
        "`orderctl_stall/__init__.py`:\n",
        block((EXAMPLE / "orderctl_stall" / "__init__.py").read_text(encoding="utf-8"), "python"),
    )


def kind_of(target: str) -> Any:
    """The class behind `module:Class`."""
    module, _, name = target.partition(":")
    return getattr(importlib.import_module(module), name)


def _overview(kinds: dict[str, Any]) -> str:
    rows = []
    for name, kind in kinds.items():
        title = TITLES[name]
        linked = f"[{title}](channels/{name}.md)" if kind.remote else title
        told = "acknowledgments, " * hasattr(kind, "render_acknowledgments") + "tracking, cancellations, stock"
        most = ", ".join(f"{what} {count}" for what, count in kind.at_once.items() if count > 1)
        rows.append([linked, code(f'type = "{name}"'), "asked over HTTPS" if kind.remote else "a folder", told, most])
    return table(["channel", "in channels.toml", "how it is read", "what it can be told", "at once"], rows)


def _meanings(title: str, stated: ChannelMap) -> str:
    parts = [
        f"### {title}\n",
        table([f"{title} says", "here it is"], [[theirs, ours] for theirs, ours in stated.comes_in.items()]),
        table(["here", f"{title} is told"], [[ours, theirs] for ours, theirs in stated.goes_out.items()]),
    ]
    if stated.fields:
        parts.append(table(["field", "special here"], [[code(name), how] for name, how in stated.fields.items()]))
    return "\n".join(parts)


def _part(name: str) -> str:
    return (FOLDER / name).read_text(encoding="utf-8")
