"""The numbers of a status as metrics, so that whoever keeps the books need not count them twice."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from traider.domain import metric_names as names
from traider.domain.ports import Metrics
from traider.runtime.status_body import Phase, StatusBody

_ACTIONS: Final = ("alert", "reduce", "close-only", "halt")
_CONNECTED: Final = (Phase.TRADING, Phase.PAUSED, Phase.KILLED)
"""Phases in which nothing is known that keeps orders from leaving the gateway."""


class StatusMetrics:
    """Set the gauges of a status; what is not in it any more is set to nothing.

    Args:
        metrics: where they are set.
        folder: the state folder, for the room left on its disk; None where there is none.
    """

    def __init__(self, metrics: Metrics, folder: Path | None = None) -> None:
        self._metrics = metrics
        self._folder = folder
        self._held: set[str] = set()
        self._reconnects = 0

    def publish(self, body: StatusBody) -> None:
        """Set every gauge that a status tells, and count what rose since the last one."""
        self._set_account(body)
        self._set_positions(body)
        self._set_health(body)
        risen = max(body.counts.reconnects - self._reconnects, 0)
        self._metrics.count(names.RECONNECTS_TOTAL, float(risen))
        self._reconnects = body.counts.reconnects
        if self._folder is not None:
            self._set_disk(self._folder)

    def _set_account(self, body: StatusBody) -> None:
        worth = {
            names.ACCOUNT_NAV: body.nav,
            names.ACCOUNT_CASH: body.cash,
            names.ACCOUNT_PNL: body.pnl,
            names.ACCOUNT_DAY_PNL: body.pnl_day,
            names.ACCOUNT_FEES: body.fees,
        }
        for name, text in worth.items():
            self._metrics.set(name, float(text), currency=body.currency)
        self._metrics.set(names.DRAWDOWN_RATIO, float(body.drawdown))
        nav, exposure = float(body.nav), sum(abs(float(each.value)) for each in body.positions)
        self._metrics.set(names.ACCOUNT_EXPOSURE, exposure, currency=body.currency)
        self._metrics.set(names.EXPOSURE_RATIO, exposure / nav if nav > 0 else 0.0)

    def _set_positions(self, body: StatusBody) -> None:
        held = {each.name: each for each in body.positions}
        for name in self._held | set(held):
            size, value = (held[name].size, held[name].value) if name in held else ("0", "0")
            self._metrics.set(names.POSITION_BASE_UNITS, float(size), instrument=name)
            self._metrics.set(names.POSITION_VALUE, float(value), instrument=name)
        self._held |= set(held)
        self._metrics.set(names.OPEN_ORDERS, len(body.orders))
        for action in _ACTIONS:
            opened = sum(each.action == action for each in body.breakers)
            self._metrics.set(names.BREAKERS_OPEN, opened, action=action)

    def _set_health(self, body: StatusBody) -> None:
        self._flags(names.PHASE, "phase", {each.value: each is body.phase for each in Phase})
        self._flags(names.HEALTH_GOOD, "part", {each.part: each.is_good for each in body.health})
        self._metrics.set(names.GATEWAY_READY, float(_gateway_sends(body)))
        self._metrics.set(names.PARITY_OK, float(body.parity.ok))
        self._metrics.set(names.RUN_INFO, 1.0, mode=body.mode.value, venue=body.venue)
        self._metrics.set(names.IS_LEADER, float(body.is_leader))
        self._metrics.set(names.LEADER_EPOCH, body.epoch)

    def _flags(self, name: str, label: str, values: Mapping[str, bool]) -> None:
        for word, value in values.items():
            self._metrics.set(name, float(value), **{label: word})

    def _set_disk(self, folder: Path) -> None:
        try:
            disk = os.statvfs(folder)
        except OSError:
            return  # the folder is gone: whoever writes there says so
        self._metrics.set(names.STATE_DISK_FREE_BYTES, disk.f_bavail * disk.f_frsize)
        self._metrics.set(names.STATE_DISK_SIZE_BYTES, disk.f_blocks * disk.f_frsize)


def _gateway_sends(body: StatusBody) -> bool:
    """Whether orders can leave; a trader stopped by a person refuses them, and is said to be so."""
    gateway = [each.is_good for each in body.health if each.part == "gateway"]
    return body.phase in _CONNECTED and all(gateway)
