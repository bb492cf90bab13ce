"""Packages that some documents and pages need, installed as extras of orderctl; each is imported where it is used."""

from __future__ import annotations

from importlib.util import find_spec

#: Extra -> the modules it brings.
EXTRAS = {
    "pdf": ("reportlab",),
    "templates": ("jinja2",),
    "web": ("datasette",),
    "xlsx": ("xlsxwriter", "python_calamine"),
}


def lacking(extra: str) -> str:
    """What to install for `extra`, in words; empty when all of it is there."""
    absent = [module for module in EXTRAS[extra] if find_spec(module) is None]
    return f'needs {" and ".join(absent)}: pip install "orderctl[{extra}]"' if absent else ""
