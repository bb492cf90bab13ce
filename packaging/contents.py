"""What lies in the binary: every file belongs to a distribution, to Python, or to a library that native.toml allows.

1. a file below `lib/` is looked up in the records of the distributions that are installed here
2. what is of none is of Python (its standard library, libpython), or a library of this machine; else the build stops
3. each of these has a license and its text; one that asks for more than its text to be kept stops the build
"""

from __future__ import annotations

import importlib.metadata
import platform
import re
import shutil
import subprocess
import sys
import sysconfig
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

HERE = Path(__file__).resolve().parent
#: Licenses under which the whole would have to be given away with its sources, or be replaceable part by part.
_UNWANTED = re.compile(r"\b[AL]?GPL|GNU|Affero|SSPL|EUPL|BUSL", re.IGNORECASE)
#: The same with the permission to be part of any program.
_PERMITTED = frozenset({"GPL-3.0-or-later WITH GCC-exception-3.1", "GPL-2.0-or-later WITH Bootloader-exception"})
_TEXTS = re.compile(r"(?i)(.*/)?(licen[cs]e|copying|notice)[^/]*$")
_COMMON = Path("/usr/share/common-licenses")


class Stated(Protocol):
    """The metadata of a distribution: every value that a field has, None for a field that is not there."""

    def get_all(self, name: str, /) -> list[Any] | None: ...  # noqa: D102


@dataclass(frozen=True, slots=True)
class Part:
    """One thing that lies in the binary. `purl` is its package URL, `texts` are what its license asks to be kept."""

    name: str
    version: str
    license: str
    purl: str
    texts: tuple[str, ...]


def parts(folder: Path) -> list[Part]:
    """What the files in `lib` of `folder` belong to, by name. ValueError for a stray file."""
    records = _records()
    allowed = tomllib.loads((HERE / "native.toml").read_text(encoding="utf-8"))
    found: dict[str, Part] = {}
    for path in sorted(path for path in (folder / "lib").rglob("*") if path.is_file()):
        relative = path.relative_to(folder / "lib").as_posix()
        owner = records.get(relative) or records.get(re.sub(r"\.pyc$", ".py", relative))
        library = relative.partition(".so")[0]
        if owner:
            found.setdefault(owner, of_distribution(importlib.metadata.distribution(owner)))
        elif library in allowed:
            found.setdefault(library, _native(library, path.name, allowed[library]))
        elif _is_python(relative):
            found.setdefault("", _python())
        else:
            raise ValueError(f"lib/{relative} is of no distribution and of no library that native.toml names")
    return sorted(found.values(), key=lambda part: part.name.lower())


def complaints(found: list[Part]) -> Iterator[str]:
    """What must not be inside, or lacks what has to come with it."""
    for part in found:
        if not part.license:
            yield f"{part.name} {part.version}: no license is stated"
        elif _UNWANTED.search(part.license) and part.license not in _PERMITTED:
            yield f"{part.name} {part.version}: must stay outside, {part.license}"
        if not part.texts:
            yield f"{part.name} {part.version}: the text of its license is missing"
        if part.name in {"pip", "setuptools"}:
            yield f"{part.name} {part.version}: is not needed to run orderctl"


def of_distribution(distribution: importlib.metadata.Distribution) -> Part:
    """The part that an installed distribution is."""
    name, version = distribution.metadata["Name"], distribution.version
    files = [file for file in distribution.files or [] if ".dist-info/" in file.as_posix()]
    texts = [file.read_text(encoding="utf-8") for file in files if _TEXTS.fullmatch(file.as_posix())]
    purl = f"pkg:pypi/{re.sub(r'[-_.]+', '-', name).lower()}@{version}"
    return Part(name, version, license_of(distribution.metadata), purl, tuple(texts))


def license_of(metadata: Stated) -> str:
    """The license that a distribution states: its expression, else its classifiers, else a name; empty without any."""
    for expression in metadata.get_all("License-Expression") or []:
        return str(expression)
    classifiers = [text for text in metadata.get_all("Classifier") or [] if text.startswith("License :: ")]
    named = sorted(text.rpartition(" :: ")[2] for text in classifiers)
    return " AND ".join(named) or "".join(metadata.get_all("License") or []).partition("\n")[0][:80]


def _records() -> dict[str, str]:
    """Path of a file below site-packages -> the distribution that it came with."""
    return {
        file.as_posix(): distribution.metadata["Name"]
        for distribution in importlib.metadata.distributions()
        for file in distribution.files or []
    }


def _is_python(relative: str) -> bool:
    first = re.split(r"[/.]", relative, maxsplit=1)[0]
    version = f"python{sys.version_info[0]}.{sys.version_info[1]}"
    inside = relative.startswith((f"{version}/lib-dynload/", f"lib{version}.so", "_sysconfigdata_", "_aix_"))
    return inside or relative == "base_library.zip" or first in sys.stdlib_module_names or first == "_bootsubprocess"


def _python() -> Part:
    text = (Path(sysconfig.get_path("stdlib")) / "LICENSE.txt").read_text(encoding="utf-8")
    version = platform.python_version()
    return Part("Python", version, "PSF-2.0", f"pkg:generic/python@{version}", (text,))


def loader() -> Part:
    """The program in the folder that loads Python: PyInstaller's, which may be part of any program."""
    part = of_distribution(importlib.metadata.distribution("pyinstaller"))
    return Part("PyInstaller loader", part.version, "GPL-2.0-or-later WITH Bootloader-exception", part.purl, part.texts)


def _native(name: str, file: str, stated: dict[str, str]) -> Part:
    """A library of this machine. Debian and its like say which package it is of and keep its license; others do not."""
    package = version = ""
    texts = []
    if shutil.which("dpkg-query"):
        owners = _dpkg("--search", f"*/{file}")
        package = next((line.partition(":")[0] for line in owners.splitlines() if line.endswith(f"/{file}")), "")
    if package:
        version = _dpkg("--show", "--showformat=${Version}\n", package).partition("\n")[0]
        texts.append((Path("/usr/share/doc") / package / "copyright").read_text(encoding="utf-8"))
    if "common" in stated and (_COMMON / stated["common"]).exists():
        texts.append((_COMMON / stated["common"]).read_text(encoding="utf-8"))
    purl = f"pkg:deb/debian/{package}@{version}" if package else f"pkg:generic/{name}"
    return Part(name, version or "of the building machine", stated["license"], purl, tuple(texts))


def _dpkg(*arguments: str) -> str:
    return subprocess.run(["dpkg-query", *arguments], capture_output=True, text=True, check=False).stdout
