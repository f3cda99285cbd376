"""What an application is made for: the run it shows, and how it may be asked."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from traider.domain.ports import Log, Metrics
from traider.runtime.config import Config
from traider.runtime.config_sources import Layer

DASHBOARD: Final = Path(__file__).resolve().parent / "dashboard"
"""Where the dashboard's built files are, in a checkout and in a wheel."""


@dataclass(frozen=True)
class ApiTerms:
    """The run that is shown, and the settings of this process."""

    state: Path
    """State folder of the run; it may be begun later."""
    config: Config
    """Settings of this process; what decides something is as the run was begun with."""
    data: Path = Path("data")
    """Folder of downloaded market data."""
    dashboard: Path = DASHBOARD
    """Folder of the dashboard's built files."""
    log: Log | None = None
    """Where requests are told; nowhere when None."""
    metrics: Metrics | None = None
    """Where they are counted; likewise."""
    layers: tuple[Layer, ...] = ()
    """The sources that the settings were merged from, where that is known."""
