"""The lake: market data as Parquet files by venue, instrument, kind and day.

Files of any shape come in through the importer, which refuses or quarantines what is wrong and
says where; checks find gaps, duplicates and mistakes of units. The room draws no conclusion from
the data and never changes a value in silence.
"""

__all__: list[str] = []
