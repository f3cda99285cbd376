"""``traider audit`` over a recorded run: searched, verified against its journal, updated."""

import json
import shutil
from pathlib import Path

import pytest

from tests.compliance.chains import small_chain
from tests.runtime.parity.recorded_runs import recorded
from traider.cli.main import run as command
from traider.compliance.reading import records
from traider.compliance.records import GENESIS, AuditRecord, Entry, chained
from traider.compliance.segments import ChainHead, list_segments, write_head


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = recorded(tmp_path_factory.mktemp("run") / "state")
    assert command(["audit", "update", str(folder), "--json"]) == 0
    return folder


def forged(folder: Path, told: list[AuditRecord]) -> None:
    """Write a chain anew, each hash and the noted end as they must be."""
    previous, lines = GENESIS, []
    for seq, each in enumerate(told):
        entry = Entry(each.ts_ns, each.actor, each.action, each.object_id, each.payload)
        record = chained(seq, entry, previous)
        previous = record.hash
        lines.append(record.line() + b"\n")
    (folder / "audit-000000.jsonl").write_bytes(b"".join(lines))
    write_head(folder, ChainHead(len(told) - 1, previous))


def test_a_run_is_held_against_its_journal(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    assert command(["audit", "verify", str(run), "--json"]) == 0
    body = json.loads(capsys.readouterr().out)
    assert (body["whole"], body["first_bad"], body["notes"]) == (True, None, [])
    assert body["records"] > body["events_compared"] > 100
    assert command(["audit", "verify", str(run / "audit")]) == 0
    assert f"head {body['head']['seq']}:{body['head']['hash']}" in capsys.readouterr().out


@pytest.mark.parametrize("what", ["dropped", "edited", "doubled"])
def test_a_chain_that_is_whole_and_tells_another_story_is_found(
    run: Path, tmp_path: Path, what: str, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(run, tmp_path / "state")
    chain = tmp_path / "state" / "audit"
    assert len(list_segments(chain)) == 1
    told = list(records(chain))
    at = next(place for place, each in enumerate(told) if each.action == "fill")
    if what == "dropped":
        del told[at]
    elif what == "doubled":
        told.insert(at, told[at])
    else:
        event = bytearray.fromhex(told[at].payload["event"])
        event[32] ^= 1
        told[at].payload["event"] = bytes(event).hex()  # type: ignore[index]
    forged(chain, told)
    capsys.readouterr()
    assert command(["audit", "verify", str(tmp_path / "state")]) == 1
    said = capsys.readouterr().out
    assert "DAMAGED audit-000000.jsonl, record" in said
    assert "journal" in said


def test_a_planted_edit_is_named(
    run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(run, tmp_path / "state")
    path = tmp_path / "state" / "audit" / "audit-000000.jsonl"
    lines = path.read_bytes().splitlines(keepends=True)
    at = next(place for place, line in enumerate(lines) if b'"action":"order"' in line)
    lines[at] = lines[at].replace(b'"side":"', b'"side":"x', 1)
    path.write_bytes(b"".join(lines))
    capsys.readouterr()
    assert command(["audit", "verify", str(tmp_path / "state"), "--json"]) == 1
    bad = json.loads(capsys.readouterr().out)["first_bad"]
    assert (bad["file"], bad["record"]) == ("audit-000000.jsonl", at)
    assert "it was edited" in bad["what"]


def test_records_are_found_by_what_and_whom_and_when(
    run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    told = list(records(run / "audit"))
    fills = [each for each in told if each.action == "fill"]
    assert command(["audit", "search", str(run), "--action", "fill", "--json"]) == 0
    assert capsys.readouterr().out.encode().splitlines() == [each.line() for each in fills]
    order = fills[0].object_id
    about = [each for each in told if each.object_id == order]
    assert command(["audit", "search", str(run), "--object", order, "--actor", "venue"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == len([each for each in about if each.actor == "venue"]) > 1
    assert f"venue: fill {order}" in lines[-1]
    assert command(["audit", "search", str(run), "--until", "2024-01-01"]) == 0
    assert capsys.readouterr().out == ""
    assert command(["audit", "search", str(run), "SETTINGS", "--since", "2024-01-01"]) == 0
    assert capsys.readouterr().out.count("configuration") == 1


def test_what_cannot_be_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for arguments in (
        ["verify", str(tmp_path)],
        ["search", str(tmp_path)],
        ["update", str(tmp_path)],
        ["archive", str(small_chain(tmp_path / "chain"))],
        ["anchor", str(tmp_path / "chain"), "--key", str(tmp_path / "no.pem")],
    ):
        assert command(["audit", *arguments]) == 2
        assert capsys.readouterr().err.count("\n") == 1
