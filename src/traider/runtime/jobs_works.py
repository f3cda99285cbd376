"""Which kinds of long work there are, and what does each."""

from collections.abc import Mapping
from typing import Final

from traider.runtime.jobs_backtest import BACKTEST, run_backtest_job
from traider.runtime.jobs_download import DOWNLOAD, DownloadWork
from traider.runtime.jobs_parity import PARITY, run_parity_job
from traider.runtime.jobs_worker import Work

WORKS: Final[Mapping[str, Work]] = {
    DOWNLOAD: DownloadWork(),
    BACKTEST: run_backtest_job,
    PARITY: run_parity_job,
}
"""By kind of job."""
