"""What the pages tell a reader to type can be typed, and answers as they say."""

from __future__ import annotations

import ast
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from docs.pages.commands import every_command
from orderctl.cli.group import SHORT_FORMS, options_last

ROOT = Path(__file__).resolve().parent.parent
README = ROOT / "README.md"
#: docs/cli.md is the help itself.
PAGES = [page for page in (*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("examples/*")) if page.is_file()]
COMMANDS = {path.removeprefix("orderctl "): command for path, command in every_command()}
ALWAYS = {"--help", "-h", *SHORT_FORMS}
_BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_IN_TEXT = re.compile(r"`(orderctl [^`\n]+)`")
_IN_BLOCK = re.compile(r"(?:^|[ /])(orderctl +[a-z][^\n#]*)", re.MULTILINE)
_IN_MESSAGE = re.compile(r"(?:^|`)(orderctl [a-z][^`\n;]*)")
_QUOTES = {ord("'"): None, ord('"'): None}
_WHEN = re.compile(r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d)?Z)?")


def blocks(page: Path, language: str) -> list[str]:
    return [text for kind, text in _BLOCK.findall(page.read_text(encoding="utf-8")) if kind == language]


def typed(page: Path) -> list[str]:
    """Every command line of orderctl that stands as code on the page."""
    text = page.read_text(encoding="utf-8").replace("\\\n", " ")  # a line that goes on
    if page.suffix != ".md":
        return _IN_TEXT.findall(text)
    in_blocks = [line for _, block in _BLOCK.findall(text) for line in _IN_BLOCK.findall(block)]
    return _IN_TEXT.findall(_BLOCK.sub("", text)) + in_blocks


def wrong_with(line: str) -> str:
    """What the program would not understand of a command line; empty when nothing."""
    words = options_last(shlex.split(re.split(r"[|;&>]|\.\.\.", line)[0], comments=True)[1:])
    path: list[str] = []
    while words and any(f"{name} ".startswith(" ".join([*path, words[0], ""])) for name in COMMANDS):
        path.append(words.pop(0))
    name = " ".join(path)
    if not name or (words and name not in COMMANDS):
        return f"no command '{' '.join([*path, *words])}'"
    command: Any = COMMANDS.get(name)
    parameters = command.params if command else ()
    known = ALWAYS | {option for one in parameters for option in (*one.opts, *one.secondary_opts)}
    unknown = [word for word in words if re.match(r"--?[a-z]", word) and word.partition("=")[0] not in known]
    return f"{name} has no {', '.join(unknown)}" if unknown else ""


@pytest.mark.parametrize("page", [page for page in PAGES if page.name != "cli.md"], ids=lambda page: page.name)
def test_every_command_on_a_page_can_be_typed(page: Path):
    assert {} == {line: problem for line in typed(page) if (problem := wrong_with(line))}


def said_in(source: Path) -> Iterator[str]:
    """The command lines in the messages of a module; what is filled in reads as X."""
    for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
        if isinstance(node, ast.JoinedStr):
            text = "".join(str(part.value) if isinstance(part, ast.Constant) else "X" for part in node.values)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            text = node.value
        else:
            continue
        yield from (line.translate(_QUOTES).rstrip(".") for line in _IN_MESSAGE.findall(text))


def test_every_command_that_a_message_names_can_be_typed():
    sources = sorted((ROOT / "src" / "orderctl").rglob("*.py"))

    assert {} == {
        f"{source.name}: {line}": problem
        for source in sources
        for line in said_in(source)
        if (problem := wrong_with(line))
    }


def sessions() -> Iterator[tuple[str, list[str]]]:
    """Each command of the console blocks in the README with the lines that are shown below it."""
    for block in blocks(README, "console"):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, *lines = part.splitlines()
            yield command, lines


def test_the_tour_goes_as_the_readme_shows_it(tmp_path):
    shutil.copytree(ROOT / "examples", tmp_path / "examples")
    where = tmp_path
    for command, shown in sessions():
        answered, where = type_in(command, where)
        assert [] == missing(shown, answered), f"$ {command}\n" + "\n".join(answered)


def type_in(command: str, where: Path) -> tuple[list[str], Path]:
    """What a shell in the folder `where` prints, and the folder it is in afterwards."""
    # without a terminal a pass says nothing when all is well
    script = f"set -o pipefail; {re.sub(r'orderctl run$', 'orderctl run --format table', command)}\ncode=$?; pwd >&3"
    environment = {name: value for name, value in os.environ.items() if not name.startswith("ORDERCTL")}
    environment["PATH"] = f"{Path(sys.executable).parent}:{environment['PATH']}"
    into = where / ".folder"
    bash = shutil.which("bash")
    assert bash
    done = subprocess.run(
        [bash, "-c", f"exec 3>{shlex.quote(str(into))}; {script}; exit $code"],
        cwd=where,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode in {0, 3}, f"$ {command}\n{done.stdout}{done.stderr}"
    return done.stdout.splitlines(), Path(into.read_text(encoding="utf-8").strip())


def missing(shown: list[str], answered: list[str]) -> list[str]:
    """The shown lines that do not come, in their order; `...` stands for any lines, dates for any date."""
    rest = [_masked(line) for line in answered]
    skip = False
    for position, line in enumerate(shown):
        if line == "...":
            skip = True
            continue
        at = rest.index(_masked(line)) if skip and _masked(line) in rest else 0
        if not rest or rest[at] != _masked(line):
            return shown[position:]
        rest, skip = rest[at + 1 :], False
    return [] if skip or not rest else ["(nothing more)"]


def _masked(line: str) -> str:
    return _WHEN.sub("WHEN", line).rstrip()


def test_the_configuration_and_the_rules_in_the_readme_are_right(tmp_path):
    config, rules = blocks(README, "toml")
    (tmp_path / "channels.toml").write_text(config, encoding="utf-8")
    (tmp_path / "rules.toml").write_text(rules, encoding="utf-8")

    answered, _ = type_in("orderctl config check", tmp_path)

    assert "Nothing is wrong." in "\n".join(answered)
