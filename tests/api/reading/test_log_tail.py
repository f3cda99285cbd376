"""The end of a log comes back line by line, whatever is between two pages.

Law: pages of any size, one after the other, give every line that fits, the newest first, once.
"""

import json
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given
from hypothesis import strategies as st

from traider.api.reading.log_tail import LinesAsked, log_lines

WORDS = st.lists(
    st.tuples(
        st.sampled_from(["debug", "info", "warning", "error"]),
        st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=30),
    ),
    max_size=30,
)


def written(path: Path, lines: list[tuple[str, str]]) -> Path:
    text = "".join(
        json.dumps({"ts": "2026-01-02T03:04:05.000006+00:00", "level": level, "message": words})
        + "\n"
        for level, words in lines
    )
    path.write_text(text, encoding="utf-8")
    return path


@given(lines=WORDS, limit=st.integers(1, 7))
def test_pages_give_every_line_once(lines: list[tuple[str, str]], limit: int) -> None:
    with TemporaryDirectory() as folder:
        path = written(Path(folder) / "log.jsonl", lines)
        found: list[str] = []
        before: int | None = None
        for _ in range(len(lines) + 2):
            page = log_lines(path, LinesAsked("info", "", limit, before))
            found += [line.message for line in page.lines]
            before = page.next_before
            if before is None:
                break
    assert before is None
    assert found == [words for level, words in reversed(lines) if level != "debug"]


def test_a_long_log_is_read_in_parts(tmp_path: Path) -> None:
    path = written(
        tmp_path / "log.jsonl", [("info", f"{place} " + "x" * 500) for place in range(900)]
    )
    page = log_lines(path, LinesAsked("info", "", 800, None))
    assert [line.message.split()[0] for line in page.lines] == [
        str(place) for place in range(899, 99, -1)
    ]
    assert page.next_before is not None
    (first, *_) = log_lines(path, LinesAsked("info", "", 1, page.next_before)).lines
    assert first.message.startswith("99 ")


def test_words_levels_and_fields_choose_lines(tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl"
    lines = [
        {"ts": "2026-01-02T03:04:05.000006+00:00", "level": "warning", "message": "No Snapshot"},
        {"ts": "bad", "level": "error", "message": "it broke", "part": "tables", "count": 3},
    ]
    text = "".join(json.dumps(line) + "\n" for line in lines)
    path.write_text(f"{text}no JSON at all\n[1]\n", encoding="utf-8")

    def found(level: str, words: str) -> list[str]:
        page = log_lines(path, LinesAsked(level, words, 10, None))
        return [line.message for line in page.lines]

    assert found("info", "") == ["it broke", "No Snapshot"]
    assert found("error", "") == ["it broke"]
    assert found("info", "snapshot") == ["No Snapshot"]
    assert found("info", "part=tables") == ["it broke"]
    (broke, bare) = log_lines(path, LinesAsked("info", "", 10, None)).lines
    assert (broke.at_ns, broke.fields) == (0, {"part": "tables", "count": "3"})
    assert bare.at_ns == 1_767_323_045_000_006_000
    assert log_lines(tmp_path / "none", LinesAsked("info", "", 10, None)).lines == []


def test_what_looks_like_a_secret_is_left_out(tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl"
    line = {
        "level": "info",
        "message": "asked with Authorization: Bearer abc123 at https://ana:pass@host/x",
        "api_key": "AKIA0123456789",
        "note": "token trd_0123456789abcdef",
        "key": "drawdown",
        "price": 63_800.7,
    }
    path.write_text(json.dumps(line) + "\n", encoding="utf-8")
    (told,) = log_lines(path, LinesAsked("info", "", 10, None)).lines
    everything = f"{told.message} {told.fields}"
    assert not any(word in everything for word in ("abc123", "pass@", "AKIA", "trd_0"))
    assert (told.fields["key"], told.fields["price"]) == ("drawdown", "63800.7")
