"""``traider mcp`` while it serves."""

import os
from pathlib import Path

from traider.api.notebook.doors import Door, FolderDoor, ServerDoor
from traider.domain.errors import UsageError

TOKEN: str = "TRAIDER_TOKEN"  # noqa: S105 - the name of a variable


def serve_assistant(state: Path | None, url: str, *, may_backtest: bool) -> None:
    """Serve one run's tools until the input ends.

    Raises:
        UsageError: no run is named, or it cannot be reached so; or a package is missing.
    """
    door = _door(state, url)
    try:
        if may_backtest and not isinstance(door, ServerDoor):
            raise UsageError(
                "a state folder runs no back-tests",
                where="--allow-backtest",
                fix="name the server with --url, and a token with the scope jobs",
            )
        try:
            from traider.api.assistant.server import assistant_server
        except ModuleNotFoundError as fault:
            raise UsageError(
                f"the package {fault.name} is not installed",
                where="traider mcp",
                fix="pip install 'traider[assistant]'",
            ) from None
        assistant_server(door, may_backtest=may_backtest).run("stdio")
    finally:
        door.close()


def _door(state: Path | None, url: str) -> Door:
    if (state is None) == (not url):
        what = "which run is not said" if state is None else "two runs are named"
        fix = "give --state DIR or --url URL" if state is None else "give --state or --url alone"
        raise UsageError(what, where="traider mcp", fix=fix)
    if state is not None:
        return FolderDoor(state)
    token = os.environ.get(TOKEN, "")
    if not token:
        raise UsageError(
            "a server wants a token",
            where=f"traider mcp --url {url}",
            fix=f"make one in the settings of the dashboard, and put it into {TOKEN}",
        )
    return ServerDoor(url, token)
