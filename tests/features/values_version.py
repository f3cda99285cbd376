"""Compute what is pinned of a version's values: ``python -m tests.features.values_version``."""

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np

from tests.parity.book_run import book_run
from traider.domain.events import Kind
from traider.features import build_graph, parse
from traider.features.catalogue import BASE_SLOTS, CATALOGUE, LIVE_COLUMNS
from traider.features.definition import VALUES_VERSION
from traider.kernel.observer import Observer
from traider.kernel.records import Floats
from traider.kernel.specification import AlphaSpec
from traider.signals.loading import SHIPPED

PINNED: Final = Path(__file__).with_suffix(".json")
_WINDOW: Final = 6
_SHORT: Final = {
    "fast": 3.0, "slow": 6.0, "short": 2.0, "medium": 4.0, "long": 8.0, "window": 6.0,
    "rsi_window": 4.0, "adx_window": 3.0, "history": 24.0,
}  # fmt: skip
"""Windows short enough for a run of three minutes."""


def written(name: str) -> str:
    """Return a feature as it is written with a short window."""
    feature = CATALOGUE[name]
    inputs = {0: [], 1: ["close"], 2: ["close", "volume"]}[feature.inputs]
    window = [str(max(feature.least_window, _WINDOW))] if feature.least_window else []
    share = ["0.3"] if feature.takes_share else []
    return f"{name}({', '.join([*inputs, *window, *share])})"


def pinned_values() -> dict[str, list[float]]:
    """Return of each column how many rows have a value, their mean, their spread and the last."""
    spec, events = book_run("book-ladder")
    settled = np.flatnonzero(events["kind"] == Kind.FUNDING)
    events["w0"][settled] *= 1 + np.arange(len(settled)) * 7 % 5
    found = {name: alpha.with_params(_short(alpha.params)) for name, alpha in SHIPPED.items()}
    inputs = {name: SHIPPED[name].expressions(params) for name, params in found.items()}
    texts = [*BASE_SLOTS, *LIVE_COLUMNS, *(written(name) for name in CATALOGUE)]
    texts += ["sma(close, 4)@5s", "highest(high, 2)@40base", "sma(volume, 2)@9000quote"]
    texts += ["funding_drift(3)", "macd_signal(3, 5, 2)", "kyle_lambda(5)"]
    wanted = [parse(text) for text in texts]
    graph = build_graph([*wanted, *(one for read in inputs.values() for one in read)], "1s")
    alphas = tuple(
        AlphaSpec(
            name,
            SHIPPED[name].compiled(),
            tuple(graph.slots[one] for one in inputs[name]),
            tuple(float(value) for value in params.values()),
        )
        for name, params in found.items()
    )
    strategy = replace(spec.strategy, plan=None, volatility_slot=0, atr_slot=0)
    plain = replace(spec, tape=graph.tape, alphas=alphas, strategy=strategy)
    rows = list(Observer(plain, [graph.slots[one] for one in wanted]).feed(events, final=True))
    columns: dict[str, Floats] = {}
    features = np.concatenate([row.features for row in rows])
    columns |= {text: features[:, place] for place, text in enumerate(texts)}
    scores = np.concatenate([row.scores for row in rows])
    for place, name in enumerate(SHIPPED):
        columns[f"score_{name}"] = scores[:, 2 * place]
        columns[f"confidence_{name}"] = scores[:, 2 * place + 1]
    return {name: _summary(values) for name, values in columns.items()}


def _short(params: Mapping[str, float]) -> dict[str, float]:
    return {name: value for name, value in _SHORT.items() if name in params}


def _summary(values: Floats) -> list[float]:
    known = values[~np.isnan(values)]
    if not len(known):
        return [0.0, 0.0, 0.0, 0.0]
    return [float(len(known)), float(known.mean()), float(known.std()), float(known[-1])]


if __name__ == "__main__":
    lines = [f"{json.dumps(name)}: {json.dumps(row)}" for name, row in pinned_values().items()]
    body = f'{{"version": {VALUES_VERSION}, "columns": {{\n' + ",\n".join(lines) + "\n}}\n"
    PINNED.write_text(body, encoding="utf-8")
