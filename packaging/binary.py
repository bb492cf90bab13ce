"""Build the binary out of the orderctl that is installed here: `python packaging/binary.py DIST WORK`.

1. PyInstaller collects it into a folder (orderctl.spec); libraries of Python itself are stripped
2. what lies there is looked up: a license that must stay outside, or a stray file, stops the build (contents.py)
3. its papers are written into the folder and beside it (papers.py)
4. the folder becomes an archive, and the one file that unpacks itself once (onefile.py)

The same sources, tools and machine give the same bytes: no clock, no random hashes, no owners, no order of the disk.
"""

from __future__ import annotations

import gzip
import importlib.metadata
import os
import platform
import re
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import contents
import onefile
import papers

HERE = Path(__file__).resolve().parent
#: 2020-02-02, as the wheel's files have it; SOURCE_DATE_EPOCH says otherwise.
MOMENT = 1580601600
#: What the program does without and says so itself.
OPTIONAL = frozenset({"datasette", "keyring", "uvicorn"})


def main(dist: Path, work: Path) -> None:
    """Write everything that is given to people into `dist`; `work` is for what lies in between."""
    version = importlib.metadata.version("orderctl")
    name = f"orderctl-{version}-{sys.platform}-{platform.machine()}"
    folder = collected(work, work / name)
    found = [*contents.parts(folder), contents.loader()]
    if problems := [*_missing(work), *contents.complaints(found)]:
        sys.exit("\n".join(["the binary must not be given to anybody:", *problems]))
    for file, text in (("LICENSES.txt", papers.licenses(found)), ("sbom.cdx.json", papers.bill(found, version))):
        (folder / file).write_text(text, encoding="utf-8")
        (dist / f"{name}-{file}").write_text(text, encoding="utf-8")
    _archive(folder, dist / f"{name}.tar.gz")
    onefile.write(folder, version, dist / "orderctl")
    (dist / "SHA256SUMS").write_text(papers.checksums(dist), encoding="utf-8")


def collected(work: Path, out: Path) -> Path:
    """The folder `out` with the program and all that it needs, made anew."""
    environment = {
        **os.environ,
        "PYTHONHASHSEED": "0",
        "SOURCE_DATE_EPOCH": os.environ.get("SOURCE_DATE_EPOCH", str(MOMENT)),
        "PYINSTALLER_CONFIG_DIR": str(work / "cache"),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    command = [sys.executable, "-m", "PyInstaller", "--noconfirm", "--clean", "--log-level=WARN"]
    places = ["--distpath", str(work / "collected"), "--workpath", str(work / "pyinstaller")]
    subprocess.run([*command, *places, str(HERE / "orderctl.spec")], env=environment, check=True)
    shutil.rmtree(out, ignore_errors=True)
    (work / "collected" / "orderctl").rename(out)
    for link in [path for path in out.rglob("*") if path.is_symlink()]:
        link.unlink()  # to libraries of wheels, which find them without
    _strip(out / "lib")
    return out


def _strip(lib: Path) -> None:
    """Without symbols: libpython and its modules. Those of wheels stay as their makers left them: some would break."""
    ours = [*lib.glob("libpython*.so*"), *lib.glob("python*/lib-dynload/*.so")]
    subprocess.run(["strip", "--strip-unneeded", *map(str, ours)], check=True)


def _missing(work: Path) -> Iterator[str]:
    """Modules that orderctl itself imports and that are not inside."""
    warnings = work / "pyinstaller" / "orderctl" / "warn-orderctl.txt"
    for line in warnings.read_text(encoding="utf-8").splitlines():
        named = re.match(r"(missing|excluded) module named '?(\w+)([\w.]*)'? - imported by (.*)", line)
        if named is None or not re.search(r"\borderctl\.", named[4]) or named[2] in OPTIONAL:
            continue
        made_when_asked_for = named[1] == "missing" and named[3] and find_spec(named[2])  # as pydantic.BaseModel is
        if not made_when_asked_for:
            yield f"the module {named[2]}{named[3]} is missing: {line}"


def _archive(folder: Path, out: Path) -> None:
    moment = int(os.environ.get("SOURCE_DATE_EPOCH", MOMENT))

    def plain(entry: tarfile.TarInfo) -> tarfile.TarInfo:
        entry.uid = entry.gid = 0
        entry.uname = entry.gname = ""
        entry.mtime = moment
        entry.mode = 0o755 if entry.isdir() or entry.mode & 0o100 else 0o644
        return entry

    with (
        out.open("wb") as raw,
        gzip.GzipFile("", "wb", 9, raw, moment) as packed,
        tarfile.open(fileobj=packed, mode="w", format=tarfile.PAX_FORMAT) as tar,
    ):
        tar.add(folder, folder.name, recursive=False, filter=plain)
        for path in sorted(folder.rglob("*")):
            tar.add(path, f"{folder.name}/{path.relative_to(folder).as_posix()}", recursive=False, filter=plain)


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve())
