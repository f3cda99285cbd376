"""The one configuration: a TOML file, TRAIDER_ variables and --set, in rising precedence."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from traider.runtime.config_errors import InvalidConfigError
from traider.runtime.config_faults import faults_of, setting_fields
from traider.runtime.config_idle import idle_faults
from traider.runtime.config_limits import LimitsConfig
from traider.runtime.config_model import Config, canonical_json, config_digest
from traider.runtime.config_orders import ExecutionConfig, PlanConfig
from traider.runtime.config_presets import named_layers
from traider.runtime.config_research import MonteCarloConfig, WalkForwardConfig
from traider.runtime.config_risk import RiskConfig
from traider.runtime.config_sections import (
    ClockConfig,
    CostsConfig,
    DataConfig,
    FillTier,
    InstrumentConfig,
    LogConfig,
    MarginConfig,
    ReportConfig,
    SizingConfig,
)
from traider.runtime.config_sources import (
    Layer,
    environment_layer,
    file_layer,
    merged,
    origin_of,
    override_layer,
)
from traider.runtime.config_strategy import (
    AlphaConfig,
    EnsembleStrategy,
    FeatureConfig,
    QuotingStrategy,
    SmaCrossStrategy,
    StrategyConfig,
)

__all__ = [
    "DEFAULT_FILE",
    "AlphaConfig",
    "ClockConfig",
    "Config",
    "CostsConfig",
    "DataConfig",
    "EnsembleStrategy",
    "ExecutionConfig",
    "FeatureConfig",
    "FillTier",
    "InstrumentConfig",
    "InvalidConfigError",
    "LimitsConfig",
    "LoadedConfig",
    "LogConfig",
    "MarginConfig",
    "MonteCarloConfig",
    "PlanConfig",
    "QuotingStrategy",
    "ReportConfig",
    "RiskConfig",
    "Setting",
    "SizingConfig",
    "SmaCrossStrategy",
    "StrategyConfig",
    "WalkForwardConfig",
    "canonical_json",
    "config_digest",
    "load_config",
    "load_with_origins",
]

DEFAULT_FILE: Final = Path("traider.toml")
"""File in the working folder that is read when none is named."""


@dataclass(frozen=True)
class Setting:
    """One setting, where its value came from, and what it means.

    It came from default, file, env or set, or from a name in [risk]: profile, preset or drawdown.
    """

    key: str
    value: object
    origin: str
    description: str


@dataclass(frozen=True)
class LoadedConfig:
    """A configuration with the layers it was merged from."""

    config: Config
    file: Path | None
    layers: tuple[Layer, ...]

    def settings(self) -> tuple[Setting, ...]:
        """Return every setting in the order of the model."""
        fields = setting_fields(Config, self._table_class)
        return tuple(
            Setting(key, self._value(key), self._origin(key), info.description or "")
            for key, info in fields
        )

    def _table_class(self, key: str, _info: FieldInfo) -> type[BaseModel] | None:
        value = self._value(key)
        return type(value) if isinstance(value, BaseModel) else None

    def _value(self, key: str) -> object:
        value: object = self.config
        for name in key.split("."):
            value = getattr(value, name)
        return value

    def _origin(self, key: str) -> str:
        layer = origin_of(key, self.layers)
        return layer.origin if layer else "default"


def load_config(
    path: Path | None = None, overrides: Sequence[str] = (), text: str | None = None
) -> Config:
    """Return the configuration of ``path``, the environment and ``overrides``.

    Without a path, ``traider.toml`` of the working folder is read when it is there. With ``text``
    that is taken for what the file says.

    Raises:
        ConfigError: the file cannot be read; a key is unknown; a value is missing or bad; a setting
            cannot act beside the others. With several faults it is a ``InvalidConfigError``.
    """
    return load_with_origins(path, overrides, text).config


def load_with_origins(
    path: Path | None = None, overrides: Sequence[str] = (), text: str | None = None
) -> LoadedConfig:
    """Return the configuration as ``load_config`` does, with where each value came from."""
    is_there = text is not None or DEFAULT_FILE.is_file()
    file = path if path is not None else (DEFAULT_FILE if is_there else None)
    written = (
        *((file_layer(file, text),) if file is not None else ()),
        environment_layer(),
        override_layer(overrides),
    )
    layers = (*named_layers(written), *written)
    try:
        config = Config.model_validate(merged(layers))
    except ValidationError as error:
        raise faults_of(error, written) from None
    idle = idle_faults(config, written)
    if idle:
        raise InvalidConfigError(idle)
    return LoadedConfig(config, file, layers)
