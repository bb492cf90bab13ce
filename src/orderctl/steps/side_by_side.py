"""Read several sources at once, handing on what they give to the one thread that may write.

1. every source that waits for a network has a thread of its own, which reads and does nothing else
2. at most a few pages lie between a thread and the writer, so that memory stays flat however fast a source is
3. what of one source waits by then may be handed on as one, so that a quick source costs fewer transactions
4. what a source raises comes out where its pages came out, as its last word
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Generator, Iterator, Mapping
from typing import Generic, TypeVar

T = TypeVar("T")

#: Pages of all sources together that wait to be written.
WAITING = 8
_LOOK_UP_S = 0.5  # how often a thread that cannot hand on looks whether anyone still listens


class Ended(Generic[T]):
    """A source has nothing more; `error` is what it ended with."""

    def __init__(self, error: Exception | None = None) -> None:
        self.error = error


def read(
    sources: Mapping[str, Callable[[], Iterator[T]]], join: Callable[[T, T], T | None] | None = None
) -> Generator[tuple[str, T | Ended[T]]]:
    """(name, item) of all `sources` as they come, per source in its order and with an `Ended` as its last.

    `join` makes one of two items of a source that follow each other, where nobody has to wait for the second; None
    when they stay two.
    """
    handed: queue.Queue[tuple[str, T | Ended[T]]] = queue.Queue(WAITING)
    over = threading.Event()
    for name, source in sources.items():
        threading.Thread(target=_run, args=(name, source, handed, over), name=name, daemon=True).start()
    left = len(sources)
    following: tuple[str, T | Ended[T]] | None = None
    try:
        while left:
            (name, item), following = following or handed.get(), None
            if join is not None:
                item, following = _joined(name, item, handed, join)
            left -= isinstance(item, Ended)
            yield name, item
    finally:
        over.set()


def _joined(
    name: str,
    item: T | Ended[T],
    handed: queue.Queue[tuple[str, T | Ended[T]]],
    join: Callable[[T, T], T | None],
) -> tuple[T | Ended[T], tuple[str, T | Ended[T]] | None]:
    """`item` with what waits and can be joined to it, and what was taken and could not."""
    while not isinstance(item, Ended):
        try:
            following = handed.get_nowait()
        except queue.Empty:
            break
        source, more = following
        both = join(item, more) if source == name and not isinstance(more, Ended) else None
        if both is None:
            return item, following
        item = both
    return item, None


def _run(
    name: str,
    source: Callable[[], Iterator[T]],
    handed: queue.Queue[tuple[str, T | Ended[T]]],
    over: threading.Event,
) -> None:
    last: Ended[T] = Ended()
    try:
        for item in source():
            if not _hand_on((name, item), handed, over):
                return
    except Exception as error:  # noqa: BLE001 - whatever it is, it belongs to whoever asked for the source
        last = Ended(error)
    _hand_on((name, last), handed, over)


def _hand_on(
    item: tuple[str, T | Ended[T]], handed: queue.Queue[tuple[str, T | Ended[T]]], over: threading.Event
) -> bool:
    """Whether `item` was taken; not when nobody listens any more."""
    while not over.is_set():
        try:
            handed.put(item, timeout=_LOOK_UP_S)
        except queue.Full:
            continue
        return True
    return False
