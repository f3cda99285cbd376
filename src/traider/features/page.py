"""The page of features: ``python -m traider.features.page`` prints ``docs/features.md``."""

import sys
from typing import Final

from traider.features.catalogue import BASE_SLOTS, CATALOGUE, LIVE_COLUMNS
from traider.features.shorthands import SHORTHANDS

_INTRODUCTION: Final = """\
# Features

What an alpha can read. Printed from the code by `python -m traider.features.page`; change it there.

- Columns of the bar: {base}. Prices are in ticks,
  volume is in lots, `gap` counts the bars missing before this one, `time` is when it opened in
  seconds since 1970 UTC. A feature in `price` is in ticks too: compare prices with each other, not
  with currency.
- `x` is a column or another feature, `n` the window in bars, `q` a share from 0 to 1. Join features
  and numbers by `+ - * /` and parentheses: `ema(close, 12) - ema(close, 26)`, `(high + low) / 2`.
  What is divided by zero has no value on that bar.
- `@4h` behind a feature computes it, and everything in it, on bars of that length; parentheses go
  around a sum: `(ema(close, 12) - ema(close, 26))@4h`.
- `@50base` and `@1000000quote` are bars of so much volume or notional, built from trades (or from
  the bars that arrive, each taken whole); `@funding` is a bar each funding settlement, its `close`
  the rate. Inside, features of other frames keep the value of their own last bar.
- The columns of the book and the flow need Level-2 data or trades. They are brought up to date at
  each whole message; a feature of bars reads them when its bar closes. An empty, one-sided, locked
  or crossed book has no features.
- `score_NAME` and `confidence_NAME` are what the model NAME last said of the instrument.
- Missing bars are not filled. Windows count bars that came, so they span more time over a gap.
- A feature has no value before its first bar below (the input's own wait comes on top), and none
  on a bar where its input has none; such a bar is not counted and changes nothing in it. An alpha
  is not asked before every feature it reads has a value.
- All are computed from `+ - * /` and square roots alone, so to the same bits everywhere, but
  {logs}, which take a logarithm.
"""


def features_page() -> str:
    """Return the text of ``docs/features.md``."""
    logs = " and ".join(f"`{feature.name}`" for feature in CATALOGUE.values() if feature.uses_log)
    base = ", ".join(f"`{name}`" for name in BASE_SLOTS)
    parts = [
        _INTRODUCTION.format(base=base, logs=logs.replace(" and ", ", ", logs.count(" and ") - 1)),
        "## Features\n",
        _table(
            ("written", "unit", "first value", "meaning"),
            [
                (f"`{feature.written}`", feature.unit, feature.warm_up, feature.meaning)
                for feature in CATALOGUE.values()
            ],
        ),
        "\n## Columns of the book and the flow\n",
        _table(
            ("written", "unit", "meaning"),
            [(f"`{name}`", unit, meaning) for name, (_, unit, meaning) in LIVE_COLUMNS.items()],
        ),
        "\n## Shorthands\n",
        _table(
            ("written", "stands for", "meaning"),
            [
                (
                    f"`{shorthand.name}({', '.join(shorthand.parameters)})`",
                    f"`{shorthand.expression.replace('$', '')}`",
                    shorthand.meaning,
                )
                for shorthand in SHORTHANDS.values()
            ],
        ),
    ]
    return "\n".join(parts) + "\n"


def _table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    cells = [[cell.replace("|", "\\|") for cell in line] for line in lines]
    return "\n".join(f"| {' | '.join(line)} |" for line in cells)


if __name__ == "__main__":
    sys.stdout.write(features_page())
