"""The limits that a start of a run would have: begun with, changed by hand, changed in the file."""

from collections.abc import Callable
from pathlib import Path
from typing import Final

import numpy as np

from traider.domain.errors import Interrupted
from traider.domain.events import Kind
from traider.journal.reader import JournalReader
from traider.journal.segment_files import list_segments
from traider.kernel.codes import Limit
from traider.runtime.config import Config
from traider.runtime.control.limit_names import LIMIT_NAMES, setting_value
from traider.runtime.limit_bounds import limit_values
from traider.runtime.readiness.limit_checks import InForce
from traider.runtime.session.settings import last_settings
from traider.runtime.state_folder import RunPaths, read_manifest

_NAME_OF: Final = {known.limit: name for name, known in LIMIT_NAMES.items()}


def limits_in_force(
    folder: Path, config: Config, stop: Callable[[], bool] = lambda: False
) -> InForce:
    """Return the limits that the run of a state folder would have if it started with ``config``.

    A limit is as the run was begun, then as the journal changed it last, then as the file says
    where its line differs from what was read last: as a start does it.

    Raises:
        DataError: the manifest, the settings read last, or the journal cannot be read.
        Interrupted: it was asked to stop.
    """
    manifest = read_manifest(folder)
    if manifest is None:
        return InForce(folder)
    begun = manifest.request(config).config
    values = limit_values(begun.limits)
    values |= _changed(RunPaths(folder).journal, stop)
    last = limit_values(last_settings(folder, begun).limits)
    asked = limit_values(config.limits)
    values |= {name: value for name, value in asked.items() if value != last[name]}
    return InForce(folder, values)


def _changed(journal: Path, stop: Callable[[], bool]) -> dict[str, float]:
    """Return what the journal's changes of limits came to, in the configuration's unit."""
    values: dict[str, float] = {}
    if not (journal.is_dir() and list_segments(journal)):
        return values
    for events in JournalReader(journal).events():
        if stop():
            raise Interrupted("stopped while the journal was read")
        for place in np.flatnonzero(events["kind"] == Kind.LIMITS_CHANGE).tolist():
            name = _NAME_OF[Limit(int(events["code"][place]))]
            values[name] = setting_value(name, float(events["f1"][place]))
    return values
