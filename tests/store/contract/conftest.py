"""The stores that keep the contract, each made empty for a test.

A store joins with a fixture ``<name>_store`` and its name in ``STORES``.
"""

from pathlib import Path
from typing import Final

import pytest

from traider.store.market_store import MarketStore
from traider.store.parquet_lake import ParquetLake

STORES: Final = ("lake",)


@pytest.fixture
def lake_store(tmp_path: Path) -> MarketStore:
    return ParquetLake(tmp_path / "lake")


@pytest.fixture(params=STORES)
def store(request: pytest.FixtureRequest) -> MarketStore:
    """An empty store of each kind in turn."""
    made: MarketStore = request.getfixturevalue(f"{request.param}_store")
    return made
