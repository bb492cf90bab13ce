"""File names made from outside text, and paths made from templates.

1. a text that is safe on every file system stays as it is
2. any other is cleaned and gets a digest of the original, so that two texts never share a name
3. a template's placeholders take safe texts only, so a value never leaves the folder the template names
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from orderctl.core import text
from orderctl.core.digests import digest

LONGEST_NAME = 100
_SAFE = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_-]|\.(?!\.|$))*")
_UNSAFE_RUN = re.compile(r"[^A-Za-z0-9_-]+")
_DEVICE = re.compile(r"(?:con|prn|aux|nul|conin|conout|com[0-9]|lpt[0-9])(?:\..*)?", re.IGNORECASE)
_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")


def slug(value: str) -> str:
    """`value` as one name of A-Z a-z 0-9 . _ - that is no path, no hidden file and no device on any system.

    What is safe already and at most 100 characters long stays; all else ends in a digest of `value`.
    """
    if len(value) <= LONGEST_NAME and _SAFE.fullmatch(value) and not _DEVICE.fullmatch(value):
        return value
    mark = digest(value.encode("utf-8", "surrogatepass"))[:12]
    clean = _UNSAFE_RUN.sub("-", value).strip("-")[: LONGEST_NAME - len(mark) - 1].rstrip("-")
    return f"{clean}-{mark}" if clean else f"x-{mark}"


def check_template(template: str, known: Iterable[str], needed: str) -> str:
    """`template` itself. ValueError when it holds an unknown placeholder, lacks `{needed}` or names a hidden file."""
    known = list(known)
    for name in _PLACEHOLDER.findall(template):
        if name not in known:
            near = text.did_you_mean(name, known)
            message = f"'{{{name}}}' is not a placeholder of this path{near}; there are {', '.join(known)}"
            raise ValueError(message)
    if f"{{{needed}}}" not in template:
        message = f"the path needs {{{needed}}}, so that no name is ever used twice"
        raise ValueError(message)
    last = template.rsplit("/", 1)[-1]
    if not last or last.startswith(".") or any(character in _PLACEHOLDER.sub("", template) for character in "{}\0"):
        message = f"'{template}' does not name a file that others can see"
        raise ValueError(message)
    return template


def fill(template: str, values: Mapping[str, str]) -> str:
    """`template` with every `{name}` replaced by the slug of its value. KeyError for a name without one."""
    return _PLACEHOLDER.sub(lambda match: slug(values[match[1]]), template)
