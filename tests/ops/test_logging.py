import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from tests.ports.clock import FixedClock
from traider.domain.errors import ConfigError
from traider.domain.ports import Log
from traider.ops.logging import close_log, note_on_every_line, open_log
from traider.ops.tracing import LogTracer


@pytest.fixture
def file(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path / "logs" / "traider.log.jsonl"
    close_log()


def _lines(file: Path) -> list[dict[str, object]]:
    close_log()
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


def test_each_line_is_a_json_object_with_time_level_message_and_fields(file: Path) -> None:
    log: Log = open_log(file)
    log.info("order refused", code="price-collar", number=1.5, limit=None)
    (line,) = _lines(file)
    assert datetime.fromisoformat(str(line.pop("ts"))).utcoffset() is not None
    assert line == {
        "level": "info",
        "message": "order refused",
        "code": "price-collar",
        "number": 1.5,
        "limit": None,
    }


def test_braces_and_tags_in_a_message_stay_as_they_are(file: Path) -> None:
    log = open_log(file)
    log.error("odd {text} <red>x</red> \\<", value="{0} <b>")
    (line,) = _lines(file)
    assert line["message"] == "odd {text} <red>x</red> \\<"
    assert line["value"] == "{0} <b>"


def test_lines_below_the_level_are_left_out(file: Path) -> None:
    log = open_log(file, level="warning")
    log.debug("a")
    log.info("b")
    log.warning("c")
    log.error("d")
    assert [line["message"] for line in _lines(file)] == ["c", "d"]


def test_bind_adds_fields_and_leaves_the_first_log_alone(file: Path) -> None:
    log = open_log(file)
    log.bind(run="r1").info("bound")
    log.info("plain")
    bound, plain = _lines(file)
    assert bound["run"] == "r1"
    assert "run" not in plain


def test_a_field_cannot_replace_the_level(file: Path) -> None:
    log = open_log(file)
    log.info("x", level="fake")
    assert _lines(file)[0]["level"] == "info"


def test_people_read_warnings_on_stderr(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    log = open_log(file)
    log.info("only in the file")
    log.warning("gap in the data", instrument="BTC <x>")
    shown = capsys.readouterr()
    assert shown.out == ""
    assert "only in the file" not in shown.err
    assert shown.err.endswith("warning gap in the data instrument=BTC <x>\n")


def test_a_log_without_a_file_writes_to_the_console_only(
    capsys: pytest.CaptureFixture[str],
) -> None:
    log = open_log(None, console_level="info")
    log.info("hello")
    close_log()
    assert capsys.readouterr().err.endswith("info    hello\n")


def test_a_file_that_cannot_be_written_is_refused_in_one_line(tmp_path: Path) -> None:
    blocker = tmp_path / "blocker"
    blocker.write_text("a file, not a folder")
    with pytest.raises(ConfigError, match=r"^log\.file: .*cannot be written.*; name a file"):
        open_log(blocker / "traider.log.jsonl")
    close_log()


def test_what_is_noted_stands_on_every_line_until_the_log_is_closed(file: Path) -> None:
    log = open_log(file)
    note_on_every_line(role="gateway")
    bound = log.bind(part="orders")
    note_on_every_line(epoch=3)
    bound.info("ready")
    log.info("feed", role="feed")
    first, second = _lines(file)
    assert (first["role"], first["epoch"], first["part"]) == ("gateway", 3, "orders")
    assert (second["role"], second["epoch"]) == ("feed", 3)
    open_log(file).info("anew")
    assert "role" not in _lines(file)[-1]


def test_a_line_inside_a_span_names_its_trace(file: Path) -> None:
    log = open_log(file)
    with LogTracer(FixedClock(), log).span("decide") as span:
        log.info("inside")
    log.info("outside")
    inside, ended, outside = _lines(file)
    assert inside["trace_id"] == ended["trace_id"] == span.trace_id
    assert "trace_id" not in outside
