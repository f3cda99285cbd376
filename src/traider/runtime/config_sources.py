"""Where settings come from: file, environment and command line, each as one nested table."""

import os
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Final, TypeAlias

from pydantic_settings import EnvSettingsSource

from traider.domain.errors import ConfigError
from traider.domain.fault_points import VARIABLE
from traider.runtime.config_model import ENVIRONMENT_PREFIX, Config

Table: TypeAlias = dict[str, object]

OTHER_VARIABLES: Final = frozenset(
    {
        "TRAIDER_ADMIN_PASSWORD",
        "TRAIDER_BUS_KEY_PASSWORD",
        "TRAIDER_BUS_PASSWORD",
        "TRAIDER_CACHE_DIR",
        "TRAIDER_KILL_TOKEN",
        "TRAIDER_COINBASE_KEY_NAME",
        "TRAIDER_COINBASE_KEY_SECRET",
        "TRAIDER_CONFIRM_LIVE",
        "TRAIDER_DATA_DIR",
        "TRAIDER_LIVE_CHECKED",
        "TRAIDER_NOTICES_FD",
        "TRAIDER_PEOPLE_KEY",
        "TRAIDER_SETTINGS_IN_FORCE",
        VARIABLE,
    }
)
"""Variables with our prefix that are no settings: passwords and keys, which are never shown, the
kernel's cache, the tests' data."""

DEFAULT_STRATEGY: Final = "ensemble"
"""Kind of a strategy table that names none, so that one key of it can be set alone."""

_ALIASES: Final = {"from": "start", "to": "end"}


@dataclass(frozen=True)
class Layer:
    """What one source says.

    ``origin`` is ``file``, ``env`` or ``set``; ``place`` is what an error names.
    """

    origin: str
    place: str
    table: Table

    def shown(self, key: str) -> str:
        """Return a dotted key as this source writes it."""
        if self.origin != "env":
            return key
        return f"{ENVIRONMENT_PREFIX}{key.upper().replace('.', '__')}"


def file_layer(path: Path, text: str | None = None) -> Layer:
    """Read the TOML file ``path``; paths in it become relative to its folder.

    ``text`` is taken for what it says, where it is given.

    Raises:
        ConfigError: the file is missing, unreadable or not TOML.
    """
    try:
        text = path.read_text(encoding="utf-8") if text is None else text
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8 text"
        raise ConfigError(
            f"the config file cannot be read ({reason})",
            where=str(path),
            fix="name a TOML file with --config, or leave it out for the defaults",
        ) from None
    try:
        # Decimals keep a fee such as 0.0006 exactly as it is written.
        table = tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(
            f"not valid TOML: {error}", where=str(path), fix="mend that line"
        ) from None
    _rename(table)
    _anchor(table, path.resolve().parent)
    return Layer("file", str(path), table)


def environment_layer() -> Layer:
    """Read the variables TRAIDER_KEY and TRAIDER_TABLE__KEY.

    Raises:
        ConfigError: a variable names no setting.
    """
    table = dict(EnvSettingsSource(Config)())
    known = {name.upper() for name in Config.model_fields}
    for name in sorted(os.environ):
        head = name.upper().removeprefix(ENVIRONMENT_PREFIX).split("__")[0]
        ours = name.upper().startswith(ENVIRONMENT_PREFIX) and name not in OTHER_VARIABLES
        if ours and head not in known:
            # Kept in the table, so that it is refused like any unknown key, beside other faults.
            assign(table, head.lower(), os.environ[name])
    _rename(table)
    return Layer("env", "environment", table)


def override_layer(overrides: Sequence[str]) -> Layer:
    """Read ``key=value`` texts with dotted keys; a value is TOML where it can be, text otherwise.

    Raises:
        ConfigError: a text has no ``=`` or no key.
    """
    table: Table = {}
    for text in overrides:
        key, equals, value = text.partition("=")
        if not equals or not key.strip():
            raise ConfigError(
                f"{text!r} is not key=value",
                where="--set",
                fix="write for example --set costs.taker_fee=0.001",
            )
        assign(table, key.strip(), toml_value(value.strip()))
    _rename(table)
    return Layer("set", "command line", table)


def assign(table: Table, dotted: str, value: object) -> None:
    """Put ``value`` into ``table`` under a dotted key, making tables on the way."""
    *parents, last = dotted.split(".")
    for name in parents:
        inner = table.setdefault(name, {})
        if not isinstance(inner, dict):
            inner = table[name] = {}
        table = inner
    table[last] = value


