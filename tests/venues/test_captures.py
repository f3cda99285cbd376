"""Lines of captures: their times, their order, and what is refused with its place.

1. Cutting the bytes of a file into other blocks changes no line.
"""

import gzip
from itertools import pairwise
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from traider.domain.errors import DataError
from traider.venues import captures
from traider.venues.captures import ReceiveOrder, first_receive_ns, read_capture

TS = 1_721_347_020_984_480_942


def write(path: Path, text: bytes) -> Path:
    """Write a capture, compressed as its ending says."""
    with pa.output_stream(str(path), compression="detect") as stream:
        stream.write(text)
    return path


def lines_of(path: Path) -> list[captures.CaptureLine]:
    return list(read_capture(path, ReceiveOrder()))


def refusal(path: Path) -> str:
    with pytest.raises(DataError) as caught:
        lines_of(path)
    assert caught.value.fix
    assert str(path) in caught.value.line()
    return caught.value.line()


@given(st.lists(st.binary(max_size=12)), st.lists(st.integers(0, 60), max_size=8))
def test_law_1_blocks_may_be_cut_anywhere(parts: list[bytes], cuts: list[int]) -> None:
    lines = [part.replace(b"\n", b"") + b"x" for part in parts]
    text = b"\n".join(lines)
    places = sorted({0, len(text), *(cut for cut in cuts if cut < len(text))})
    blocks = [text[a:b] for a, b in pairwise(places)]
    assert list(captures._lines(Path("any"), blocks)) == lines
    assert list(captures._lines(Path("any"), [text + b"\n"] if text else [])) == lines


@pytest.mark.parametrize("ending", [".txt", ".txt.zst", ".txt.gz"])
def test_compression_is_told_by_the_ending(tmp_path: Path, ending: str) -> None:
    path = write(tmp_path / f"a{ending}", f'{TS} {{"a": 1}}\n\n{TS + 5} {{}}'.encode())
    assert lines_of(path) == [(1, TS, b'{"a": 1}'), (3, TS + 5, b"{}")]
    assert first_receive_ns(path) == TS


@pytest.mark.parametrize(("digits", "unit_ns"), [(19, 1), (16, 1_000), (13, 1_000_000)])
def test_the_unit_of_time_is_told_by_its_magnitude(
    tmp_path: Path, digits: int, unit_ns: int
) -> None:
    stamp = int(str(TS)[:digits])
    path = write(tmp_path / "a.txt", f"{stamp} {{}}\n{stamp + 1} {{}}\n".encode())
    assert [ts for _, ts, _ in lines_of(path)] == [stamp * unit_ns, (stamp + 1) * unit_ns]


def test_a_file_keeps_the_unit_of_its_first_line(tmp_path: Path) -> None:
    path = write(tmp_path / "a.txt", f"{TS} {{}}\n{TS // 1000} {{}}\n".encode())
    assert "line 2: has receive time 1721347020984480, unlike" in refusal(path)


def test_times_that_do_not_rise_are_placed_after_the_one_before(tmp_path: Path) -> None:
    times = [TS, TS, TS - 3, TS + 1, TS + 9]
    path = write(tmp_path / "a.txt", b"".join(f"{ts} {{}}\n".encode() for ts in times))
    order = ReceiveOrder()
    found = [ts for _, ts, _ in read_capture(path, order)]
    assert found == [TS, TS + 1, TS + 2, TS + 3, TS + 9]
    assert order.moved == 3


def test_a_time_far_back_is_refused(tmp_path: Path) -> None:
    back = TS - captures.BACK_NS_MAX - 1
    path = write(tmp_path / "a.txt", f"{TS} {{}}\n{back} {{}}\n".encode())
    assert "line 2: was received 1.000 s before the line above it" in refusal(path)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{}", "no message after"),
        ("1721347020984480942", "no message after"),
        ("abc {}", "no receive time"),
        ("-5 {}", "no receive time"),
        ("17213470209844809421 {}", "no receive time"),
        ("12345 {}", "has receive time 12345"),
    ],
)
def test_a_line_that_is_none_is_refused_with_its_place(
    tmp_path: Path, line: str, said: str
) -> None:
    found = refusal(write(tmp_path / "a.txt", f"{TS} {{}}\n{line}\n".encode()))
    assert "line 2" in found
    assert said in found


def test_a_missing_and_an_empty_file_are_refused(tmp_path: Path) -> None:
    assert "no such file" in refusal(tmp_path / "none.txt")
    empty = write(tmp_path / "empty.txt.zst", b"")
    assert lines_of(empty) == []
    with pytest.raises(DataError, match="is empty"):
        first_receive_ns(empty)


def test_a_file_cut_short_is_refused(tmp_path: Path) -> None:
    text = b"".join(f'{TS + k} {{"k": {k * k}}}\n'.encode() for k in range(5_000))
    whole = write(tmp_path / "a.txt.zst", text)
    cut = tmp_path / "b.txt.zst"
    cut.write_bytes(whole.read_bytes()[:-100])
    assert "cannot be read to its end" in refusal(cut)
    cut = tmp_path / "c.txt.gz"
    cut.write_bytes(gzip.compress(text)[:-100])
    assert "cannot be read to its end" in refusal(cut)


def test_a_file_that_is_not_compressed_as_it_says_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.txt.zst"
    path.write_bytes(f"{TS} {{}}\n".encode())
    assert "cannot be read to its end" in refusal(path)


def test_a_line_without_end_is_refused(tmp_path: Path) -> None:
    text = f"{TS} ".encode() + b"x" * (captures.LINE_BYTES_MAX + 2**21)
    assert "more than 64 MiB" in refusal(write(tmp_path / "a.txt.zst", text))
