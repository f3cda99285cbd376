"""What ``traider users`` does and prints."""

import getpass
import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import click
from rich.console import Console
from rich.table import Table

from traider.api.people_changes import reset, set_disabled
from traider.api.rights import Right, Role
from traider.api.security import AccessTerms, House, HousePlace
from traider.api.security.first_run import PASSWORD_VARIABLE, first_password
from traider.api.security.passwords import made_password
from traider.api.security.users import KeptUser
from traider.domain.errors import UsageError
from traider.runtime.config import load_config
from traider.venues.rfc3339 import format_ns

_HEAD: Final = ("name", "role", "second factor", "state", "last login")
_WIDTH: Final = 120


@contextmanager
def house_of_state(
    state: Path, config_file: Path | None, overrides: tuple[str, ...]
) -> Iterator[House]:
    """Open the people of a run.

    Raises:
        UsageError: there is no such folder.
        ConfigError: a setting is wrong.
    """
    if not state.is_dir():
        raise UsageError(
            "there is no such folder", where=str(state), fix="name the --state of traider run"
        )
    url = load_config(config_file, overrides).database.url.get_secret_value()
    house = House(HousePlace(state, url), AccessTerms(), lambda: False)
    try:
        yield house
    finally:
        house.close()


def show_users(house: House, *, as_json: bool) -> int:
    """Print everybody; return the exit code."""
    people = house.users.list()
    if as_json:
        click.echo(json.dumps({"users": [_body(house, user) for user in people]}))
        return 0
    table = Table(*_HEAD)
    for user in people:
        table.add_row(
            user.name,
            user.role.value,
            "yes" if user.has_code else "no",
            _state(house, user),
            "never" if user.seen_ns is None else format_ns(user.seen_ns),
        )
    Console(width=_WIDTH).print(table)
    return 0


def add_user(house: House, name: str, role: str, *, as_json: bool) -> int:
    """Let somebody in; return the exit code.

    Raises:
        UsageError: there is nobody yet, and they would be no admin.
    """
    if house.users.is_empty() and Role(role) is not Role.ADMIN:
        raise UsageError(
            "there is nobody yet who may let people in", where=name, fix="add an admin first"
        )
    password = made_password()
    house.users.add(name, Role(role), house.passwords.digest(password), must_change=True)
    house.tell(_who(), "user-added", f"user:{name}", role=role, why="traider users")
    return _print_password(name, password, as_json=as_json)


def reset_password(house: House, name: str, *, no_code: bool, as_json: bool) -> int:
    """Give somebody a password for one login; return the exit code."""
    user = house.users.get(name)
    password = reset(house, _who(), user)
    if no_code and user.has_code:
        house.users.set_code(user.id, None, 0, [])
        house.tell(_who(), "second-factor-removed", f"user:{name}")
    return _print_password(name, password, as_json=as_json)


def disable_user(house: House, name: str, *, again: bool, as_json: bool) -> int:
    """Let somebody in no more, or again; return the exit code."""
    set_disabled(house, _who(), house.users.get(name), is_disabled=not again)
    if as_json:
        click.echo(json.dumps(_body(house, house.users.get(name))))
    else:
        click.echo(f"{name} is let in again" if again else f"{name} is let in no more")
    return 0


def make_token(house: House, name: str, scopes: Sequence[str], days: int, *, as_json: bool) -> int:
    """Make a token for a program of somebody; return the exit code.

    Raises:
        UsageError: a scope is none; there is nobody yet.
        ConflictError: the person could not use one yet, or has too many.
    """
    known = sorted(right.value for right in Right)
    for scope in scopes:
        if scope not in known:
            raise UsageError(
                f"there is no scope {scope!r}", where="--scope", fix=f"use {', '.join(known)}"
            )
    if house.users.is_empty():
        if not os.environ.get(PASSWORD_VARIABLE):
            raise UsageError(
                "there is nobody yet whose token it could be",
                where=name,
                fix=f"set {PASSWORD_VARIABLE}, or start traider serve and choose a password",
            )
        first_password(house)
    user = house.users.get(name)
    wanted = frozenset(Right(scope) for scope in scopes)
    secret, kept = house.tokens.make(user.id, user.role, "of the terminal", wanted, days)
    house.tell(
        _who(),
        "token-made",
        f"token:{kept.id}",
        owner=name,
        scopes=sorted(kept.scopes),
        until_ns=kept.until_ns,
    )
    if as_json:
        click.echo(json.dumps({"name": name, "token": secret, "until_ns": kept.until_ns}))
    else:
        click.echo(secret)
        click.echo(
            f"good for {' '.join(sorted(kept.scopes))} until {format_ns(kept.until_ns)}", err=True
        )
    return 0


def _print_password(name: str, password: str, *, as_json: bool) -> int:
    if as_json:
        click.echo(json.dumps({"name": name, "password": password}))
    else:
        click.echo(f"{name} logs in once with {password}, and must change it then")
    return 0


def _who() -> str:
    """Return who is at the terminal, as the machine knows them."""
    try:
        return f"{getpass.getuser()} at the terminal"
    except OSError:
        return f"user {os.getuid()} at the terminal"


def _state(house: House, user: KeptUser) -> str:
    if user.is_disabled:
        return "not let in"
    if user.locked_until_ns > house.now_ns():
        return f"locked until {format_ns(user.locked_until_ns)}"
    return "must change the password" if user.must_change_password else "good"


def _body(house: House, user: KeptUser) -> dict[str, Any]:
    return {
        "name": user.name,
        "role": user.role.value,
        "has_second_factor": user.has_code,
        "state": _state(house, user),
        "created_ns": user.created_ns,
        "seen_ns": user.seen_ns,
    }
