"""``traider serve``."""

from pathlib import Path

import click

from traider.cli.options import config_option, set_option


@click.command()
@click.option(
    "--state",
    required=True,
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="State folder of the run; it may be begun later.",
)
@click.option("--host", metavar="ADDRESS", help="Address it listens at, in place of api.host.")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    metavar="N",
    help="Port it listens at, in place of api.port; 0 takes any free one.",
)
@click.option(
    "--data",
    type=click.Path(path_type=Path),
    default=Path("data"),
    show_default=True,
    metavar="DIR",
    help="Folder of downloaded market data.",
)
@config_option
@set_option
def serve(
    state: Path,
    host: str | None,
    port: int | None,
    data: Path,
    config_file: Path | None,
    overrides: tuple[str, ...],
) -> int:
    """Serve the API and the dashboard of a run, until Ctrl-C or SIGTERM.

    It is a process of its own: it reads what the run keeps in its state folder, asks the trader at
    the control socket, and holds no key of a venue. The trader may run or not.
    """
    from traider.cli.serve_session import ServeArguments, serve_run

    return serve_run(ServeArguments(state, host, port, data, config_file, overrides))
