"""``traider audit``: search, verify, export and anchor what a run's audit tells."""

from pathlib import Path

import click

from traider.cli.options import json_option

_FOLDER = click.argument("folder", type=click.Path(path_type=Path), metavar="DIR")


@click.group()
def audit() -> None:
    """Look into the audit of a run: who did what, when and why.

    DIR is the state folder of traider run, or its folder audit.
    """


@audit.command()
@_FOLDER
@click.option("--action", default="", metavar="WORD", help="Such as order, refusal, fill, kill.")
@click.option("--actor", default="", metavar="NAME", help="Who did it: a person, trader, gate.")
@click.option("--object", "object_id", default="", metavar="ID", help="What it was done to.")
@click.option("--since", metavar="TIME", help="First day or instant, UTC.")
@click.option("--until", metavar="TIME", help="First day or instant not looked at any more, UTC.")
@click.argument("text", default="", metavar="[TEXT]")
@click.option("--json", "as_json", is_flag=True, help="Print JSON lines: a record a line.")
def search(  # noqa: PLR0913, PLR0917 - click passes one argument an option
    folder: Path,
    action: str,
    actor: str,
    object_id: str,
    since: str | None,
    until: str | None,
    text: str,
    as_json: bool,
) -> int:
    """Find records by action, actor, object, time, and any TEXT in them."""
    from traider.cli.audit_outcome import SearchOrder, search_session

    asked = SearchOrder(action, actor, object_id, text, since, until)
    return search_session(folder, asked, as_json=as_json)


@audit.command()
@_FOLDER
@click.option(
    "--public-key",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Ed25519 key (PEM) that the digests must be signed with.",
)
@click.option(
    "--anchors",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Folder outside the state folder with copies of the signed digests.",
)
@json_option
@click.option("--quiet", is_flag=True, help="No progress bar.")
def verify(
    folder: Path, public_key: Path | None, anchors: Path | None, as_json: bool, quiet: bool
) -> int:
    """Verify every byte of an audit, its signed digests, and that it tells what the journal has.

    Exit code 0 when all is whole; 1 names the first bad record and what is wrong with it. A trader
    may be at work meanwhile.
    """
    from traider.cli.audit_outcome import verify_session

    return verify_session(folder, public_key, anchors, as_json=as_json, quiet=quiet)


@audit.command()
@_FOLDER
@json_option
def update(folder: Path, as_json: bool) -> int:
    """Bring the audit of a run up to date that no trader works on; make it where there is none."""
    from traider.cli.audit_outcome import update_session

    return update_session(folder, as_json=as_json)


@audit.command()
@_FOLDER
@click.option(
    "--key", "key_file", type=click.Path(path_type=Path), metavar="FILE",
    help="Ed25519 key (PEM); without it that of audit.key or TRAIDER_AUDIT__KEY.",
)  # fmt: skip
@click.option(
    "--to",
    "target",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Folder that gets a copy: where who can change the audit cannot write.",
)
@json_option
def anchor(folder: Path, key_file: Path | None, target: Path | None, as_json: bool) -> int:
    """Sign a digest of the audit's end, as is done by itself each day where a key is configured."""
    from traider.cli.audit_outcome import anchor_session

    return anchor_session(folder, key_file, target, as_json=as_json)


@audit.command()
@_FOLDER
@click.option(
    "--to",
    "target",
    required=True,
    metavar="WHERE",
    help="Folder, or s3://BUCKET/PREFIX (extra archive).",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(("jsonl", "parquet")),
    default="jsonl",
    show_default=True,
    help="The chain's own lines, or a table.",
)
@click.option(
    "--endpoint", default="", metavar="URL", help="Address of a store that speaks S3; AWS without."
)
@click.option(
    "--lock/--no-lock",
    default=True,
    show_default=True,
    help="Lock objects for audit.retention_years, so that nobody can delete them.",
)
@json_option
def export(folder: Path, target: str, form: str, endpoint: str, lock: bool, as_json: bool) -> int:
    """Export an audit as JSON Lines or Parquet, to a folder or to storage that speaks S3.

    Only a chain that verifies is exported. Objects that are there with the same bytes are left.
    """
    from traider.cli.audit_export import export_session

    return export_session(folder, target, form, endpoint, lock=lock, as_json=as_json)


@audit.command()
@_FOLDER
@click.option(
    "--to",
    "target",
    default="",
    metavar="WHERE",
    help="Folder, or s3://BUCKET/PREFIX (extra archive); audit.archive without it.",
)
@click.option(
    "--endpoint", default="", metavar="URL", help="Address of a store that speaks S3; AWS without."
)
@click.option(
    "--lock/--no-lock",
    default=True,
    show_default=True,
    help="Lock objects for audit.retention_years, so that nobody can delete them.",
)
@json_option
def archive(folder: Path, target: str, endpoint: str, lock: bool, as_json: bool) -> int:
    """Move the full files of an audit to an archive, while no trader works on the run.

    A file is removed here only when the archive gave its bytes back; a record of the chain tells
    where it went, so that the chain still verifies.
    """
    from traider.cli.audit_export import archive_session

    return archive_session(folder, target, endpoint, lock=lock, as_json=as_json)
