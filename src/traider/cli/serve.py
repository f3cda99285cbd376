"""``traider serve``."""

from pathlib import Path

import click

from traider.cli.options import api_options, api_overrides, config_option, set_option


@click.command()
@click.option(
    "--state",
    required=True,
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="State folder of the run; it may be begun later.",
)
@api_options
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
    host: str,
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

    overrides += api_overrides(host, port)
    return serve_run(ServeArguments(state, data, config_file, overrides))
