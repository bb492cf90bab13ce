"""The binary that `make binary` made, and a root that holds nothing but it, a shell and what both link against.

    root = EmptyRoot(tmp_path)
    said = root.orderctl("--version")

1. the root is a folder; libraries and programs are copied into it, found by asking `ldd`
2. bubblewrap makes it the only thing that is there; the environment is empty, and its PATH leads nowhere unless given
Where there is no binary or no bubblewrap, tests are skipped; where real partners were asked for, they fail.
"""

from __future__ import annotations

import copy
import os
import re
import shutil
import subprocess
import sysconfig
import tarfile
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from tests.real.npm import give_up

ROOT = Path(__file__).resolve().parents[2]
DIST = ROOT / "dist"
ONE_FILE = DIST / "orderctl"
PYTHON = Path(sysconfig.get_path("scripts")) / "orderctl"
LIMIT_S = 120


def made(pattern: str) -> Path:
    """The one file in dist/ that `pattern` is about."""
    found = sorted(DIST.glob(pattern)) if DIST.is_dir() else []
    if len(found) != 1:
        give_up(f"dist/{pattern} is made by `make binary`")
    return found[0]


@cache
def folder() -> Path:
    """The folder out of the archive, unpacked below build/ once for each archive."""
    archive = made("orderctl-*-*-*.tar.gz")
    into = ROOT / "build" / "unpacked" / str(archive.stat().st_mtime_ns)
    if not into.exists():
        part = into.with_name(f"{into.name}.{os.getpid()}")
        with tarfile.open(archive) as tar:
            tar.extractall(part, filter="data")
        part.rename(into)
    return into / archive.name.removesuffix(".tar.gz")


def needed(programs: Iterable[Path], within: Path | None = None) -> set[Path]:
    """The libraries of the machine that `programs` link against; those below `within` come along anyway."""
    environment = {**os.environ, "LD_LIBRARY_PATH": str(within)} if within else dict(os.environ)
    answers = [told([shutil.which("ldd") or give_up("ldd is not installed"), one], env=environment) for one in programs]
    found = {Path(name) for answer in answers for name in re.findall(r"(/\S+) \(0x", answer.stdout)}
    return {path for path in found if within is None or within not in path.parents}


def machine() -> set[Path]:
    """What the one file and everything in the folder need of the machine."""
    lib = folder() / "lib"
    return needed([made("orderctl"), folder() / "orderctl"]) | needed(lib.rglob("*.so*"), within=lib)


class EmptyRoot:
    """A root below `base` with the binary at /orderctl and, if asked for, `programs`; `here` is where it is run."""

    def __init__(self, base: Path, programs: Iterable[str] = (), *, proc: bool = True) -> None:
        if shutil.which("bwrap") is None:
            give_up("bubblewrap is not installed")
        self.folder = self.here = base / "root"
        self._proc = ["--proc", "/proc"] if proc else []
        commands = [Path(shutil.which(name) or give_up(f"{name} is not installed")) for name in programs]
        for path in {*machine(), *needed(commands), *commands}:
            self._bring(path, path)
        self._bring(made("orderctl"), Path("/orderctl"))
        for name in ("tmp", "dev", "proc"):
            (self.folder / name).mkdir(exist_ok=True)

    def room(self, name: str) -> EmptyRoot:
        """The same root, to be run in a new folder of it."""
        found = copy.copy(self)
        found.here = self.folder / name
        found.here.mkdir()
        return found

    def _bring(self, path: Path, to: Path) -> None:
        inside = self.folder / to.relative_to("/")
        inside.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, inside)

    def names(self) -> set[str]:
        """Every name in the root."""
        return {path.name for path in self.folder.rglob("*")}

    def orderctl(self, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run the binary with nothing but `environment`."""
        return self.run("/orderctl", *words, **environment)

    def run(self, *command: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run `command` with nothing but `environment`."""
        return told(self.inside(*command, **environment))

    def inside(self, *command: str, **environment: str) -> list[str]:
        """What runs `command` in the root with nothing but `environment`."""
        at = "/" + self.here.relative_to(self.folder).as_posix()
        root = ["--bind", str(self.folder), "/", "--dev", "/dev", *self._proc, "--chdir", at]
        alone = ["bwrap", "--unshare-all", "--share-net", "--die-with-parent", "--clearenv"]
        given = {"PATH": "/nonexistent", **environment}
        named = [word for name, value in given.items() for word in ("--setenv", name, value)]
        return [*alone, *named, *root, *command]


def told(command: Sequence[str | Path], **how: Any) -> subprocess.CompletedProcess[str]:
    """What `command` answers, whatever its exit code; `how` as for subprocess.run."""
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=LIMIT_S, **how)
