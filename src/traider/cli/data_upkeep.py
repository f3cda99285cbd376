"""``traider data seal`` and ``traider data compact``: what became of each series of a lake."""

import json
from pathlib import Path

import click
from rich.console import Console
from rich.text import Text

from traider.cli.data_tables import fault_json
from traider.cli.interrupt import stop_on_interrupt
from traider.cli.main import report_error
from traider.domain.errors import TraiderError
from traider.runtime.lake_upkeep import Compacted, NotKept, compact_lake, seal_lake
from traider.store.sealing import Sealed


def seal_session(lake: Path, *, as_json: bool) -> int:
    """Seal every series and print what became of it; 1 when rows were lost."""
    console, told, errors = Console(), list[dict[str, object]](), list[TraiderError]()
    is_lossy = False
    with stop_on_interrupt(quiet=as_json) as stop:
        for outcome in seal_lake(lake, stop):
            told.append(_outcome_json(outcome))
            if isinstance(outcome, NotKept):
                errors.append(outcome.error)
                continue
            is_lossy = is_lossy or bool(outcome.lost)
            if not as_json:
                console.print(_sealed_text(outcome))
    _report(told, errors, as_json=as_json)
    return errors[0].exit_code if errors else int(is_lossy)


def compact_session(lake: Path, *, as_json: bool) -> int:
    """Compact every series and print what became of it."""
    console, told, errors = Console(), list[dict[str, object]](), list[TraiderError]()
    with stop_on_interrupt(quiet=as_json) as stop:
        for outcome in compact_lake(lake, stop):
            told.append(_outcome_json(outcome))
            if isinstance(outcome, NotKept):
                errors.append(outcome.error)
            elif not as_json:
                console.print(_compacted_text(outcome))
    _report(told, errors, as_json=as_json)
    return errors[0].exit_code if errors else 0


def _report(told: list[dict[str, object]], errors: list[TraiderError], *, as_json: bool) -> None:
    if as_json:
        body: dict[str, object] = {"series": told}
        if errors:
            body["error"] = {**fault_json(errors[0]), "exit_code": errors[0].exit_code}
        click.echo(json.dumps(body, ensure_ascii=False))
        return
    for error in errors:
        report_error(error, as_json=False)


def _outcome_json(outcome: Sealed | Compacted | NotKept) -> dict[str, object]:
    if isinstance(outcome, NotKept):
        return {"folder": str(outcome.folder), "error": fault_json(outcome.error)}
    if isinstance(outcome, Sealed):
        return {
            "folder": str(outcome.folder),
            "files": outcome.files,
            "rows": outcome.rows,
            "kept": list(outcome.kept),
            "lost": list(outcome.lost),
            "changed": outcome.is_changed,
        }
    return {
        "folder": str(outcome.folder),
        "series": outcome.series,
        "files_before": outcome.files_before,
        "files": outcome.files,
        "bytes_before": outcome.bytes_before,
        "bytes": outcome.bytes,
    }


def _sealed_text(sealed: Sealed) -> Text:
    verdict = "a new manifest" if sealed.is_changed else "as it was"
    lines = [f"{sealed.folder}\n  {sealed.rows:,} rows in {sealed.files:,} files, {verdict}"]
    lines += [f"\n  taken in: {name}" for name in sealed.kept]
    text = Text("".join(lines))
    for name in sealed.lost:
        text.append(f"\n  lost: {name}", "bold red")
    return text


def _compacted_text(done: Compacted) -> Text:
    return Text(
        f"{done.series}: {done.files_before:,} files, {done.bytes_before / 1e6:.2f} MB -> "
        f"{done.files:,} files, {done.bytes / 1e6:.2f} MB"
    )
