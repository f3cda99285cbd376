"""The folder of a sweep while it runs: what it is, and each outcome as soon as there is one.

    sweep.json     what decides the trials: configuration, data, grid, sample, kernel
    trials.jsonl   a line an outcome, appended as trials end, put into the grid's order at the end

Figures in a line are for people and programs; going on with a sweep reads the exact ones (money as
text, returns as base64 of little-endian doubles) and measures the ratios again.
"""

import base64
import binascii
import json
from collections.abc import Iterable, Mapping
from contextlib import suppress
from decimal import Decimal, InvalidOperation
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import numpy as np

from traider.backtest.files import plain
from traider.backtest.sweep.grid import Axis, Point, plain_value
from traider.backtest.sweep.trial import Failure, Measured, Trial
from traider.domain.errors import DataError, UsageError

IDENTITY_FILE_NAME: Final = "sweep.json"
TRIALS_FILE_NAME: Final = "trials.jsonl"

Identity = Mapping[str, object]
"""What decides the trials, by the name a person knows it under; values as JSON has them."""

Points = Mapping[int, tuple[Point, str]]
"""Values and configuration's digest of each planned point, by its number."""

Outcome = Trial | Failure


class SweepFolder:
    """Appends outcomes to a folder, new or begun before; in ``with`` its file is closed."""

    def __init__(self, path: Path, axes: tuple[Axis, ...]) -> None:
        self.path = path
        self._axes = axes
        self._file = (path / TRIALS_FILE_NAME).open("a", encoding="utf-8")

    @classmethod
    def create(cls, path: Path, identity: Identity, axes: tuple[Axis, ...]) -> "SweepFolder":
        """Begin a sweep in the empty folder ``path``."""
        text = json.dumps(identity, allow_nan=False, indent=2, sort_keys=True)
        (path / IDENTITY_FILE_NAME).write_text(text + "\n", encoding="utf-8")
        return cls(path, axes)

    @classmethod
    def resume(
        cls, path: Path, identity: Identity, axes: tuple[Axis, ...], points: Points
    ) -> tuple["SweepFolder", list[Outcome]]:
        """Go on with the sweep in ``path``; return its outcomes so far too.

        A last line that was cut off is removed.

        Raises:
            UsageError: the folder holds another sweep.
            DataError: it holds none, or a line of it is damaged.
        """
        check_identity(path, identity)
        file = path / TRIALS_FILE_NAME
        whole = file.read_bytes() if file.exists() else b""
        kept = whole[: whole.rfind(b"\n") + 1]
        outcomes = [
            _outcome(line, points, f"{file} line {number}")
            for number, line in enumerate(kept.splitlines(), 1)
        ]
        if len(kept) < len(whole):
            file.write_bytes(kept)
        return cls(path, axes), outcomes

    def add(self, outcome: Outcome) -> None:
        """Append one outcome and hand it to the system at once."""
        self._file.write(_line(outcome, self._axes))
        self._file.flush()

    def put_in_order(self, outcomes: Iterable[Outcome]) -> None:
        """Write the file anew with ``outcomes``, all of them, in the grid's order.

        Threads end in any order; sorted, the same sweep leaves the same bytes.
        """
        rows = sorted(outcomes, key=lambda outcome: outcome.number)
        fresh = self.path / f"{TRIALS_FILE_NAME}.new"
        fresh.write_text("".join(_line(row, self._axes) for row in rows), encoding="utf-8")
        fresh.replace(self.path / TRIALS_FILE_NAME)

    def discard(self) -> None:
        """Remove what was created, and the folder where nothing else is in it."""
        for name in (TRIALS_FILE_NAME, IDENTITY_FILE_NAME):
            (self.path / name).unlink(missing_ok=True)
        with suppress(OSError):  # a person put something there
            self.path.rmdir()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._file.close()


def check_identity(path: Path, identity: Identity) -> None:
    """Refuse to go on with a sweep that is another one.

    Raises:
        UsageError: names what differs.
        DataError: ``path`` holds no sweep.
    """
    file = path / IDENTITY_FILE_NAME
    try:
        stored = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as fault:
        raise DataError(
            "there is no sweep to go on with",
            where=str(path),
            fix=f"--resume takes the folder of a sweep, which holds {IDENTITY_FILE_NAME}",
        ) from fault
    given = json.loads(json.dumps(identity, allow_nan=False))
    held = stored if isinstance(stored, dict) else {}
    differing = [name for name in given if held.get(name) != given[name]]
    if differing:
        raise UsageError(
            f"that sweep had another {', another '.join(differing)}",
            where=str(path),
            fix="give what it was begun with, or begin a new one without --resume",
        )


def outcome_record(outcome: Outcome, axes: tuple[Axis, ...]) -> dict[str, object]:
    """Return an outcome as JSON values; undefined and infinite figures are null."""
    pairs = zip(axes, outcome.values, strict=True)
    record: dict[str, object] = {
        "number": outcome.number,
        "point": {axis.key: plain_value(value) for axis, value in pairs},
        "digest": outcome.digest,
    }
    if isinstance(outcome, Failure):
        return {**record, "fault": outcome.reason}
    found = outcome.measured
    figures = {
        "final_equity": found.final_equity,
        "total_return": found.total_return,
        "sharpe": found.sharpe,
        "sortino": found.sortino,
        "calmar": found.calmar,
        "max_drawdown": found.max_drawdown,
        "trades": found.trades,
        "turnover": found.turnover,
        "fees": found.fees,
        "refused": found.refused,
        "alpha_fault": found.alpha_fault,
    }
    return {**record, **{name: plain(value) for name, value in figures.items()}}


def _line(outcome: Outcome, axes: tuple[Axis, ...]) -> str:
    record = outcome_record(outcome, axes)
    if isinstance(outcome, Trial):
        raw = outcome.measured.returns.astype("<f8").tobytes()
        record["returns"] = base64.b64encode(raw).decode("ascii")
    return json.dumps(record, allow_nan=False, separators=(",", ":")) + "\n"


def _outcome(line: bytes, points: Points, where: str) -> Outcome:
    """Read one line back.

    Raises:
        DataError: it is damaged, or of a point that is not planned.
    """
    try:
        record = json.loads(line)
        number = record["number"]
        values, digest = _planned(points, record)
        if "fault" in record:
            return Failure(number, values, digest, record["fault"])
        return Trial(number, values, digest, _measured(record))
    except (ValueError, LookupError, TypeError, InvalidOperation, binascii.Error) as fault:
        raise DataError(
            "the line is damaged or belongs to another sweep",
            where=where,
            fix="remove the line, and its trial is run again",
        ) from fault


def _planned(points: Points, record: Mapping[str, object]) -> tuple[Point, str]:
    values, digest = points[int(str(record["number"]))]
    if record["digest"] != digest:
        raise ValueError("another configuration")
    return values, digest


def _measured(record: Mapping[str, object]) -> Measured:
    turnover = record["turnover"]
    raw = base64.b64decode(str(record["returns"]), validate=True)
    return Measured(
        final_equity=Decimal(str(record["final_equity"])),
        max_drawdown=float(str(record["max_drawdown"])),
        trades=int(str(record["trades"])),
        turnover=float("nan") if turnover is None else float(str(turnover)),
        fees=Decimal(str(record["fees"])),
        refused=int(str(record["refused"])),
        alpha_fault=str(record["alpha_fault"]),
        returns=np.frombuffer(raw, dtype="<f8").astype(np.float64),
    )
