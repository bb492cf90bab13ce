"""Answers that speak of what lay on the shelf, told in units of the order's lines.

A location is asked for the parts of a kit and for the single units of a pack; the order and its channel know only the
line. So before an answer is read:
1. a row about a part is counted towards the lines that have this part, in their order
2. a line has shipped as many units as all its parts together make whole, in the parcel that completes each
3. what makes no whole unit is told to a person; a fraction of a pack or kit is never written down
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from orderctl.core import answers
from orderctl.core.answers import Answer, Asked, AskedLine
from orderctl.core.confirmations import Confirmation
from orderctl.core.plans import Problem

_STOPPED = ("short", "rejected", "cancelled")


def read(asked: Asked, rows: Sequence[Confirmation]) -> Answer:
    """As `core.answers.read`, for rows that speak of what a location took from its shelves. Pure."""
    if not any(line.parts for line in asked.lines):
        return answers.read(asked, rows)
    counting = _Counting(asked)
    told = [one for row in rows for one in counting.told(row)]
    answer = answers.read(asked, [*told, *counting.parcels_without(told)])
    answer.problems += counting.problems()
    return answer


@dataclass(slots=True)
class _Tally:
    """The parts of one line that rows spoke of so far: shipped and short, and what whole units were made of them."""

    line: AskedLine
    left: dict[str, int]
    shipped: dict[str, int] = field(default_factory=dict)
    short: dict[str, int] = field(default_factory=dict)
    told_shipped: int = 0
    told_short: int = 0
    where: str = ""

    def whole(self) -> int:
        """Units of the line that all shipped parts together make."""
        return min(self.shipped.get(part, 0) // each for part, each in self.line.parts.items())

    def lacking(self) -> int:
        """Units of the line that cannot be made for what is short."""
        return max(-(-units // self.line.parts[part]) for part, units in self.short.items())


class _Counting:
    """The running sums while rows about one shipment are read."""

    def __init__(self, asked: Asked) -> None:
        self._asked = asked
        self._plain_left = {line.line_id: line.quantity - line.packed - line.short for line in asked.lines}
        self._tallies = {
            line.line_id: _Tally(
                line, {part: each * (line.quantity - line.packed - line.short) for part, each in line.parts.items()}
            )
            for line in asked.lines
            if line.parts
        }
        self._seen: set[Confirmation] = set()
        self._parcels: dict[str, Confirmation] = {}

    def told(self, row: Confirmation) -> list[Confirmation]:
        """What `row` says of lines; the row itself when it speaks of no part, or of all there is."""
        if row.kind == "shipped" and row.replaces and self._asked.knows(row.replaces):
            return [replace(row, line_id="", sku="", quantity=None)]  # another number for what is counted already
        part, lines = self._about(row)
        if not any(line.parts for line in lines) or row.kind not in {"shipped", *_STOPPED}:
            return [row]
        again = replace(row, where="") in self._seen
        self._seen.add(replace(row, where=""))
        units = row.quantity
        if units is None:
            units = sum(self._left(line, part) for line in lines)
        elif again and not any(self._left(line, part) for line in lines):
            return []
        return [told for line, share in self._spread(lines, part, units) for told in self._line(line, part, share, row)]

    def _about(self, row: Confirmation) -> tuple[str, list[AskedLine]]:
        """The SKU on the shelf that a row speaks of, and the lines that take it."""
        lines = [line for line in self._asked.lines if row.line_id in {"", line.channel_line_id}]
        if row.sku:
            return row.sku, [line for line in lines if row.sku in (line.parts or (line.sku,))]
        single = len(lines) == 1 and len(lines[0].parts) == 1
        if single and row.quantity is not None:
            return next(iter(lines[0].parts)), lines
        return "", []

    def _left(self, line: AskedLine, part: str) -> int:
        return self._tallies[line.line_id].left[part] if line.parts else self._plain_left[line.line_id]

    def _spread(self, lines: Sequence[AskedLine], part: str, units: int) -> list[tuple[AskedLine, int]]:
        """`units` over what is left of `lines`, in their order; what is beyond goes to the last of them."""
        shares = []
        for line in lines:
            share = min(units, self._left(line, part))
            if line is lines[-1]:
                share = units
            units -= share
            if share:
                shares.append((line, share))
        return shares

    def _line(self, line: AskedLine, part: str, units: int, row: Confirmation) -> list[Confirmation]:
        about = replace(row, line_id=line.channel_line_id, sku="")
        if not line.parts:
            self._plain_left[line.line_id] -= min(units, self._plain_left[line.line_id])
            return [replace(about, quantity=units)]
        tally = self._tallies[line.line_id]
        tally.left[part] -= min(units, tally.left[part])
        tally.where = row.where
        if row.kind in _STOPPED:
            tally.short[part] = tally.short.get(part, 0) + units
            more, tally.told_short = tally.lacking() - tally.told_short, tally.lacking()
            return [replace(about, quantity=more)] if more else []
        tally.shipped[part] = tally.shipped.get(part, 0) + units
        more, tally.told_shipped = tally.whole() - tally.told_shipped, tally.whole()
        self._parcels[row.tracking_number] = replace(row, sku="", line_id="", quantity=0)
        return [replace(about, quantity=more)] if more else []

    def parcels_without(self, told: Sequence[Confirmation]) -> list[Confirmation]:
        """Parcels that complete no unit and are not known yet: their numbers are kept all the same."""
        known = {"", *self._asked.packages, *(row.tracking_number for row in told)}
        return [row for number, row in self._parcels.items() if number not in known]

    def problems(self) -> list[Problem]:
        """A problem for each line of which parts shipped that make no whole unit, and are not explained as short."""
        found = []
        for tally in self._tallies.values():
            line = tally.line
            over = {part: tally.shipped.get(part, 0) - tally.told_shipped * each for part, each in line.parts.items()}
            missing = line.quantity - line.packed - line.short - tally.told_shipped
            if any(over.values()) and not 0 < missing <= tally.told_short:
                said = ", ".join(f"{units} x {part}" for part, units in over.items() if units)
                message = f"{self._asked.reference}: {said} shipped, which make no whole {line.sku}"
                where = f" ({tally.where})" if tally.where else ""
                found.append(Problem("partial_kit", f"{message}; line {line.channel_line_id}{where}"))
        return found
