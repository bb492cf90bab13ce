"""What may be said of a location that Amazon's Multi-Channel Fulfillment is, and whose account it works for."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal, Protocol

from pydantic import Field, StringConstraints, model_validator

from orderctl.core.errors import ConfigError, Finding
from orderctl.core.secrets import Secret
from orderctl.destinations.amazon_mcf_skus import Skus, read_map
from orderctl.wire import settings
from orderctl.wire.opening import Opening
from orderctl.wire.selling_partner import Account

#: ScheduledDelivery is left out: it wants a window that nobody here knows.
Speed = Literal["Standard", "Expedited", "Priority"]
USUAL = "default"
_USUAL: dict[str, Speed] = {USUAL: "Standard"}
_AMERICA = "https://sellingpartnerapi-na.amazon.com"
_TOKENS = "https://api.amazon.com/auth/o2/token"
_UNITED_STATES = "ATVPDKIKX0DER"
_KEYS = ("client_id", "client_secret", "refresh_token")


class Settings(settings.Settings):
    """What `send` may say; it holds for `confirm` and `stock_feed` by the same way, too."""

    channel: str = ""
    """The channel of type `amazon` whose account this is. Without it the keys of the application stand here."""
    client_id: settings.SecretField | None = None
    """The client identifier of the application's Login with Amazon credentials, without `channel`."""
    client_secret: settings.SecretField | None = None
    """The client secret that belongs to it."""
    refresh_token: settings.SecretField | None = None
    """What the seller's authorization of the application gave, one for each region."""
    marketplace: Annotated[str, StringConstraints(pattern=r"^(A[A-Z0-9]{9,20})?$")] = ""
    """The id of the marketplace whose stock is used. Default: the first of the channel's; the United States."""
    speed: Annotated[dict[str, Speed], Field(min_length=1)] = Field(default_factory=lambda: dict(_USUAL))
    """`carrier:service`, `carrier`, `service` or `default` = `Standard` (default of all), `Expedited` or `Priority`."""
    blank_box: bool = False
    """Whether boxes must not show Amazon's name; an order that cannot go like that is refused."""
    packing_slip: bool = False
    """Whether a packing slip has to be in the box."""
    block_amzl: settings.Texts = ()
    """The channels (`*` = all) whose orders Amazon's own carrier must not deliver; Amazon charges for it."""
    policy: Literal["FillOrKill", "FillAll", "FillAllAvailable"] = "FillOrKill"
    """What becomes of an order of which units are missing: nothing of it ships, the rest waits, or it is cancelled."""
    preview: bool = True
    """Whether Amazon is asked first if it could ship an order, and what that costs at each speed."""
    comment: Annotated[str, Field(min_length=1, max_length=750)] = "Thank you for your order."
    """What papers in the box say where the order has no gift message and no note for the box."""
    notify: bool = False
    """Whether Amazon writes to the customer when a parcel leaves."""
    skus: dict[str, str] = Field(default_factory=dict)
    """Our SKU = the seller SKU of its listing at Amazon; others are the same there."""
    sku_map: settings.PathField | None = None
    """A CSV file of the same with the columns `sku` and `seller_sku`; what stands in `skus` comes first."""
    only_mapped: bool = False
    """Whether a SKU that is not mapped is none of this location's: orders of it wait, its count is passed over."""
    carriers: dict[str, str] = Field(default_factory=dict)
    """Amazon's code of a carrier = ours, in answers. Those that everybody knows need no entry."""
    every: settings.DurationField = 1800
    """How often orders of which Amazon tells nothing new are asked for, too: a parcel may leave without a word."""
    overlap: settings.DurationField = 600
    """How far before the last look changes are asked for again."""
    settle: settings.DurationField = 300
    """After this an order that Amazon took is surely found when it is asked for."""
    delivered: bool = True
    """Whether parcels that have left are asked for until they have arrived."""
    base_url: settings.UrlField = ""
    """Where Amazon is asked. Default: as the channel says, else America."""
    token_url: settings.UrlField = ""
    """Where access tokens come from. Default: as the channel says, else Amazon."""
    ca_file: settings.PathField | None = None
    """A private certificate authority that is trusted, too."""

    @model_validator(mode="after")
    def _has_one_account(self) -> Settings:
        stated = [name for name in _KEYS if getattr(self, name) is not None]
        if self.channel and stated:
            message = f"names a channel and states {stated[0]}; the account is either the channel's, or stated"
            raise ValueError(message)
        if not self.channel and len(stated) < len(_KEYS):
            missing = next(name for name in _KEYS if name not in stated)
            message = f"needs `channel`, a channel of type amazon, or {missing} and the other keys of an application"
            raise ValueError(message)
        return self


class _Channel(Protocol):
    """What of the settings of a channel of Amazon says whose account it is."""

    client_id: Secret
    client_secret: Secret
    refresh_token: Secret
    marketplaces: tuple[str, ...]
    base_url: str
    token_url: str
    ca_file: Path | None


def account_of(place: str, own: Settings, opening: Opening) -> tuple[Account, str]:
    """Whose account it is, and the marketplace. ConfigError about the table `place`, if there is no such channel."""
    if not own.channel:
        assert own.client_id and own.client_secret and own.refresh_token  # noqa: S101, PT018 - validated
        keys = (own.client_id, own.client_secret, own.refresh_token)
        account = Account(*keys, own.base_url or _AMERICA, own.token_url or _TOKENS, own.ca_file)
        return account, own.marketplace or _UNITED_STATES
    try:
        channel: _Channel = opening.settings_of_channel(own.channel, "amazon")
    except LookupError as error:
        problem = f"[{place}] channel: {error.args[0]}"
        raise ConfigError([Finding("E213", problem, hint="name a channel of type amazon")]) from None
    account = Account(
        *(channel.client_id, channel.client_secret, channel.refresh_token, own.base_url or channel.base_url),
        *(own.token_url or channel.token_url, own.ca_file or channel.ca_file),
    )
    return account, own.marketplace or channel.marketplaces[0]


def skus_of(place: str, own: Settings) -> Skus:
    """What SKUs are called at Amazon. ConfigError where the file cannot be read, or two of ours are one there."""
    try:
        return Skus(read_map(own.sku_map) | own.skus if own.sku_map else own.skus, own.only_mapped)
    except ValueError as error:
        raise ConfigError([Finding("E213", f"[{place}] {error}")]) from None
