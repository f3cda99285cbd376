"""An assistant at a run: a real client of the protocol, over the pipes of a real process."""

import asyncio
import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest
from mcp import ClientSession, StdioServerParameters
from mcp.client.stdio import stdio_client

from tests.api.people import token_of
from tests.api.served import serving
from traider.api.assistant.tools import NAMES
from traider.api.rights import Right, Role
from traider.cli.main import run


async def asked(
    arguments: list[str], calls: list[tuple[str, dict[str, Any]]], **environment: str
) -> tuple[dict[str, bool], list[Any]]:
    """Start ``traider mcp``; return its tools with whether they only read, and the answers."""
    process = StdioServerParameters(
        command=sys.executable,
        args=["-m", "traider", "mcp", *arguments],
        env={**os.environ, **environment},
    )
    async with stdio_client(process) as pipes, ClientSession(*pipes) as session:
        await session.initialize()
        tools = (await session.list_tools()).tools
        answers = [await session.call_tool(name, given) for name, given in calls]
    reads = {
        tool.name: bool(tool.annotations and tool.annotations.read_only_hint) for tool in tools
    }
    return reads, answers


def told(answer: Any) -> str:
    return str(answer.content[0].text)


def test_an_assistant_reads_a_run_and_can_do_nothing_else(written_state: Path) -> None:
    calls: list[tuple[str, dict[str, Any]]] = [
        ("orders", {"limit": 5}), ("explain", {"order_id": "no such order"}), ("summary", {}),
    ]  # fmt: skip
    tools, (orders, unknown, summary) = asyncio.run(asked(["--state", str(written_state)], calls))

    assert tools == dict.fromkeys(NAMES, True)
    listed = json.loads(told(orders))["items"]
    assert {each["state"] for each in listed} >= {"filled", "refused"}
    assert json.loads(told(summary))["currency"] == "USDT"
    assert unknown.is_error
    assert "there is no order with this id" in told(unknown)


def test_back_tests_are_offered_where_they_are_allowed_alone(written_state: Path) -> None:
    reads = token_of(written_state, Role.TRADER, frozenset({Right.READ}))
    with serving(written_state) as url:
        tools, (presets, refused) = asyncio.run(
            asked(
                ["--url", url, "--allow-backtest"],
                [("backtest_presets", {}), ("run_backtest", {"preset": "ensemble"})],
                TRAIDER_TOKEN=reads,
            )
        )

    assert set(tools) - set(NAMES) == {"backtest_presets", "run_backtest", "backtest_result"}
    assert [name for name, only_reads in tools.items() if not only_reads] == ["run_backtest"]
    assert "ensemble" in told(presets)
    assert refused.is_error
    assert "this token has no right to jobs" in told(refused)


@pytest.mark.parametrize(
    "arguments",
    [[], ["--state", "x", "--url", "http://127.0.0.1:1"], ["--url", "http://127.0.0.1:1"]],
)
def test_a_run_that_is_not_said_is_one_line(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["mcp", *arguments]) == 2
    assert len(capsys.readouterr().err.strip().splitlines()) == 1


def test_a_folder_runs_no_back_tests(
    written_state: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["mcp", "--state", str(written_state), "--allow-backtest"]) == 2
    assert "--url" in capsys.readouterr().err
