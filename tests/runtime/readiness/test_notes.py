"""``readiness.json`` counts only as what the tool itself writes there."""

import json
from pathlib import Path
from typing import Any

import pytest

from traider.domain.errors import ConfigError, DataError
from traider.runtime.config import Config, load_config
from traider.runtime.readiness.kept_checks import check_alert, check_signature
from traider.runtime.readiness.notes import (
    FILE,
    AlertTest,
    Notes,
    Signature,
    read_notes,
    signed_digest,
    write_notes,
)

NOW_NS = 1_800_000_000_000_000_000
DAY_NS = 86_400_000_000_000
RUN_ID = "0badcafe"
CONFIG = Config()
WELL = Notes(
    AlertTest("abc123", NOW_NS - DAY_NS, NOW_NS - DAY_NS, ("console",)),
    Signature("Ada Lovelace", NOW_NS - 1, signed_digest(CONFIG), RUN_ID),
)


def test_what_is_written_is_read(tmp_path: Path) -> None:
    assert read_notes(tmp_path) == Notes()
    write_notes(tmp_path, WELL)
    assert read_notes(tmp_path) == WELL
    assert check_signature(WELL, CONFIG, RUN_ID, NOW_NS).ok
    assert check_alert(WELL, CONFIG, NOW_NS).ok


@pytest.mark.parametrize(
    ("place", "name", "value"),
    [
        ("signature", "name", "  "),
        ("signature", "name", "Ada\n"),
        ("signature", "signed_ns", 0),
        ("signature", "signed_ns", 1.5),
        ("signature", "digest", ""),
        ("signature", "digest", "AB" * 32),
        ("signature", "run_id", "none"),
        ("signature", "is_trusted", True),
        ("alert", "code", ""),
        ("alert", "sent_ns", -1),
        ("alert", "seen_ns", 1),
        ("alert", "channels", []),
        ("alert", "by", "hand"),
        ("", "approved", True),
    ],
)
def test_what_no_tool_wrote_is_refused_as_a_whole(
    tmp_path: Path, place: str, name: str, value: object
) -> None:
    write_notes(tmp_path, WELL)
    path = tmp_path / FILE
    body: dict[str, Any] = json.loads(path.read_text())
    (body[place] if place else body)[name] = value
    path.write_text(json.dumps(body))
    with pytest.raises(DataError, match="cannot be read") as found:
        read_notes(tmp_path)
    assert "\n" not in found.value.line()


def test_what_is_said_of_the_future_does_not_count() -> None:
    early_ns = NOW_NS - 2 * DAY_NS
    signed = check_signature(WELL, CONFIG, RUN_ID, early_ns)
    assert (signed.ok, signed.found.endswith("which is in the future")) == (False, True)
    seen = check_alert(WELL, CONFIG, early_ns)
    assert (seen.ok, seen.found.endswith("which is in the future")) == (False, True)


def test_what_lost_on_paper_trades_no_real_money() -> None:
    with pytest.raises(ConfigError, match="sharpe_min"):
        load_config(None, ("readiness.sharpe_min=-0.1",))
    assert load_config(None, ("readiness.sharpe_min=0",)).readiness.sharpe_min == 0
