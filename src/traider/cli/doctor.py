"""``traider doctor``."""

import json
from dataclasses import asdict
from pathlib import Path

import click

from traider.cli.options import config_option, json_option


@click.command()
@config_option
@json_option
def doctor(config_file: Path | None, as_json: bool) -> int:
    """Say what is installed, missing or faulty.

    Exit code 1 when something needed is not well.
    """
    from traider.runtime.doctor import diagnose, is_healthy

    findings = diagnose(config_file)
    healthy = is_healthy(findings)
    if as_json:
        body = {"healthy": healthy, "findings": [asdict(finding) for finding in findings]}
        click.echo(json.dumps(body, ensure_ascii=False))
        return 0 if healthy else 1
    width = max(len(finding.name) for finding in findings)
    for finding in findings:
        fix = f" → {finding.fix}" if finding.fix else ""
        click.echo(f"{finding.status:<8}  {finding.name:<{width}}  {finding.detail}{fix}")
    click.echo("all that is needed is there" if healthy else "something needed is not well")
    return 0 if healthy else 1
