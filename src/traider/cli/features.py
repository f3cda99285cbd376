"""``traider features``: compute features and signals, list, explain and check what is kept."""

import json
from pathlib import Path
from typing import Any

import click

from traider.cli.options import (
    config_option,
    data_option,
    features_option,
    funding_option,
    json_option,
    scores_option,
    set_option,
    to_lake_option,
)
from traider.domain.errors import UsageError

_LAKE = click.argument(
    "lake", required=False, type=click.Path(path_type=Path), default=Path("lake"), metavar="[LAKE]"
)


@click.group()
def features() -> None:
    """Keep features and signals by the hash of what they mean, and look at them."""


@features.command()
@config_option
@data_option
@funding_option
@features_option
@scores_option
@click.option("--from", "start", metavar="DATE", help="First day or instant used, UTC.")
@click.option("--until", "end", metavar="DATE", help="First day or instant not used any more, UTC.")
@to_lake_option
@set_option
@json_option
def compute(
    config_file: Path | None,
    lake: Path,
    overrides: tuple[str, ...],
    as_json: bool,
    **said: Any,  # noqa: ANN401 - options of the data, read in one place
) -> None:
    """Compute what a strategy reads and wants at each decision, and keep it.

    Kept are the features its alphas and its sizing read, those of feature_store.expressions, each
    alpha's score and confidence, and the ensemble's score, direction and exposure. --data takes a
    whole lake too, for its bars and funding. What the lake has already is not written again.
    """
    from traider.cli.backtest import option_overrides
    from traider.cli.features_session import compute_session
    from traider.runtime.config import load_config
    from traider.runtime.user_scores import with_user_files

    chosen = option_overrides(
        {
            "data.files": [str(file) for file in said["files"]] or None,
            "data.funding": [str(file) for file in said["funding"]] or None,
            "data.start": said["start"],
            "data.end": said["end"],
        }
    )
    config = load_config(config_file, (*overrides, *chosen))
    config = with_user_files(config, said["features"], said["scores"])
    if not config.data.files:
        raise UsageError(
            "no data to compute on",
            where="data.files",
            fix="name files or a lake with --data, or in the config file",
        )
    compute_session(config, lake, as_json=as_json)


@features.command("list")
@_LAKE
@json_option
def list_features(lake: Path, as_json: bool) -> None:
    """List the definitions that LAKE holds rows of; lake here when it is not named."""
    from rich.console import Console

    from traider.cli.features_tables import held_json, held_table
    from traider.runtime.feature_stores import held_features

    found = held_features(lake)
    if as_json:
        click.echo(json.dumps({"lake": str(lake), "definitions": held_json(found)}))
    else:
        Console().print(held_table(found))


@features.command()
@click.argument("digest", metavar="HASH")
@click.option(
    "--lake",
    type=click.Path(path_type=Path),
    default=Path("lake"),
    show_default=True,
    metavar="LAKE",
    help="Lake that keeps the definition.",
)
@json_option
def show(digest: str, lake: Path, as_json: bool) -> None:
    """Say in words what the definition means whose hash begins with HASH."""
    from rich.console import Console

    from traider.cli.features_tables import definition_json, definition_text
    from traider.runtime.feature_stores import find_definition

    definition = find_definition(lake, digest)
    if as_json:
        click.echo(json.dumps(definition_json(definition), ensure_ascii=False))
    else:
        Console().print(definition_text(definition))


@features.command()
@_LAKE
@click.option(
    "--definition", "digest", default="", metavar="HASH", help="Check this definition alone."
)
@click.option(
    "--market",
    type=click.Path(path_type=Path),
    metavar="LAKE",
    help="Lake with the market data behind the rows; without it the same lake.",
)
@click.option(
    "--stale",
    "stale_intervals",
    type=click.IntRange(1),
    default=4,
    show_default=True,
    metavar="N",
    help="Decisions without a row, while the market went on, that are an error.",
)
@click.option(
    "--outlier",
    "outlier_deviations",
    type=click.FloatRange(1.0),
    default=25.0,
    show_default=True,
    metavar="Z",
    help="Robust deviations from the median beyond which a value is told.",
)
@json_option
def check(
    lake: Path,
    digest: str,
    market: Path | None,
    as_json: bool,
    **terms: Any,  # noqa: ANN401 - the fields of CheckTerms
) -> int:
    """Check the rows that LAKE keeps: range, missing values, staleness, outliers.

    Exit code 0 when nothing is wrong (warnings are told), 1 when something is, 2 when it could not
    be checked.
    """
    from traider.cli.features_session import check_session
    from traider.features.store import CheckTerms

    return check_session(lake, market or lake, digest, CheckTerms(**terms), as_json=as_json)
