"""A rules file as values: conditions, rules, the rule set. Reading is `rules.load`, deciding is `rules.engine`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

STAGES = ("hold", "location", "service", "enhance")


@dataclass(frozen=True, slots=True)
class Condition:
    """One `field = value` of a rule. `test` is the checked value, `text` is what the person wrote."""

    field: str
    test: Any
    text: str
    line: int = 0


Block = tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Rule:
    """One entry of rules.toml: `when` and one block of `any` true, no `unless` true -> `then`.

    `then` maps dotted action names (`split.allow`) to checked values: money in minor units, durations in seconds.
    """

    stage: str
    name: str
    then: Mapping[str, Any]
    when: Block = ()
    any: tuple[Block, ...] = ()
    unless: Block = ()
    unless_any: tuple[Block, ...] = ()
    why: str = ""
    observe: bool = False
    line: int = 0
    id: str = field(init=False, compare=False)  # `stage/name`

    def __post_init__(self) -> None:
        object.__setattr__(self, "id", f"{self.stage}/{self.name}")


@dataclass(frozen=True, slots=True)
class RuleSet:
    """All rules by stage in file order, with the text they came from and its digest."""

    stages: Mapping[str, tuple[Rule, ...]]
    currency: str
    timezone: str
    lists: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    default_weight_g: int = 0
    text: str = ""
    digest: str = ""
