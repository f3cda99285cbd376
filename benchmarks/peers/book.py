"""Level 2: two post-only quotes a tick outside the best prices, re-quoted every second."""

from pathlib import Path

import numpy as np

from benchmarks.peers.engine_table import Heading, print_agreement, print_engines, print_notes
from benchmarks.peers.engines.book_rows import CLEAR, TRADE, UPDATE
from benchmarks.peers.inputs import write_book
from benchmarks.peers.processes import Engine, Home, run_in_turn

TRAIDER = "traider_book"
ENGINES = (
    Engine(TRAIDER, Home.TRAIDER),
    Engine("hftbacktest_book", Home.HFTBACKTEST),
    Engine("nautilus_book", Home.PEERS, rounds_at_most=1),
)
HOUR_NS = 3.6e12


def measure(folder: Path, passes: int, rounds: int) -> None:
    """Print the table and what the engines end with."""
    rows, source = write_book(folder, passes)
    count = len(rows.ts_ns)
    kinds = {kind: int(np.count_nonzero(rows.kind == kind)) for kind in (UPDATE, TRADE, CLEAR)}
    hours = (rows.ts_ns[-1] - rows.ts_ns[0]) / HOUR_NS
    found = run_in_turn(ENGINES, folder, count, rounds)
    title = (
        f"Level 2: two quotes re-quoted each second ({count:,} rows: {kinds[UPDATE]:,} levels, "
        f"{kinds[TRADE]:,} trades, {kinds[CLEAR]:,} clears; {hours:.2f} hours of {source}, "
        f"{passes} times over)"
    )
    print_engines(Heading(title, "rows", "fills"), found, TRAIDER)
    print_notes(found)
    if TRAIDER in found:
        print_agreement(found, TRAIDER)
