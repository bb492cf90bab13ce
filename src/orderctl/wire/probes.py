"""What trying out a partner comes to, in the same words for all: its clock, and why something could not be done.

What to do follows from how it failed; only what to do about a denial is the partner's own.
"""

from __future__ import annotations

from orderctl.core.adapters import Probe
from orderctl.core.errors import RemoteBusy, RemoteDenied, RemoteDown, RemoteError, RemoteFailed, RemoteRefused

#: Clocks that are further apart are worth a word.
LARGEST_SKEW_S = 120
_NTP = "set the clock of this machine by NTP"
_BUSY = "nothing is wrong with the settings; wait a while and run it again"
_DOWN = "look at base_url, and whether this machine gets to that host"
_FAILED = "nothing is wrong with the settings; run it again once the other side is up"
_OTHER = "look at base_url: something else answers there"
_NOT_FOUND = "look at base_url: nothing of the kind is there"
_NOTHING_THERE = 404


def clock(skew_s: int, advice: str = _NTP) -> Probe:
    """How far the partner's clock is ahead of ours; `advice` = what to do when that is too far."""
    found = f"{skew_s} s ahead of ours" if skew_s >= 0 else f"{-skew_s} s behind ours"
    if abs(skew_s) <= LARGEST_SKEW_S:
        return Probe("clock", "ok", found)
    return Probe("clock", "warn", found, advice)


def failed(what: str, error: RemoteError, denied: str) -> Probe:
    """What came of trying `what`; `denied` = what to do where the partner does not let us in or will not do it."""
    return Probe(what, "fail", error.said, error.next or _advice(error, denied))


def _advice(error: RemoteError, denied: str) -> str:
    if isinstance(error, RemoteRefused) and error.status == _NOTHING_THERE:
        return _NOT_FOUND
    if isinstance(error, RemoteDenied | RemoteRefused):
        return denied
    for kind, advice in ((RemoteBusy, _BUSY), (RemoteDown, _DOWN), (RemoteFailed, _FAILED)):
        if isinstance(error, kind):
            return advice
    return _OTHER
