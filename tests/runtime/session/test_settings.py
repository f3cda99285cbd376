"""What a run read last, and what a start makes of a change since then."""

from decimal import Decimal
from pathlib import Path

import pytest

from tests.runtime.control.desk import KeepingDesk
from traider.domain.errors import DataError
from traider.runtime.config import Config
from traider.runtime.config_limits import LimitsConfig
from traider.runtime.control.commands import Reload, SetLimit
from traider.runtime.control.reloading import ConfigReload
from traider.runtime.session.settings import SETTINGS_FILE, keep_settings, last_settings


def config(exposure: float) -> Config:
    return Config(limits=LimitsConfig(max_exposure=exposure))


def changes(folder: Path, begun: Config, now: Config) -> list[SetLimit]:
    """Do what a start does; return what was commanded."""
    desk = KeepingDesk()
    reloading = ConfigReload(
        last_settings(folder, begun), lambda: now, lambda read: keep_settings(folder, read)
    )
    reloading.carry_out(desk, Reload(who="start", why="a test"))
    return [each for each in desk.asked if isinstance(each, SetLimit)]


def test_a_change_while_it_was_stopped_is_taken_once(tmp_path: Path) -> None:
    begun = config(0.5)
    assert changes(tmp_path, begun, begun) == []
    (taken,) = changes(tmp_path, begun, config(0.25))
    assert (taken.name, taken.value) == ("max_exposure", Decimal("0.25"))
    assert changes(tmp_path, begun, config(0.25)) == []
    (back,) = changes(tmp_path, begun, begun)
    assert back.value == Decimal("0.5")


def test_settings_are_kept_whole(tmp_path: Path) -> None:
    keep_settings(tmp_path, config(0.25))
    assert last_settings(tmp_path, config(0.5)) == config(0.25)
    (tmp_path / SETTINGS_FILE).write_text("{", encoding="utf-8")
    with pytest.raises(DataError, match="cannot be read"):
        last_settings(tmp_path, config(0.5))
