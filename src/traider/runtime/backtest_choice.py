"""From what somebody chooses at a front door to the settings of a back-test, checked.

    config = chosen_config(BacktestChoice(preset="ensemble", fill_tier="base"), places)

A front door is reached from elsewhere, so less can be said here than on the command line: data come
from the preset, from the lake or from the run's own journal, and no setting may name a file that
the preset or the run does not name itself, since a file of an alpha is code.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Literal

from pydantic import ValidationError

from traider.domain.errors import UsageError
from traider.domain.instruments import InstrumentName
from traider.runtime.config import Config, InvalidConfigError
from traider.runtime.config_faults import faults_of
from traider.runtime.config_idle import idle_faults
from traider.runtime.config_model import DECIDES_NOTHING
from traider.runtime.config_presets import named_layers
from traider.runtime.config_sources import Layer, Table, merged, override_layer
from traider.runtime.presets import instrument_of_file, preset_layer, preset_named
from traider.runtime.run_request import config_from
from traider.runtime.state_folder import RunPaths, read_manifest
from traider.store.kinds import DataKind
from traider.store.lake_paths import SeriesKey

OF_THE_RUN: Final = "run"
"""In the place of a preset: the settings that the run of the state folder was begun with."""
CHANGEABLE: Final = frozenset(
    (
        "breakers", "capital", "clock", "costs", "currency", "data", "execution", "fill_tier",
        "instruments", "limits", "margin", "monte_carlo", "plan", "report", "risk", "seed",
        "sizing", "strategy", "walk_forward",
    )
)  # fmt: skip
"""Tables and keys that a choice may set."""
_DATA_KEYS: Final = frozenset(("bars", "end", "start"))
_CHOICE: Final = "choice"


@dataclass(frozen=True)
class BacktestPlaces:
    """Where data and settings are found."""

    state: Path
    """Folder of the run."""
    lake: Path


@dataclass(frozen=True)
class BacktestChoice:
    """What somebody chooses."""

    preset: str
    """Name of an example, or ``OF_THE_RUN``."""
    source: Literal["preset", "lake", "journal"] = "preset"
    """Where the data come from; the run's own settings may name none."""
    instruments: tuple[str, ...] = ()
    """Which are traded; none named means all of a preset. The lake needs them."""
    bars: str = ""
    """Timeframe of the bars of the lake, or that trades of a journal build."""
    start: str = ""
    end: str = ""
    fill_tier: str = ""
    seed: int | None = None
    settings: Mapping[str, Any] = field(default_factory=dict)
    """Further settings by dotted key."""


def chosen_config(choice: BacktestChoice, places: BacktestPlaces) -> Config:
    """Return the settings of a back-test.

    Raises:
        UsageError: there is no such preset or data, or a setting cannot be set from here.
        InvalidConfigError: a setting is unknown or wrong.
    """
    base = _base(choice, places)
    files, bars = _data(choice, base, places)
    change = override_layer(_texts(choice))
    change = Layer("set", _CHOICE, change.table)
    data: Table = {"files": [str(file) for file in files]}
    if choice.source != "preset":
        data["funding"] = []
    if bars:
        data["bars"] = bars
    written = (base, Layer("set", _CHOICE, {"data": data}), change)
    layers = (*named_layers(written), *written)
    try:
        config = Config.model_validate(merged(layers))
    except ValidationError as fault:
        raise faults_of(fault, written) from None
    idle = idle_faults(config, (change,))
    if idle:
        raise InvalidConfigError(idle)
    _check_files(config, base)
    return config


def _base(choice: BacktestChoice, places: BacktestPlaces) -> Layer:
    if choice.preset != OF_THE_RUN:
        return preset_layer(preset_named(choice.preset))
    manifest = read_manifest(places.state)
    if manifest is None:
        raise UsageError(
            "there is no run in this folder",
            where=str(places.state),
            fix="name a preset, or start a run with traider run",
        )
    begun = config_from(manifest.settings, Config())
    # A setting that is said is held to the others, and the manifest says them all.
    table = begun.model_dump(mode="json", exclude_defaults=True, exclude=set(DECIDES_NOTHING))
    return Layer("file", "run.json", table)


