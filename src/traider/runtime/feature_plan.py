"""From a configuration and instruments to what is kept of them in a feature store."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from traider.backtest.sources import Source
from traider.domain.errors import DataError, UsageError
from traider.domain.instruments import InstrumentName
from traider.domain.timeframes import timeframe_of
from traider.features.batch import load_batch_feature
from traider.features.definition import (
    AlphaTerms,
    FeatureDefinition,
    ModelSource,
    SignalDefinition,
    feature_hash,
)
from traider.features.expressions import parse
from traider.features.graph import framed
from traider.features.store.sheets import Sheet
from traider.kernel.codes import Sizing
from traider.kernel.observer import observing
from traider.kernel.specification import KernelSpec, MarketSpec
from traider.runtime.config import Config, EnsembleStrategy
from traider.runtime.config_sections import FeatureStoreConfig
from traider.runtime.kernel_spec import AlphaShelf, alphas_of, kernel_spec

SHIPPED: Final = "shipped"
"""The source of an alpha whose code is pinned by the version of the values."""

_BY_RANGE: Final = (Sizing.ATR, Sizing.FIXED_RISK)


@dataclass(frozen=True)
class FeaturePlan:
    """What is computed (a kernel, and the slots that are kept) and what the rows mean."""

    spec: KernelSpec
    slots: tuple[int, ...]
    sheets: tuple[Sheet, ...]


def feature_plan(
    config: Config, sources: Sequence[Source], base: str = "", shelf: AlphaShelf | None = None
) -> FeaturePlan:
    """Return the plan of the features and signals that ``config`` decides on.

    Kept are the features that alphas, sizing and exits read, and those of
    ``feature_store.expressions``. ``base`` names the bars that trades build.

    Raises:
        StrategyError: an alpha, parameter or feature is unknown or cannot be compiled.
        UsageError: an instrument has no full name, or there is nothing to keep.
    """
    extra = config.feature_store.expressions
    spec = kernel_spec(config, sources, base or config.data.bars, shelf, extra)
    slots = _slots(spec, config)
    if not slots:
        raise UsageError(
            "the strategy reads no feature",
            where="strategy",
            fix="name some under feature_store.expressions",
        )
    return FeaturePlan(spec, slots, tuple(_sheets(config, spec, slots)))


def definition_hashes(config: Config, spec: KernelSpec) -> tuple[dict[str, str], ...]:
    """Return by instrument the hashes of what its features and signals mean.

    They are those of the feature store where no further expressions are kept there; empty for
    instruments without a full name, and where the strategy reads no feature.
    """
    plain = config.model_copy(update={"feature_store": FeatureStoreConfig()})
    slots = _slots(spec, plain)
    if not slots or not all(":" in market.name for market in spec.markets):
        return tuple({} for _ in spec.markets)
    return tuple(
        {"features": feature_hash(sheet.features)}
        | ({} if sheet.signals is None else {"signals": feature_hash(sheet.signals)})
        for sheet in _sheets(plain, spec, slots)
    )


def _slots(spec: KernelSpec, config: Config) -> tuple[int, ...]:
    """Return the slots of the features that are kept, by the names of the features."""
    strategy = spec.strategy
    read = {slot for alpha in spec.alphas for slot in alpha.inputs}
    if strategy.sizing is Sizing.VOLATILITY_TARGET:
        read.add(strategy.volatility_slot)
    if strategy.sizing in _BY_RANGE and strategy.atr_multiple > 0.0:
        read.add(strategy.atr_slot)
    if strategy.plan is not None:
        read |= {slot for slot in (strategy.plan.stop_slot, strategy.plan.trail_slot) if slot >= 0}
    base, timeframe = _base(spec), getattr(config.strategy, "timeframe", "")
    for text in config.feature_store.expressions:
        read.add(spec.tape.names.index(str(framed(parse(text, timeframe), base))))
    return tuple(sorted(read, key=lambda slot: spec.tape.names[slot]))


def _base(spec: KernelSpec) -> str:
    """Return the timeframe of the bars that arrive, or of the shortest that trades build."""
    return timeframe_of(spec.tape.frames[0].length_ns)


def _sheets(config: Config, spec: KernelSpec, slots: Sequence[int]) -> Iterator[Sheet]:
    models = _models(config, [market.name for market in spec.markets])
    alphas = _alpha_terms(config, spec)
    for market in spec.markets:
        features = FeatureDefinition(
            features=tuple(spec.tape.names[slot] for slot in slots),
            bars=_base(spec),
            from_trades=spec.strategy.bars_from_trades,
            decision_ns=spec.strategy.decision_ns,
            tick_size=market.tick_size,
            lot_size=market.lot_size,
            multiplier=market.multiplier,
            has_book=market.book_window > 0,
            models=models,
        )
        signals = None
        if alphas:
            terms = _terms(spec, market)
            signals = SignalDefinition(feature_hash(features), alphas, terms)
        yield Sheet(_name(market), features, signals)


def _name(market: MarketSpec) -> InstrumentName:
    if ":" not in market.name:
        raise DataError(
            "has no venue in its name, and rows are kept by venue and instrument",
            where=market.name,
            fix="name the file VENUE-BASE-QUOTE-…, or import it: traider data import",
        )
    return InstrumentName.parse(market.name)


def _alpha_terms(config: Config, spec: KernelSpec) -> tuple[AlphaTerms, ...]:
    return tuple(
        AlphaTerms(
            name=entry.name.replace("-", "_"),
            source=_digest(entry.file) if entry.file else SHIPPED,
            inputs=tuple(spec.tape.names[slot] for slot in alpha.inputs),
            params=alpha.params,
            weight=alpha.weight,
            filters=alpha.filters,
        )
        for entry, alpha in zip(alphas_of(config), spec.alphas, strict=True)
    )


def _terms(spec: KernelSpec, market: MarketSpec) -> dict[str, float | str]:
    """Return whatever stands between scores and the wanted exposure of one instrument."""
    strategy = observing(spec).strategy
    terms: dict[str, float | str] = {
        "enter": strategy.enter,
        "exit": strategy.exit,
        "may_short": float(strategy.allow_short and market.can_short),
        "cooldown_ns": float(strategy.cooldown_ns),
        "max_leverage": strategy.max_leverage,
        "sizing": strategy.sizing.name.lower(),
    }
    names = spec.tape.names
    if strategy.sizing is Sizing.VOLATILITY_TARGET:
        terms["target_volatility"] = strategy.target_volatility
        terms["volatility"] = names[strategy.volatility_slot]
        return terms
    terms["fraction"] = strategy.fraction
    if strategy.sizing in _BY_RANGE:
        terms["stop_fraction"] = strategy.stop_fraction
        terms["atr_multiple"] = strategy.atr_multiple
        terms["atr"] = names[strategy.atr_slot] if strategy.atr_multiple > 0.0 else ""
    return terms


def _models(config: Config, instruments: Sequence[str]) -> tuple[ModelSource, ...]:
    """Return where the scores that alphas can read come from."""
    strategy = config.strategy
    if not isinstance(strategy, EnsembleStrategy):
        return ()
    found = []
    for entry in strategy.features:
        feature = load_batch_feature(entry.name, entry.file)
        params = feature.with_params(entry.params)
        found.append(
            ModelSource(
                entry.name,
                _digest(entry.file),
                tuple(sorted((name, float(value)) for name, value in params.items())),
                tuple(sorted(instruments)) if feature.universe else (),
            )
        )
    found += [ModelSource(name, _digest(path)) for name, path in strategy.scores.items()]
    return tuple(sorted(found))


def _digest(path: Path) -> str:
    """Return the digest of a file, or of every file of a folder."""
    digest = hashlib.sha256()
    files = [path] if path.is_file() else sorted(one for one in path.rglob("*") if one.is_file())
    try:
        for file in files:
            digest.update(file.read_bytes())
    except OSError as fault:
        raise DataError("cannot be read", where=str(path), fix="check the path") from fault
    return digest.hexdigest()
