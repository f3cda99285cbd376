"""What rows of features and signals mean, as a value with a content hash.

A definition names whatever changes a value and nothing else: the expressions with their windows
and frames, the bars and the clock they are computed on, the instrument's grid (prices inside the
tape are ticks, volumes lots), where models' scores come from, and ``VALUES_VERSION`` in place of
the code. Two instruments on one grid share a definition, so what research computes for ten is what
production writes for two. How far back a stream began is no part of it; the store refuses rows that
contradict those it has.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

from traider.domain.errors import DataError

VALUES_VERSION: Final = 1
"""Raised whenever a change of the code changes a value that a feature or a shipped alpha gives.

A golden test pins what this version gives; see ``docs/feature-store.md``.
"""

SHORT_HASH: Final = 12
"""Digits of a hash in the name of a series."""

FEATURES: Final = "features"
SIGNALS: Final = "signals"

Json = dict[str, Any]


@dataclass(frozen=True, order=True)
class ModelSource:
    """Where the scores of a model come from: a batch feature or a score file, by its content."""

    name: str
    digest: str
    """Of the file that declares the batch feature, or that holds the scores."""
    params: tuple[tuple[str, float], ...] = ()
    universe: tuple[str, ...] = ()
    """The instruments it sees, in the order of their names, where it sees all of them at once."""

    def as_json(self) -> Json:
        """Return it as plain JSON values."""
        return {
            "name": self.name,
            "digest": self.digest,
            "params": {name: float(value) for name, value in self.params},
            "universe": list(self.universe),
        }


@dataclass(frozen=True)
class FeatureDefinition:
    """Rows of features of one instrument: a column an expression, one row a decision."""

    features: tuple[str, ...]
    """Expressions in canonical form, each with its frame, in the order of their names."""
    bars: str
    """Timeframe of the bars that arrive, or of the shortest that trades build."""
    from_trades: bool
    decision_ns: int
    tick_size: Decimal
    lot_size: Decimal
    multiplier: Decimal = Decimal(1)
    has_book: bool = False
    """Whether changes of an order book are followed."""
    models: tuple[ModelSource, ...] = ()

    kind: Final = FEATURES

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the columns beside ``ts``."""
        return self.features

    def as_json(self) -> Json:
        """Return it as plain JSON values."""
        return {
            "kind": FEATURES,
            "values": VALUES_VERSION,
            "features": sorted(self.features),
            "bars": self.bars,
            "from_trades": self.from_trades,
            "decision_ns": self.decision_ns,
            "tick": _plain(self.tick_size),
            "lot": _plain(self.lot_size),
            "multiplier": _plain(self.multiplier),
            "book": self.has_book,
            "models": [model.as_json() for model in sorted(self.models)],
        }


@dataclass(frozen=True)
class AlphaTerms:
    """One alpha of an ensemble: what it reads, how, and with which say."""

    name: str
    source: str
    """``shipped``, or the digest of the file that declares it."""
    inputs: tuple[str, ...]
    params: tuple[float, ...]
    weight: float
    filters: bool

    def as_json(self) -> Json:
        """Return it as plain JSON values."""
        return {
            "name": self.name,
            "source": self.source,
            "inputs": list(self.inputs),
            "params": [float(value) for value in self.params],
            "weight": float(self.weight),
            "filters": self.filters,
        }


@dataclass(frozen=True)
class SignalDefinition:
    """Rows of signals of one instrument: the alphas' scores and what the ensemble makes of them.

    ``terms`` are the thresholds, the cool-down and the sizing: whatever stands between the scores
    and the wanted exposure.
    """

    features: str
    """Hash of the definition of the features they are read from."""
    alphas: tuple[AlphaTerms, ...]
    """In the order in which they vote: sums of floats depend on it."""
    terms: Mapping[str, float | str] = field(default_factory=dict)

    kind: Final = SIGNALS

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the columns beside ``ts``; a second alpha of one name is numbered."""
        names = numbered([alpha.name for alpha in self.alphas])
        pairs = [(f"score_{name}", f"confidence_{name}") for name in names]
        return (*(column for pair in pairs for column in pair), *WANTED)

    def as_json(self) -> Json:
        """Return it as plain JSON values."""
        return {
            "kind": SIGNALS,
            "values": VALUES_VERSION,
            "features": self.features,
            "alphas": [alpha.as_json() for alpha in self.alphas],
            "terms": {
                name: value if isinstance(value, str) else float(value)
                for name, value in self.terms.items()
            },
        }


WANTED: Final = ("combined", "direction", "exposure")
"""Columns of the ensemble: its score, -1 short 0 flat 1 long, and the signed fraction of equity."""

Definition = FeatureDefinition | SignalDefinition


def feature_hash(definition: Definition) -> str:
    """Return the content hash of a definition: SHA-256 of its canonical JSON, 64 digits."""
    return hashlib.sha256(canonical(definition).encode()).hexdigest()


def canonical(definition: Definition) -> str:
    """Return the text that is hashed: sorted keys, no spaces, ASCII."""
    return json.dumps(definition.as_json(), sort_keys=True, separators=(",", ":"), allow_nan=False)


def numbered(names: Sequence[str]) -> list[str]:
    """Return ``names`` with the second and further of each told apart by a number."""
    return [
        name if names[:place].count(name) == 0 else f"{name}_{names[:place].count(name) + 1}"
        for place, name in enumerate(names)
    ]


def read_definition(text: str, where: str) -> Definition:
    """Return the definition of which ``text`` is the JSON.

    Raises:
        DataError: it is none of this version, or says something that no definition does.
    """
    try:
        body = json.loads(text)
        found = _features_of(body) if body["kind"] == FEATURES else _signals_of(body)
        whole = found.as_json() == body | {"values": VALUES_VERSION}
    except (ArithmeticError, KeyError, TypeError, ValueError) as fault:
        raise DataError(
            f"is no definition of features: {fault}", where=where, fix="remove it"
        ) from fault
    if not whole:
        raise DataError("says more than a definition of features", where=where, fix="remove it")
    return found


def _features_of(body: Json) -> FeatureDefinition:
    return FeatureDefinition(
        features=tuple(body["features"]),
        bars=body["bars"],
        from_trades=body["from_trades"],
        decision_ns=body["decision_ns"],
        tick_size=Decimal(body["tick"]),
        lot_size=Decimal(body["lot"]),
        multiplier=Decimal(body["multiplier"]),
        has_book=body["book"],
        models=tuple(
            ModelSource(
                model["name"],
                model["digest"],
                tuple(sorted(model["params"].items())),
                tuple(model["universe"]),
            )
            for model in body["models"]
        ),
    )


def _signals_of(body: Json) -> SignalDefinition:
    return SignalDefinition(
        features=body["features"],
        alphas=tuple(
            AlphaTerms(
                name=alpha["name"],
                source=alpha["source"],
                inputs=tuple(alpha["inputs"]),
                params=tuple(alpha["params"]),
                weight=alpha["weight"],
                filters=alpha["filters"],
            )
            for alpha in body["alphas"]
        ),
        terms=dict(body["terms"]),
    )


def _plain(number: Decimal) -> str:
    return format(number.normalize(), "f")
