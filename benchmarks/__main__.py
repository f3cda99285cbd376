"""Run every benchmark and print its tables: ``python -m benchmarks``."""

import os
import platform
from importlib.metadata import version

from benchmarks import (
    bus,
    coinbase_l2,
    decoding,
    download,
    end_to_end,
    exchange,
    fail_over,
    feature_store,
    feed_latency,
    journal,
    kernel_speed,
    lake_read,
    lake_size,
    level2,
    memory,
    observability,
    parity,
    postgres,
    start_up,
    step_latency,
    sweep_speed,
)


def main() -> None:
    """Say what machine this is, then measure."""
    print(
        f"{platform.machine()}, {os.cpu_count()} processors, Python {platform.python_version()}, "
        f"numba {version('numba')}, numpy {version('numpy')}"
    )
    kernel_speed.measure()
    step_latency.measure()
    level2.measure()
    sweep_speed.measure()
    decoding.measure()
    coinbase_l2.measure()
    end_to_end.measure()
    feed_latency.measure()
    exchange.measure()
    bus.measure()
    journal.measure()
    parity.measure()
    lake_read.measure()
    lake_size.measure()
    feature_store.measure()
    start_up.measure()
    memory.measure()
    observability.measure()
    postgres.measure()
    fail_over.measure()
    download.measure()


if __name__ == "__main__":
    main()
