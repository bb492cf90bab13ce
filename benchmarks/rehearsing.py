"""What it costs to rehearse a peak, against deciding the same orders without writing.

1. a shop pulls a tenth of the orders; the rehearsal takes them ten times, beside the baseline that takes them once
2. the floor decides as many: the facts of each order are gathered and the engine decides, at one desk, as `route` does,
   with all orders in memory; nothing is read again, counted or written
3. once more while a location is full: who wants that one is decided twice
"""

from __future__ import annotations

import statistics
import time
from pathlib import Path

from benchmarks import generate, stores
from benchmarks.measured import Number
from orderctl.steps import desk as desks
from orderctl.steps import simulate
from orderctl.steps.context import Context, open_context
from orderctl.steps.rehearsal_orders import of_store
from orderctl.steps.rehearsal_shelves import OfStore
from orderctl.steps.rehearsing import Setting
from orderctl.steps.what_if import Asked, read

TIMES = 10
SPAN = "60d"
#: What most orders go to.
FULL = "reno"


def measure(folder: Path, count: int, rounds: int) -> list[Number]:
    """A rehearsal of `count` orders."""
    few = max(1, count // TIMES)
    config = generate.write_shop(folder, count)
    generate.write_orders(folder / "orders" / "web.jsonl", few)
    stores.one_pass(config, generate.NOW, "pull", "collect")
    with open_context(config, None, None, write=False, at=generate.NOW) as ctx:
        _ = ctx.rules

        all_three = [(_rehearsed(ctx), _rehearsed(ctx, f"{FULL}=1"), _decided(ctx)) for _ in range(rounds)]
    took, full, floor = (statistics.median(times) for times in zip(*all_three, strict=True))
    each = few * TIMES
    said = [f"{seconds / each * 1e6:.0f} us an order" for seconds in (took, full, floor)]
    return [
        Number(
            f"simulate of {each:,} orders, times deciding them", took / floor, 2, 1.5, f"{said[0]}, deciding {said[2]}"
        ),
        Number("the same while the busiest location is full", full / floor, 3, 2, said[1]),
    ]


def _rehearsed(ctx: Context, *capacity: str) -> float:
    """CPU seconds of the rehearsal."""
    before = time.process_time()
    simulate.of_store(ctx, Asked(str(TIMES), capacity=capacity), SPAN, "", None)
    return time.process_time() - before


def _decided(ctx: Context) -> float:
    """CPU seconds of deciding every order of the store `TIMES` times."""
    what = read(Asked(), ctx.config)
    shelves = OfStore(ctx)
    desk = shelves.desk(what)
    batches = [[one.order for one in batch] for batch in of_store(ctx, "").batches()]
    setting = Setting(ctx.config, ctx.rules, ctx.counted, ctx.now)
    before = time.process_time()
    for batch in batches:
        shelves.load([(desk, what, ctx.rules)], [one.order for one in batch])
        for one in batch:
            for _ in range(TIMES):
                desks.decide(setting, desk, one)
    return time.process_time() - before
