"""What was thought of instruments, in a file of the state folder: a server begun again knows it.

A long journal is not taken from its beginning again, so scores of before would be gone. One line of
JSON a decision on an instrument. The file is the server's own; what cannot be read of it is passed
over, and where it cannot be written the history ends with the process.
"""

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec

FILE: Final = "api.scores.jsonl"
"""In the state folder."""
_ROOM: Final = 2
"""The file is written anew when it holds so many times what is kept."""
_UNKNOWN: Final = float("nan")


@dataclass(frozen=True, slots=True)
class ScoreSample:
    """What was thought of an instrument at one decision."""

    at_ns: int
    combined: float
    """The ensemble's score, -1 to 1; NaN where nobody looked until the next."""
    direction: int
    exposure: float
    """Wanted, signed, as a fraction of equity."""
    scores: tuple[float, ...]
    """Score and confidence of each alpha, in turn."""

    @property
    def is_hole(self) -> bool:
        """Whether it only says that what follows comes after a time of which nothing is known."""
        return self.combined != self.combined


def hole_after(sample: ScoreSample) -> ScoreSample:
    """Return what says that nobody looked after ``sample``."""
    return ScoreSample(sample.at_ns + 1, _UNKNOWN, 0, _UNKNOWN, (_UNKNOWN,) * len(sample.scores))


class _Line(msgspec.Struct, frozen=True, array_like=True):
    run_id: str
    number: int
    at_ns: int
    combined: float | None
    direction: int
    exposure: float | None
    scores: tuple[float | None, ...]


class KeptScores:
    """The newest ``most`` samples of one run, those of all instruments together."""

    def __init__(self, folder: Path, run_id: str, most: int) -> None:
        self._path = folder / FILE
        self._run_id = run_id
        self._most = most
        self._lines = 0
        self._written: dict[int, int] = {}
        """Time of the last sample in the file, by instrument."""

    def read(self) -> dict[int, list[ScoreSample]]:
        """Return the samples by number of the instrument, each list in order of time."""
        try:
            lines = self._path.read_bytes().splitlines()
        except OSError:
            return {}
        self._lines = len(lines)
        found: dict[int, dict[int, ScoreSample]] = {}
        for each in lines[-self._most :]:
            # A server that was killed left half a line.
            with contextlib.suppress(msgspec.MsgspecError, UnicodeDecodeError):
                line = msgspec.json.decode(each, type=_Line)
                if line.run_id == self._run_id:
                    found.setdefault(line.number, {})[line.at_ns] = _sample(line)
        self._written = {number: max(samples) for number, samples in found.items()}
        return {
            number: [samples[at_ns] for at_ns in sorted(samples)]
            for number, samples in found.items()
        }

    def add(self, samples: Sequence[tuple[int, ScoreSample]]) -> None:
        """Add what was thought of instruments by their numbers; what is there is left out."""
        fresh = [pair for pair in samples if pair[1].at_ns > self._written.get(pair[0], 0)]
        if not fresh:
            return
        lines = [msgspec.json.encode(_line(self._run_id, *pair)) + b"\n" for pair in fresh]
        with contextlib.suppress(OSError):
            with self._path.open("ab") as file:
                file.write(b"".join(lines))
            self._written |= {number: sample.at_ns for number, sample in fresh}
            self._lines += len(lines)
            if self._lines > _ROOM * self._most:
                self._shorten()

    def _shorten(self) -> None:
        kept = self._path.read_bytes().splitlines(keepends=True)[-self._most :]
        part = self._path.with_suffix(".part")
        part.write_bytes(b"".join(kept))
        part.replace(self._path)
        self._lines = len(kept)


def _line(run_id: str, number: int, sample: ScoreSample) -> _Line:
    return _Line(
        run_id,
        number,
        sample.at_ns,
        sample.combined,
        sample.direction,
        sample.exposure,
        sample.scores,
    )


def _sample(line: _Line) -> ScoreSample:
    """Return the sample of a line; JSON has no NaN, and says null."""
    return ScoreSample(
        line.at_ns,
        _number(line.combined),
        line.direction,
        _number(line.exposure),
        tuple(_number(each) for each in line.scores),
    )


def _number(value: float | None) -> float:
    return _UNKNOWN if value is None else value
