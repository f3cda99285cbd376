"""The server of an assistant's tools on one run.

Every tool reads, and says so; back-tests, the one thing that takes anything, are offered only
where whoever starts the server allows them, and need a server and a token that may run jobs.
Nothing here sends an order or changes a limit.
"""

import functools
from collections.abc import Callable
from typing import Annotated, Any, Final, ParamSpec

from mcp.server.mcpserver import MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp.types import ToolAnnotations
from pydantic import Field

from traider import __version__
from traider.api.assistant.tools import NAMES, Json, RunTools
from traider.api.notebook.doors import Door, ServerDoor
from traider.domain.errors import TraiderError

_INSTRUCTIONS: Final = (
    "One run of Traider, a crypto trading platform. Money, prices and sizes are decimal text; "
    "times are nanoseconds UTC under names ending in _ns. Begin with status and summary; explain "
    "tells why an order happened. Nothing here can trade or change a limit."
)
_READS: Final = ToolAnnotations(read_only_hint=True, open_world_hint=False)
_WORKS: Final = ToolAnnotations(read_only_hint=False, destructive_hint=False, open_world_hint=False)

Asked = ParamSpec("Asked")


def assistant_server(door: Door, *, may_backtest: bool = False) -> MCPServer[Any]:
    """Return the server of a run's tools.

    Args:
        door: the way to the run.
        may_backtest: whether back-tests may be run, where the way is a server.
    """
    server: MCPServer[Any] = MCPServer("traider", version=__version__, instructions=_INSTRUCTIONS)
    tools = RunTools(door)
    for name in NAMES:
        server.add_tool(_in_one_line(getattr(tools, name)), annotations=_READS)
    if may_backtest and isinstance(door, ServerDoor):
        presets, run, result = backtest_tools(door)
        for tool, annotations in ((presets, _READS), (run, _WORKS), (result, _READS)):
            server.add_tool(_in_one_line(tool), annotations=annotations)
    return server


def backtest_tools(door: ServerDoor) -> tuple[Callable[..., Json], ...]:
    """Return what lists the presets, what runs a back-test, and what reads its result."""

    def backtest_presets() -> Json:
        """List what a back-test can begin with."""
        found: Json = door.get("backtest/presets", {})
        return found

    def run_backtest(
        preset: Annotated[str, Field(description="Of backtest_presets.")],
        settings: Annotated[
            dict[str, Any] | None, Field(description='Such as {"strategy.enter": 0.4}.')
        ] = None,
    ) -> Json:
        """Queue a back-test; its number is asked for with backtest_result until it is done."""
        asked = {"preset": preset, "settings": settings or {}, "title": "of an assistant"}
        found: Json = door.post("backtest", asked)
        return found

    def backtest_result(number: Annotated[int, Field(ge=1)]) -> Json:
        """Say how a back-test stands and, when it is done, what it came to."""
        found: Json = door.get(f"backtest/{number}", {})
        if found["state"] == "done":
            found["result"] = door.get(f"backtest/{number}/result", {})
        return found

    return backtest_presets, run_backtest, backtest_result


def _in_one_line(tool: Callable[Asked, Json]) -> Callable[Asked, Json]:
    """Return ``tool`` with its faults as the one line that people get."""

    @functools.wraps(tool)
    def told(*arguments: Asked.args, **named: Asked.kwargs) -> Json:
        try:
            return tool(*arguments, **named)
        except TraiderError as fault:
            raise ToolError(fault.line()) from None

    return told
