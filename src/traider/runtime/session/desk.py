"""What the desk of a session knows of its run."""

import os
from pathlib import Path

from traider.gateway.client_ids import ClientIds
from traider.runtime.limit_bounds import PhaseBounds
from traider.runtime.session.parts import SessionParts
from traider.runtime.status_body import Mode
from traider.runtime.trading.trader_desk import DeskContext


def desk_context(parts: SessionParts, folder: Path) -> DeskContext:
    """Return what of a run does not change while it runs."""
    return DeskContext(
        mode=parts.manifest.mode,
        venue=parts.manifest.venue,
        folder=folder,
        pid=os.getpid(),
        currency=parts.config.currency,
        capital=parts.config.capital,
        started_ns=parts.clock.now_ns(),
        ids=ClientIds(parts.manifest.run_id),
        bounds=PhaseBounds.of(parts.config) if parts.manifest.mode is Mode.LIVE else None,
        rearm_by=parts.config.run.rearm_by,
    )
