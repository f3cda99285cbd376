"""A run written by hand, and the real application over it, for the tests of the API."""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from tests.api.people import enter
from tests.api.served import Caller, serving
from tests.api.traded_runs import trade
from tests.runtime.books.written_runs import GTC_LIMIT, Sizes, WrittenRun
from traider.api.rights import Role
from traider.kernel.codes import Verdict
from traider.runtime.journal_tables import apply_journal
from traider.runtime.state_folder import RunPaths
from traider.store.tables import JournalAccount, open_engine, upgrade


@pytest.fixture(scope="session")
def written_state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the state folder of a run that bought, sold a part, and was refused once.

    Nothing may write to it: tests share it. Its tables are kept; no trader runs.
    """
    folder = tmp_path_factory.mktemp("written") / "run"
    with WrittenRun(folder) as run:
        run.book(640_000, 640_001)
        run.trade(640_001, 100)
        bought = run.order(Sizes(1, 1_000))
        run.fill(bought, Sizes(1, 400, 640_001), 600, 10**6)
        run.fill(bought, Sizes(1, 600, 640_002), 0, 2 * 10**6)
        refused = run.wish(Sizes(1, 5_000, 639_000), GTC_LIMIT)
        run.refuse(refused, Verdict.EXPOSURE, 3.0, 2.5)
        sold = run.order(Sizes(-1, 500))
        run.fill(sold, Sizes(-1, 500, 640_100), 0, 10**6)
        rests = run.order(Sizes(-1, 100, 650_000), GTC_LIMIT)
        run.cancelled(rests, 100)
    _keep_tables(folder)
    return folder


def _keep_tables(folder: Path) -> None:
    paths = RunPaths(folder)
    engine = open_engine(f"sqlite:///{paths.tables}")
    opening = {"USDT": Decimal(10_000)}
    try:
        upgrade(engine)
        apply_journal(engine, paths.journal, JournalAccount("run", "paper", "USDT", "", opening))
    finally:
        engine.dispose()


@pytest.fixture
def served(written_state: Path) -> Iterator[Caller]:
    """Serve the written run; return who asks, and is not signed in."""
    with serving(written_state) as url, Caller(url) as caller:
        yield caller


@pytest.fixture(scope="session")
def traded_state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the state folder of a run that a real trader traded, audited; nobody trades it now."""
    return trade(tmp_path_factory.mktemp("traded") / "run")


@pytest.fixture(scope="session")
def viewer(traded_state: Path) -> Iterator[Caller]:
    """Serve the traded run; return a viewer who is signed in."""
    with serving(traded_state) as url, Caller(url) as caller:
        yield enter(caller, traded_state, Role.VIEWER)
