"""Benchmarks: each module measures one thing and prints a table with ratios of the same run."""

__all__: list[str] = []
