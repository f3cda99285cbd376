"""The whole configuration as one frozen value, and its digest."""

import hashlib
import json
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Final

from pydantic import Field
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from traider.runtime.config_api import ApiConfig
from traider.runtime.config_audit import AuditConfig
from traider.runtime.config_breakers import BreakersConfig
from traider.runtime.config_bus import BusConfig
from traider.runtime.config_database import DatabaseConfig
from traider.runtime.config_jobs import JobsConfig
from traider.runtime.config_leadership import LeadershipConfig
from traider.runtime.config_limits import LimitsConfig
from traider.runtime.config_notifications import NotificationsConfig
from traider.runtime.config_observability import ObservabilityConfig
from traider.runtime.config_optimize import OptimizeConfig
from traider.runtime.config_orders import ExecutionConfig, PlanConfig
from traider.runtime.config_readiness import ReadinessConfig
from traider.runtime.config_research import MonteCarloConfig, WalkForwardConfig
from traider.runtime.config_risk import RiskConfig
from traider.runtime.config_run import RunConfig
from traider.runtime.config_sections import (
    ClockConfig,
    CostsConfig,
    DataConfig,
    Exact,
    FeatureStoreConfig,
    FillTier,
    InstrumentConfig,
    LogConfig,
    MarginConfig,
    ReportConfig,
    SizingConfig,
    Whole,
)
from traider.runtime.config_strategy import EnsembleStrategy, SmaCrossStrategy, StrategyConfig
from traider.runtime.config_venues import FeedConfig, VenuesConfig

ENVIRONMENT_PREFIX: Final = "TRAIDER_"

DECIDES_NOTHING: Final = frozenset(
    {
        "api",
        "audit",
        "bus",
        "database",
        "jobs",
        "output",
        "log",
        "notifications",
        "observability",
        "report",
        "walk_forward",
        "monte_carlo",
        "optimize",
        "venues",
        "feed",
        "feature_store",
        "run",
        "leadership",
        "readiness",
    }
)
"""Keys outside the digest: where results go and data comes from, and what follows a run, decides
nothing in it."""


