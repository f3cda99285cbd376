"""The databases that these tests run on."""

from tests.store.tables.databases import (
    empty_engine,
    empty_url,
    engine,
    postgres_template,
    shared_engine,
    sqlite_template,
    tables_url,
)

__all__ = [
    "empty_engine",
    "empty_url",
    "engine",
    "postgres_template",
    "shared_engine",
    "sqlite_template",
    "tables_url",
]
