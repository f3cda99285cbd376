"""Shapes of features: what each means, and its values now."""

from typing import Annotated

from pydantic import Field

from traider.api.shapes.amounts import InstrumentText, TimeNs
from traider.api.shapes.shape import Shape
from traider.api.shapes.standing import AsOf


class FeaturePart(Shape):
    """A feature inside an expression."""

    written: Annotated[str, Field(examples=["rsi(x, n)"])]
    """How it is written."""
    meaning: Annotated[str, Field(examples=["Wilder's relative strength index."])]
    """What it is."""


class Feature(Shape):
    """One feature that the strategy computes."""

    name: Annotated[str, Field(examples=["rsi(close, 14)@1m"])]
    """Expression with its bars."""
    unit: Annotated[str, Field(examples=["0 to 100"])]
    """Unit of its values, prices and sizes in currency and base units; empty for none known."""
    parts: list[FeaturePart]
    """What it is made of, the whole first."""
    alphas: Annotated[list[str], Field(examples=[["mean-reversion"]])]
    """Alphas that read it."""


class FeatureValues(Shape):
    """The values of every feature for one instrument."""

    instrument: InstrumentText
    """Of which."""
    bar_ns: TimeNs | None
    """Open time of the last bar of the shortest frame; null before the first."""
    values: Annotated[dict[str, float | None], Field(examples=[{"rsi(close, 14)@1m": 61.2}])]
    """By name; null while a feature warms up, or where it has no value on this bar."""
    definitions: Annotated[dict[str, str], Field(examples=[{"features": "6f1e…"}])]
    """Hashes of what the features and signals mean: rows of the feature store have them."""


class Features(Shape):
    """What the strategy computes, and the values now."""

    items: list[Feature]
    """In the order of the kernel's tape."""
    values: list[FeatureValues]
    """One an instrument."""
    as_of: AsOf
    """How current they are."""


class CatalogueEntry(Shape):
    """One entry of the catalogue of features."""

    name: Annotated[str, Field(examples=["rsi"])]
    """Its name."""
    written: Annotated[str, Field(examples=["rsi(x, n)"])]
    """How it is written: x for an input, n for a window, q for a share."""
    meaning: Annotated[str, Field(examples=["Wilder's relative strength index."])]
    """What it is."""
    unit: Annotated[str, Field(examples=["0 to 100"])]
    """Unit of its values."""
    warm_up: Annotated[str, Field(examples=["n + 1 bars"])]
    """When its first value comes; empty of shorthands."""
    stands_for: Annotated[str, Field(examples=["ema(close, fast) - ema(close, slow)"])] = ""
    """Expression that a shorthand stands for; empty of others."""
    on_charts: bool
    """Whether it can be drawn over candles: it reads bars alone."""


class Catalogue(Shape):
    """Everything that a feature can be made of."""

    items: list[CatalogueEntry]
    """Features, then shorthands."""
