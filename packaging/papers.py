"""The papers of a release: what is inside as a CycloneDX bill of materials, every license text, and checksums.

Nothing in them depends on when or where they were written.
"""

from __future__ import annotations

import hashlib
import json
import re
import uuid
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from contents import Part

_RULE = "=" * 100
_EXPRESSION = re.compile(r"[A-Za-z0-9.+-]+( (AND|OR|WITH) [A-Za-z0-9.+-]+)*")


def bill(found: Iterable[Part], version: str) -> str:
    """The bill of materials (CycloneDX 1.6, JSON) of orderctl `version`."""
    inside = [_component(part) for part in found if part.name != "orderctl"]
    own = {"type": "application", "bom-ref": "orderctl", "name": "orderctl", "version": version}
    document: dict[str, Any] = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": {**own, "licenses": [{"expression": "MIT"}], "purl": f"pkg:pypi/orderctl@{version}"}},
        "components": inside,
        "dependencies": [{"ref": "orderctl", "dependsOn": [component["bom-ref"] for component in inside]}],
    }
    number = uuid.uuid5(uuid.NAMESPACE_URL, json.dumps(document, sort_keys=True))
    return json.dumps({**document, "serialNumber": f"urn:uuid:{number}"}, indent=2) + "\n"


def _component(part: Part) -> dict[str, Any]:
    stated: dict[str, Any] = {"license": {"name": part.license}}
    if _EXPRESSION.fullmatch(part.license):
        stated = {"expression": part.license}
    return {
        "type": "library",
        "bom-ref": part.purl,
        "name": part.name,
        "version": part.version,
        "licenses": [stated],
        "purl": part.purl,
    }


def licenses(found: Iterable[Part]) -> str:
    """Every part with its license, and below them all texts, each text once."""
    parts = list(found)
    listed = [f"{part.name:<26} {part.version:<26} {part.license}" for part in parts]
    texts: dict[str, list[str]] = {}
    for part in parts:
        for text in part.texts:
            texts.setdefault(text.strip(), []).append(part.name)
    blocks = [f"{_RULE}\n{', '.join(names)}\n{_RULE}\n\n{text}\n" for text, names in texts.items()]
    return "\n".join(["What lies in this binary, and under which license. The texts follow.", "", *listed, "", *blocks])


def checksums(folder: Path) -> str:
    """SHA-256 of every file in `folder`, as `sha256sum --check` reads it."""
    files = sorted(path for path in folder.iterdir() if path.is_file() and path.name != "SHA256SUMS")
    return "".join(f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n" for path in files)
