"""The ways to people that the settings name, opened."""

from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import urlsplit

from traider.domain.errors import ConfigError
from traider.domain.ports import Alert, Clock, Log, Severity
from traider.ops.notifying import Channel, Delivery, Group, Notifier, Pace, delivered
from traider.ops.notifying.mail import MailChannel, MailTerms
from traider.ops.notifying.services import (
    JsonChannel,
    discord,
    pagerduty,
    slack,
    telegram,
    webhook,
)
from traider.runtime.config_notifications import EmailConfig, NotificationsConfig

WAYS = ("telegram", "slack", "discord", "pagerduty", "email", "webhook")
"""Every way that there is."""


def channels_of(config: NotificationsConfig) -> tuple[Channel, ...]:
    """Return the ways that are set.

    Raises:
        ConfigError: one is set in part.
    """
    return tuple(_channels(config))


def server_of(config: NotificationsConfig, way: str) -> str:
    """Return the server that a way goes through: no address of a person, and nothing secret."""
    if way == "email":
        return config.email.host
    table = getattr(config, way)
    url = table.url if isinstance(table.url, str) else table.url.get_secret_value()
    return urlsplit(url).hostname or ""


def open_notifier(
    config: NotificationsConfig, source: str, clock: Clock, log: Log
) -> Notifier | None:
    """Return what carries alerts; None where no way is set.

    Raises:
        ConfigError: one is set in part.
    """
    channels = channels_of(config)
    if not channels:
        return None
    return Notifier(channels, Pace(config.group_s, config.per_minute), source, clock, log)


def send_test(channel: Channel, who: str, source: str, now_ns: int) -> Delivery:
    """Send a test over one way, at once, and return what came of it.

    Where it would stay open as an incident, its end is sent after it.
    """
    title = f"test of this way, asked for by {who}"
    alert = Alert(f"test:{channel.name}", Severity.WARNING, title, "nothing is wrong")
    sent = delivered(channel, Group(source, (alert,), now_ns))
    if not (sent.is_done and channel.keeps_open):
        return sent
    return delivered(channel, Group(source, (replace(alert, severity=Severity.INFO),), now_ns))


def _channels(config: NotificationsConfig) -> Iterator[Channel]:
    told = config.telegram
    if token := told.token.get_secret_value():
        _needs(told.chat, "notifications.telegram.chat", "name the chat that the bot writes to")
        base = told.url.rstrip("/")
        yield JsonChannel("telegram", told.least, telegram(token, told.chat, base))
    if url := config.slack.url.get_secret_value():
        yield JsonChannel("slack", config.slack.least, slack(url))
    if url := config.discord.url.get_secret_value():
        yield JsonChannel("discord", config.discord.least, discord(url))
    duty = config.pagerduty
    if key := duty.routing_key.get_secret_value():
        base = duty.url.rstrip("/")
        yield JsonChannel("pagerduty", duty.least, pagerduty(key, base), keeps_open=True)
    if config.email.host:
        yield _mail(config.email)
    if url := config.webhook.url.get_secret_value():
        words = webhook(url, config.webhook.secret.get_secret_value())
        yield JsonChannel("webhook", config.webhook.least, words)


def _mail(config: EmailConfig) -> MailChannel:
    _needs(config.sender, "notifications.email.sender", "name the address that letters come from")
    _needs(config.to, "notifications.email.to", "name who gets them")
    terms = MailTerms(
        config.host,
        config.port,
        config.security,
        config.sender,
        config.to,
        config.user,
        config.password.get_secret_value(),
    )
    return MailChannel(terms, config.least)


def _needs(value: object, where: str, fix: str) -> None:
    if not value:
        raise ConfigError("it is empty, and the rest is set", where=where, fix=fix)
