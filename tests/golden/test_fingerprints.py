"""Golden fingerprints: the same runs give the same decisions, fills and equity on every Python.

A red test here says that behavior changed. When that is intended, write the values anew with
``PYTHONPATH=src .venv/bin/python -m tests.golden``, look at the counts that moved, and say why
in the commit.
"""

import json

import pytest

from tests.golden.runs import PINNED, golden_run, run_names

pytestmark = pytest.mark.golden

# Quick as plain Python too: a book, plans and works, funding and a liquidation.
INTERPRETED = ("level2-ladder", "perpetual-liquidated")
NAMES = [
    pytest.param(name, marks=pytest.mark.interpreted if name in INTERPRETED else ())
    for name in run_names()
]


def test_every_run_is_pinned() -> None:
    assert sorted(json.loads(PINNED.read_text(encoding="utf-8"))) == run_names()


@pytest.mark.parametrize("name", NAMES)
def test_a_run_gives_what_it_always_gave(name: str) -> None:
    assert golden_run(name) == json.loads(PINNED.read_text(encoding="utf-8"))[name]