def _data(
    choice: BacktestChoice, base: Layer, places: BacktestPlaces
) -> tuple[Sequence[Path], str]:
    """Return the files of the data, and the timeframe to set; empty leaves it."""
    if choice.source == "journal":
        journal = RunPaths(places.state).journal
        if not journal.is_dir():
            raise UsageError(
                "there is no journal of a run here", where=str(places.state), fix="start a run"
            )
        return [journal], choice.bars
    if choice.source == "lake":
        return [_series(name, choice.bars, places.lake) for name in _named(choice)], ""
    return _of_preset(choice, base), choice.bars


def _named(choice: BacktestChoice) -> tuple[str, ...]:
    if not choice.instruments or not choice.bars:
        raise UsageError(
            "the lake has many series",
            where="source",
            fix="name instruments and the timeframe of their bars",
        )
    return choice.instruments


def _series(name: str, bars: str, lake: Path) -> Path:
    folder = SeriesKey(InstrumentName.parse(name), DataKind.parse(f"bars-{bars}")).folder(lake)
    if not folder.is_dir():
        raise UsageError(
            f"the lake holds no {bars} bars of {name}",
            where="instruments",
            fix="download them first, or choose what GET /api/v1/backfill/coverage lists",
        )
    return folder


def _of_preset(choice: BacktestChoice, base: Layer) -> Sequence[Path]:
    data = base.table.get("data")
    listed = data.get("files") if isinstance(data, dict) else None
    files = [Path(str(file)) for file in listed] if isinstance(listed, list | tuple) else []
    if choice.instruments:
        known = {instrument_of_file(file): file for file in files}
        unknown = [name for name in choice.instruments if name not in known]
        if unknown:
            raise UsageError(
                f"{choice.preset} has no data of {unknown[0]}",
                where="instruments",
                fix=f"name of {', '.join(sorted(known))}",
            )
        files = [known[name] for name in choice.instruments]
    absent = [file for file in files if not file.exists()]
    if absent or not files:
        raise UsageError(
            f"{choice.preset} names no data that is there",
            where=str(absent[0]) if absent else "source",
            fix="choose the lake or the journal as the source",
        )
    return files


def _texts(choice: BacktestChoice) -> tuple[str, ...]:
    """Return what is set as ``key=value`` texts, as on the command line."""
    said: dict[str, Any] = {
        key: value
        for key, value in (
            ("data.start", choice.start),
            ("data.end", choice.end),
            ("fill_tier", choice.fill_tier),
        )
        if value
    }
    if choice.seed is not None:
        said["seed"] = choice.seed
    for key, value in choice.settings.items():
        _check_key(key)
        said[key] = value
    return tuple(f"{key}={json.dumps(value)}" for key, value in said.items())


def _check_key(key: str) -> None:
    table, _, rest = key.partition(".")
    is_data = table == "data" and rest not in _DATA_KEYS
    if table not in CHANGEABLE or is_data or "=" in key:
        raise UsageError(
            f"{key!r} cannot be set for a back-test from here",
            where="settings",
            fix=f"set keys of {', '.join(sorted(CHANGEABLE - {'data'}))}, or use traider backtest",
        )


def _check_files(config: Config, base: Layer) -> None:
    """Refuse files that the base does not name: one of an alpha is code, and runs here."""
    try:
        named = Config.model_validate(merged((base,))).named_files()
    except ValidationError as fault:
        raise faults_of(fault, (base,)) from None
    allowed = {path for _, path in named}
    for key, path in config.named_files():
        if not key.startswith("data.") and path not in allowed:
            raise UsageError(
                "names a file that its preset does not",
                where=f"settings: {key}",
                fix="leave it out, or use traider backtest on the machine itself",
            )
