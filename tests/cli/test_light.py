"""Command lines read without a validation library: the same values, and the same complaints."""

from __future__ import annotations

import subprocess
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import pytest
import typer
from typer import Argument, Option
from typer.exceptions import TyperException

from orderctl.cli.group import SETTINGS, Command


class Color(StrEnum):
    RED = "red"
    BLUE = "blue"


def parsed(*words: str) -> dict[str, Any]:
    """What a command with one option of each kind reads from `words`."""
    app = typer.Typer(rich_markup_mode=None, add_completion=False)
    found: dict[str, Any] = {}

    @app.command("paint", cls=Command, context_settings=SETTINGS)
    def paint(
        names: Annotated[list[str] | None, Argument()] = None,
        count: Annotated[int, Option(min=0, max=100)] = 0,
        color: Color = Color.RED,
        file: Path | None = None,
        note: str = "",
        loud: bool = False,
    ) -> None:
        found.update(names=names, count=count, color=color, file=file, note=note, loud=loud)

    command = typer.main.get_command(app)
    with command.make_context("paint", list(words)) as ctx:
        command.invoke(ctx)
    return found


def test_what_nobody_said_has_its_default():
    assert {
        "names": None,
        "count": 0,
        "color": Color.RED,
        "file": None,
        "note": "",
        "loud": False,
    } == parsed()


def test_plain_values_are_read_as_what_they_are():
    words = ("a", "b", "--count", "100", "--color", "blue", "--file", "x/y.toml", "--note", "5", "--loud")

    assert {
        "names": ["a", "b"],
        "count": 100,
        "color": Color.BLUE,
        "file": Path("x/y.toml"),
        "note": "5",
        "loud": True,
    } == parsed(*words)


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (("--count", "101"), "less than or equal to 100"),
        (("--count", "٣x"), "valid integer"),
        (("--count", "9999999999999"), "less than or equal to 100"),
        (("--color", "green"), "'green' is not one of 'red', 'blue'"),
    ],
)
def test_what_is_not_plain_gets_the_usual_complaint(words: tuple[str, ...], complaint: str):
    with pytest.raises(TyperException, match=complaint):
        parsed(*words)


def test_plain_values_load_no_validation_library():
    program = (
        "import sys\n"
        "sys.argv = ['orderctl', 'rules', 'check', '--format', 'json', '-c', 'nothing.toml']\n"
        "from orderctl.__main__ import main\n"
        "code = main()\n"
        "print(code, 'pydantic' in sys.modules, file=sys.stderr)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert "2 False" == done.stderr.splitlines()[-1]
