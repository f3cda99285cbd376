"""Market data in PostgreSQL, with TimescaleDB where the database has it.

The second ``MarketStore`` beside the lake: the same contract, for who wants market data where the
tables are. The room draws no conclusion from the data. It needs the extra ``scale``, so it is
imported where it is asked for.
"""

from traider.store.postgres.postgres_store import PostgresStore

__all__ = ["PostgresStore"]
