"""Whether limits were set on purpose, and are as narrow as the phase of trust asks."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from traider.runtime.config import LimitsConfig, LoadedConfig
from traider.runtime.config_presets import NAMED_ORIGINS
from traider.runtime.limit_bounds import PhaseBounds, limit_values
from traider.runtime.readiness.rows import Row, judged

NAME: Final = "limits"


@dataclass(frozen=True)
class InForce:
    """The limits that a start would have, where a live run stands already."""

    folder: Path | None = None
    """The state folder of the live run."""
    values: Mapping[str, float] = field(default_factory=dict)
    """In the configuration's unit; empty where no run was begun."""


def check_limits(loaded: LoadedConfig, in_force: InForce | None = None) -> Row:
    """Tell whether every limit is written in the file, and none is wider than the phase allows.

    What a name in the file's [risk] sets is written there by that name.
    Those in force in a live run that was begun count as well: a person may have changed them.
    """
    bounds, held = PhaseBounds.of(loaded.config), in_force or InForce()
    told = limit_values(loaded.config.limits)
    kept = [*_too_wide(bounds, {k: v for k, v in held.values.items() if v != told[k]})]
    faults = [
        *_left_out(loaded),
        *_too_wide(bounds, told),
        *(f"in force in {held.folder}: {each}" for each in kept),
    ]
    count = len(LimitsConfig.model_fields)
    fix = f"write it in the table [limits] of {loaded.file or 'the config file'}, or narrow it"
    if kept:
        fix += "; what is in force ends when its line in the file gets another value"
    return judged(NAME, faults, f"{count} limits, as narrow as the phase {bounds.phase} asks", fix)


def _left_out(loaded: LoadedConfig) -> Iterator[str]:
    limits = [each for each in loaded.settings() if each.key.startswith("limits.")]
    meant = {"file"} | {
        each.key.removeprefix("risk.")
        for each in loaded.settings()
        if each.key.removeprefix("risk.") in NAMED_ORIGINS and each.origin == "file"
    }
    missing = [each.key.removeprefix("limits.") for each in limits if each.origin not in meant]
    if missing:
        yield f"not in the file: {', '.join(missing)}"


def _too_wide(bounds: PhaseBounds, values: Mapping[str, float]) -> Iterator[str]:
    return filter(None, (bounds.fault(name, value) for name, value in values.items()))
