"""What a person asks of ``traider run``, and whether a folder was begun with the same."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from traider.domain.errors import UsageError
from traider.runtime.config import Config
from traider.runtime.config_model import DECIDES_NOTHING
from traider.runtime.status_body import Mode

_CHANGES_BY_EVENT: Final = ("strategy.enter", "strategy.exit")
_ROW_CHANGES_BY_EVENT: Final = "weight"


@dataclass(frozen=True)
class RunRequest:
    """What is traded, where, and by which settings."""

    mode: Mode
    venue: str
    products: tuple[str, ...]
    config: Config


def settings_of(config: Config) -> dict[str, Any]:
    """Return what decides something in ``config``, as JSON takes it."""
    return config.model_dump(mode="json", exclude=set(DECIDES_NOTHING))


def config_from(settings: Mapping[str, Any], beside: Config) -> Config:
    """Return the configuration of ``settings_of``, with what decides nothing from ``beside``."""
    rest = {name: getattr(beside, name) for name in DECIDES_NOTHING if name in Config.model_fields}
    return Config.model_validate({**settings, **rest})


def differing(begun: Config, asked: Config) -> tuple[str, str, str] | None:
    """Return the first setting in which two configurations differ, with both values.

    What a running trader changes by events (limits, weights, thresholds) is no difference: it is
    changed after the start. Of a file only its name counts.
    """
    first, second = dict(_flat(settings_of(begun))), dict(_flat(settings_of(asked)))
    for key in sorted(first.keys() | second.keys()):
        one, other = first.get(key, "nothing"), second.get(key, "nothing")
        if one != other and not changes_by_event(key):
            return key, one, other
    return None


def changes_by_event(key: str) -> bool:
    """Whether a setting can change while a trader runs."""
    parts = key.split(".")
    if parts[0] == "limits":
        return parts[1] != "groups"
    if parts[:2] == ["strategy", "alphas"]:
        return parts[-1] == _ROW_CHANGES_BY_EVENT
    return key in _CHANGES_BY_EVENT


def check_same(folder: Path, begun: RunRequest, asked: RunRequest) -> None:
    """Refuse to go on in a folder with what it was not begun with.

    Raises:
        UsageError: names what differs.
    """
    fix = "ask for the same, or name another folder with --state"
    for word, one, other in (
        ("mode", begun.mode.value, asked.mode.value),
        ("venue", begun.venue, asked.venue),
        ("products", ", ".join(begun.products), ", ".join(asked.products)),
    ):
        if one != other:
            raise UsageError(
                f"the run here was begun with {word} {one}, not {other}",
                where=str(folder),
                fix=fix,
            )
    difference = differing(begun.config, asked.config)
    if difference is not None:
        key, one, other = difference
        raise UsageError(
            f"the run here was begun with {key} = {one}, not {other}", where=str(folder), fix=fix
        )


def _flat(value: object, key: str = "") -> Iterator[tuple[str, str]]:
    """Yield every setting under its dotted key, as text."""
    match value:
        case Mapping():
            for name, part in value.items():
                yield from _flat(part, f"{key}.{name}" if key else str(name))
        case list() | tuple():
            for number, part in enumerate(value):
                yield from _flat(part, f"{key}.{number}")
        case str() if "/" in value:
            yield key, Path(value).name
        case str():
            yield key, _number_text(value)
        case _:
            yield key, str(value)


def _number_text(text: str) -> str:
    """Return an exact number without trailing zeros, other text as it is."""
    if not text.replace(".", "", 1).lstrip("-").isdigit():
        return text
    return format(Decimal(text).normalize(), "f")
