"""``traider journal``: what it prints, its exit codes, and its one-line errors."""

import json
import os
import signal
import subprocess
import zlib
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.command import command, environment, traider
from tests.journal.journals import START_NS, small_terms, some_events, written
from traider.cli.journal_lines import time_text
from traider.cli.main import run
from traider.domain.events import Kind
from traider.journal import JournalInstrument, JournalWriter

BITCOIN = JournalInstrument("BINANCE:BTC-USDT", "BTCUSDT", Decimal("0.10"), Decimal("0.001"))
Capture = pytest.CaptureFixture[str]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A journal of 100 events and 3 facts."""
    events = some_events(100)
    with JournalWriter.open(tmp_path / "journal", [BITCOIN], small_terms(3_000)) as journal:
        journal.append(events[:40])
        journal.append_fact("note", b'{"why": "a test"}')
        journal.append(events[40:])
        journal.append_fact("note", b"no JSON")
    return tmp_path / "journal"


def objects(shown: str) -> list[dict[str, Any]]:
    """Return the object of each line."""
    return [json.loads(line) for line in shown.splitlines()]


def refusal(code: int, capsys: Capture, *arguments: str) -> str:
    """Run ``traider journal``; return its one line on stderr."""
    assert run(["journal", *arguments]) == code
    shown = capsys.readouterr()
    assert shown.out == ""
    assert len(shown.err.splitlines()) == 1
    return shown.err


def test_a_whole_journal_is_verified(folder: Path, capsys: Capture) -> None:
    assert run(["journal", "verify", str(folder), "--json"]) == 0
    (verdict,) = objects(capsys.readouterr().out)
    assert verdict["whole"] is True
    assert (verdict["segments"], verdict["events"], verdict["facts"]) == (2, 100, 4)
    assert verdict["faults"] == []
    assert verdict["head"]["sequence"] == 100
    assert run(["journal", "verify", str(folder)]) == 0
    shown = capsys.readouterr().out
    anchor = f"{verdict['head']['block']}:{verdict['head']['hash']}"
    assert f"whole; head {anchor}" in shown
    assert run(["journal", "verify", str(folder), "--anchor", anchor]) == 0
    other = f"{verdict['head']['block']}:{'0' * 64}"
    assert run(["journal", "verify", str(folder), "--anchor", other, "--quiet"]) == 1
    assert "the anchor is of another chain" in capsys.readouterr().out


def test_a_damaged_journal_is_told_with_its_place(folder: Path, capsys: Capture) -> None:
    path = folder / "facts-000001.seg"
    found = bytearray(path.read_bytes())
    found[-1] ^= 1
    path.write_bytes(found)
    assert run(["journal", "verify", str(folder), "--json"]) == 1
    (verdict,) = objects(capsys.readouterr().out)
    (fault,) = verdict["faults"]
    assert fault["segment"] == 1
    assert fault["file"] == path.name
    assert fault["kind"] == "payload"
    assert fault["offset"] + fault["bytes"] == len(found)
    assert run(["journal", "verify", str(folder)]) == 1
    shown = capsys.readouterr().out
    assert f"payload: {path.name}, block {fault['block']}, byte {fault['offset']}:" in shown
    assert "damaged: 1 fault\n" in shown


def test_many_faults_are_cut_short_for_people(folder: Path, capsys: Capture) -> None:
    with JournalWriter.open(folder, terms=small_terms(10**6)) as journal:
        for start in range(100, 170):
            journal.append(some_events(1, start))
    path = folder / "events-000001.seg"
    found = bytearray(path.read_bytes())
    for block in range(60):
        found[len(found) - 10 - block * 160] ^= 1
    path.write_bytes(found)
    assert run(["journal", "verify", str(folder)]) == 1
    assert "and 10 more; --json lists them all" in capsys.readouterr().out


def test_events_are_printed_as_json_lines(folder: Path, capsys: Capture) -> None:
    assert run(["journal", "cat", str(folder), "--json"]) == 0
    lines = objects(capsys.readouterr().out)
    assert [line["sequence"] for line in lines] == list(range(100))
    event = some_events(100)[35]
    assert lines[35] == {
        "sequence": 35,
        "kind": "TRADE",
        "version": 1,
        "ts_event": int(event["ts_event"]),
        "ts_recv": int(event["ts_recv"]),
        "instrument": 0,
        "flags": 0,
        "side": int(event["side"]),
        "price": int(event["price"]),
        "size": int(event["size"]),
        "id": 35,
    }


@pytest.mark.parametrize(
    ("arguments", "first", "count"),
    [
        (["--from", "98"], 98, 2),
        (["--from", "10", "--to", "13"], 10, 3),
        (["--from", time_text(START_NS + 50_000)], 50, 50),
        (["--to", time_text(START_NS + 50_001)], 0, 51),
        (["--from", "20", "--to", time_text(START_NS + 50_000)], 20, 30),
        (["--from", "2023-11-14"], 0, 100),
        (["--from", "2023-11-15T00:00:00+02:00", "--to", "5"], 0, 5),
        (["--from", "1000"], 0, 0),
    ],
)
def test_a_span_is_printed(
    folder: Path, capsys: Capture, arguments: list[str], first: int, count: int
) -> None:
    assert run(["journal", "cat", str(folder), "--json", *arguments]) == 0
    lines = objects(capsys.readouterr().out)
    assert [line["sequence"] for line in lines] == list(range(first, first + count))


def test_people_see_prices_and_times(folder: Path, capsys: Capture) -> None:
    assert run(["journal", "cat", str(folder), "--from", "5", "--to", "6"]) == 0
    event = some_events(6)[5]
    price = f"{int(event['price']) * Decimal('0.10'):f}"
    assert capsys.readouterr().out == (
        "5  2023-11-14T22:13:20.000005000Z  TRADE  BINANCE:BTC-USDT  +1  "
        f"price={price}  size=0.006  id=5\n"
    )


def test_facts_are_woven_in(folder: Path, capsys: Capture) -> None:
    assert run(["journal", "cat", str(folder), "--json", "--facts", "--from", "39"]) == 0
    lines = objects(capsys.readouterr().out)
    assert lines[0]["sequence"] == 39
    assert lines[1]["fact"] == "note"
    assert lines[1]["body"] == {"why": "a test"}
    assert "instruments" in [line.get("fact") for line in lines]
    assert [line["sequence"] for line in lines if "fact" not in line] == list(range(39, 100))
    assert (lines[-1]["fact"], lines[-1]["body"]) == ("note", "no JSON")
    assert run(["journal", "cat", str(folder), "--facts", "--to", "1"]) == 0
    assert "fact instruments" in capsys.readouterr().out


def test_what_is_not_known_is_printed_as_it_is(tmp_path: Path, capsys: Capture) -> None:
    events = some_events(3)
    events["kind"] = (999, Kind.HEALTH, Kind.TRADE)
    events["f1"][1] = float("nan")
    events["ts_recv"] = 2**62
    events["flags"] = 256
    events["instrument"] = 7
    with JournalWriter.open(tmp_path) as journal:
        journal.append(events)
    assert run(["journal", "cat", str(tmp_path), "--json"]) == 0
    lines = objects(capsys.readouterr().out)
    assert lines[0]["kind"] == "999"
    assert lines[0]["w0"] == events["w0"][0]
    assert lines[1]["number"] is None
    assert run(["journal", "cat", str(tmp_path)]) == 0
    assert "TRADE  7  -1  flags=0x0100  price=6000014  size=3" in capsys.readouterr().out
    assert time_text(2**63 - 1).startswith("2262")
    assert time_text(-(2**80)) == str(-(2**80))


def test_wrong_arguments_and_folders_are_told_in_one_line(
    folder: Path, tmp_path: Path, capsys: Capture
) -> None:
    (tmp_path / "empty").mkdir()
    for what in ("verify", "cat", "tail"):
        assert "there is no journal here" in refusal(2, capsys, what, str(tmp_path / "empty"))
        assert "there is no such folder" in refusal(2, capsys, what, str(tmp_path / "none"))
    assert "neither a sequence number nor a time" in refusal(
        2, capsys, "cat", str(folder), "--from", "yesterday"
    )
    assert "is no anchor" in refusal(2, capsys, "verify", str(folder), "--anchor", "12")
    own = refusal(2, capsys, "export", str(folder), "--to", str(folder))
    assert "the journal's own folder" in own


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--from", "10", "--to", "5"], "--to 5 is before --from 10"),
        (["--from", "2024-01-02", "--to", "2024-01-01"], "--to 2024-01-01 is before --from 2024"),
        (["--from", "9" * 20], "--from: 99999999999999999999 is beyond every sequence number"),
    ],
)
def test_a_span_that_cannot_be_is_told_in_one_line(
    folder: Path, capsys: Capture, arguments: list[str], told: str
) -> None:
    assert told in refusal(2, capsys, "cat", str(folder), *arguments)


def test_a_damaged_journal_is_printed_up_to_the_block_that_is_told(
    tmp_path: Path, capsys: Capture
) -> None:
    written(tmp_path, 60, 10, small_terms(10**6))
    path = tmp_path / "events-000000.seg"
    found = bytearray(path.read_bytes())
    found[112 + 2 * 736 + 300] ^= 1
    path.write_bytes(found)
    for arguments in ((), ("--json",)):
        assert run(["journal", "cat", str(tmp_path), *arguments]) == 3
        shown = capsys.readouterr()
        lines = [line for line in shown.out.splitlines() if '"error"' not in line]
        assert len(lines) == 20
        assert f"{path}: segment 0, block 3 at byte 1584 is damaged" in shown.err + shown.out
    assert run(["journal", "cat", str(tmp_path), "--to", "20"]) == 0
    capsys.readouterr()
    assert run(["journal", "export", str(tmp_path), "--to", str(tmp_path / "out")]) == 3
    assert "segment 0, block 3 at byte 1584 is damaged" in capsys.readouterr().err
    assert not list((tmp_path / "out").glob("*.parquet"))


def test_a_journal_without_its_first_segment_is_not_printed(folder: Path, capsys: Capture) -> None:
    for path in folder.glob("*-000000.*"):
        path.unlink()
    for arguments in ((), ("--to", "50"), ("--facts",)):
        assert "-000000.seg: the file is missing" in refusal(
            3, capsys, "cat", str(folder), *arguments
        )


def test_a_journal_of_another_format_is_told_in_one_line(folder: Path, capsys: Capture) -> None:
    for path in folder.glob("events-*"):
        found = bytearray(path.read_bytes())
        found[4] = 9
        found[92:96] = zlib.crc32(found[:92]).to_bytes(4, "little")
        path.write_bytes(found)
    assert run(["journal", "cat", str(folder)]) == 3
    shown = capsys.readouterr()
    assert "format 9, this traider reads 1" in shown.err
    assert len(shown.err.splitlines()) == 1


def test_an_export_is_told(folder: Path, tmp_path: Path, capsys: Capture) -> None:
    target = tmp_path / "out"
    assert run(["journal", "export", str(folder), "--to", str(target), "--json"]) == 0
    (told,) = objects(capsys.readouterr().out)
    assert (told["to"], told["events"], told["facts"]) == (str(target), 100, 4)
    assert run(["journal", "export", str(folder), "--to", str(target)]) == 0
    assert f"{target / 'trade.parquet'}: 20 rows" in capsys.readouterr().out


def test_a_closed_pipe_is_no_failure(folder: Path) -> None:
    line = " ".join(command("journal", "cat", str(folder), "--json"))
    with JournalWriter.open(folder) as journal:
        journal.append(some_events(20_000, 100))
    done = subprocess.run(
        ["sh", "-c", f"{line} | head -n 1"],  # noqa: S607 - any shell
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert json.loads(done.stdout)["sequence"] == 0
    assert done.stderr == ""


def test_the_tail_is_followed_until_ctrl_c(folder: Path) -> None:
    with subprocess.Popen(
        command("journal", "tail", str(folder), "-n", "2", "--json"),
        env={**environment(), "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        first = [json.loads(process.stdout.readline())["sequence"] for _ in range(2)]
        with JournalWriter.open(folder, terms=small_terms(3_000)) as journal:
            for start in range(100, 200, 20):
                journal.append(some_events(20, start))
        then = [json.loads(process.stdout.readline())["sequence"] for _ in range(100)]
        os.kill(process.pid, signal.SIGINT)
        assert process.wait(timeout=30) == 0
        assert process.stderr.read() == ""
    assert first == [98, 99]
    assert then == list(range(100, 200))


def test_the_command_is_listed_and_explained(tmp_path: Path) -> None:
    shown = traider(tmp_path, "journal", "--help").stdout
    for name in ("verify", "cat", "tail", "export"):
        assert name in shown
    assert "JSON lines" in traider(tmp_path, "journal", "cat", "--help").stdout
