"""What a look-ahead check finds: who knew the future, where it shows first, how to mend it."""

import math
from dataclasses import dataclass
from enum import StrEnum

from traider.backtest.files import utc_text


class LeakKind(StrEnum):
    """How the future got into the past."""

    BATCH_FEATURE = "batch-feature"
    """Past values of a batch feature change with the future of the data."""
    UNREPEATABLE = "unrepeatable"
    """A batch feature answers differently to the same data, so that nothing can be said."""
    FORESIGHT = "foresight"
    """Scores agree with returns after they were known as no honest model's do."""
    SCORE_STAMP = "score-stamp"
    """Scores are stamped before the bar they were computed from had closed."""
    DATA_STAMP = "data-stamp"
    """One instrument's bars tell what another's told a bar earlier."""
    FILL = "fill"
    """A fill at a price or time that was over when the order was decided."""
    DECISION = "decision"
    """Past orders change with the future, and no feature is to blame."""


@dataclass(frozen=True)
class Leak:
    """One culprit with its first place.

    ``changed`` of ``compared`` values (scores, fills, decisions) are wrong; ``before`` and
    ``after`` are an example at the first place. A number that does not apply is NaN, a bar or time
    that does not apply is -1; bars count from 0.
    """

    kind: LeakKind
    culprit: str
    told: str
    fix: str
    instrument: str = ""
    ts_ns: int = -1
    bar: int = -1
    changed: int = 0
    compared: int = 0
    before: float = math.nan
    after: float = math.nan


def leak_json(leak: Leak) -> dict[str, object]:
    """Return the leak as JSON values; what does not apply is null."""
    return {
        "kind": leak.kind.value,
        "culprit": leak.culprit,
        "told": leak.told,
        "fix": leak.fix,
        "instrument": leak.instrument or None,
        "time": utc_text(leak.ts_ns) if leak.ts_ns >= 0 else None,
        "bar": leak.bar if leak.bar >= 0 else None,
        "changed": leak.changed,
        "compared": leak.compared,
        "before": leak.before if math.isfinite(leak.before) else None,
        "after": leak.after if math.isfinite(leak.after) else None,
    }
