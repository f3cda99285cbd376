"""The lake: market data, features and signals as Parquet by venue, instrument, kind and day.

A port, ``MarketStore``, says what a store does; ``ParquetLake`` is the one of files, ``LakeSink``
writes a live feed to any, ``lake_query`` asks the lake in SQL. Files of any shape come in through
the importer, which refuses or quarantines what is wrong and says where; checks find gaps,
duplicates and mistakes of units. The room draws no conclusion from the data and never changes a
value in silence.
"""

from traider.store.checking import check_lake_series, check_prepared
from traider.store.describing import describe_prepared, describe_series, find_series
from traider.store.findings import Finding, Severity
from traider.store.importing import Importer, ImportReport
from traider.store.kinds import Content, DataKind
from traider.store.lake import list_series, read_series, series_batches
from traider.store.lake_paths import SeriesKey
from traider.store.lake_sink import LakeSink
from traider.store.market_store import MarketStore, Span, WriteReport
from traider.store.parquet_lake import ParquetLake
from traider.store.preparation import SourceOptions, prepare
from traider.store.source_files import open_source

__all__ = [
    "Content",
    "DataKind",
    "Finding",
    "ImportReport",
    "Importer",
    "LakeSink",
    "MarketStore",
    "ParquetLake",
    "SeriesKey",
    "Severity",
    "SourceOptions",
    "Span",
    "WriteReport",
    "check_lake_series",
    "check_prepared",
    "describe_prepared",
    "describe_series",
    "find_series",
    "list_series",
    "open_source",
    "prepare",
    "read_series",
    "series_batches",
]