def merged(layers: Sequence[Layer]) -> Table:
    """Return the layers' tables in one; a later layer wins, key by key."""
    whole: Table = {}
    for layer in layers:
        _merge(whole, layer.table)
    strategy = whole.get("strategy")
    if isinstance(strategy, dict):
        strategy.setdefault("kind", DEFAULT_STRATEGY)
    return whole


def origin_of(dotted: str, layers: Sequence[Layer]) -> Layer | None:
    """Return the last layer that says something about ``dotted``, or None for the default."""
    return next((layer for layer in reversed(layers) if _mentions(layer.table, dotted)), None)


def toml_value(text: str) -> object:
    """Return the TOML value that ``text`` is, or the text itself; fractions are exact decimals."""
    try:
        return tomllib.loads(f"value = {text}", parse_float=Decimal)["value"]
    except tomllib.TOMLDecodeError:
        return text


def _merge(base: Table, over: Mapping[str, object]) -> None:
    for key, value in over.items():
        present = base.get(key)
        if (
            isinstance(present, dict)
            and isinstance(value, dict)
            and not _other_kind(present, value)
        ):
            _merge(present, value)
        elif isinstance(present, list) and isinstance(value, dict):
            base[key] = _merge_list(present, value)
        else:
            base[key] = _copy(value)


def _other_kind(present: Table, value: Table) -> bool:
    """Whether the table becomes another member of its union, so that old keys mean nothing."""
    return "kind" in value and "kind" in present and present["kind"] != value["kind"]


def _merge_list(present: list[object], value: Table) -> object:
    """Merge ``{"0": {...}}`` into the list it points into; anything else replaces the list."""
    if not all(key.isdigit() and int(key) < len(present) for key in value):
        return _copy(value)
    items = [_copy(item) for item in present]
    for key, change in value.items():
        item = items[int(key)]
        if isinstance(item, dict) and isinstance(change, dict):
            _merge(item, change)
        else:
            items[int(key)] = _copy(change)
    return items


def _copy(value: object) -> object:
    if isinstance(value, dict):
        return {key: _copy(part) for key, part in value.items()}
    if isinstance(value, list):
        return [_copy(part) for part in value]
    return value


def _mentions(table: object, dotted: str) -> bool:
    for name in dotted.split("."):
        if isinstance(table, dict) and name in table:
            table = table[name]
        elif isinstance(table, list) and name.isdigit() and int(name) < len(table):
            table = table[int(name)]
        else:
            return False
    return True


def _rename(table: Table) -> None:
    """Accept ``from`` and ``to`` in ``[data]``, the command line's words for start and end."""
    data = table.get("data")
    if isinstance(data, dict):
        for alias, name in _ALIASES.items():
            if alias in data:
                data.setdefault(name, data.pop(alias))


_FILE_LISTS: Final = (
    ("data", "files"),
    ("data", "funding"),
    ("observability", "risk_history"),
    ("optimize", "strategies"),
    ("optimize", "scores"),
)
"""Lists of files and folders, by table and key."""


def _anchor(table: Table, folder: Path) -> None:
    for name, key in _FILE_LISTS:
        section = table.get(name)
        if isinstance(section, dict) and isinstance(section.get(key), list | str):
            files = section[key]
            listed = files.split(",") if isinstance(files, str) else files
            section[key] = [_anchored(file, folder) for file in listed if file != ""]
    execution = table.get("execution")
    if isinstance(execution, dict) and execution.get("latency_file"):
        execution["latency_file"] = _anchored(execution["latency_file"], folder)
    bus = table.get("bus")
    for key in ("ca_file", "certificate_file", "key_file"):
        if isinstance(bus, dict) and bus.get(key):
            bus[key] = _anchored(bus[key], folder)
    strategy = table.get("strategy")
    for entry in _entries(strategy, "alphas") + _entries(strategy, "features"):
        if entry.get("file"):
            entry["file"] = _anchored(entry["file"], folder)
    scores = strategy.get("scores") if isinstance(strategy, dict) else None
    if isinstance(scores, dict):
        scores.update({name: _anchored(file, folder) for name, file in scores.items()})


def _entries(strategy: object, key: str) -> list[Table]:
    """Return the tables of a list of tables."""
    listed = strategy.get(key) if isinstance(strategy, dict) else None
    return (
        [entry for entry in listed if isinstance(entry, dict)] if isinstance(listed, list) else []
    )


def _anchored(file: object, folder: Path) -> object:
    return str(folder / file.strip()) if isinstance(file, str) else file
