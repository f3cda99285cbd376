"""What a feature store holds: its definitions, and of each the instruments and their rows."""

from dataclasses import dataclass

from traider.features.definition import SHORT_HASH, Definition
from traider.features.store.definition_folder import DefinitionFolder
from traider.store.market_store import MarketStore, SeriesExtent, Span


@dataclass(frozen=True)
class Held:
    """One series of a store, with the definition its name tells of."""

    extent: SeriesExtent
    definition: Definition | None
    """None where the definition's file is missing."""
    covered: tuple[Span, ...]

    @property
    def short_hash(self) -> str:
        """The hash in the series' name."""
        return self.extent.key.kind.definition[:SHORT_HASH]


def held_series(store: MarketStore, definitions: DefinitionFolder) -> tuple[Held, ...]:
    """Return every series of features and signals, by definition and name.

    Raises:
        DataError: the file of a definition is damaged.
    """
    found = [
        Held(
            extent,
            definitions.known(extent.key.kind.definition),
            store.coverage(extent.key),
        )
        for extent in store.series()
        if extent.key.kind.content.is_derived
    ]
    return tuple(
        sorted(found, key=lambda one: (str(one.extent.key.kind), str(one.extent.key.name)))
    )
