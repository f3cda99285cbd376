"""Features: what each one means, and how a set of them becomes the kernel's tape.

``catalogue`` is the dictionary, ``shorthands`` names compositions, ``expressions`` reads
``"sma(close, 20)@4h"``, ``graph`` flattens expressions into operations, each computed once however
many alphas share it, ``page`` prints ``docs/features.md``. The room computes nothing itself: values
come from the kernel, in research as in production.
"""

from traider.features.batch import BarHistory, BatchFeature, batch_feature
from traider.features.catalogue import CATALOGUE, Feature
from traider.features.expressions import Expression, parse
from traider.features.graph import Graph, build_graph
from traider.features.shorthands import SHORTHANDS, Shorthand

__all__ = [
    "CATALOGUE",
    "SHORTHANDS",
    "BarHistory",
    "BatchFeature",
    "Expression",
    "Feature",
    "Graph",
    "Shorthand",
    "batch_feature",
    "build_graph",
    "parse",
]
