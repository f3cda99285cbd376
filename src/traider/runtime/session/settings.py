"""What the settings said when a run last read them, so that its next start sees what changed.

Limits, weights and thresholds change by events while a run goes on. What the file says otherwise
than when it was last read becomes such events, at a start as on a reload; what a person changed by
hand meanwhile stays as long as its line in the file does.
"""

import json
from pathlib import Path
from typing import Final

from traider.domain.errors import DataError
from traider.runtime.config import Config
from traider.runtime.run_request import config_from, settings_of

SETTINGS_FILE: Final = "settings.json"


def last_settings(folder: Path, begun: Config) -> Config:
    """Return what was read last in the run of ``folder``: at its beginning, where none is kept.

    Raises:
        DataError: what is kept cannot be read.
    """
    path = folder / SETTINGS_FILE
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
        return config_from(kept, begun)
    except FileNotFoundError:
        return begun
    except (OSError, ValueError) as fault:
        raise DataError(
            f"the settings that were read last cannot be read: {type(fault).__name__}",
            where=str(path),
            fix="remove it; limits then count as changed since the run began",
        ) from fault


def keep_settings(folder: Path, config: Config) -> None:
    """Keep what was read, whole or not at all.

    Raises:
        OSError: the disk refuses.
    """
    path = folder / SETTINGS_FILE
    unfinished = path.with_name(f"{path.name}.new")
    unfinished.write_text(json.dumps(settings_of(config), sort_keys=True), encoding="utf-8")
    unfinished.replace(path)
