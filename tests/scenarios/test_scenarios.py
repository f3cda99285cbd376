"""Every scenario file is played over the live loop and the local exchange, on real sockets."""

from pathlib import Path

import pytest

from tests.scenarios.playing import play, read_scenario

FILES = sorted((Path(__file__).parent / "files").glob("*.toml"))
PLAYED = [
    # One scenario at many places runs the same lines.
    pytest.param(
        path,
        each,
        id=f"{path.stem}-{each}" if each else path.stem,
        marks=[pytest.mark.uncounted] if each else [],
    )
    for path in FILES
    for each in read_scenario(path).each or [""]
]


@pytest.mark.parametrize(("path", "each"), PLAYED)
def test_a_scenario_comes_out_as_its_file_says(path: Path, each: str) -> None:
    assert play(path, each) == len(read_scenario(path).steps)
