"""The rules as files: load them, check them, list them, test them. Nothing here opens the store or the network."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, NamedTuple

from orderctl.config.load import load as load_config
from orderctl.config.model import Config
from orderctl.core.errors import ConfigError, Finding, RecordError, UsageError
from orderctl.core.toml import LARGEST_FILE
from orderctl.rules import codes
from orderctl.rules.known import Known
from orderctl.rules.load import load as load_rules
from orderctl.rules.model import RuleSet

CONFIG = "channels.toml"


class Loaded(NamedTuple):
    """A configuration and the rules for it, with the name of their file."""

    config: Config
    file: Path
    ruleset: RuleSet


@dataclass(frozen=True, slots=True)
class Checked:
    """What is wrong with the rules, and how many there are when they could be read.

    `meanings` says of each code that was found what it means.
    """

    file: str
    rules: int
    findings: tuple[Finding, ...]
    meanings: Mapping[str, str] = field(default_factory=dict)

    def count(self, severity: str) -> int:
        """How many findings are of a severity, `error` or `warning`."""
        return sum(found.severity == severity for found in self.findings)


@dataclass(slots=True)
class Tested:
    """What came of rule tests, one row each, and how far they reached: `unmatched` are rules that matched nothing."""

    results: list[dict[str, Any]] = field(default_factory=list)
    rules: list[str] = field(default_factory=list)
    unmatched: list[str] = field(default_factory=list)

    @property
    def coverage(self) -> int:
        """How many of 100 rules matched some order of the tests, rounded down."""
        return 100 * (len(self.rules) - len(self.unmatched)) // len(self.rules) if self.rules else 100


def content(file: Path, what: str, hint: str) -> bytes:
    """The bytes of a file a person wrote. ConfigError when it cannot be read."""
    try:
        with file.open("rb") as opened:
            return opened.read(LARGEST_FILE + 1)
    except OSError as error:
        message = f"the {what} cannot be read: {error.strerror}"
        raise ConfigError([Finding(codes.FILE, message, str(file), hint=hint)]) from None


def ruleset(file: Path, config: Config) -> RuleSet:
    """The rules in `file`. ConfigError lists everything that is wrong with them."""
    text = content(file, "rules file", "name it with --rules FILE")
    known = replace(Known.from_places(config.places), shadows=tuple(config.shadows))
    return load_rules(text, str(file), known)


def loaded(config: Path | None = None, rules: Path | None = None) -> Loaded:
    """The configuration without its adapters, and its rules. ConfigError lists what is wrong with the first of both."""
    found = load_config(config or Path(CONFIG), adapters=False)
    file = rules or found.rules
    return Loaded(found, file, ruleset(file, found))


def check(config: Path | None = None, rules: Path | None = None, skus: Path | None = None) -> Checked:
    """What is wrong with the rules and with the configuration they are for, and what is odd about them.

    `skus` is a table of all SKUs there are; UsageError when it cannot be read. Nothing else is raised.
    """
    known = _skus(skus) if skus else None
    try:
        found = loaded(config, rules)
    except ConfigError as error:
        return Checked(error.findings[0].file, 0, error.findings, _meanings(error.findings))
    from orderctl.rules.analysis import analyze

    findings = analyze(found.ruleset, found.config.places, str(found.file), known)
    count = sum(map(len, found.ruleset.stages.values()))
    return Checked(str(found.file), count, tuple(findings), _meanings(findings))


def _meanings(findings: Iterable[Finding]) -> dict[str, str]:
    from orderctl.config.findings import CODES

    known = {**CODES, **codes.MEANING}
    return {found.code: known.get(found.code, "") for found in findings}


def _skus(file: Path) -> frozenset[str]:
    """The SKUs that a file for `skus import` names; what else it says of them does not matter here."""
    from orderctl.wire import sku_rows

    try:
        return frozenset(row.sku for row in sku_rows.read(file, str(file)).rows)
    except OSError as error:
        raise UsageError(f"cannot be read: {error.strerror}", where=str(file)) from None
    except RecordError as error:
        raise UsageError(error.message, where=error.where or str(file)) from None


def listed(config: Path | None = None, rules: Path | None = None) -> list[dict[str, Any]]:
    """The rules in words, one row each, in the order in which they are asked."""
    from orderctl.rules.words import rule_to_json

    found = loaded(config, rules)
    return [
        rule_to_json(rule, found.ruleset, found.config.places)
        for stage in found.ruleset.stages.values()
        for rule in stage
    ]


def run_tests(
    files: Sequence[Path] = (), config: Path | None = None, rules: Path | None = None, pattern: str = ""
) -> Tested:
    """Run the tests in `files` (those beside the rules when none is named) whose name has `pattern` in it.

    `config` and `rules` stand before what a test file names. ConfigError when a file is wrong, UsageError when
    there is nothing to run.
    """
    done = Tested()
    matched: dict[str, bool] = {}
    for one in files or [_beside(rules or load_config(config or _usual(Path()), adapters=False).rules)]:
        for row, rule_ids, seen in _of_file(one, config, rules, pattern):
            done.results.append(row)
            for rule in rule_ids:
                matched[rule] = matched.get(rule, False) or rule in seen
    if not done.results:
        raise UsageError(f"no test has '{pattern}' in its name; nothing was run", next="orderctl rules test")
    done.rules = list(matched)
    done.unmatched = [rule for rule, seen in matched.items() if not seen]
    return done


def _of_file(
    file: Path, config: Path | None, rules: Path | None, pattern: str
) -> Iterator[tuple[dict[str, Any], list[str], frozenset[str]]]:
    """Each chosen test of `file`: its row, the ids of all rules, and of those that matched."""
    from orderctl.rules import testfile
    from orderctl.rules.testrun import Runner
    from orderctl.rules.trace_json import trace_to_json
    from orderctl.wire.addresses import judged

    parsed = testfile.parse(content(file, "test file", "name it after `rules test`"), str(file))
    named_rules, named_config = testfile.paths(parsed)
    found = loaded(
        config or _config_of(file, named_config), rules or (file.parent / named_rules if named_rules else None)
    )
    tests = testfile.read(parsed, Known.from_places(found.config.places), found.ruleset.timezone)
    runner = Runner(found.ruleset, found.config.places, judged)
    every = [rule.id for stage in found.ruleset.stages.values() for rule in stage]
    for one in tests:
        if pattern.casefold() not in one.name.casefold():
            continue
        result = runner.run(one)
        row = {
            "name": one.name,
            "passed": result.passed,
            "differences": list(result.differences),
            "rules": list(result.trace.plan.rules),
            "file": one.file,
            "line": one.line,
            "trace": trace_to_json(result.trace, result.facts) if not result.passed else {},
        }
        yield row, every, result.trace.matched


def _config_of(file: Path, named: str) -> Path:
    """The configuration a test file is for: the one it names, else the usual one of its folder."""
    return file.parent / named if named else _usual(file.parent)


def _usual(folder: Path) -> Path:
    """The environment's configuration, else the one in `folder`, else the one where the command is typed."""
    stated = os.environ.get("ORDERCTL_CONFIG")
    there = folder / CONFIG
    return Path(stated) if stated else there if there.is_file() else Path(CONFIG)


def _beside(rules: Path) -> Path:
    """The tests of a rules file: `NAME.test.toml`, else `rules.test.toml`, in its folder."""
    own = rules.with_name(f"{rules.stem}.test.toml")
    usual = rules.with_name("rules.test.toml")
    for file in (own, usual):
        if file.is_file():
            return file
    raise UsageError(f"there are no tests: {own} does not exist", next="orderctl rules test FILE")
