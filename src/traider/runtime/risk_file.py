"""What a running trader's account can lose, as it was measured last: ``risk.json`` of its folder.

A convenience, not a source: it is written whole and renamed, each second while the trader runs.
"""

from pathlib import Path
from typing import Final

import msgspec
from msgspec import Struct

from traider.domain.errors import DataError, UsageError

RISK_FILE: Final = "risk.json"
"""In the state folder."""


class GateRiskBody(Struct, frozen=True, kw_only=True):
    """What the gate measures of what is held now, as parts of equity; losses are positive."""

    var: float | None
    """None while an instrument that is held has too few samples."""
    es: float | None
    confidence: float
    horizon: str
    max_var: float
    """Its limit; 0 where it is off."""
    max_es: float
    samples: int
    """Fewest of any instrument that is held."""
    samples_min: int
    gross: float
    """Sum of the positions' absolute values, of equity."""
    net: float


class MeasurementBody(Struct, frozen=True):
    """One model's number, in the account's currency."""

    model: str
    horizon: str
    level: float
    var: float | None
    es: float | None
    periods: int


class PartBody(Struct, frozen=True):
    """What a position brings to the weighted value at risk and the historical shortfall."""

    instrument: str
    horizon: str
    level: float
    marginal_var: float
    component_var: float
    component_es: float
    incremental_var: float


class RiskBody(Struct, frozen=True, kw_only=True):
    """Everything measured at one instant."""

    now_ns: int
    currency: str
    equity: float
    gate: GateRiskBody
    measurements: tuple[MeasurementBody, ...] = ()
    """By the models of ``traider var``, where ``observability.risk_history`` names bars."""
    parts: tuple[PartBody, ...] = ()
    notes: tuple[str, ...] = ()
    took_us: float = 0.0
    """How long measuring took."""


def write_risk(folder: Path, body: RiskBody) -> None:
    """Keep ``body`` as the last measurement."""
    part = folder / f"{RISK_FILE}.part"
    part.write_bytes(msgspec.json.encode(body))
    part.replace(folder / RISK_FILE)


def read_risk(folder: Path) -> RiskBody:
    """Return the last measurement of a run.

    Raises:
        UsageError: there is none.
        DataError: it cannot be read.
    """
    path = folder / RISK_FILE
    try:
        return msgspec.json.decode(path.read_bytes(), type=RiskBody)
    except (FileNotFoundError, NotADirectoryError):
        raise UsageError(
            "no risk was measured here", where=str(folder), fix="name the state folder of a run"
        ) from None
    except (OSError, msgspec.DecodeError) as fault:
        raise DataError(
            f"the last measurement cannot be read ({fault})",
            where=str(path),
            fix="remove the file; a running trader writes it anew",
        ) from None
