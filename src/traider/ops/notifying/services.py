"""The services that take JSON: what each of them wants to be sent.

Bodies and limits are those of the services' own pages: Telegram's Bot API (sendMessage), Slack's
incoming webhooks, Discord's webhooks, PagerDuty's Events API v2.
"""

import hashlib
import hmac
import html
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

from traider.domain.ports import Alert, Severity
from traider.ops.notifying.channel import DONE, Delivery
from traider.ops.notifying.group import MARKS, Group, cut
from traider.ops.notifying.posting import Post, post_of, send

TELEGRAM: Final = "https://api.telegram.org"
PAGERDUTY: Final = "https://events.pagerduty.com"
SIGNATURE: Final = "X-Traider-Signature"
_TELEGRAM_MAX: Final = 4_096
_SLACK_MAX: Final = 3_000
_DISCORD_MAX: Final = 2_000
_PAGERDUTY_MAX: Final = 1_024
_DEDUP_MAX: Final = 255
_PAGERDUTY_SEVERITY: Final = {
    Severity.INFO: "info",
    Severity.WARNING: "warning",
    Severity.CRITICAL: "critical",
}
_NS_PER_S: Final = 1_000_000_000

Words = Callable[[Group], list[Post]]


class JsonChannel:
    """Sends the requests that a group makes, one after the other."""

    def __init__(
        self, name: str, least: Severity, words: Words, *, keeps_open: bool = False
    ) -> None:
        self.name, self.least, self.keeps_open = name, least, keeps_open
        self._words = words

    def deliver(self, group: Group) -> Delivery:
        """Send what ``group`` says; what was sent before a fault is sent again with the rest.

        What is refused for good keeps nothing else from being sent.
        """
        refused: Delivery | None = None
        for post in self._words(group):
            delivery = send(post)
            if delivery.may_try_again:
                return delivery
            if not delivery.is_done:
                refused = refused or delivery
        return refused or DONE


def telegram(token: str, chat: str, base: str = TELEGRAM) -> Words:
    """Return the words for a chat of a bot; information makes no sound."""

    def words(group: Group) -> list[Post]:
        head = f"<b>{html.escape(group.headline, quote=False)}</b>"
        lines = [html.escape(line, quote=False) for line in group.lines()]
        # Cut line by line: half a mark would be refused as a whole.
        text = head
        for line in lines:
            if len(text) + 1 + len(line) > _TELEGRAM_MAX:
                break
            text += f"\n{line}"
        told = {
            "chat_id": chat,
            "text": cut(text, _TELEGRAM_MAX),
            "parse_mode": "HTML",
            "disable_notification": group.worst is Severity.INFO,
            "link_preview_options": {"is_disabled": True},
        }
        return [post_of(f"{base}/bot{token}/sendMessage", told)]

    return words


def slack(url: str) -> Words:
    """Return the words for an incoming webhook of Slack."""

    def words(group: Group) -> list[Post]:
        body = _slack_text("\n".join(group.lines()))
        head = f"*{_slack_text(group.headline)}*\n"
        block = {"type": "mrkdwn", "text": cut(head + body, _SLACK_MAX)}
        told = {"text": cut(group.headline, _SLACK_MAX), "blocks": [_section(block)]}
        return [post_of(url, told)]

    return words


def discord(url: str) -> Words:
    """Return the words for a webhook of Discord; nobody is called by what an alert says."""

    def words(group: Group) -> list[Post]:
        text = "\n".join([f"**{group.headline}**", *group.lines()])
        told = {"content": cut(text, _DISCORD_MAX), "allowed_mentions": {"parse": []}}
        return [post_of(url, told)]

    return words


def pagerduty(routing_key: str, base: str = PAGERDUTY) -> Words:
    """Return the words for PagerDuty: a condition is one incident, and its end resolves it."""

    def words(group: Group) -> list[Post]:
        return [_event(alert, group) for alert in group.alerts]

    def _event(alert: Alert, group: Group) -> Post:
        is_over = alert.severity is Severity.INFO
        told: dict[str, object] = {
            "routing_key": routing_key,
            "event_action": "resolve" if is_over else "trigger",
            "dedup_key": cut(f"{group.source}:{alert.key}", _DEDUP_MAX),
        }
        if not is_over:
            told["payload"] = {
                "summary": cut(f"{group.source}: {alert.title}", _PAGERDUTY_MAX),
                "source": group.source,
                "severity": _PAGERDUTY_SEVERITY[alert.severity],
                "timestamp": datetime.fromtimestamp(group.at_ns // _NS_PER_S, UTC).isoformat(),
                "component": alert.key.partition(":")[0],
                "custom_details": {"detail": alert.detail},
            }
        return post_of(f"{base}/v2/enqueue", told)

    return words


def webhook(url: str, secret: str = "", now_s: Callable[[], float] = time.time) -> Words:
    """Return the words for an address of one's own.

    With a secret the header ``X-Traider-Signature`` is ``t=SECONDS,v1=HEX``, the HMAC-SHA256 of
    ``SECONDS.BODY``: whoever has the secret knows who sent it, and when.
    """

    def words(group: Group) -> list[Post]:
        told = {
            "version": 1,
            "source": group.source,
            "severity": group.worst.value,
            "headline": group.headline,
            "at_ns": group.at_ns,
            "left_out": group.left_out,
            "alerts": [
                {
                    "key": alert.key,
                    "severity": alert.severity.value,
                    "mark": MARKS[alert.severity],
                    "title": alert.title,
                    "detail": alert.detail,
                }
                for alert in group.alerts
            ],
        }
        post = post_of(url, told)
        if not secret:
            return [post]
        at = str(int(now_s()))
        digest = hmac.new(secret.encode(), at.encode() + b"." + post.body, hashlib.sha256)
        signed = {**post.headers, SIGNATURE: f"t={at},v1={digest.hexdigest()}"}
        return [Post(post.url, post.body, signed)]

    return words


def _slack_text(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _section(text: dict[str, str]) -> dict[str, object]:
    return {"type": "section", "text": text}
