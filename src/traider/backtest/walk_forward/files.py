"""A walk-forward as JSON: what ``--json`` prints and ``walk_forward.json`` keeps."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Final

from traider.backtest.files import plain, utc_text
from traider.backtest.stream import Span
from traider.backtest.walk_forward.result import Piece, Point, WalkForwardResult, WindowResult
from traider.domain.timeframes import DAY_NS

WALK_FORWARD_FILE_NAME: Final = "walk_forward.json"


def write_walk_forward_file(result: WalkForwardResult, folder: Path) -> Path:
    """Write the JSON into ``folder`` and return the file's path; equal results, equal bytes."""
    path = folder / WALK_FORWARD_FILE_NAME
    text = json.dumps(walk_forward_json(result), allow_nan=False, indent=2, sort_keys=True)
    path.write_text(text + "\n", encoding="utf-8")
    return path


def walk_forward_json(result: WalkForwardResult) -> dict[str, object]:
    """Return the result as JSON values; NaN and infinity become null."""
    schedule = result.schedule
    return {
        "complete": result.is_whole,
        "fill_tier": result.fill_tier,
        "metric": result.metric,
        "kind": schedule.kind,
        "days": {
            name: getattr(schedule, f"{name}_ns") / DAY_NS
            for name in ("train", "test", "step", "purge", "embargo")
        },
        "candidates": [_point(point) for point in result.candidates],
        "windows": [_window(window) for window in result.windows],
        "windows_planned": result.planned,
        "windows_winning": result.winning,
        "windows_unranked": result.unranked,
        "final_equity": float(result.final_equity),
        "total_return": plain(result.total_return),
        "max_drawdown": plain(result.max_drawdown),
        "efficiency": plain(result.efficiency),
        "probabilistic_sharpe": plain(result.probabilistic_sharpe),
        "trades": result.trade_summary.closed,
        "performance": plain(asdict(result.performance)),
        "notes": list(result.notes),
    }


def _window(found: WindowResult) -> dict[str, object]:
    window = found.window
    return {
        "number": window.number,
        "train": _span(window.train),
        "test": _span(window.test),
        "embargoed": [_span(span) for span in window.embargoed],
        "chosen": _point(found.chosen),
        "scores": plain(found.scores),
        "ranked": found.is_ranked,
        "deflated_sharpe": plain(found.deflated_sharpe),
        "in_sample": _piece(found.train),
        "out_of_sample": _piece(found.test),
        "efficiency": plain(found.efficiency),
        "fees": float(found.fees),
        "fingerprint": found.fingerprint,
    }


def _span(span: Span) -> Sequence[str]:
    return [utc_text(span.start_ns), utc_text(span.end_ns)]


def _point(point: Point) -> dict[str, object]:
    return {
        key: value if isinstance(value, bool | int | str) else float(value)
        for key, value in point.items()
    }


def _piece(piece: Piece) -> dict[str, object]:
    return {
        "total_return": plain(piece.total_return),
        "yearly_return": plain(piece.yearly_return),
        "sharpe": plain(piece.sharpe),
        "max_drawdown": plain(piece.max_drawdown),
        "trades": piece.trades,
    }
