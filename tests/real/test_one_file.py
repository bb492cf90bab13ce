"""The one file unpacks itself once, whoever is killed meanwhile, and runs nothing that somebody else could have put."""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.real.binary import ONE_FILE, ROOT, folder, made, told

KILLS = 20
UNTIL_S = 0.03  # each is left alone for so much longer than the one before
CANNOT_START = 6


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home without anything in it, and a folder for temporary files."""
    made("orderctl")
    (tmp_path / "home").mkdir()
    (tmp_path / "tmp").mkdir()
    return tmp_path / "home"


def started(home: Path, *words: str, **how: Any) -> subprocess.CompletedProcess[str]:
    return told([how.pop("program", ONE_FILE), *words], **{"env": at_home(home), **how})


def at_home(home: Path) -> dict[str, str]:
    return {"HOME": str(home), "TMPDIR": str(home.parent / "tmp"), "PATH": os.defpath}


def cache(home: Path) -> Path:
    return home / ".cache" / "orderctl"


def kept(home: Path) -> list[str]:
    """What lies in the cache: the version's name is left out."""
    (use,) = [path.name for path in cache(home).glob("*.use")]
    return sorted(path.name.replace(use.removesuffix(".use"), "VERSION") for path in cache(home).iterdir())


def test_twenty_that_are_killed_leave_what_one_leaves(home: Path):
    shop = shutil.copytree(ROOT / "examples", home.parent / "shop")
    most = 0
    for number in range(1, KILLS + 1):
        process = subprocess.Popen([ONE_FILE, "run"], cwd=shop, env=at_home(home), stderr=subprocess.DEVNULL)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(number * UNTIL_S)
        process.kill()
        process.wait()
        if cache(home).is_dir():
            most = max(most, len(list(cache(home).iterdir())))
        assert [] == list((home.parent / "tmp").iterdir())

    assert started(home, "run", cwd=shop).returncode in {0, 3}
    assert ["VERSION", "VERSION.use", "lock"] == kept(home)
    assert 3 >= most
    assert [] == list((home.parent / "tmp").iterdir())


def test_one_that_was_killed_while_it_unpacked_leaves_nothing_once_another_has(home: Path):
    found: list[str] = []
    for number in range(1, KILLS + 1):
        process = subprocess.Popen([ONE_FILE, "--version"], env=at_home(home), stdout=subprocess.DEVNULL)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(number * UNTIL_S / 10)
        process.kill()
        if process.wait() != 0 and cache(home).is_dir():
            found += [path.suffix for path in cache(home).iterdir()]

    assert ".part" in found
    assert 0 == started(home, "--version").returncode
    assert ["VERSION", "VERSION.use", "lock"] == kept(home)
    assert files(folder()) == files(next(path for path in cache(home).iterdir() if path.is_dir()))


def files(base: Path) -> dict[str, int]:
    return {path.relative_to(base).as_posix(): path.stat().st_size for path in base.rglob("*") if path.is_file()}


def test_many_that_start_at_once_unpack_once(home: Path):
    environment = at_home(home)
    running = [subprocess.Popen([ONE_FILE, "--version"], env=environment, stdout=subprocess.PIPE) for _ in range(8)]

    assert [0] * 8 == [process.wait(60) for process in running]
    assert 1 == len({process.communicate()[0] for process in running})
    assert ["VERSION", "VERSION.use", "lock"] == kept(home)


def test_versions_that_nobody_has_run_for_a_week_go_when_a_new_one_comes(home: Path):
    for name, age in (("0.0.1-old", 8), ("0.0.2-recent", 6), ("0.0.3-running", 8)):
        (cache(home) / name).mkdir(parents=True, mode=0o700)
        (cache(home) / name / "orderctl").touch()
        (cache(home) / f"{name}.use").touch()
        before = (cache(home) / f"{name}.use").stat().st_mtime - age * 24 * 3600
        os.utime(cache(home) / f"{name}.use", (before, before))
    (home / ".cache").chmod(0o700)
    cache(home).chmod(0o700)
    with (cache(home) / "0.0.3-running.use").open() as held:
        fcntl.flock(held, fcntl.LOCK_SH)
        assert 0 == started(home, "--version").returncode

    left = {path.name for path in cache(home).iterdir() if not path.name.endswith(".use")}
    assert {"0.0.2-recent", "0.0.3-running"} < left
    assert "0.0.1-old" not in left
    assert not (cache(home) / "0.0.1-old.use").exists()


def test_it_is_one_process_so_that_a_signal_reaches_the_program(home: Path):
    shop = shutil.copytree(ROOT / "examples", home.parent / "shop")
    assert 0 == started(home, "--version").returncode
    os.mkfifo(shop / "waits.toml")
    command = [str(ONE_FILE), "rules", "check", "-r", "waits.toml"]
    process = subprocess.Popen(command, cwd=shop, env=at_home(home), stderr=subprocess.PIPE, text=True)
    with (shop / "waits.toml").open("w"):  # it is opened once the program reads it
        process.terminate()
        said = process.communicate(timeout=60)[1]

    assert 143 == process.returncode
    assert "stopped by SIGTERM" in said


@pytest.mark.parametrize("size", [1_000, -1, -64, -1_000_000])
def test_a_file_that_is_not_whole_says_so_and_leaves_nothing_to_run(home: Path, size: int):
    broken = home.parent / "broken"
    shutil.copy(ONE_FILE, broken)
    whole = broken.stat().st_size
    with broken.open("r+b") as file:
        if size > 0:  # one byte in the middle of what is packed
            file.seek(whole // 2)
            byte = file.read(1)
            file.seek(whole // 2)
            file.write(bytes([byte[0] ^ 0xFF]))
        else:
            file.truncate(whole + size)
    said = started(home, "--version", program=broken)

    assert (CANNOT_START, "") == (said.returncode, said.stdout)
    assert "SHA256SUMS; nothing was done" in said.stderr
    assert not [path for path in home.rglob("orderctl") if path.is_file() and path.parent.suffix != ".part"]


def test_a_folder_that_others_can_write_to_is_not_used(home: Path):
    cache(home).mkdir(parents=True)
    cache(home).chmod(0o777)
    named = {**at_home(home), "ORDERCTL_CACHE": str(cache(home))}
    said = started(home, "--version", env=named)

    assert CANNOT_START == said.returncode
    assert "is not a folder that is yours alone" in said.stderr
    assert CANNOT_START == started(home, "--version", env={**named, "ORDERCTL_CACHE": "here"}, cwd=home).returncode
    assert [] == list(cache(home).iterdir())
