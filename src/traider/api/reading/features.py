"""What the strategy's features mean, and their values, of a run that is followed."""

from typing import Final

from traider.api.following import FollowedRun
from traider.api.following.followed import known
from traider.api.shapes.features import CatalogueEntry, Feature, FeaturePart, FeatureValues
from traider.features import CATALOGUE, SHORTHANDS
from traider.features.catalogue import BASE_SLOTS
from traider.features.explaining import explained
from traider.features.measures import measure_of
from traider.runtime.control.conversion import alpha_names
from traider.runtime.feature_plan import definition_hashes

_TIME_SLOT: Final = BASE_SLOTS.index("time")
_NS_PER_S: Final = 1_000_000_000


def features(run: FollowedRun) -> list[Feature]:
    """Return the features of the run's strategy.

    Raises:
        UsageError: the strategy is not known.
    """
    spec = run.kernel.spec
    names = alpha_names([alpha.name for alpha in spec.alphas])
    readers: dict[int, list[str]] = {}
    for name, alpha in zip(names, spec.alphas, strict=True):
        for slot in dict.fromkeys(alpha.inputs):
            readers.setdefault(slot, []).append(name)
    return [_feature(name, readers.get(slot, [])) for slot, name in enumerate(spec.tape.names)]


def feature_values(run: FollowedRun, number: int) -> FeatureValues:
    """Return the values of every feature for an instrument, in the units of people.

    Raises:
        UsageError: the strategy is not known.
    """
    spec = run.kernel.spec
    market, row = spec.markets[number], run.kernel.machine.decider.values[number]
    tick, lot = float(market.tick_size), float(market.lot_size)
    values = {}
    for slot, name in enumerate(spec.tape.names):
        measure = measure_of(name)
        values[name] = known(float(row[slot]) * tick**measure.prices * lot**measure.lots)
    opened_s = known(float(row[_TIME_SLOT]))
    return FeatureValues(
        instrument=run.instruments[number].name,
        bar_ns=None if opened_s is None else round(opened_s) * _NS_PER_S,
        values=values,
        definitions=definition_hashes(run.run.config, spec)[number],
    )


def catalogue() -> list[CatalogueEntry]:
    """Return everything that a feature can be made of."""
    found = [
        CatalogueEntry(
            name=each.name,
            written=each.written,
            meaning=each.meaning,
            unit=each.unit,
            warm_up=each.warm_up,
            on_charts=not each.live,
        )
        for each in CATALOGUE.values()
    ]
    return found + [
        CatalogueEntry(
            name=each.name,
            written=f"{each.name}({', '.join(each.parameters)})",
            meaning=each.meaning,
            unit="",
            warm_up="",
            stands_for=each.expression.replace("$", ""),
            on_charts=not any(word in each.expression for word in _BEYOND_BARS),
        )
        for each in SHORTHANDS.values()
    ]


_BEYOND_BARS: Final = ("@funding", "ofi_total", "signed_volume", "traded_volume", "mid")
"""What shorthands read that a chart has not."""


_UNITS: Final = {"lots": "base units"}
"""Values are told in the units of people."""


def _feature(name: str, alphas: list[str]) -> Feature:
    parts = explained(name).parts
    return Feature(
        name=name,
        unit=_UNITS.get(measure_of(name).unit, measure_of(name).unit),
        parts=[FeaturePart(written=part.written, meaning=part.meaning) for part in parts],
        alphas=alphas,
    )
