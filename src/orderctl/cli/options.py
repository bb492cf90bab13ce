"""The options that many commands share, each defined once."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated

from typer import Option

LARGEST = 1_000_000_000  # of every number that is typed; the store could not hold any


class Format(StrEnum):
    """How an answer is written."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"
    TSV = "tsv"


Config = Annotated[
    Path | None,
    Option("--config", "-c", metavar="FILE", envvar="ORDERCTL_CONFIG", help="channels.toml; default ./channels.toml."),
]
Rules = Annotated[
    Path | None, Option("--rules", "-r", metavar="FILE", help="rules.toml; default as channels.toml says.")
]
Db = Annotated[Path | None, Option("--db", metavar="FILE", help="The store; default as channels.toml says.")]
Output = Annotated[
    Format | None,
    Option(
        "--format", metavar="FORMAT", help="table, json, csv or tsv; --json and --csv for short.", show_default=False
    ),
]
Quiet = Annotated[bool, Option("--quiet", help="Say only what went wrong.")]
Verbose = Annotated[bool, Option("--verbose", help="Say more.")]
Limit = Annotated[
    int | None, Option("--limit", metavar="N", min=1, max=LARGEST, help="At most N rows; at a terminal 50.")
]
DryRun = Annotated[bool, Option("--dry-run", help="Show what would be done; change nothing.")]
Wait = Annotated[
    int,
    Option(
        "--wait",
        metavar="SECONDS",
        min=0,
        max=LARGEST,
        help="Wait so long while another process works.",
        show_default=False,
    ),
]


@dataclass(frozen=True, slots=True)
class Shared:
    """What the shared options of one call say."""

    config: Path | None = None
    rules: Path | None = None
    db: Path | None = None
    format: Format | None = None
    quiet: bool = False
    verbose: bool = False
    dry_run: bool = False
    wait: int = 0


#: The options of a command that only reads, and those that a command that writes has besides.
READING: dict[str, object] = {
    "config": Config,
    "rules": Rules,
    "db": Db,
    "format": Output,
    "quiet": Quiet,
    "verbose": Verbose,
}
WRITING: dict[str, object] = {"dry_run": DryRun, "wait": Wait}
