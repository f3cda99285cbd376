"""``traider config show`` and ``traider config check``."""

import json
from decimal import Decimal
from pathlib import Path

import click

from traider.cli.options import config_option, json_option, set_option
from traider.domain.errors import ConfigError


@click.group()
def config() -> None:
    """Look at the configuration, or check it."""


@config.command()
@config_option
@set_option
@json_option
def show(config_file: Path | None, overrides: tuple[str, ...], as_json: bool) -> None:
    """Print each setting, where its value came from, and what it means."""
    from traider.runtime.config import config_digest, load_with_origins

    loaded = load_with_origins(config_file, overrides)
    settings = [
        {
            "key": setting.key,
            "value": _plain(setting.value),
            "origin": setting.origin,
            "description": setting.description,
        }
        for setting in loaded.settings()
    ]
    if as_json:
        body = {
            "file": str(loaded.file) if loaded.file else None,
            "digest": config_digest(loaded.config).hex(),
            "settings": settings,
        }
        click.echo(json.dumps(body, ensure_ascii=False))
        return
    lines = [f"{setting['key']} = {_toml(setting['value'])}" for setting in settings]
    width = min(max(len(line) for line in lines), 44)
    for line, setting in zip(lines, settings, strict=True):
        click.echo(f"{line:<{width}}  # {setting['origin']:<8}  {setting['description']}")


@config.command()
@config_option
@set_option
@json_option
def check(config_file: Path | None, overrides: tuple[str, ...], as_json: bool) -> None:
    """Check the configuration; say everything that is wrong with it (exit code 2)."""
    from traider.runtime.config import InvalidConfigError, config_digest, load_with_origins

    loaded = load_with_origins(config_file, overrides)
    absent = [
        ConfigError("there is no such file", where=f"{key}: {path}", fix="mend the path")
        for key, path in loaded.config.named_files()
        if not (path.is_file() or (key.startswith("data.") and path.is_dir()))
    ]
    if absent:
        raise InvalidConfigError(absent)
    name = str(loaded.file) if loaded.file else "defaults and environment"
    digest = config_digest(loaded.config).hex()
    if as_json:
        file = str(loaded.file) if loaded.file else None
        click.echo(json.dumps({"ok": True, "file": file, "digest": digest}))
    else:
        click.echo(f"{name}: ok, digest {digest[:16]}")


def _plain(value: object) -> object:
    """Return ``value`` in terms of JSON; decimals as text, so that they stay exact."""
    from pydantic import BaseModel, Secret

    match value:
        case tuple() | list():
            return [_plain(part) for part in value]
        case dict():
            return {name: _plain(part) for name, part in value.items()}
        case BaseModel():
            return value.model_dump(mode="json")
        case Decimal() | Path() | Secret():
            return str(value)
        case _:
            return value


def _toml(value: object) -> str:
    return json.dumps("" if value is None else value, ensure_ascii=False)
