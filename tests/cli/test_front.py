from __future__ import annotations

import importlib
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from orderctl import __version__
from orderctl.cli import front

ORDERCTL = str(Path(sys.executable).parent / "orderctl")
HEAVY = {"typer", "pydantic", "httpx", "rich", "sqlite_utils", "sqlite3"}


def imported_for(arguments: Sequence[str]) -> set[str]:
    """The top-level modules that are loaded once the command has answered."""
    program = (
        "import sys\n"
        f"sys.argv = ['orderctl', *{list(arguments)!r}]\n"
        "from orderctl.__main__ import main\n"
        "main()\n"
        "print('|'.join({name.partition('.')[0] for name in sys.modules}), file=sys.stderr)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return set(done.stderr.strip().split("|"))


@pytest.mark.parametrize("arguments", [["--version"], ["-V"], ["--help"], ["-h"]])
def test_the_front_door_answers_without_loading_the_program(arguments: list[str], tmp_path: Path):
    assert set() == HEAVY & imported_for(arguments)


def test_a_command_that_does_not_exist_loads_neither_the_network_nor_the_store():
    assert set() == {"httpx", "rich", "sqlite_utils", "sqlite3"} & imported_for(["ordrs"])


def test_the_installed_command_tells_its_version():
    done = subprocess.run([ORDERCTL, "--version"], capture_output=True, text=True, check=True)

    assert f"orderctl {__version__}\n" == done.stdout
    assert "" == done.stderr


def test_help_names_every_command_with_its_line():
    text = front.help_text()

    assert [] == [name for name, (_, line) in front.COMMANDS.items() if f"  {name} " not in text or line not in text]


def test_help_lines_fit_a_terminal_of_eighty_columns():
    assert [] == [line for line in front.help_text().splitlines() if len(line) > 80]


@pytest.mark.parametrize("name", front.COMMANDS)
def test_every_name_in_the_table_has_a_command_behind_it(name: str):
    module, _, attribute = front.COMMANDS[name][0].partition(":")

    assert hasattr(importlib.import_module(module), attribute)


def test_a_reader_that_has_gone_is_no_failure():
    read, write = os.pipe()
    os.close(read)
    with os.fdopen(write, "w") as broken:
        done = subprocess.run([ORDERCTL, "--help"], stdout=broken, stderr=subprocess.PIPE, text=True, check=False)

    assert (0, "") == (done.returncode, done.stderr)
