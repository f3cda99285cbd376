"""The table [notifications]: who is told of alerts, by which ways."""

from ipaddress import ip_address
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, Secret

from traider.domain.ports import Severity
from traider.runtime.config_database import HIDDEN
from traider.runtime.config_observability import HiddenUrl
from traider.runtime.config_sections import Real, Section, Whole, listed


def _is_address(url: Secret[str] | str) -> Secret[str] | str:
    text = url if isinstance(url, str) else url.get_secret_value()
    # Settings that were written down without their secrets are read again by jobs.
    if text not in ("", HIDDEN):
        _check_address(text)
    return url


def _check_address(text: str) -> None:
    """Return when what is told there is read by nobody on the way.

    Raises:
        ValueError: it is no address, or one that is not encrypted.
    """
    try:
        found = urlsplit(text)
        host = found.hostname or ""
        host.encode("idna")
    except ValueError:  # its words may hold the address, which is a secret
        raise ValueError("write an address that begins with https://") from None
    is_encrypted = found.scheme == "https" or (found.scheme == "http" and _is_here(host))
    if not (host and is_encrypted):
        raise ValueError("write an address that begins with https://; http:// is for this machine")


def _is_here(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


Url = Annotated[HiddenUrl, AfterValidator(_is_address)]
Server = Annotated[str, AfterValidator(_is_address)]
Least = Literal[Severity.INFO, Severity.WARNING, Severity.CRITICAL]


class WayConfig(Section):
    """What all ways have."""

    least: Least = Severity.WARNING
    """Alerts that are less are not sent: info, warning or critical. The end of what was told is."""


class TelegramConfig(WayConfig):
    """A bot that writes to a chat."""

    token: HiddenUrl = HiddenUrl("")
    """Of the bot; best given as TRAIDER_NOTIFICATIONS__TELEGRAM__TOKEN. Empty: not used."""
    chat: Annotated[str, BeforeValidator(str)] = ""
    """Number of the chat, or @name of a channel."""
    url: Server = "https://api.telegram.org"
    """Another server of the Bot API."""


class HookConfig(WayConfig):
    """An incoming webhook of Slack or Discord."""

    url: Url = HiddenUrl("")
    """Its address, a secret as a whole; empty: not used."""


class PagerDutyConfig(WayConfig):
    """A service of PagerDuty."""

    least: Least = Severity.CRITICAL
    """Alerts that are less wake nobody."""
    routing_key: HiddenUrl = HiddenUrl("")
    """Integration key of Events API v2; empty: not used."""
    url: Server = "https://events.pagerduty.com"
    """https://events.eu.pagerduty.com for accounts in Europe."""


class EmailConfig(WayConfig):
    """Letters over SMTP."""

    host: str = ""
    """The mail server; empty: not used."""
    port: Annotated[Whole, Field(ge=1, le=65_535)] = 587
    """Its port: 587 with starttls, 465 with tls."""
    security: Literal["starttls", "tls", "none"] = "starttls"
    """How the connection is encrypted; none only for a server on this machine."""
    user: str = ""
    """Who logs in there; empty: nobody does."""
    password: HiddenUrl = HiddenUrl("")
    """Theirs; best given as TRAIDER_NOTIFICATIONS__EMAIL__PASSWORD."""
    sender: str = ""
    """Address that letters come from."""
    to: Annotated[tuple[str, ...], BeforeValidator(listed)] = ()
    """Addresses that get them."""


class WebhookConfig(WayConfig):
    """An address of one's own."""

    url: Url = HiddenUrl("")
    """Takes POST with JSON; empty: not used."""
    secret: HiddenUrl = HiddenUrl("")
    """Signs each request (HMAC-SHA256), so that its receiver knows who sent it."""


class NotificationsConfig(Section):
    """Who is told of alerts."""

    group_s: Annotated[Real, Field(ge=0, le=600)] = 5.0
    """Alerts within so many seconds go out together; a critical one waits for nothing."""
    per_minute: Annotated[Whole, Field(ge=1, le=60)] = 15
    """Messages a minute that one way carries at most; services cut off who sends more."""
    telegram: TelegramConfig = TelegramConfig()
    slack: HookConfig = HookConfig()
    discord: HookConfig = HookConfig()
    pagerduty: PagerDutyConfig = PagerDutyConfig()
    email: EmailConfig = EmailConfig()
    webhook: WebhookConfig = WebhookConfig()
