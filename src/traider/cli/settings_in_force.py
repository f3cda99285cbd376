"""The settings of a process that a supervisor began: those that the run was started with.

    environment = kept_settings(file, overrides, config)      # of the parent, for its children
    loaded = settings_of_run(file, overrides)                 # in a child

A person may be writing the file when a process dies. The one that is begun in its place must not
end the run because of that: it goes on with what was read at the start, which the parent keeps in
its children's environment, and says so. Limits, weights and thresholds are in the journal anyway.
A run that a person starts reads the file, and is refused when that is wrong.
"""

import hashlib
import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from traider.domain.errors import ConfigError, UsageError
from traider.runtime.config import (
    DEFAULT_FILE,
    Config,
    LoadedConfig,
    load_config,
    load_with_origins,
)
from traider.runtime.config_sources import Layer
from traider.runtime.supervision.notices import Notices

CHECKED: Final = "TRAIDER_LIVE_CHECKED"
IN_FORCE: Final = "TRAIDER_SETTINGS_IN_FORCE"
TEXT_BYTES_MAX: Final = 100_000
"""An environment holds no longer text everywhere."""


@dataclass(frozen=True)
class RunSettings:
    """What a process runs with."""

    config: Config
    layers: tuple[Layer, ...] = ()
    """The sources that it was merged from."""
    note: str = ""
    """Why it is not what the file says; empty where it is."""


def lasting_digest(config: Config) -> str:
    """Return the digest of what stays as it was checked for as long as a run goes on.

    Limits, weights and thresholds are read again while it runs, and held to the phase's bounds
    there: a process that is started again after that is no new beginning.
    """
    values = config.model_dump(mode="json")
    values["observability"]["port"] = 0
    values["limits"] = values["limits"].get("groups")
    strategy = values["strategy"]
    for name in ("enter", "exit"):
        strategy.pop(name, None)
    for alpha in strategy.get("alphas", ()):
        alpha.pop("weight", None)
    return hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()


def was_checked(config: Config) -> bool:
    """Whether the process that started this one looked at readiness and heard a person."""
    is_same = os.environ.get(CHECKED, "") == lasting_digest(config)
    return Notices.of_environment().is_supervised and is_same


def kept_settings(
    file: Path | None, overrides: Sequence[str], config: Config
) -> tuple[tuple[str, str], ...]:
    """Return what children get in their environment, so that they can go on without the file.

    Raises:
        UsageError: the file is being changed just now, or is very long.
        ConfigError: it cannot be read.
    """
    path = file if file is not None else DEFAULT_FILE
    text = ""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        if file is not None:
            raise UsageError("is gone", where=str(path), fix="bring it back, try again") from None
    except (OSError, UnicodeDecodeError) as fault:
        raise UsageError(f"cannot be read: {fault}", where=str(path), fix="try again") from fault
    if len(text.encode()) > TEXT_BYTES_MAX:
        raise UsageError(
            f"more than {TEXT_BYTES_MAX:,} bytes of settings", where=str(path), fix="shorten it"
        )
    if lasting_digest(load_config(file, overrides, text)) != lasting_digest(config):
        raise UsageError(
            "the settings change just now", where=str(path), fix="give the same command again"
        )
    return ((IN_FORCE, text),)


def settings_of_run(file: Path | None, overrides: Sequence[str]) -> RunSettings:
    """Return the settings of a process: those of the file, or those that its run started with.

    Only a process that a supervisor began goes on without the file; with real money also where the
    file says by now what nobody checked.

    Raises:
        ConfigError: the file is wrong, and nothing else is known.
    """
    text = os.environ.get(IN_FORCE)
    if text is None or not Notices.of_environment().is_supervised:
        return _loaded(load_with_origins(file, overrides))
    try:
        loaded = load_with_origins(file, overrides)
    except ConfigError as fault:
        return _loaded(
            load_with_origins(file, overrides, text),
            f"the settings cannot be read, those of the start hold: {fault.line()}",
        )
    if CHECKED not in os.environ or was_checked(loaded.config):
        return _loaded(loaded)
    return _loaded(
        load_with_origins(file, overrides, text),
        "the settings changed in what only a new start takes: those that were checked hold",
    )


def _loaded(loaded: LoadedConfig, note: str = "") -> RunSettings:
    return RunSettings(loaded.config, loaded.layers, note)
