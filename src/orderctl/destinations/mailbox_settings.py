"""What channels.toml says of a mailbox that answers come to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, ValidationInfo, model_validator

from orderctl.core import text
from orderctl.destinations import answer_rows
from orderctl.destinations.documents import Columns
from orderctl.wire import cells, extras, settings, tables
from orderctl.wire.inbox import After
from orderctl.wire.mail import Account, Tls, bare

#: Printable ASCII without what IMAP gives a meaning to.
_FOLDER = r"^[ !#$&'+,./0-9:;<=>?@A-Z\[\]^_`a-z|~-]{1,200}$"
_COLUMNS_OF = {"confirm": answer_rows.CONFIRM, "stock_feed": answer_rows.STOCK_FEED}


def _senders(value: Sequence[str]) -> tuple[str, ...]:
    for one in value:
        if bare(f"x{one}" if one.startswith("@") else one) != (f"x{one}" if one.startswith("@") else one):
            raise ValueError(f"'{one[:60]}' is no address; write orders@acme.example, or @acme.example for all there")
    return tuple(one.lower() for one in value)


class MailboxSettings(Account):
    """What `confirm` and `stock_feed` may say: whose mails count, and how their tables are read."""

    from_: Annotated[tuple[str, ...], Field(strict=False, min_length=1, alias="from"), AfterValidator(_senders)]
    """Whose mails count: addresses, or `@acme.example` for every address there. All others are left alone."""
    tls: Tls = "tls"
    """`tls` from the first byte, `starttls`, or `none`, which is for servers on this very machine."""
    folder: Annotated[str, Field(pattern=_FOLDER)] = "INBOX"
    """The folder that is read."""
    subject: str = "*"
    """Only mails whose subject is like this, e.g. `*tracking*`; upper and lower case are the same."""
    attachments: settings.Texts = ()
    """Only attached files called like this, e.g. `["stock*.csv"]`. Default: every csv, tsv, json, jsonl and xlsx."""
    format: Literal["", "csv", "tsv", "jsonl", "json", "xlsx"] = ""
    """The form of attached tables. Empty: what their names say."""
    columns: Columns = Field(default_factory=dict)
    """Column = its header, where it has none of the names we know."""
    encoding: tables.Encoding = "utf-8"
    """How text in them is encoded."""
    delimiter: tables.Delimiter = ""
    """What stands between cells. Empty: found out from the header."""
    dates: cells.Dates = ""
    """`confirm`: how dates are written, e.g. `%d-%m-%Y`; ISO 8601 when empty."""
    since: settings.DurationField = 14 * 86_400
    """How far back the first reading goes."""
    verified_by: str = ""
    """The name by which your mail server signs `Authentication-Results`: only senders count that it found to pass
    DMARC. Without it whoever forges an address in `from` can answer."""
    after: After = "keep"
    """Whether a mail whose tables were taken stays, or moves into the folder `done`."""
    done: Annotated[str, Field(pattern=_FOLDER)] = "orderctl"
    """With `after = "move"`, the folder it moves into; it is made where it is not there."""
    archive: settings.PathField | None = None
    """A folder on this machine that gets a copy of each mail whose tables were taken, closed to all others."""

    @model_validator(mode="after")
    def _fits_its_role(self, info: ValidationInfo) -> MailboxSettings:
        role = (info.context or {}).get("role", "confirm")
        if role == "send":
            raise ValueError("a mailbox is read; mails are sent by via = 'email'")
        if self.after == "move" and self.done == self.folder:
            raise ValueError("mails would move into the folder that they are in; give `done` another name")
        if self.format == "xlsx" and (lacking := extras.lacking("xlsx")):
            raise ValueError(f"xlsx {lacking}")
        known = _COLUMNS_OF[role]
        for name in self.columns:
            if name not in known:
                near = text.did_you_mean(name, known)
                raise ValueError(f"'{name[:40]}' is not a column here{near}; there are {', '.join(known)}")
        return self

    def lets_in(self, sender: str) -> bool:
        """Whether mails from the address `sender` count."""
        return bool(sender) and (sender in self.from_ or f"@{sender.rpartition('@')[2]}" in self.from_)
