"""Read the configuration again while the trader runs: what may change becomes commands.

Limits, weights of alphas and thresholds are taken; everything else that differs is told, and stays
as it was until the trader starts again. The file is compared with what it said before, so a limit
that a person set meanwhile is only touched when its line in the file was.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from traider.domain.errors import ConfigError, UsageError
from traider.runtime.config_model import Config
from traider.runtime.config_strategy import AlphaConfig
from traider.runtime.control.commands import (
    ControlCommand,
    Reload,
    SetLimit,
    SetThreshold,
    SetWeight,
)
from traider.runtime.control.conversion import alpha_names
from traider.runtime.control.desk import TradingDesk
from traider.runtime.control.limit_names import LIMIT_NAMES

WHO: Final = "reload"
_MISSING: Final = object()


@dataclass(frozen=True)
class Reloading:
    """What a changed configuration asks for, and what it cannot have without a start."""

    commands: tuple[ControlCommand, ...]
    untaken: tuple[str, ...]
    """Keys that differ and are not taken."""


def changes_of(before: Config, after: Config, why: str) -> Reloading:
    """Return what leads from one configuration to the other; ``why`` goes with each command."""
    old, new = _flat(before.model_dump()), _flat(after.model_dump())
    names = alpha_names([alpha.name for alpha in _alphas(after)])
    # Exits first where the threshold falls, entries first where it rises: exit is never above.
    falls = _number(new, "strategy.enter") < _number(old, "strategy.enter")
    commands: list[ControlCommand] = []
    untaken: list[str] = []
    for key in sorted(old.keys() | new.keys(), key=lambda key: (falls == _is_enter(key), key)):
        if old.get(key, _MISSING) == new.get(key, _MISSING):
            continue
        command = None
        if key in old and key in new:
            command = _command(key, new[key], names, why)
        if command is None:
            untaken.append(key)
        else:
            commands.append(command)
    return Reloading(tuple(commands), tuple(sorted(untaken)))


def _is_enter(key: str) -> bool:
    return key == "strategy.enter"


def _number(flat: Mapping[str, object], key: str) -> float:
    value = flat.get(key)
    return value if isinstance(value, float) else 0.0


def _alphas(config: Config) -> Sequence[AlphaConfig]:
    return getattr(config.strategy, "alphas", ())


def _flat(table: Mapping[str, Any], prefix: str = "") -> dict[str, object]:
    """Return a configuration by keys with dots; entries of ``strategy.alphas`` by place."""
    return dict(_flattened(table, prefix))


def _flattened(table: Mapping[str, Any], prefix: str) -> Iterator[tuple[str, object]]:
    for name, value in table.items():
        key = prefix + name
        if isinstance(value, Mapping):
            yield from _flattened(value, f"{key}.")
        elif key == "strategy.alphas":
            for place, alpha in enumerate(value):
                yield from _flattened(alpha, f"{key}.{place}.")
        else:
            yield key, value


def _command(key: str, value: object, names: Sequence[str], why: str) -> ControlCommand | None:
    section, _, name = key.partition(".")
    if section == "limits" and name in LIMIT_NAMES:
        return SetLimit(who=WHO, why=why, name=name, value=_decimal(value))
    if key == "strategy.enter":
        return SetThreshold(who=WHO, why=why, name="enter", value=_decimal(value))
    if key == "strategy.exit":
        return SetThreshold(who=WHO, why=why, name="exit", value=_decimal(value))
    parts = key.split(".")
    if key.startswith("strategy.alphas.") and parts[-1] == "weight":
        return SetWeight(who=WHO, why=why, alpha=names[int(parts[2])], value=_decimal(value))
    return None


def _decimal(value: object) -> Decimal:
    return Decimal(int(value)) if isinstance(value, bool) else Decimal(str(value))


class ConfigReload:
    """The configuration that a trader runs with, and how it is read again."""

    def __init__(
        self,
        config: Config,
        read: Callable[[], Config],
        keep: Callable[[Config], None] = lambda _: None,
    ) -> None:
        """Take what was read last; ``read`` reads file, environment and command line anew.

        ``keep`` is handed what was read, once all of it is in force.
        """
        self._config = config
        self._read = read
        self._keep = keep

    def carry_out(self, desk: TradingDesk, command: Reload) -> str:
        """Read the configuration and have each change done; return one line that tells them.

        Raises:
            UsageError: the file cannot be read or is wrong; nothing was changed. Or a change was
                refused; the others are in force, and the next reload tries it again.
        """
        try:
            after = self._read()
        except ConfigError as fault:
            raise UsageError(
                f"the configuration was not read again: {fault.what}",
                where=fault.where,
                fix=fault.fix,
            ) from fault
        found = changes_of(self._config, after, f"{command.who}: {command.why}"[:500])
        done, refused = [], []
        for change in found.commands:
            try:
                done.append(desk.command(change))
            except UsageError as fault:
                refused.append(fault)
        if refused:
            first = refused[0]
            what = "; ".join(fault.what for fault in refused)
            taken = f"; taken: {'; '.join(done)}" if done else "; nothing else changed"
            raise UsageError(f"{what}{taken}", where=first.where, fix=first.fix)
        self._config = after
        self._keep(after)
        told = "; ".join(done) or "no limit, weight or threshold changed"
        if found.untaken:
            told += f"; not taken without a start: {', '.join(found.untaken)}"
        return told
