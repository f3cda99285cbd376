"""What is written of one instrument: its features, and the signals made of them."""

from dataclasses import dataclass

from traider.domain.instruments import InstrumentName
from traider.features.definition import (
    SHORT_HASH,
    Definition,
    FeatureDefinition,
    SignalDefinition,
    feature_hash,
)
from traider.store.kinds import Content, DataKind
from traider.store.lake_paths import SeriesKey


@dataclass(frozen=True)
class Sheet:
    """An instrument with the definitions of its rows; without signals only features are kept."""

    name: InstrumentName
    features: FeatureDefinition
    signals: SignalDefinition | None = None

    @property
    def definitions(self) -> tuple[Definition, ...]:
        """The definitions, features first."""
        return (self.features,) if self.signals is None else (self.features, self.signals)


def series_key(name: InstrumentName, definition: Definition) -> SeriesKey:
    """Return the series that rows of ``definition`` of an instrument stand in."""
    return SeriesKey(
        name, DataKind(Content(definition.kind), "", feature_hash(definition)[:SHORT_HASH])
    )
