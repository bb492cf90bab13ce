"""Charts as SVG text, with whole numbers for coordinates: the same values give the same text, byte for byte.

1. bars: one a day, a second series in front of the first, a dashed line for a limit; of more days than fit, each bar is
   the highest of several
2. gauges: what is needed against what there is, one below the other, by the share of it
Colors are left to the page (classes `bar`, `front`, `limit`, `over`, ...); a text is escaped wherever it comes from.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

WIDTH, HEIGHT = 480, 210
_LEFT, _RIGHT, _TOP, _BOTTOM = 52, 12, 14, 30
_MOST_BARS = 62
_ROW = 46
_LONGEST = 28
_MILLION = 1_000_000
_SYMBOLS = ((_MILLION, "M"), (1_000, "k"))


@dataclass(frozen=True, slots=True)
class Bars:
    """One value a label, `front` drawn before it; `limit` is a line across, named by `limit_name`."""

    title: str  # read aloud in place of the picture
    labels: Sequence[str]
    values: Sequence[int]
    value_name: str
    front: Sequence[int] = ()
    front_name: str = ""
    limit: int | None = None
    limit_name: str = ""


@dataclass(frozen=True, slots=True)
class Gauge:
    """`needed` of something against what there `is`, and both in words."""

    name: str
    needed: int
    has: int
    text: str


def ticks(most: int) -> list[int]:
    """Round numbers from 0 on, at most six of them, the last at least `most`."""
    step = 1
    while most > step * 5:
        step = step * 5 // 2 if str(step)[0] == "2" else step * 2
    return [step * nth for nth in range(-(-max(most, 1) // step) + 1)]


def short(number: int) -> str:
    """`12,500` as `12.5k`, for axes."""
    for size, symbol in _SYMBOLS:
        if number >= size * (1 if size == _MILLION else 10):
            whole, tenth = number // size, number % size * 10 // size
            return f"{whole}.{tenth}{symbol}" if tenth else f"{whole}{symbol}"
    return f"{number:,}"


def bars(chart: Bars) -> str:
    """The picture of `chart`."""
    labels, values, front, each = _few(chart)
    steps = ticks(max([*values, *front, chart.limit or 0, 1]))
    top = steps[-1]
    parts = [*_axis(steps), *_days(labels)]
    slot = _slot(len(values))
    for at, value in enumerate(values):
        x = _x(at, len(values))
        over = " over" if chart.limit is not None and value > chart.limit else ""
        said = f"{labels[at]}: {value:,} {chart.value_name}"
        if front:
            said += f", {front[at]:,} {chart.front_name}"
        inner = _bar("bar" + over, x, slot, value, top) + (_bar("front", x, slot, front[at], top) if front else "")
        parts.append(f"<g><title>{escape(said)}</title>{inner}</g>")
    if chart.limit is not None:
        y = _y(chart.limit, top)
        parts.append(f'<line class="limit" x1="{_LEFT}" y1="{y}" x2="{WIDTH - _RIGHT}" y2="{y}"/>')
        name = escape(f"{chart.limit_name} {chart.limit:,}")
        above = y - 5 if y > _TOP + 12 else y + 14
        parts.append(f'<text class="limit-name" x="{WIDTH - _RIGHT}" y="{above}" text-anchor="end">{name}</text>')
    title = chart.title if each == 1 else f"{chart.title}; each bar is the highest of {each} days"
    return _svg(title, HEIGHT, parts)


def gauges(title: str, rows: Sequence[Gauge]) -> str:
    """The picture of `rows`; a full bar is all there is, one beyond it ends at the edge."""
    parts = []
    mark = WIDTH * 3 // 4
    for at, row in enumerate(rows):
        y = at * _ROW
        over = row.needed > row.has
        width = min(WIDTH, mark * row.needed // max(1, row.has))
        parts.append(f'<text x="0" y="{y + 15}">{escape(_cut(row.name))}</text>')
        parts.append(f'<text class="quiet" x="{WIDTH}" y="{y + 15}" text-anchor="end">{escape(row.text)}</text>')
        parts.append(f'<rect class="track" x="0" y="{y + 22}" width="{mark}" height="12" rx="2"/>')
        parts.append(
            f'<rect class="bar{" over" * over}" x="0" y="{y + 22}" width="{max(2, width)}" height="12" rx="2"/>'
        )
        parts.append(f'<line class="limit" x1="{mark}" y1="{y + 20}" x2="{mark}" y2="{y + 37}"/>')
    return _svg(title, len(rows) * _ROW, parts)


def _cut(name: str) -> str:
    """As much of a name as leaves room for the numbers beside it."""
    return name if len(name) <= _LONGEST else f"{name[: _LONGEST - 1]}\N{HORIZONTAL ELLIPSIS}"


def _svg(title: str, height: int, parts: Sequence[str]) -> str:
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img"'
    return f'{head} aria-label="{escape(title)}">{"".join(parts)}</svg>'


def _few(chart: Bars) -> tuple[list[str], list[int], list[int], int]:
    """Labels, values and front of as many bars as fit, and how many days each stands for."""
    each = -(-len(chart.values) // _MOST_BARS) or 1
    starts = range(0, len(chart.values), each)
    labels = [chart.labels[at] for at in starts]
    values, front = (
        [max(some[at : at + each]) for at in starts] if some else [] for some in (chart.values, chart.front)
    )
    return labels, values, front, each


def _axis(steps: Sequence[int]) -> list[str]:
    parts = []
    for step in steps:
        y = _y(step, steps[-1])
        kind = "grid" if step else "base"
        parts.append(f'<line class="{kind}" x1="{_LEFT}" y1="{y}" x2="{WIDTH - _RIGHT}" y2="{y}"/>')
        parts.append(f'<text class="quiet" x="{_LEFT - 7}" y="{y + 4}" text-anchor="end">{short(step)}</text>')
    return parts


def _days(labels: Sequence[str]) -> list[str]:
    """As many labels below the bars as there is room for, the first and then at even distances."""
    step = max(1, -(-len(labels) // 5))
    parts = []
    for at in range(0, len(labels), step):
        x = _x(at, len(labels)) + _slot(len(labels)) // 2
        side = "end" if x > WIDTH - 34 else "middle"
        parts.append(f'<text class="quiet" x="{x}" y="{HEIGHT - 9}" text-anchor="{side}">{escape(labels[at])}</text>')
    return parts


def _slot(count: int) -> int:
    """How wide a bar is."""
    return max(2, min(48, (WIDTH - _LEFT - _RIGHT) * 4 // (5 * max(1, count))))


def _x(at: int, count: int) -> int:
    room = WIDTH - _LEFT - _RIGHT
    return _LEFT + (2 * at + 1) * room // (2 * max(1, count)) - _slot(count) // 2


def _y(value: int, top: int) -> int:
    return HEIGHT - _BOTTOM - value * (HEIGHT - _BOTTOM - _TOP) // top


def _bar(kind: str, x: int, width: int, value: int, top: int) -> str:
    y = _y(value, top)
    height = HEIGHT - _BOTTOM - y
    if value and not height:
        y, height = y - 1, 1
    return f'<rect class="{kind}" x="{x}" y="{y}" width="{width}" height="{height}"/>' if height else ""
