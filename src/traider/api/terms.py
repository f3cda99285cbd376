"""What an application is made for: the run it shows, and how it may be asked."""

from dataclasses import dataclass
from pathlib import Path

from traider.runtime.config import Config


@dataclass(frozen=True)
class ApiTerms:
    """The run that is shown, and the settings of this process."""

    state: Path
    """State folder of the run; it may be begun later."""
    config: Config
    """Settings of this process; what decides something is as the run was begun with."""
    data: Path = Path("data")
    """Folder of downloaded market data."""
