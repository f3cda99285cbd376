import io
import json
from dataclasses import replace
from pathlib import Path

from rich.console import Console

from tests.backtest.research_pages.pages import rolled, walked
from traider.cli.research_outcome import print_research, research_json
from traider.runtime.research import Research


def printed(research: Research) -> str:
    console = Console(file=io.StringIO(), width=200)
    print_research(console, research)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_nothing_is_printed_of_nothing() -> None:
    assert printed(Research()) == ""
    assert research_json(Research(), Path("r")) == {}


def test_a_walk_forward_is_told_in_two_lines() -> None:
    shown = printed(Research(walk_forward=walked()))
    assert "7 of 7 windows, rolling, 3 settings by sharpe" in shown
    assert "out of sample: return" in shown
    assert "efficiency" in shown
    alone = replace(walked(), candidates=({},), notes=("stopped",))
    assert "one setting" in printed(Research(walk_forward=alone))
    assert "stopped" in printed(Research(walk_forward=alone))


def test_dice_are_told_by_their_kind() -> None:
    shown = printed(Research(monte_carlo=rolled()))
    assert "120 histories of days in other blocks" in shown
    assert "120 orders of the trades" in shown
    assert "6 runs with other costs" in shown
    assert "chance of a loss" in shown
    cut = replace(rolled(), costs=replace(rolled().costs, runs=()))
    assert "it was stopped" in printed(Research(monte_carlo=cut))


def test_the_blocks_are_plain_json_and_name_their_pages() -> None:
    blocks = research_json(Research(walked(), rolled()), Path("runs/one"))
    assert json.loads(json.dumps(blocks, allow_nan=False)) == blocks
    walk, dice = blocks["walk_forward"], blocks["monte_carlo"]
    assert isinstance(walk, dict)
    assert isinstance(dice, dict)
    assert walk["page"] == "runs/one/walk_forward.html"
    assert dice["page"] == "runs/one/monte_carlo.html"
    assert dice["seed"] == 1
    assert len(walk["windows"]) == 7
