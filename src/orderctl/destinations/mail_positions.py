"""How far a folder of mails was read: the last UID, and the mails before it that are to be looked at again."""

from __future__ import annotations

from dataclasses import dataclass, field

#: So many mails are looked at again; the oldest beyond that are given up.
MOST_AGAIN = 100


@dataclass(slots=True)
class MailPosition:
    """As text `LAST`, or `LAST+UID,UID`."""

    last: int = 0
    again: list[int] = field(default_factory=list)

    @classmethod
    def of(cls, text: str) -> MailPosition:
        """The position that `text` of `to_text` states; the beginning for an empty one."""
        last, _, again = text.partition("+")
        return cls(int(last or 0), [int(uid) for uid in again.split(",") if uid])

    def taken(self, uid: int) -> None:
        """Nothing of the mail is left to be read."""
        self.last = max(self.last, uid)
        self.again = [one for one in self.again if one != uid]

    def left(self, uid: int) -> None:
        """Something of the mail could not be taken; it is looked at again."""
        self.taken(uid)
        self.again = sorted([*self.again, uid])[-MOST_AGAIN:]

    def to_text(self) -> str:
        """For whoever keeps positions."""
        return f"{self.last}+{','.join(map(str, self.again))}" if self.again else str(self.last)
