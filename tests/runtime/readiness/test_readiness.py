"""``traider readiness`` against a local exchange's keys and a recorded paper run.

1. Everything well and signed: exit 0; a changed setting takes the signature away.
2. Each thing that is not well is one row that says what and how to mend it.
"""

import json
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.runtime.readiness.paper_weeks import LIMITS, paper_week, settings_file
from tests.venues.simulated.process import running_exchange
from traider.cli.main import run
from traider.runtime.config import load_config
from traider.runtime.parity.watch import Watch
from traider.runtime.readiness.paper_checks import WantedPaper, check_paper
from traider.runtime.venue_keys import KEY_NAME, KEY_SECRET

pytestmark = pytest.mark.uncounted

Capture = pytest.CaptureFixture[str]


@dataclass
class Site:
    """An exchange and a paper run."""

    rest: str
    folder: Path
    paper: Path

    def key(self, *permissions: str) -> dict[str, str]:
        """Make a key that may do some things."""
        body = json.dumps({"permissions": permissions}).encode()
        request = urllib.request.Request(f"{self.rest}/admin/keys", body, method="POST")  # noqa: S310 - ours
        with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310 - ours
            made: dict[str, str] = json.load(answer)
            return made


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """One exchange and one paper week for all."""
    folder = tmp_path_factory.mktemp("readiness")
    with running_exchange("--synthetic", "5", "--product", "BTC-USD", "--json") as (_, line):
        rest = json.loads(line)["rest"]
        paper = paper_week(folder / "paper", settings_file(folder, rest))
        yield Site(rest, folder, paper)


@pytest.fixture
def key(site: Site, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """A key that may view and trade, in the environment."""
    made = site.key("view", "trade")
    monkeypatch.setenv(KEY_NAME, made["name"])
    monkeypatch.setenv(KEY_SECRET, made["private_key"])
    return made


def rows(capsys: Capture, *said: object) -> tuple[int, dict[str, dict[str, Any]], str]:
    """Ask, and return exit code, rows by name, and everything that was printed."""
    capsys.readouterr()
    code = run(["readiness", *map(str, said), "--json"])
    shown = capsys.readouterr()
    body = json.loads(shown.out)
    return code, {row["name"]: row for row in body.get("checks", ())}, shown.out + shown.err


@pytest.mark.slow
def test_all_well_and_signed_is_ready_until_a_setting_changes(
    site: Site, key: dict[str, str], tmp_path: Path, capsys: Capture
) -> None:
    (tmp_path / "backup.tar").write_bytes(b"x")
    more = f'\n[readiness]\nbackup = "{tmp_path}"\n'
    file = settings_file(tmp_path, site.rest, more=more)
    said = ("--state", site.paper, "--config", file)
    assert run(["readiness", *map(str, said), "--test-alert"]) == 0
    code = json.loads((site.paper / "readiness.json").read_text())["alert"]["code"]
    assert f"the code is {code}" in capsys.readouterr().err
    assert run(["readiness", *map(str, said), "--alert-seen", "000"]) == 2

    status, found, shown = rows(capsys, *said, "--alert-seen", code)
    assert {name for name, row in found.items() if not row["ok"]} == {"sign-off"}, found
    assert status == 1
    assert key["private_key"].splitlines()[1] not in shown
    status, found, _ = rows(capsys, *said, "--sign-off", "Ada Lovelace")
    assert (status, found["sign-off"]["ok"]) == (0, True)
    assert found["sign-off"]["found"].startswith("Ada Lovelace at ")
    assert rows(capsys, *said)[0] == 0

    status, found, _ = rows(capsys, *said, "--set", "run.reconcile_s=30")
    assert status == 1
    assert {name for name, row in found.items() if not row["ok"]} == {"sign-off"}
    assert found["sign-off"]["found"].endswith("for other settings")


def test_what_is_not_well_is_a_row_with_a_way_to_mend_it(
    site: Site, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: Capture
) -> None:
    made = site.key("view", "trade", "transfer")
    monkeypatch.setenv(KEY_NAME, made["name"])
    monkeypatch.setenv(KEY_SECRET, made["private_key"])
    narrow = LIMITS.replace("max_leverage = 0.5", "max_leverage = 3").replace("groups = []", "")
    file = settings_file(tmp_path, site.rest, narrow)
    status, found, _ = rows(
        capsys, "--state", tmp_path, "--config", file, "--set", "readiness.paper_days=30"
    )
    assert status == 1
    assert "may move money away" in found["permissions"]["found"]
    assert found["limits"]["found"] == ("not in the file: groups; max_leverage 3 is wider than 0.5")
    assert "no backup command yet" in found["backup"]["found"]
    assert found["alerts"]["found"] == "never tested"
    assert "holds no run" in found["paper week"]["found"]
    assert found["sign-off"]["found"] == "nobody signed"
    assert all(row["fix"] for row in found.values() if not row["ok"])
    assert (
        run(["readiness", "--state", str(tmp_path), "--config", str(file), "--sign-off", "A"]) == 2
    )


def test_a_paper_run_of_other_settings_or_too_short_is_told(
    site: Site, key: dict[str, str], tmp_path: Path, capsys: Capture
) -> None:
    del key
    file = settings_file(tmp_path, site.rest)
    told = ("sizing.fraction=0.4", "readiness.paper_days=30")
    said = [word for each in told for word in ("--set", each)]
    _, found, _ = rows(capsys, "--state", site.paper, "--config", file, *said)
    assert found["settings"]["found"] == "sizing.fraction was 0.09 on paper, is 0.4"
    assert "7.2 days of trading of 30" in found["paper week"]["found"]
    assert found["parity"]["ok"]
    assert found["key"]["ok"]


def test_a_paper_run_of_another_market_or_long_ago_is_told(site: Site, tmp_path: Path) -> None:
    config = load_config(settings_file(tmp_path, site.rest))
    later_ns = time.time_ns() + 20 * 86_400_000_000_000
    wanted = WantedPaper(config, "kraken", ("ETH-USD",), later_ns)
    found = {row.name: row for row in check_paper(site.paper, wanted, Watch())}
    assert found["settings"].found == (
        "it traded on coinbase, not on kraken; it traded BTC-USD, not ETH-USD"
    )
    assert "it ended 20 days ago, more than 14" in found["paper week"].found


def test_a_key_file_that_others_may_read_is_refused(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    monkeypatch.delenv(KEY_NAME, raising=False)
    monkeypatch.delenv(KEY_SECRET, raising=False)
    made = site.key("view", "trade")
    path = tmp_path / "key.json"
    path.write_text(json.dumps({"name": made["name"], "privateKey": made["private_key"]}))
    path.chmod(0o644)
    said = ["--state", tmp_path, "--config", settings_file(tmp_path, site.rest)]
    said += ["--set", f"venues.coinbase.key_file={path}"]
    _, found, _ = rows(capsys, *said)
    assert "others than its owner may read the key" in found["key"]["found"]
    path.chmod(0o600)
    _, found, shown = rows(capsys, *said)
    assert (found["key"]["ok"], found["permissions"]["ok"], found["clock"]["ok"]) == (True,) * 3
    assert made["private_key"].splitlines()[1] not in shown
