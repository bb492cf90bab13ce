"""Decide many orders together: one way for each, within what there is, at the least cost.

1. priority classes go one after the other; each takes what it takes, the next ones choose from what is left
2. within a class only what competes matters, in parts that do not touch each other (`batching_parts`)
3. prices on what is short prove how cheap a part can be at best (`batching_prices`), and a choice that fits is made
   from the last ones and improved (`batching_repair`); it counts where it is cheaper than the orders one by one; a
   small part is then decided exactly (`batching_exact`)
4. should serving the classes first cost more in all than the orders one by one, then no class may take what the later
   ones would get one by one

The bound is of all classes in one: no choice that fits costs less, whoever goes first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from orderctl.core.batching_exact import exact
from orderctl.core.batching_parts import Part, reduce
from orderctl.core.batching_prices import SCALE, Prices
from orderctl.core.batching_repair import built, improved
from orderctl.core.batching_values import Ask, Uses, Way

__all__ = ["Ask", "Together", "Uses", "Way", "together"]

ROUNDS = 80  # of prices, at most
SMALL = 1_000  # orders of a part whose start is improved too: a step never aims beyond it


@dataclass(frozen=True, slots=True)
class Together:
    """What each ask gets (an index into its ways), what that costs, and how far from the best it can be at most.

    `alone_minor` is the cost of the orders one by one, `bound_minor` a cost no choice that fits is below, in whatever
    order the classes go. `worth` has per class, by rank, the minor units one more unit of a resource would save
    (rounded; only those above 0). `steps` counts rounds of prices; `finished` is False where `go_on` said stop.
    """

    chosen: tuple[int, ...]
    cost_minor: int
    alone_minor: int
    bound_minor: int
    worth: tuple[Mapping[int, int], ...]
    steps: int
    finished: bool


@dataclass(frozen=True, slots=True)
class Decided:
    """Asks decided in one: per number the index of its way, a bound on their cost, and what is worth what."""

    chosen: dict[int, int]
    bound_minor: int
    worth: Mapping[int, int]


Chosen = Mapping[int, int]  # per number of an ask the index of its way


def always() -> bool:
    """Go on to the end."""
    return True


def together(asks: Sequence[Ask], supply: Sequence[int], *, go_on: Callable[[], bool] = always) -> Together:
    """Choose one way for each ask, so that together they use no more than `supply` has of each resource.

    The ways the asks have `alone` fit. Against them, class by class, the first class whose cost differs pays less, and
    all classes in sum never pay more; a class that nothing is cheaper for keeps its ways as long as no class before it
    has moved. The same input gets the same answer unless `go_on`, which is asked between rounds, says stop: then what
    is best so far counts, and the bound so far.
    """
    run = _Run(asks, go_on)
    ranks: dict[int, dict[int, int]] = {}
    for number, ask in enumerate(asks):
        ranks.setdefault(ask.rank, {})[number] = ask.alone
    classes = [ranks[rank] for rank in sorted(ranks)]
    alone = dict(enumerate(ask.alone for ask in asks))
    alone_minor = run.cost_minor(alone)
    decided = _by_class(run, classes, supply, guarded=False)
    if not decided or sum(run.cost_minor(one.chosen) for one in decided) > alone_minor:
        decided = _by_class(run, classes, supply, guarded=True)
    bound = decided[0].bound_minor if len(classes) == 1 else run.decided(alone, supply, bound_only=True).bound_minor
    chosen = {number: index for one in decided for number, index in one.chosen.items()}
    return Together(
        tuple(chosen[number] for number in range(len(asks))),
        run.cost_minor(chosen),
        alone_minor,
        bound,
        tuple(one.worth for one in decided),
        run.steps,
        run.finished,
    )


class _Run:
    """One call of `together`: it counts the rounds and hears `go_on`."""

    def __init__(self, asks: Sequence[Ask], go_on: Callable[[], bool]) -> None:
        self.asks, self._asked = asks, go_on
        self.steps, self.finished = 0, True

    def go_on(self) -> bool:
        """Whether to do another round; once no, always no."""
        self.finished = self.finished and self._asked()
        return self.finished

    def cost_minor(self, chosen: Chosen) -> int:
        """What the ways of these asks cost."""
        return sum(self.asks[number].ways[index].cost_minor for number, index in chosen.items())

    def less(self, supply: Sequence[int], chosen: Chosen) -> list[int]:
        """What is left of `supply`; below 0 where these do not fit."""
        left = list(supply)
        for number, index in chosen.items():
            for resource, units in self.asks[number].ways[index].uses:
                left[resource] -= units
        return left

    def cheapest(self, numbers: Iterable[int], supply: Sequence[int]) -> dict[int, int] | None:
        """One after the other the cheapest way that fits; None where one has none."""
        left, chosen = list(supply), {}
        for number in numbers:
            ways = self.asks[number].ways
            fits = [at for at, way in enumerate(ways) if all(units <= left[name] for name, units in way.uses)]
            if not fits:
                return None
            chosen[number] = min(fits, key=lambda at: ways[at].cost_minor)
            for name, units in ways[chosen[number]].uses:
                left[name] -= units
        return chosen

    def decided(self, start: dict[int, int], supply: Sequence[int], *, bound_only: bool = False) -> Decided:
        """The asks of `start`, which fits, decided in one: `start` itself where nothing cheaper is found.

        With `bound_only` little is done to find something cheaper.
        """
        settled, parts = reduce(self.asks, list(start), list(start.values()), supply)
        chosen = dict(settled)
        worth: dict[int, int] = {}
        bound = sum(self._least_minor(number, index) for number, index in settled.items())
        for part in parts:
            places, least, worths = self._solved(part, bound_only=bound_only)
            chosen.update((ask, row[at].way) for ask, row, at in zip(part.asks, part.rows, places, strict=True))
            bound += least
            worth.update((name, minor) for name, minor in zip(part.resources, worths, strict=True) if minor)
        if self.cost_minor(chosen) >= self.cost_minor(start):
            chosen = start
        return Decided(chosen, bound, dict(sorted(worth.items())))

    def _least_minor(self, number: int, index: int) -> int:
        ask = self.asks[number]
        return ask.least_minor if ask.relaxed else ask.ways[index].cost_minor

    def _solved(self, part: Part, *, bound_only: bool) -> tuple[list[int], int, list[int]]:
        """The best choice found for a part, a bound on its cost, and what one more of each resource would save."""
        prices, best, rounds = Prices(part), part.start, 0
        if len(best) <= SMALL and self.go_on():
            best = improved(part, best)
        while rounds < ROUNDS and not prices.settled and prices.bound_minor < part.cost_minor(best) and self.go_on():
            prices.round(part.cost_minor(best))
            rounds += 1
        self.steps += rounds
        found = built(part, *prices.ways()) if rounds and not bound_only else None
        if found:
            best = min(best, improved(part, found), key=part.cost_minor)
        bound = prices.bound_minor
        if bound < part.cost_minor(best) and self.finished:
            best, proven = exact(part, best, prices.best, SCALE)
            if proven and not any(part.relaxed):
                bound = part.cost_minor(best)
        return best, bound, prices.worth_minor()


def _by_class(run: _Run, classes: Sequence[dict[int, int]], supply: Sequence[int], *, guarded: bool) -> list[Decided]:
    """Each class from what those before it leave; nothing where a class finds nothing that fits.

    `classes` have the orders one by one. Guarded, a class leaves the later ones what they take one by one.
    """
    decided: list[Decided] = []
    left = list(supply)
    for nth, alone in enumerate(classes):
        free = left
        for later in classes[nth + 1 :] if guarded else ():
            free = run.less(free, later)
        fits = min(run.less(free, alone), default=0) >= 0
        start = alone if fits else run.cheapest(alone, free)
        if start is None:
            return []
        decided.append(run.decided(start, free))
        left = run.less(left, decided[-1].chosen)
    return decided
