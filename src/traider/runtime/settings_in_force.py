"""Every setting of a run as it is now: begun with, changed while it ran, by whom and why.

A run keeps the settings that it was begun with, but for limits, weights and thresholds, which
people change while it runs: the journal has each change with who and why.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel, Secret
from pydantic.fields import FieldInfo

from traider.domain.errors import UsageError
from traider.journal.reader import JournalReader
from traider.journal.segment_files import list_segments
from traider.runtime.config import Config
from traider.runtime.config_faults import setting_fields
from traider.runtime.config_strategy import AlphaConfig
from traider.runtime.control.commands import SetLimit, SetThreshold, SetWeight, command_of
from traider.runtime.control.conversion import CONTROL_FACT, THRESHOLDS, alpha_names
from traider.runtime.control.limit_names import LIMIT_NAMES

LIMITS: Final = "limits"
WEIGHTS: Final = "weights"
THRESHOLDS_GROUP: Final = "thresholds"


@dataclass(frozen=True)
class SettingChange:
    """The last change of a setting while the run ran."""

    value: Decimal
    who: str
    why: str
    at_ns: int
    """When it was journaled, ns UTC."""
    before: Decimal | None = None
    """What the change before it had set; None where the run was begun with it."""


@dataclass(frozen=True)
class SettingNow:
    """One setting."""

    key: str
    value: Any
    """As JSON values; in force."""
    default: Any
    description: str
    control: str
    """What changes it while the run runs: limits, weights or thresholds; empty where nothing does.
    """
    name: str
    """What that calls it; empty where nothing does."""
    change: SettingChange | None = None
    before: Any = None
    """What it was before that change."""


def changes_in(journal: Path) -> dict[tuple[str, str], SettingChange]:
    """Return the last change of each limit, weight and threshold of a journal, by what and name.

    Raises:
        DataError: the journal is damaged.
    """
    found: dict[tuple[str, str], SettingChange] = {}
    if not (journal.is_dir() and list_segments(journal)):
        return found
    for fact in JournalReader(journal).facts(CONTROL_FACT):
        try:
            command = command_of(fact.body)
        except UsageError:
            continue  # of a version that asked for other things
        match command:
            case SetLimit():
                at = (LIMITS, command.name.removeprefix("limits."))
            case SetWeight():
                at = (WEIGHTS, command.alpha)
            case SetThreshold():
                at = (THRESHOLDS_GROUP, command.name)
            case _:
                continue
        last = found.get(at)
        before = None if last is None else last.value
        found[at] = SettingChange(command.value, command.who, command.why, fact.ts_ns, before)
    return found


def settings_now(
    config: Config, changes: Mapping[tuple[str, str], SettingChange]
) -> Iterator[SettingNow]:
    """Yield every setting in the order of the configuration, weights of alphas after all others."""

    def table(key: str, _info: FieldInfo) -> type[BaseModel] | None:
        value = _value(config, key)
        return type(value) if isinstance(value, BaseModel) else None

    for key, info in setting_fields(Config, table):
        control, name = _control(key)
        change = changes.get((control, name))
        begun = plain(_value(config, key))
        value, before = _changed(begun, change)
        default = plain(info.get_default(call_default_factory=True))
        words = info.description or ""
        yield SettingNow(key, value, default, words, control, name, change, before)
    yield from _weights(config, changes)


def plain(value: object) -> Any:  # noqa: ANN401 - JSON
    """Return a value as JSON values; decimals and files are text, secrets are hidden."""
    match value:
        case tuple() | list():
            return [plain(part) for part in value]
        case dict():
            return {str(name): plain(part) for name, part in value.items()}
        case BaseModel():
            return value.model_dump(mode="json")
        case Decimal() | Path() | Secret():
            return str(value)
        case None | bool() | int() | float() | str():
            return value
        case _:
            return None  # a setting that must be given has no default


def _weights(
    config: Config, changes: Mapping[tuple[str, str], SettingChange]
) -> Iterator[SettingNow]:
    alphas: tuple[AlphaConfig, ...] = getattr(config.strategy, "alphas", ())
    default = AlphaConfig.model_fields["weight"].get_default(call_default_factory=True)
    for place, name in enumerate(alpha_names([alpha.name for alpha in alphas])):
        change = changes.get((WEIGHTS, name))
        weight = alphas[place].weight
        value, before = _changed(plain(weight), change)
        words = f"Weight of {name} in the ensemble."
        key = f"strategy.alphas.{place}.weight"
        yield SettingNow(key, value, plain(default), words, WEIGHTS, name, change, before)


def _changed(begun: object, change: SettingChange | None) -> tuple[Any, Any]:
    """Return what is in force, and what was before the last change; null where there was none."""
    if change is None:
        return begun, None
    before = begun if change.before is None else _like(begun, change.before)
    return _like(begun, change.value), before


def _control(key: str) -> tuple[str, str]:
    head, _, name = key.rpartition(".")
    if head == "limits" and name in LIMIT_NAMES:
        return LIMITS, name
    if head == "strategy" and name in THRESHOLDS:
        return THRESHOLDS_GROUP, name
    return "", ""


def _like(begun: object, value: Decimal) -> Any:  # noqa: ANN401 - JSON
    """Return a changed value in the form that the setting has."""
    if isinstance(begun, bool):
        return bool(value)
    if isinstance(begun, int):
        return int(value)
    return float(value) if isinstance(begun, float) else str(value)


def _value(config: Config, key: str) -> object:
    value: object = config
    for name in key.split("."):
        value = getattr(value, name)
    return value
