"""How people want the dashboard: kept beside them, so that each browser shows it alike."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Engine

from traider.store.tables.people_rows import PreferencesRow
from traider.store.tables.sessions import read_session, write_session


@dataclass(frozen=True)
class KeptPreferences:
    """What somebody chose, and when."""

    chosen: Mapping[str, Any]
    changed_ns: int


class PreferenceTable:
    """The table ``preferences``."""

    def __init__(self, engine: Engine, now_ns: Callable[[], int]) -> None:
        self._engine = engine
        self._now_ns = now_ns

    def of_user(self, user_id: int) -> KeptPreferences | None:
        """Return what a person chose, None where they chose nothing yet."""
        with read_session(self._engine) as session:
            row = session.get(PreferencesRow, user_id)
            return None if row is None else KeptPreferences(dict(row.chosen), row.changed_ns)

    def keep(self, user_id: int, chosen: Mapping[str, Any]) -> KeptPreferences:
        """Keep what a person chose, in the place of what they chose before."""
        kept = KeptPreferences(dict(chosen), self._now_ns())
        with write_session(self._engine) as session:
            row = PreferencesRow(
                user_id=user_id, chosen=dict(kept.chosen), changed_ns=kept.changed_ns
            )
            session.merge(row)
        return kept
