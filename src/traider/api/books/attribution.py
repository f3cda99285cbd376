"""Where the profit came from, made in a process beside the server that follows the journal.

To have the scores behind the orders the journal is replayed through the kernel. The process keeps
what it replayed: the first look takes a while, later ones read what was written since.
"""

from pathlib import Path
from typing import Any, Final

from traider.api.making import Beside, Freshness, LongAnswers
from traider.api.making.beside import Told, Work
from traider.api.shapes.portfolio import AttributionShape, PartShape, ViewShape
from traider.runtime.books.run_attribution import FollowedAttribution, attribution_body
from traider.runtime.parity.recorded_run import RecordedRun

FRESH: Final = Freshness(fresh_s=10.0)

Body = dict[str, Any]


class AttributionKeeper:
    """Keeps the attribution of the run in one state folder; threads may ask together."""

    def __init__(self, state: Path, answers: LongAnswers, beside: Beside) -> None:
        self._state = state
        self._answers = answers
        self._beside = beside

    def get(self, end: int) -> AttributionShape:
        """Return what was made last; have a newer one made where it is old.

        Args:
            end: how many events the journal has now.

        Raises:
            BeingMadeError: the first one is still being made.
            TraiderError: it cannot be made.
        """
        return self._answers.get("attribution", end, self._made, FRESH)

    def _made(self, told: Told) -> AttributionShape:
        return attribution_shape(self._beside.run(Work(attribution_of, (self._state,)), told))


_followed: dict[Path, tuple[str, FollowedAttribution]] = {}
"""Of the process beside: what it replayed, by the state folder, with the id of the run."""


def attribution_of(state: Path, told: Told) -> Body:
    """Return the attribution of a run up to now; what was replayed is kept for the next look.

    Raises:
        TraiderError: there is no run, or its journal makes something else when it is replayed.
    """
    told(0.0, "loading the kernel")
    run = RecordedRun.open(state)
    run_id, followed = _followed.pop(state, ("", None))
    if followed is None or run_id != run.manifest.run_id:
        followed = FollowedAttribution(run)
    body = attribution_body(followed.refresh(told))
    # After a fault nothing is kept: what it left is not whole.
    _followed[state] = run.manifest.run_id, followed
    return body


def attribution_shape(body: Body) -> AttributionShape:
    """Return what ``traider attribution --json`` prints as a shape."""
    return AttributionShape(
        currency=body["currency"],
        total=body["total"],
        trades=body["trades"],
        regime_step_s=body["regime_step_s"],
        views=[
            ViewShape(
                by=name, parts=[PartShape(name=part, value=value) for part, value in view.items()]
            )
            for name, view in body["views"].items()
        ],
        journal_events=body["journal_events"],
        until_ns=body["until_ns"],
    )
