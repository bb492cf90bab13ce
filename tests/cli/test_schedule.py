"""The lines that start passes, run by the shell that would run them."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from orderctl.steps import schedules
from tests.cli.shop import ORDERCTL, Shop, a_row, a_shop


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    return a_shop(tmp_path_factory.mktemp("shop"))


@pytest.fixture
def shop(made: Shop, tmp_path: Path) -> Shop:
    """In a folder whose name shells, cron and systemd would all like to read as something else."""
    copied = made.copy(tmp_path / "it's 50% $HOME")
    copied.receive(a_row("1"))
    return copied


def commands(crontab: str) -> list[str]:
    """What cron would hand to /bin/sh: an escaped % is one again."""
    lines = [line for line in crontab.splitlines() if line and not line.startswith(("#", "MAILTO="))]
    return [line.split(maxsplit=5)[5].replace(r"\%", "%") for line in lines]


def by_sh(command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["/bin/sh", "-c", command], cwd="/", env={"PATH": "/usr/bin:/bin"}, capture_output=True, text=True, check=False
    )


def test_a_shell_without_our_folder_and_path_runs_every_line_of_the_crontab(shop: Shop):
    a_pass, copy, look = commands(shop.orderctl("schedule").out)

    done = [by_sh(a_pass), by_sh(copy), by_sh(look)]

    assert [(0, ""), (0, "")] == [(one.returncode, one.stdout) for one in done[:2]]
    assert [0, 0, 0] == [one.returncode for one in done], done[2].stderr
    assert ["dispatched"] == [order["state"] for order in shop.orderctl("orders", "list", "--json").json]
    assert 1 == len([name for name in shop.files() if name.startswith("backups/") and name.endswith(".db")])
    assert "orderctl.log" in shop.files()


def test_passes_take_turns_and_cron_knows_whom_to_write_to(shop: Shop):
    text = shop.orderctl("schedule", "--print", "cron", "--mailto", "ops@example.com").out

    assert "MAILTO=ops@example.com" in text.splitlines()
    assert "--if-free --log " in commands(text)[0]
    assert commands(text)[0].startswith(ORDERCTL)


@pytest.mark.parametrize(
    ("every", "pattern"),
    [("1min", "* * * * *"), ("5min", "*/5 * * * *"), ("1h", "7 * * * *"), ("6h", "7 */6 * * *"), ("1d", "7 5 * * *")],
)
def test_how_often_is_written_as_cron_writes_it(shop: Shop, every: str, pattern: str):
    lines = shop.orderctl("schedule", "--every", every).out.splitlines()

    assert pattern in [" ".join(line.split()[:5]) for line in lines]


@pytest.mark.parametrize("every", ["30s", "7min", "5h", "2d", "often"])
def test_a_span_that_cron_does_not_know_is_refused(shop: Shop, every: str):
    said = shop.orderctl("schedule", "--every", every)

    assert (2, "") == (said.code, said.out)
    assert "next: orderctl schedule --print systemd --every 30s" in said.err


def units(text: str, folder: Path) -> list[Path]:
    """The units that `text` holds, each in a file of its own name."""
    found: dict[str, list[str]] = {}
    for line in text.splitlines():
        if line.startswith("# /etc/systemd/system/"):
            found[line.rpartition("/")[2]] = []
        else:
            list(found.values())[-1].append(line)
    paths = []
    for name, lines in found.items():
        paths.append(folder / name)
        paths[-1].write_text("\n".join(lines) + "\n", encoding="utf-8")
    return paths


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="needs systemd-analyze")
@pytest.mark.parametrize("every", ["5min", "30s"])
def test_systemd_finds_nothing_wrong_with_its_units(shop: Shop, tmp_path: Path, every: str):
    text = shop.orderctl("schedule", "--print", "systemd", "--every", every).out
    folder = tmp_path / "units"
    folder.mkdir()

    done = subprocess.run(
        ["systemd-analyze", "verify", *map(str, units(text, folder))],  # noqa: S607
        capture_output=True,
        text=True,
        check=False,
    )

    about_ours = [line for line in done.stderr.splitlines() if "orderctl" in line]
    assert [] == about_ours


def test_for_less_than_a_minute_systemd_keeps_one_process(shop: Shop):
    often = shop.orderctl("schedule", "--print", "systemd", "--every", "30s").out
    seldom = shop.orderctl("schedule", "--print", "systemd", "--every", "5min").out

    assert ("--every 30s" in often, "[Timer]" in often) == (True, False)
    assert ("--if-free" in seldom, "OnUnitInactiveSec=5min" in seldom) == (True, True)


def test_the_json_says_the_same(shop: Shop):
    said = shop.orderctl("schedule", "--json").json

    assert ("cron", 300, [ORDERCTL]) == (said["for"], said["every_s"], said["program"])
    assert str(shop.folder / "channels.toml") == said["config"]
    assert shop.orderctl("schedule").out == said["text"]


@pytest.mark.parametrize(
    ("line", "starts"),
    [
        ("*/5 * * * * /usr/bin/orderctl run --if-free", True),
        ("ExecStart=/opt/orderctl run --every 30s", True),
        ("# */5 * * * * orderctl run", False),
        ("0 3 * * * orderctl db backup x", False),
    ],
)
def test_a_line_that_starts_passes_is_known_by_the_program(line: str, starts: bool):
    assert starts is schedules._starts_passes(line)
