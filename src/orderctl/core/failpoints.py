"""Named places between the steps of everything that must survive a kill.

In normal runs `reached` is an empty function. The kill test replaces it and stops the process at every
place in turn; call it as `failpoints.reached(...)`, never by a name imported from here.
"""

from __future__ import annotations


def reached(name: str, /) -> None:
    """The program has come to the place called `name`."""
