from __future__ import annotations

from typing import Annotated

import pytest
import typer
from typer.core import TyperCommand
from typer.exceptions import TyperException

from orderctl.cli import group
from orderctl.cli.options import Config, DryRun, Format, Output

app = group.noun("stock", "What lies where.")
seen: list[tuple[object, ...]] = []


@app.command("adjust", cls=group.Command)
def adjust(
    sku: str,
    units: int,
    reason: Annotated[str, typer.Option("--reason")] = "",
    config: Config = None,
    format: Output = None,  # noqa: A002
    dry_run: DryRun = False,
) -> int:
    """Change what lies there."""
    seen.append((sku, units, reason, config and str(config), format, dry_run))
    return 0


def call(*arguments: str) -> tuple[object, ...]:
    root = group.Root(name="orderctl", commands={"stock": typer.main.get_group(app)}, rich_markup_mode=None)
    seen.clear()
    with root.make_context("orderctl", list(arguments)) as ctx:
        root.invoke(ctx)
    return seen[0]


@pytest.mark.parametrize("units", ["-2", "-25", "3"])
def test_numbers_are_typed_as_they_are(units: str):
    assert ("TEE", int(units), "", None, None, False) == call("stock", "adjust", "TEE", units)


def test_a_negative_number_goes_with_options_on_both_sides():
    expected = ("TEE", -2, "damaged", None, None, True)

    assert expected == call("stock", "adjust", "TEE", "-2", "--reason", "damaged", "--dry-run")
    assert expected == call("stock", "adjust", "--dry-run", "--reason", "damaged", "TEE", "-2")


@pytest.mark.parametrize(
    "arguments",
    [
        ("-c", "a.toml", "--json", "stock", "adjust", "TEE", "1"),
        ("stock", "--json", "-c", "a.toml", "adjust", "TEE", "1"),
        ("stock", "adjust", "TEE", "1", "--config=a.toml", "--format", "json"),
        ("--format=json", "stock", "-c", "a.toml", "adjust", "TEE", "1"),
        ("-c", "a.toml", "--json", "stock", "adjust", "--", "TEE", "1"),
    ],
)
def test_shared_options_work_before_and_after_the_command(arguments: tuple[str, ...]):
    assert ("TEE", 1, "", "a.toml", Format.JSON, False) == call(*arguments)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("stok",), "Did you mean 'stock'?"),
        (("stock", "ajust"), "Did you mean 'adjust'?"),
        (("stock", "adjust", "TEE", "1", "--dry-rnu"), "--dry-run"),
        (("stock", "adjust", "TEE", "many"), "valid integer"),
        (("stock", "adjust", "TEE"), "UNITS"),
        (("stock", "adjust", "TEE", "1", "--format", "yaml"), "yaml"),
        (("stock", "adjust", "TEE", "-1", "--sure"), "--sure"),
    ],
)
def test_a_slip_is_told_with_what_was_meant(arguments: tuple[str, ...], message: str):
    with pytest.raises(TyperException) as caught:
        call(*arguments)

    assert message.lower() in caught.value.format_message().lower()


def test_a_function_becomes_a_command_of_its_name():
    command = group.loaded("route", "tests.cli.routed:route")

    assert isinstance(command, TyperCommand)
    assert "route" == command.name


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["orders", "list", "--json"], "json"),
        (["orders", "list", "--format", "csv"], "csv"),
        (["orders", "list", "--format=tsv"], "tsv"),
        (["orders", "list", "--json", "--csv"], "csv"),
        (["orders", "list", "--", "--json"], ""),
        (["orders", "list", "--format"], ""),
        ([], ""),
    ],
)
def test_the_wanted_format_is_known_even_when_the_rest_is_wrong(arguments: list[str], expected: str):
    assert expected == group.wanted_format(arguments)
