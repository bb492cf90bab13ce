"""Documents that lie where they were published, and that the store does not know.

1. a location's folder is searched by the template of its files, a channel's by the names its pushes have
2. what was handed over in one is read from its bytes, whatever its format: texts that look like references, and the
   numbers of parcels; a format that packs its texts (a workbook, a PDF) shows none, and counts as found all the same
"""

from __future__ import annotations

import glob
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from orderctl.core.adapters import Acknowledging
from orderctl.core.digests import digest
from orderctl.steps.context import Context
from orderctl.store import going_back
from orderctl.wire.outbox import Outbox

#: What a channel is told by files; the name of a push without content and with the number 0 says what names are like.
KINDS = ("tracking", "cancel", "stock", "acknowledgment")
_NOUGHT = "000000"
_WORD = re.compile(rb"[A-Z0-9][A-Z0-9-]{2,29}")
_BETWEEN = re.compile(rb'[,;\t\r\n"]+')
_DAY = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
_PLACEHOLDER = re.compile(r"\{[^{}]*\}")
#: No document of ours is larger; what is, is not read.
_MOST_BYTES = 256 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Found:
    """One document outside: whose it is (`location` or `channel`, its name), its kind, name, number, bytes."""

    side: str
    owner: str
    kind: str
    name: str
    number: int
    path: Path

    def content(self) -> bytes:
        """Its bytes; none when it is gone by now or too large to be ours."""
        try:
            return self.path.read_bytes() if self.path.stat().st_size <= _MOST_BYTES else b""
        except OSError:
            return b""

    def words(self) -> set[str]:
        """The texts in it that may be references or numbers of parcels."""
        return {word.decode() for word in _WORD.findall(self.content())}

    def cells(self) -> set[bytes]:
        """What stands in its cells, if it is a table."""
        return set(_BETWEEN.split(self.content()))

    @property
    def digest(self) -> str:
        """SHA-256 of its bytes."""
        return digest(self.content())


def unknown(ctx: Context) -> list[Found]:
    """Every document that lies outside and that the store does not know, by name."""
    known = going_back.documents(ctx.db)
    found: list[Found] = []
    for one in sorted(_all(ctx), key=lambda one: one.name):
        is_beside = any(one.name.startswith(f"{other}.") for other in (*known, *(each.name for each in found)))
        if one.name not in known and not is_beside:
            found.append(one)
    return found


def _all(ctx: Context) -> Iterator[Found]:
    for location, configured in ctx.config.partners.items():
        outbox = getattr(ctx.adapters.way(location, "send"), "outbox", None)
        template = str(configured.send.settings.get("path", "")) if configured.send else ""
        if isinstance(outbox, Outbox) and "{batch}" in template:
            kind = "shadow" if location in ctx.config.shadows else "handoff"
            yield from _named(outbox.base, template, "{batch}", ("location", location, kind))
    for channel in ctx.config.channels:
        outbox = getattr(ctx.adapters.channel(channel), "outbox", None)
        for kind in KINDS if isinstance(outbox, Outbox) else ():
            name = _empty_name(ctx, channel, kind)
            if isinstance(outbox, Outbox) and _NOUGHT in name:
                yield from _named(outbox.base, name, _NOUGHT, ("channel", channel, kind))


def _empty_name(ctx: Context, channel: str, kind: str) -> str:
    """What the push number 0 of `kind` would be called; empty where there is no such push."""
    adapter = ctx.adapters.channel(channel)
    if kind == "tracking":
        return adapter.render_tracking(0, ()).name
    if kind == "cancel":
        return adapter.render_cancellations(0, ()).name
    if kind == "stock":
        return adapter.render_stock(0, ()).name
    return adapter.render_acknowledgments(0, ()).name if isinstance(adapter, Acknowledging) else ""


def _named(base: Path, template: str, number: str, whose: tuple[str, str, str]) -> Iterator[Found]:
    """The files below `base` that `template` names; `number` is the part of it that counts."""
    before, _, after = template.partition(number)
    wild = "".join(f"{glob.escape(fixed)}*" for fixed in _PLACEHOLDER.split(f"{before}{{number}}{after}")).removesuffix(
        "*"
    )
    pattern = re.compile(f"{_loose(before)}(?P<number>[0-9]{{4,18}})(?:-[^/]*?)?{_loose(after)}", re.DOTALL)
    for name in glob.glob(wild, root_dir=base):  # noqa: PTH207 - names as documents have them
        match = pattern.fullmatch(name)
        if match and (base / name).is_file():
            yield Found(*whose, name, int(match["number"]), base / name)


def _loose(template: str) -> str:
    """What matches `template` with anything for its placeholders, a day for a date."""
    parts = (
        _DAY if part == "{date}" else "[^/]*?" if _PLACEHOLDER.fullmatch(part) else re.escape(part)
        for part in re.split(r"(\{[^{}]*\})", template)
    )
    return "".join(parts)
