"""What our SKUs are called where Amazon stocks them. One of ours is one there, unit by unit."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from orderctl.core.errors import RecordError
from orderctl.wire import tables

_OURS, _THEIRS = "sku", "seller_sku"


class Skus:
    """`mapped` is ours -> theirs; with `only_mapped` there are no others. ValueError if two of ours are one there."""

    def __init__(self, mapped: Mapping[str, str], only_mapped: bool = False) -> None:
        self._theirs = mapped
        self._ours = {theirs: ours for ours, theirs in mapped.items()}
        self._only_mapped = only_mapped
        for ours, theirs in mapped.items():
            if self._ours[theirs] != ours:
                message = f"skus: {ours[:40]} and {self._ours[theirs][:40]} are both {theirs[:40]} at Amazon"
                raise ValueError(message)

    def theirs(self, sku: str) -> str:
        """The seller SKU of `sku`; empty where it has none."""
        if self._only_mapped or sku in self._ours:  # what one of ours is called there is no other one of ours
            return self._theirs.get(sku, "")
        return self._theirs.get(sku, sku)

    def ours(self, seller_sku: str) -> str:
        """Our SKU of `seller_sku`; empty where it is none of ours."""
        if self._only_mapped or seller_sku in self._theirs:
            return self._ours.get(seller_sku, "")
        return self._ours.get(seller_sku, seller_sku)


def read_map(file: Path) -> dict[str, str]:
    """Ours -> theirs, as `file` says. ValueError, with the line, where it cannot be read."""
    try:
        return _read(file)
    except OSError as error:
        message = f"sku_map: {file.name} cannot be read: {error.strerror}"
        raise ValueError(message) from None
    except RecordError as error:
        message = f"sku_map: {error.said}"
        raise ValueError(message) from None


def _read(file: Path) -> dict[str, str]:
    found: dict[str, str] = {}
    with file.open("rb") as opened:
        reader = tables.Reader("tsv" if file.suffix == ".tsv" else "csv")
        header = reader.header(opened, file.name)
        if not {_OURS, _THEIRS} <= set(header.names):
            raise RecordError(f"there is no column '{_OURS}' or '{_THEIRS}'", where=f"{file.name} line 1")
        for row in reader.rows(opened, file.name, header):
            ours, theirs = (row.cells.get(name, "").strip() for name in (_OURS, _THEIRS))
            problem = row.problem or ("" if ours and theirs else "a cell is empty")
            problem = problem or (f"{ours[:40]} stands there twice" if ours in found else "")
            if problem:
                raise RecordError(problem, where=f"{file.name} line {row.line}")
            found[ours] = theirs
    return found