class Config(BaseSettings):
    """Every setting of a run.

    Made by ``traider.runtime.config.load_config``, which merges file, environment and command
    line; made directly, it takes its arguments only and does not look at the environment.
    """

    model_config = SettingsConfigDict(
        allow_inf_nan=False,
        enable_decoding=False,
        env_nested_delimiter="__",
        env_prefix=ENVIRONMENT_PREFIX,
        extra="forbid",
        frozen=True,
        str_strip_whitespace=True,
        use_attribute_docstrings=True,
    )

    capital: Annotated[Exact, Field(ge=Decimal("0.01"), le=Decimal(10_000_000_000))] = Decimal(
        10_000
    )
    """Money at the start, in the account's currency."""
    currency: Annotated[str, Field(pattern=r"^[A-Z0-9]{2,8}$")] = "USDT"
    """Currency of the account, in capitals."""
    fill_tier: FillTier = "pessimistic"
    """How kindly simulated orders are filled: pessimistic, base or optimistic."""
    seed: Annotated[Whole, Field(ge=0, lt=2**63)] = 1
    """Key of every random number of a run."""
    output: Path = Path("runs")
    """Folder of the results, relative to the working folder."""
    data: DataConfig = DataConfig()
    """Which bars are read."""
    instruments: tuple[InstrumentConfig, ...] = ()
    """Trading rules of instruments, a table [[instruments]] each."""
    clock: ClockConfig = ClockConfig()
    """When decisions are made."""
    costs: CostsConfig = CostsConfig()
    """What trading costs."""
    margin: MarginConfig = MarginConfig()
    """What derivatives must hold."""
    execution: ExecutionConfig = ExecutionConfig()
    """How an order is worked."""
    plan: PlanConfig = PlanConfig()
    """The exits of a position."""
    sizing: SizingConfig = SizingConfig()
    """How large a position is."""
    strategy: StrategyConfig = EnsembleStrategy()
    """What is traded on: a strategy by its kind."""
    limits: LimitsConfig = LimitsConfig()
    """What the gate lets through."""
    risk: RiskConfig = RiskConfig()
    """How risk is measured, and names that set many limits at once."""
    breakers: BreakersConfig = BreakersConfig()
    """When the gate acts by itself."""
    walk_forward: WalkForwardConfig = WalkForwardConfig()
    """What is chosen on the past and tested on what follows."""
    monte_carlo: MonteCarloConfig = MonteCarloConfig()
    """How often the dice are rolled over a finished run."""
    optimize: OptimizeConfig = OptimizeConfig()
    """How the weights of a portfolio are found and tried."""
    venues: VenuesConfig = VenuesConfig()
    """Which venues are listened to."""
    feed: FeedConfig = FeedConfig()
    """When market data is not to be trusted."""
    feature_store: FeatureStoreConfig = FeatureStoreConfig()
    """Which further features are kept."""
    run: RunConfig = RunConfig()
    """How a trader runs."""
    readiness: ReadinessConfig = ReadinessConfig()
    """What must be so before real money is traded."""
    jobs: JobsConfig = JobsConfig()
    """How workers learn of long jobs."""
    database: DatabaseConfig = DatabaseConfig()
    """Where tables are kept."""
    bus: BusConfig = BusConfig()
    """How roles reach each other."""
    leadership: LeadershipConfig = LeadershipConfig()
    """How one of several traders is chosen to trade."""
    audit: AuditConfig = AuditConfig()
    """What is kept of who did what and why."""
    api: ApiConfig = ApiConfig()
    """Where the dashboard and the API are served."""
    log: LogConfig = LogConfig()
    """Where the log goes."""
    notifications: NotificationsConfig = NotificationsConfig()
    """Who is told of alerts, and by which ways."""
    observability: ObservabilityConfig = ObservabilityConfig()
    """What a running trader tells of itself."""
    report: ReportConfig = ReportConfig()
    """What the report shows."""

    def named_files(self) -> tuple[tuple[str, Path], ...]:
        """Return every input file the settings name, with the key that names it."""
        files = [("data.files", path) for path in self.data.files]
        files += [("data.funding", path) for path in self.data.funding]
        if self.execution.latency_file is not None:
            files.append(("execution.latency_file", self.execution.latency_file))
        if not isinstance(self.strategy, SmaCrossStrategy):
            files += [
                (f"strategy.alphas.{position}.file", alpha.file)
                for position, alpha in enumerate(self.strategy.alphas)
                if alpha.file is not None
            ]
        if isinstance(self.strategy, EnsembleStrategy):
            files += [
                (f"strategy.features.{position}.file", feature.file)
                for position, feature in enumerate(self.strategy.features)
            ]
            files += [
                (f"strategy.scores.{name}", path) for name, path in self.strategy.scores.items()
            ]
        return tuple(files)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Take arguments only: the loader merges the sources, to know each value's origin."""
        del settings_cls, env_settings, dotenv_settings, file_secret_settings
        return (init_settings,)


def config_digest(config: Config, known: Mapping[str, object] | None = None) -> bytes:
    """Return the SHA-256 of everything in ``config`` that decides something.

    The canonical form is JSON with sorted keys; decimals are text without trailing zeros, and of
    a file only its name counts, so that a checkout elsewhere gives the same digest.

    Args:
        config: to digest.
        known: settings as they were kept; only those named there count, so that the digest of a
            version that lacked some is had again.
    """
    return hashlib.sha256(canonical_json(config, known).encode()).digest()


def canonical_json(config: Config, known: Mapping[str, object] | None = None) -> str:
    """Return the text that ``config_digest`` digests."""
    values = config.model_dump(exclude=set(DECIDES_NOTHING))
    shown = _canonical(values if known is None else _within(values, known))
    return json.dumps(shown, sort_keys=True, separators=(",", ":"), allow_nan=False)


def _within(value: object, known: object) -> object:
    """Return of ``value`` what ``known`` names, however deep."""
    match value, known:
        case Mapping(), Mapping():
            return {key: _within(value[key], known[key]) for key in value if key in known}
        case ((list() | tuple()), (list() | tuple())) if len(value) == len(known):
            return [_within(part, other) for part, other in zip(value, known, strict=True)]
        case _:
            return value


def _canonical(value: object) -> object:
    match value:
        case Mapping():
            return {str(key): _canonical(part) for key, part in value.items()}
        case list() | tuple():
            return [_canonical(part) for part in value]
        case Decimal():
            return format(value.normalize(), "f")
        case Path():
            return value.name
        case _:
            return value
