"""What a search asks of an order: words that it has all of, or one of, in a form for the index and one for an order.

A question is put apart at its top: either all of its `parts` or one of its `others`. A part that few orders have then
leads to the orders that may have all of them.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Token:
    """A word, whole or, where it `begins`, the beginning of one."""

    text: str
    begins: bool = False

    def written(self, mark: str = "") -> str:
        """As the index is asked for it, in the volume of `mark`."""
        return f'"{mark}{self.text}"{" *" if self.begins else ""}'

    def met_by(self, words: Collection[str]) -> bool:
        """Whether it is among the words of an order."""
        return any(word.startswith(self.text) for word in words) if self.begins else self.text in words


@dataclass(frozen=True, slots=True)
class Every:
    """All of these, which are at least one."""

    nodes: tuple[Node, ...]

    def written(self, mark: str = "") -> str:
        """As the index is asked for it, in the volume of `mark`."""
        return _joined(" AND ", self.nodes, mark)

    def met_by(self, words: Collection[str]) -> bool:
        """Whether the words of an order have all."""
        return all(node.met_by(words) for node in self.nodes)


@dataclass(frozen=True, slots=True)
class Some:
    """One of these, which are at least one."""

    nodes: tuple[Node, ...]

    def written(self, mark: str = "") -> str:
        """As the index is asked for it, in the volume of `mark`."""
        return _joined(" OR ", self.nodes, mark)

    def met_by(self, words: Collection[str]) -> bool:
        """Whether the words of an order have one."""
        return any(node.met_by(words) for node in self.nodes)


Node = Token | Every | Some


@dataclass(frozen=True, slots=True)
class Question:
    """All of `parts`, or one of `others`."""

    parts: tuple[Node, ...]
    others: tuple[Node, ...] = ()

    @property
    def whole(self) -> Node:
        """The question in one."""
        return Some((Every(self.parts), *self.others))

    def led_by(self, part: Node) -> Node:
        """What every order meets that meets the question, when `part` is the part that is looked for."""
        return Some((part, *self.others))


def _joined(between: str, nodes: tuple[Node, ...], mark: str) -> str:
    if len(nodes) == 1:
        return nodes[0].written(mark)
    return f"({between.join(node.written(mark) for node in nodes)})"
