"""Write the fingerprints anew: ``PYTHONPATH=src .venv/bin/python -m tests.golden``.

Only after a change that is meant to change decisions, fills or equity; say in the commit why.
"""

import json

from tests.golden.runs import PINNED, golden_run, run_names

PINNED.write_text(
    json.dumps({name: golden_run(name) for name in run_names()}, indent=2) + "\n",
    encoding="utf-8",
)
