"""``traider users``: people of the dashboard, for whoever has the machine itself."""

from pathlib import Path

import click

from traider.cli.options import config_option, json_option, run_option, set_option

_ROLES = ("viewer", "trader", "risk_officer", "admin")


@click.group()
def users() -> None:
    """See and let in people of the dashboard and the API.

    It works on the tables themselves, whether the API runs or not: whoever may write the state
    folder may let anybody in. The audit tells it.
    """


@users.command("list")
@run_option
@config_option
@set_option
@json_option
def list_users(
    state: Path, config_file: Path | None, overrides: tuple[str, ...], as_json: bool
) -> int:
    """List everybody, with role, second factor, lock and last login."""
    from traider.cli.users_outcome import house_of_state, show_users

    with house_of_state(state, config_file, overrides) as house:
        return show_users(house, as_json=as_json)


@users.command()
@click.argument("name")
@click.option(
    "--role", type=click.Choice(_ROLES), default="viewer", show_default=True, help="What they may."
)
@run_option
@config_option
@set_option
@json_option
def add(
    name: str,
    role: str,
    state: Path,
    config_file: Path | None,
    overrides: tuple[str, ...],
    as_json: bool,
) -> int:
    """Let NAME in; print a password for the first login, which must be changed then."""
    from traider.cli.users_outcome import add_user, house_of_state

    with house_of_state(state, config_file, overrides) as house:
        return add_user(house, name, role, as_json=as_json)


@users.command()
@click.argument("name")
@click.option("--no-code", is_flag=True, help="Take the second factor away too.")
@run_option
@config_option
@set_option
@json_option
def password(
    name: str,
    no_code: bool,
    state: Path,
    config_file: Path | None,
    overrides: tuple[str, ...],
    as_json: bool,
) -> int:
    """Print a password for one login of NAME, who is locked out; ends their sessions and locks."""
    from traider.cli.users_outcome import house_of_state, reset_password

    with house_of_state(state, config_file, overrides) as house:
        return reset_password(house, name, no_code=no_code, as_json=as_json)


@users.command()
@click.argument("name")
@click.option("--again", is_flag=True, help="Let them in again instead.")
@run_option
@config_option
@set_option
@json_option
def disable(
    name: str,
    again: bool,
    state: Path,
    config_file: Path | None,
    overrides: tuple[str, ...],
    as_json: bool,
) -> int:
    """Let NAME in no more: sessions and tokens end at once. Nobody is removed."""
    from traider.cli.users_outcome import disable_user, house_of_state

    with house_of_state(state, config_file, overrides) as house:
        return disable_user(house, name, again=again, as_json=as_json)


@users.command()
@click.argument("name")
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    default=("read",),
    show_default=True,
    help="What it may do, more than once for several; never more than NAME may.",
)
@click.option("--days", type=int, default=30, show_default=True, help="For how long it is good.")
@run_option
@config_option
@set_option
@json_option
def token(  # noqa: PLR0913, PLR0917 - one parameter an option, click's way
    name: str,
    scopes: tuple[str, ...],
    days: int,
    state: Path,
    config_file: Path | None,
    overrides: tuple[str, ...],
    as_json: bool,
) -> int:
    """Print a token for a program of NAME; it is shown this once.

    Where nobody is there yet and TRAIDER_ADMIN_PASSWORD is set, the first admin is made of it, as
    traider serve does.
    """
    from traider.cli.users_outcome import house_of_state, make_token

    with house_of_state(state, config_file, overrides) as house:
        return make_token(house, name, scopes, days, as_json=as_json)
