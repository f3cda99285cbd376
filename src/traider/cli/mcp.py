"""``traider mcp``."""

from pathlib import Path

import click


@click.command()
@click.option(
    "--state",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="State folder of the run, read without a server.",
)
@click.option(
    "--url",
    default="",
    metavar="URL",
    help="Server of the run; the token is taken from TRAIDER_TOKEN.",
)
@click.option(
    "--allow-backtest", is_flag=True, help="Let the assistant run back-tests at the server."
)
def mcp(state: Path | None, url: str, allow_backtest: bool) -> None:
    """Serve a run to an assistant over standard input and output (Model Context Protocol).

    It only reads. It ends when its input does.
    """
    from traider.cli.mcp_session import serve_assistant

    serve_assistant(state, url, may_backtest=allow_backtest)
