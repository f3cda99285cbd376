"""The entrance: ``traider COMMAND``, its errors in one line and its exit codes.

Exit codes: 0 done; 1 a check failed or an unforeseen TraiderError; 2 bad configuration or
arguments; 3 bad data; 4 bad strategy; 5 kernel failure; 6 a venue failed; 7 a database failed;
8 the bus failed; 130 stopped by the person.
"""

import importlib
import json
import sys
from collections.abc import Sequence
from typing import Final

import click

from traider import __version__
from traider.cli.no_pandas import do_without_pandas
from traider.domain.errors import Interrupted, TraiderError, UsageError

COMMANDS: Final = {
    "alive": "traider.cli.alive:alive",
    "audit": "traider.cli.audit:audit",
    "attribution": "traider.cli.attribution:attribution",
    "backtest": "traider.cli.backtest:backtest",
    "bus": "traider.cli.bus:bus",
    "check": "traider.cli.check:check",
    "config": "traider.cli.config:config",
    "control": "traider.cli.control:control",
    "data": "traider.cli.data:data",
    "db": "traider.cli.db:db",
    "doctor": "traider.cli.doctor:doctor",
    "download": "traider.cli.download:download",
    "exchange": "traider.cli.exchange:exchange",
    "explain": "traider.cli.explain:explain",
    "features": "traider.cli.features:features",
    "feed": "traider.cli.feed:feed",
    "jobs": "traider.cli.jobs:jobs",
    "journal": "traider.cli.journal:journal",
    "kill": "traider.cli.kill:kill",
    "lots": "traider.cli.lots:lots",
    "mcp": "traider.cli.mcp:mcp",
    "notify": "traider.cli.notify:notify",
    "optimize": "traider.cli.optimize:optimize",
    "pause": "traider.cli.control:pause",
    "performance": "traider.cli.performance:performance",
    "rearm": "traider.cli.control:rearm",
    "parity": "traider.cli.parity:parity",
    "readiness": "traider.cli.readiness:readiness",
    "record": "traider.cli.record:record",
    "replay": "traider.cli.replay:replay",
    "report": "traider.cli.report:report",
    "run": "traider.cli.run:run",
    "serve": "traider.cli.serve:serve",
    "stop": "traider.cli.control:stop",
    "status": "traider.cli.status:status",
    "stress": "traider.cli.stress:stress",
    "sweep": "traider.cli.sweep:sweep",
    "tax": "traider.cli.tax:tax",
    "users": "traider.cli.users:users",
    "var": "traider.cli.var:var",
    "version": "traider.cli.version:version",
}
"""Where each command lives; its module is imported when the command is asked for."""


class LazyGroup(click.Group):
    """A group that imports a command only when it is needed."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of the commands."""
        del ctx
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import and return the command ``cmd_name``."""
        del ctx
        if cmd_name not in COMMANDS:
            return None
        module, _, attribute = COMMANDS[cmd_name].partition(":")
        command = getattr(importlib.import_module(module), attribute)
        assert isinstance(command, click.Command)  # noqa: S101 - COMMANDS names commands only
        return command


@click.group(
    cls=LazyGroup,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, prog_name="traider", message="%(prog)s %(version)s")
@click.pass_context
def cli(context: click.Context) -> None:
    """Trade crypto under control: one kernel for back-test, paper and live."""
    if context.invoked_subcommand is None:
        click.echo(context.get_help())


def entry() -> int:
    """Run the command line of this process; return its exit code."""
    do_without_pandas()
    return run(sys.argv[1:])


def run(arguments: Sequence[str]) -> int:
    """Run ``arguments``; print an error in one line, or as JSON when ``--json`` was given."""
    try:
        code = cli.main(args=list(arguments), prog_name="traider", standalone_mode=False)
    except TraiderError as error:
        return report_error(error, as_json="--json" in arguments)
    except click.ClickException as error:
        return report_error(_usage_error(error), as_json="--json" in arguments)
    except (click.Abort, KeyboardInterrupt):
        return report_error(Interrupted("stopped"), as_json="--json" in arguments)
    return code if isinstance(code, int) else 0


def report_error(error: TraiderError, *, as_json: bool) -> int:
    """Print ``error`` and return its exit code; several faults are several lines."""
    faults: tuple[TraiderError, ...] = getattr(error, "faults", (error,))
    if as_json:
        click.echo(error_body(error))
    else:
        for fault in faults:
            click.echo(f"traider: error: {fault.line()}", err=True)
    return error.exit_code


def error_body(error: TraiderError) -> str:
    """Return ``error`` as the one object of ``--json``."""
    faults: tuple[TraiderError, ...] = getattr(error, "faults", (error,))
    body: dict[str, object] = {**_fields(error), "exit_code": error.exit_code}
    if len(faults) > 1:
        body["faults"] = [_fields(fault) for fault in faults]
    return json.dumps({"error": body}, ensure_ascii=False)


def _fields(error: TraiderError) -> dict[str, object]:
    return {"what": error.what, "where": error.where, "fix": error.fix, "line": error.line()}


def _usage_error(error: click.ClickException) -> UsageError:
    path = "traider"
    if isinstance(error, click.UsageError) and error.ctx is not None:
        path = error.ctx.command_path
    what = error.format_message().rstrip(".")
    return UsageError(what[0].lower() + what[1:], fix=f"see {path} --help")
