"""The feature store of a lake, for the front doors."""

from collections.abc import Iterator
from pathlib import Path

from traider.domain.errors import UsageError
from traider.features.definition import Definition
from traider.features.store import (
    CheckTerms,
    DefinitionFolder,
    FeatureReader,
    Held,
    check_sheet,
    held_series,
)
from traider.features.store.checking import CheckedSeries
from traider.store.market_store import MarketStore
from traider.store.parquet_lake import ParquetLake


def feature_store(lake: Path) -> tuple[MarketStore, DefinitionFolder]:
    """Return the store of a lake and its definitions."""
    return ParquetLake(lake), DefinitionFolder.of_lake(lake)


def held_features(lake: Path) -> tuple[Held, ...]:
    """Return what a lake holds of features and signals.

    Raises:
        UsageError: there is no such folder.
    """
    _check_lake(lake)
    return held_series(*feature_store(lake))


def find_definition(lake: Path, start: str) -> Definition:
    """Return the definition of a lake whose hash begins with ``start``.

    Raises:
        UsageError: there is none, or several, or no such lake.
    """
    _check_lake(lake)
    return DefinitionFolder.of_lake(lake).find(start)


def check_features(
    lake: Path, market: Path, digest: str, terms: CheckTerms
) -> Iterator[CheckedSeries]:
    """Yield what is found in each series of features and signals of a lake.

    ``market`` is the lake with the market data behind them; ``digest`` limits it to one definition.

    Raises:
        UsageError: there is nothing to check.
        DataError: something is missing or damaged.
    """
    wanted = [
        held
        for held in held_features(lake)
        if digest[: len(held.short_hash)].startswith(held.short_hash[: len(digest)])
    ]
    if not wanted:
        raise UsageError(
            "there are no features to check", where=str(lake), fix="see traider features list"
        )
    store, definitions = feature_store(lake)
    reader = FeatureReader(store, definitions)
    for held in wanted:
        key = held.extent.key
        if held.definition is None:
            raise UsageError(
                f"the definition of {key} is missing",
                where=str(definitions.folder),
                fix="compute the features again: traider features compute",
            )
        yield check_sheet(reader, ParquetLake(market), key.name, held.definition, terms)


def _check_lake(lake: Path) -> None:
    if not lake.is_dir():
        raise UsageError(
            "there is no lake here", where=str(lake), fix="make one: traider features compute"
        )
