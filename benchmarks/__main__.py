"""Run every benchmark and print its tables: ``python -m benchmarks``."""

import os
import platform
from importlib.metadata import version

from benchmarks import (
    api_reads,
    book_risk,
    bus,
    coinbase_l2,
    decoding,
    download,
    end_to_end,
    exchange,
    explaining,
    fail_over,
    feature_store,
    feed_latency,
    gate,
    journal,
    kernel_speed,
    kill_switch,
    lake_read,
    lake_size,
    ledger,
    level2,
    live_path,
    memory,
    observability,
    order_hour,
    parity,
    postgres,
    recovery_time,
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
    gate.measure()
    book_risk.measure()
    live_path.measure()
    kill_switch.measure()
    recovery_time.measure()
    api_reads.measure()
    order_hour.measure()
    bus.measure()
    journal.measure()
    parity.measure()
    explaining.measure()
    lake_read.measure()
    lake_size.measure()
    ledger.measure(ledger.FILLS)
    feature_store.measure()
    start_up.measure()
    memory.measure()
    observability.measure()
    postgres.measure()
    fail_over.measure()
    download.measure()


if __name__ == "__main__":
    main()
