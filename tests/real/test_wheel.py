"""Wheel and sdist hold what they must and nothing else, and what installs them leaves a command that works."""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from collections.abc import Sequence
from pathlib import Path

import pytest

from orderctl import __version__
from tests.real.binary import ROOT, made, told
from tests.real.npm import give_up

TOOLS = ROOT / "build" / "binary" / "venv" / "bin"
#: What a clone has, and the sdist too: everything that builds, tests and explains the program.
FOLDERS = ("src", "tests", "docs", "examples", "benchmarks", "packaging", ".ci")
FILES = ("CHANGELOG.md", "CONTRIBUTING.md", "LICENSE", "Makefile", "README.md", "constraints.txt", "pyproject.toml")
#: What installing writes beside the program's own files.
ADDED = {"INSTALLER", "METADATA", "RECORD", "WHEEL", "entry_points.txt", "licenses/LICENSE"}
BUILD = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["hatch"]["build"]
INSTALL_S = 300


def tree(*folders: str) -> set[str]:
    """The files of the checkout below `folders`, without what running them leaves."""
    found = {path for folder in folders for path in (ROOT / folder).rglob("*") if path.is_file()}
    return {path.relative_to(ROOT).as_posix() for path in found if "__pycache__" not in path.parts}


def test_the_wheel_is_the_package_with_its_data_and_nothing_else():
    with zipfile.ZipFile(made("*.whl")) as wheel:
        names = set(wheel.namelist())
    package = {name for name in names if ".dist-info/" not in name and ".data/" not in name}
    shared = {name.partition(".data/data/")[2] for name in names if ".data/" in name}

    assert set(BUILD["targets"]["wheel"].get("shared-data", {}).values()) == shared
    assert {name.removeprefix("src/") for name in tree("src")} == package
    assert {"orderctl/py.typed", "orderctl/destinations/sheet.html.j2"} < package
    assert any(name.startswith("orderctl/destinations/profiles/") for name in package)
    assert {name.partition(".dist-info/")[2] for name in names if ".dist-info/" in name} <= ADDED


def test_the_sdist_is_a_clone_without_its_history():
    with tarfile.open(made(f"orderctl-{__version__}.tar.gz")) as sdist:
        names = {name.partition("/")[2] for name in sdist.getnames()}

    assert {*tree(*FOLDERS), *FILES, "PKG-INFO", ".gitignore"} == names


def test_wheel_and_sdist_name_the_extras_and_no_dependency_on_tools():
    with zipfile.ZipFile(made("*.whl")) as wheel:
        (name,) = [name for name in wheel.namelist() if name.endswith("/METADATA")]
        metadata = wheel.read(name).decode()

    needed = [line for line in metadata.splitlines() if line.startswith("Requires-Dist: ") and "extra ==" not in line]
    assert [] == [line for line in needed if any(tool in line.lower() for tool in ("pyinstaller", "pytest", "lz4"))]
    assert {"pdf", "xlsx", "templates", "keyring"} < {
        line.partition(": ")[2] for line in metadata.splitlines() if line.startswith("Provides-Extra: ")
    }


@pytest.fixture(scope="module")
def wheel() -> str:
    """The wheel with all that makes documents, as it is named to an installer."""
    if not TOOLS.is_dir():
        give_up("the tools that install are brought by `make binary`")
    return f"{made('*.whl')}[pdf,templates,xlsx]"


def with_pip(base: Path, wheel: str) -> Path:
    run([sys.executable, "-m", "venv", "--without-pip", str(base / "venv")])
    pip = [sys.executable, "-m", "pip", "--python", str(base / "venv" / "bin" / "python"), "install", "--quiet"]
    run([*pip, "-c", str(ROOT / "constraints.txt"), wheel])
    return base / "venv" / "bin" / "orderctl"


def with_pipx(base: Path, wheel: str) -> Path:
    places = {"PIPX_HOME": base / "home", "PIPX_BIN_DIR": base / "bin", "PIPX_MAN_DIR": base / "man"}
    constraints = f"--pip-args=--constraint={ROOT / 'constraints.txt'}"
    command: list[str | Path] = [
        TOOLS / "python",
        "-m",
        "pipx",
        "install",
        "--python",
        sys.executable,
        constraints,
        wheel,
    ]
    run(command, **{name: str(place) for name, place in places.items()})
    return base / "bin" / "orderctl"


def with_uv(base: Path, wheel: str) -> Path:
    places = {"UV_TOOL_DIR": base / "tools", "UV_TOOL_BIN_DIR": base / "bin", "UV_CACHE_DIR": base / "cache"}
    command: list[str | Path] = [
        TOOLS / "uv",
        "tool",
        "install",
        "--python",
        sys.executable,
        "-c",
        ROOT / "constraints.txt",
        wheel,
    ]
    run(command, **{name: str(place) for name, place in places.items()})
    return base / "bin" / "orderctl"


def run(command: Sequence[str | Path], **environment: str) -> None:
    """Run an installer. It may ask the registry that it is set up for."""
    done = subprocess.run(
        command, env={**os.environ, **environment}, timeout=INSTALL_S, check=False, capture_output=True, text=True
    )
    assert 0 == done.returncode, done.stderr


@pytest.mark.parametrize("install", [with_pip, with_pipx, with_uv], ids=lambda install: install.__name__[5:])
def test_what_is_installed_works_alone(install, wheel: str, tmp_path: Path):
    command = install(tmp_path, wheel)
    python = command.resolve().parent / "python"

    assert f"orderctl {__version__}\n" == told([command, "--version"], cwd=tmp_path).stdout
    for program in ([command], [python, "-m", "orderctl"]):
        assert [0, 2, 2] == [
            told([*program, *words], cwd=ROOT / "examples").returncode
            for words in (["rules", "check"], ["nonsense"], ["rules", "check", "-r", "nowhere.toml"])
        ]
