"""``traider run`` on a standing exchange as a process of its own, with eager settings."""

import subprocess
import sys
from pathlib import Path
from typing import Final

from benchmarks.standing_exchange import PRODUCTS
from traider.domain.fault_points import VARIABLE
from traider.runtime.stress.through import trader_process
from traider.runtime.stress.through.trader_process import NeverTradedError, plain_environment

__all__ = ["STYLES", "NeverTradedError", "TraderProcess", "parity_of"]

_ROOT: Final = Path(__file__).resolve().parents[1]
_EAGER: Final = ("clock.decision=5s", "strategy.enter=0.01", "sizing.dead_band=0.005")
"""Beside the demo's own settings, so that something is on its way whenever a trader dies."""
STYLES: Final = ("market", "limit")
"""Of orders: those that fill at once, and those that rest and are taken back."""


class TraderProcess(trader_process.TraderProcess):
    """One life of a trader on a state folder, whose orders are of a style."""

    def __init__(
        self,
        folder: Path,
        url: str,
        style: str,
        fault_point: str = "",
        settings: tuple[str, ...] = (),
    ) -> None:
        asked = {VARIABLE: fault_point} if fault_point else {}
        terms = trader_process.TraderTerms(
            folder,
            url,
            PRODUCTS,
            (*_EAGER, f"execution.style={style}", *settings),
            environment={**asked, "PYTHONPATH": str(_ROOT / "src")},
            working_folder=_ROOT,
        )
        super().__init__(terms)


def parity_of(folder: Path) -> list[str]:
    """Return what ``traider parity`` finds different in a run."""
    done = subprocess.run(
        [sys.executable, "-m", "traider", "parity", str(folder), "--json", "--quiet"],
        cwd=_ROOT,
        env={**plain_environment(), "PYTHONPATH": str(_ROOT / "src")},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode == 0:
        return []
    return [f"parity, exit code {done.returncode}: {(done.stdout + done.stderr)[-600:]}"]
