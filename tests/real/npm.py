"""Programs of npm that tests need: installed once below .venv, by the package.json that pins their version.

Nothing of it belongs to the checkout. Where there is no node, or nobody asked for real partners (`ORDERCTL_SHARED` and
`ORDERCTL_REAL` are unset), tests are skipped with the reason; where somebody asked, a missing node is a failure.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
from pathlib import Path
from typing import NoReturn

import pytest

HERE = Path(__file__).resolve().parent
CACHE = HERE.parent.parent / ".venv"
INSTALL = ("npm", "install", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
INSTALL_S = 400


def is_wanted() -> bool:
    """Whether tests with real partners have to run, whatever it takes."""
    return bool(os.environ.get("ORDERCTL_SHARED") or os.environ.get("ORDERCTL_REAL"))


def give_up(reason: str) -> NoReturn:
    """Leave the test out, or fail where it was asked for."""
    if is_wanted():
        pytest.fail(reason)
    pytest.skip(reason)


def installed(name: str) -> Path:
    """The folder below .venv in which the packages of tests/real/NAME/package.json are installed by now."""
    missing = [program for program in ("node", "npm") if shutil.which(program) is None]
    if missing:
        give_up(f"{name} needs {' and '.join(missing)}")
    folder, packages = CACHE / name, (HERE / name / "package.json").read_text(encoding="utf-8")
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # tests run side by side
        stamp = folder / ".installed"
        if stamp.exists() and stamp.read_text(encoding="utf-8") == packages:
            return folder
        if not is_wanted():
            pytest.skip(f"{name} is installed by `make real`")
        shutil.copy(HERE / name / "package.json", folder)
        try:
            subprocess.run(INSTALL, cwd=folder, timeout=INSTALL_S, check=True, capture_output=True, text=True)
        except (subprocess.SubprocessError, OSError) as error:
            give_up(f"npm could not install {name}: {getattr(error, 'stderr', '') or error}")
        stamp.write_text(packages, encoding="utf-8")
    return folder
