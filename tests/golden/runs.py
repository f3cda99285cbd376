"""The named runs whose fingerprints are pinned: each a configuration beside this file."""

from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Final

from traider.backtest.collecting import Fingerprint
from traider.backtest.fill_tiers import FILL_TIERS
from traider.domain.events import Kind, empty_events
from traider.kernel.machine import Machine
from traider.runtime.config import load_config
from traider.runtime.wiring import plan_backtest

FOLDER: Final = Path(__file__).resolve().parent
PINNED: Final = FOLDER / "fingerprints.json"


@dataclass(frozen=True)
class Golden:
    """What is pinned of a run; the counts only help to see what changed."""

    fingerprint: str
    events: int
    orders: int
    fills: int
    final_equity_cents: int


def run_names() -> list[str]:
    """Return the names of the pinned runs."""
    return sorted(path.stem for path in FOLDER.glob("*.toml"))


def golden_run(name: str) -> dict[str, object]:
    """Run ``name`` under its fill tier, on the real path from files to events, and sum it up."""
    plan = plan_backtest(load_config(FOLDER / f"{name}.toml"))
    spec = replace(plan.spec, venue=FILL_TIERS[plan.fill_tier].applied(plan.spec.venue))
    machine = Machine(spec)
    fingerprint = Fingerprint()
    orders = fills = cents = 0
    chunks = [(chunk, False) for chunk in plan.events()]
    for chunk, final in [*chunks, (empty_events(0), True)]:
        for drained in machine.feed(chunk, final=final):
            fingerprint.add(drained)
            orders += int((drained.events["kind"] == Kind.ORDER_INTENT).sum())
            fills += int((drained.events["kind"] == Kind.FILL).sum())
            if len(drained.nav):
                cents = round(float(drained.nav["nav"][-1]) * 100)
    return asdict(Golden(fingerprint.hexdigest(), machine.sequence, orders, fills, cents))
