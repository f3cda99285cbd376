"""Ctrl-C during an import: whole days stay, and the next import goes on."""

import json
import signal
import subprocess
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from tests.e2e.command import SAMPLE, command, environment, traider
from tests.store.source_tables import parts


@pytest.mark.slow
def test_a_stopped_import_keeps_whole_days(tmp_path: Path) -> None:
    with subprocess.Popen(
        command("data", "import", str(SAMPLE), "--json"),
        cwd=tmp_path,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        while not parts(tmp_path / "lake") and process.poll() is None:
            pass
        process.send_signal(signal.SIGINT)
        shown, _ = process.communicate(timeout=120)
    assert process.returncode == 130
    assert json.loads(shown)["error"]["exit_code"] == 130
    written = parts(tmp_path / "lake")
    assert 0 < len(written) < 2_906
    rows = sum(pq.read_metadata(part).num_rows for part in written)
    done = traider(tmp_path, "data", "import", str(SAMPLE), "--json")
    (report,) = json.loads(done.stdout)["files"]
    assert (report["duplicates"], report["imported"]) == (rows, 69_613 - rows)
    assert len(parts(tmp_path / "lake")) == 2_906
