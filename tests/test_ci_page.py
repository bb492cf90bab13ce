"""docs/ci.md, tried: its workflow and its hooks are run on a pull request to a checkout of the examples."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.cli.shop import ORDERCTL

ROOT = Path(__file__).resolve().parent.parent
PAGE = (ROOT / "docs" / "ci.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
WORKFLOW, HOOKS = (yaml.safe_load(text) for kind, text in BLOCKS if kind == "yaml")
STEPS = {step["name"]: step["run"] for step in WORKFLOW["jobs"]["rules"]["steps"] if "run" in step}


@dataclass(frozen=True, slots=True)
class Checkout:
    """A clone of the team's repository, on the branch of a pull request."""

    folder: Path
    runner: Path

    def change(self, old: str, new: str, file: str = "rules.toml") -> None:
        """A commit on the branch."""
        path = self.folder / file
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), encoding="utf-8")
        git(self.folder, "commit", "-qam", "a change")

    def step(self, name: str) -> int:
        """The exit code of a step, run as the runner does: bash that stops at the first failure."""
        return self.run(["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", STEPS[name]]).returncode

    def hook(self, name: str) -> int:
        """The exit code of a hook for all changed files; 0 without a run where it is about none of them."""
        (hook,) = [one for one in HOOKS["repos"][0]["hooks"] if one["id"] == name]
        changed = git(self.folder, "diff", "--name-only", "origin/main").split()
        if not any(re.search(hook["files"], file) for file in changed):
            return 0
        assert ("system", False) == (hook["language"], hook["pass_filenames"])
        return self.run(shlex.split(hook["entry"])).returncode

    def run(self, command: list[str]) -> subprocess.CompletedProcess[str]:
        environment = {
            "PATH": f"{Path(ORDERCTL).parent}{os.pathsep}{os.environ['PATH']}",
            "RUNNER_TEMP": str(self.runner),
            "GITHUB_STEP_SUMMARY": str(self.runner / "summary.md"),
            "GITHUB_BASE_REF": "main",
            "LANG": "C.UTF-8",
        }
        return subprocess.run(command, cwd=self.folder, env=environment, capture_output=True, text=True, check=False)

    def summary(self) -> str:
        return (self.runner / "summary.md").read_text(encoding="utf-8")


def git(folder: Path, *arguments: str) -> str:
    identity = ("-c", "user.name=Ana", "-c", "user.email=ana@example.com", "-c", "init.defaultBranch=main")
    command = ["git", *identity, *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True).stdout


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    upstream, runner = tmp_path / "upstream", tmp_path / "runner"
    runner.mkdir()
    upstream.mkdir()
    examples = ROOT / "examples"
    for name in ("channels.toml", "rules.toml", "rules.test.toml"):
        shutil.copy(examples / name, upstream)
    shutil.copytree(examples / "rates", upstream / "rates")
    shutil.copy(examples / "inbox" / "web" / "2026-11-18.jsonl", upstream / "orders.jsonl")
    git(upstream, "init", "-q")
    git(upstream, "add", ".")
    git(upstream, "commit", "-qm", "the shop")
    git(tmp_path, "clone", "-q", "upstream", "checkout")
    git(tmp_path / "checkout", "checkout", "-qb", "change")
    return Checkout(tmp_path / "checkout", runner)


TRIED = [name for name in STEPS if name != "install"]


def test_the_page_has_a_workflow_hooks_and_schemas_that_exist():
    assert ["install", "findings", "check", "test", "difference"] == list(STEPS)
    assert {"orderctl-rules-check", "orderctl-rules-test"} == {hook["id"] for hook in HOOKS["repos"][0]["hooks"]}
    (editor,) = (tomllib.loads(text) for kind, text in BLOCKS if kind == "toml")
    for rule in editor["rule"]:
        assert (ROOT / rule["schema"]["path"].removeprefix("orderctl/")).is_file()


def test_a_pull_request_without_a_mistake_passes_every_step_and_hook(checkout: Checkout):
    checkout.change("# rules.toml of", "# The rules of")

    assert dict.fromkeys(TRIED, 0) == {name: checkout.step(name) for name in TRIED}
    assert [0, 0] == [checkout.hook(hook["id"]) for hook in HOOKS["repos"][0]["hooks"]]
    assert (checkout.runner / "rules.sarif").stat().st_size > 0
    assert "" == git(checkout.folder, "status", "--porcelain")


def test_a_rule_that_is_wrong_stops_it_and_its_findings_are_still_uploaded(checkout: Checkout):
    checkout.change("when.fulfilled_by", "when.fullfilled_by")

    assert {"findings": 0, "check": 2, "test": 2, "difference": 1} == {name: checkout.step(name) for name in TRIED}
    assert 2 == checkout.hook("orderctl-rules-check")
    assert '"ruleId": "E111"' in (checkout.runner / "rules.sarif").read_text()


def test_a_warning_stops_it_because_it_is_strict(checkout: Checkout):
    checkout.change("[lists]", '[lists]\nunused = ["X"]')

    assert (0, 7) == (checkout.step("findings"), checkout.step("check"))
    assert 7 == checkout.hook("orderctl-rules-check")


def test_rules_that_decide_otherwise_fail_their_tests_and_are_listed_order_by_order(checkout: Checkout):
    checkout.change(
        'then.ship_from = ["newark", "reno"]\nthen.prefer = ["fewest_shipments", "lowest_cost"]',
        'then.ship_from = ["reno", "newark"]\nthen.prefer = ["fewest_shipments", "listed"]',
    )

    assert (0, 0) == (checkout.step("check"), checkout.step("difference"))
    assert 7 == checkout.step("test")
    assert 7 == checkout.hook("orderctl-rules-test")
    assert re.search(r"newark.*reno", checkout.summary())


def test_rules_without_tests_stop_it(checkout: Checkout):
    whole = (checkout.folder / "rules.test.toml").read_text()
    first = re.split(r"^\[\[test\]\]\n", whole, maxsplit=2, flags=re.MULTILINE)
    checkout.change(whole, f"{first[0]}[[test]]\n{first[1]}", "rules.test.toml")

    assert 7 == checkout.step("test")


def test_a_hook_is_not_run_for_files_that_are_not_its_own(checkout: Checkout):
    (checkout.folder / "notes.md").write_text("x")
    git(checkout.folder, "add", ".")
    git(checkout.folder, "commit", "-qm", "notes")

    assert [0, 0] == [checkout.hook(hook["id"]) for hook in HOOKS["repos"][0]["hooks"]]


def test_the_workflow_asks_for_no_more_than_it_needs():
    permissions: dict[str, Any] = WORKFLOW["permissions"]

    assert {"contents": "read", "security-events": "write"} == permissions
    assert "secrets." not in PAGE
