"""Work that a person uploads to a partner's portal: a file for each batch, and an exception that says what to do.

The file is published like any other (`destinations.file`), so nothing about it is ever uncertain. Whether it was
uploaded only the person knows, who answers the exception; what becomes of the shipments is told like that of any other
location, by a file, a mail, or by hand.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Literal

from pydantic import Field, ValidationInfo, model_validator

from orderctl.core.adapters import Chapter
from orderctl.core.effects import Batch, Document
from orderctl.destinations.file import FileDestination
from orderctl.wire.opening import Opening


class Portal(FileDestination):
    """A location whose work a person uploads: each file waits in a folder, with an exception until it is done."""

    class Settings(FileDestination.Settings):
        """What `send` may say beside what a file may."""

        say: Annotated[str, Field(min_length=1, max_length=500)]
        """What is to be done with the file: where to log in, where to upload it."""

        @model_validator(mode="after")
        def _only_sends(self, info: ValidationInfo) -> Portal.Settings:
            if (info.context or {}).get("role", "send") != "send":
                raise ValueError("a portal only takes work; answers come by via = 'file', 'mailbox' or by hand")
            if self.call_back:
                raise ValueError("call_back: nobody would upload that file; a person asks the partner")
            return self

    def __init__(self, name: str, settings: Settings, opening: Opening, role: Literal["send"] = "send") -> None:
        super().__init__(name, settings, opening, role)
        self._say = settings.say

    def render(self, batch: Batch) -> Document:
        """The file of `batch`, and what a person has to do with it."""
        document = super().render(batch)
        return replace(document, todo=f"upload {document.name}: {self._say}")

    def guide(self) -> list[Chapter]:
        """That a person of ours uploads files."""
        text = f"- We upload a file for each batch by hand.\n- We were told: {self._say}"
        return [*super().guide(), Chapter("Files we upload", text)]
