"""Alerts to people: Telegram, Slack, Discord, PagerDuty, e-mail and any webhook.

``Notifier`` is the alert channel of a process: it takes alerts at once and carries them from
threads of its own, several together, no more often than each service likes, again where that helps.
"""

from traider.ops.notifying.channel import Channel, Delivery, delivered
from traider.ops.notifying.group import Group, is_at_least
from traider.ops.notifying.notifier import ChannelState, Notifier, Pace

__all__ = [
    "Channel",
    "ChannelState",
    "Delivery",
    "Group",
    "Notifier",
    "Pace",
    "delivered",
    "is_at_least",
]
