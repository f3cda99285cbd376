"""``traider explain``."""

from pathlib import Path

import click

from traider.cli.options import json_option


@click.command()
@click.argument("order", metavar="ID")
@click.option(
    "--state",
    required=True,
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="State folder of the trader, or the folder of a back-test's results.",
)
@json_option
def explain(order: str, state: Path, as_json: bool) -> int:
    """Explain an order, a fill or a refusal: why it happened, and what became of it.

    ID is the id of an order (as traider status prints it, or as the venue knows it), the venue's id
    of a fill, or a position in the journal: of a fill, a verdict, or the event that was decided on.
    Shown are the event, features, scores and target, every check of the gate with its number and
    limit, what was sent and what came back, how long each stage took, and what would have passed.
    """
    from traider.cli.explain_outcome import explain_session

    return explain_session(order, state, as_json=as_json)
