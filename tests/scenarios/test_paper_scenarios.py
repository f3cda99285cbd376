"""Scenario files of the paper venue: played through the live loop, on scripted time."""

from pathlib import Path

import pytest

from tests.scenarios.paper_playing import play_paper, read_paper

PLAYED = [
    pytest.param(path, each, id=f"{path.stem}-{each}" if each else path.stem)
    for path in sorted((Path(__file__).parent / "paper").glob("*.toml"))
    for each in read_paper(path).each or [""]
]


@pytest.mark.parametrize(("path", "each"), PLAYED)
def test_a_paper_scenario_comes_out_as_its_file_says(path: Path, each: str) -> None:
    assert play_paper(path, each) == len(read_paper(path).steps)
