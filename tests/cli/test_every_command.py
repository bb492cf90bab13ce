"""Promises that hold for every command alike."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from orderctl.cli.front import COMMANDS
from orderctl.cli.group import loaded
from tests.cli.shop import Shop

#: Commands with options and results of their own, which their own tests are about.
OTHERS = ("rules", "explain", "init")
LISTS = (
    *("orders list", "shipments list", "batches list", "exceptions list", "channels list", "locations list"),
    *(
        "orders search ana",
        "orders history ana@example.com",
        "skus list",
        "stock show",
        "stock history MUG",
        "config check",
        "help",
    ),
)
READING = (
    *LISTS,
    "orders show 1",
    "orders money 1",
    "shipments show WEB-1-1",
    "batches show east 1",
    "batches reprint east 1",
    "batches reprint east 1 --document packing-slip.html",
    "exceptions show 1",
    "skus show MUG",
    "stock reconcile",
    "stock explain MUG --channel web",
    "channels show web",
    "channels show web --map",
    "channels test web",
    "locations show east",
    "locations test east",
    "locations spec east",
    "reconcile shipments",
    "report regret --since 30d",
    "config show",
    "db check",
    "db check --deep",
    "privacy status",
    "privacy export --email ana@example.com",
    "status",
    "doctor --offline",
    "schedule",
    "simulate --since 9999d --times 10",
    "completion bash",
    "help 3",
)
WRITING = (
    "run",
    "pull",
    "collect",
    "route",
    "dispatch",
    "push",
    "orders hold 1 --reason vip",
    "orders release 1",
    "orders cancel 1 --reason changed",
    "orders route 1 --from west --reason nearer",
    "orders reroute 1",
    "orders edit 1 ship_to.city=Boston --reason moved",
    "orders note 1 called",
    "orders tag 1 --tag vip",
    "orders untag 1 --tag vip",
    "orders assign 1 --to maria",
    "shipments confirm WEB-1-1 --tracking 9400",
    "exceptions resolve 1 --reason seen",
    "exceptions snooze 1 --for 2d",
    "exceptions assign 1 --to maria",
    "stock import stock.csv",
    "stock adjust MUG east -1 --reason lost",
    "stock count east count.csv",
    "stock move MUG east west 1",
    "skus import stock.csv",
    "skus map web B00X MUG --times 6",
    "skus kit SET MUG=2",
    "locations pause east --reason flood",
    "locations resume east",
    "locations postcodes postcodes.csv",
    "channels pause web --reason fraud",
    "channels resume web",
    "db migrate",
    "db vacuum",
    "db archive --before 30d --to old.db",
    "privacy redact --email nobody@example.com",
    "privacy purge",
    "reconcile",
    "reconcile store",
)
#: What has left the house is called back, which a person has to follow up.
ATTENTION = ("orders cancel 1 --reason changed", "orders edit 1 ship_to.city=Boston --reason moved")
#: What cannot be shown on this shop: nothing is due, uncertain, held back or in shadow in it, a copy is a file, its
#: channel has an order that was put aside, and pages are there until a signal comes.
APART = (
    "web",
    "locations compare",
    "batches preview",
    "reconcile orders",
    "channels resolve",
    "shipments resolve",
    "exceptions confirm",
    "db backup",
    "db restore",
)


def verbs() -> Iterator[tuple[str, Any]]:
    for name, (target, _) in COMMANDS.items():
        if name in OTHERS:
            continue
        command = loaded(name, target)
        inside: dict[str, Any] = getattr(command, "commands", {})
        yield from ((f"{name} {verb}", one) for verb, one in inside.items())
        if not inside:
            yield name, command


def test_every_command_is_tried_here():
    tried = (*READING, *WRITING, *APART)

    assert [] == [path for path, _ in verbs() if not any(f"{line} ".startswith(f"{path} ") for line in tried)]


def test_every_command_takes_the_shared_options_and_says_its_exit_codes():
    for path, command in verbs():
        names = {parameter.name for parameter in command.params}
        writes = "wait" in names
        assert {"config", "rules", "db", "format", "quiet", "verbose"} <= names, path
        assert ("dry_run" in names) is writes, path
        assert "Exit: 0 " in " ".join(command.help.split()), path


@pytest.mark.parametrize("line", READING)
def test_the_json_of_a_question_is_one_document(handed_over: Shop, line: str):
    said = handed_over.orderctl(*line.split(), "--json")

    assert (0, "") == (said.code, said.err)
    assert (line in LISTS) is isinstance(said.json, list)


@pytest.mark.parametrize("line", WRITING)
def test_a_dry_run_is_one_document_too_and_changes_no_file(handed_over: Shop, line: str):
    before = handed_over.files()

    said = handed_over.orderctl(*line.split(), "--dry-run", "--json")

    assert before == handed_over.files()
    assert (3 if line in ATTENTION else 0) == said.code == said.json["exit_code"], said.err
