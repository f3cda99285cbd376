"""Parity: a recorded run proves that it can be had again, and tells what else would have come.

``decisions`` replays a journal and compares every decision byte for byte; ``paper_run`` compares a
paper run with the back-test of its inputs; ``market_backtest`` runs the same settings on the
market's events alone, with the latencies that the run had (``measured_machine``), and
``attribution`` takes the difference in profit apart, order by order; ``reference`` joins them.
``identity`` is the check that a running trader makes of itself each minute. The room reads state
folders and never changes a byte of them.
"""

__all__: list[str] = []
