"""What is wrong with a configuration, one line a fault: file, key, reason and fix."""

import difflib
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Final, get_args

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from traider.domain.errors import ConfigError
from traider.runtime.config_errors import InvalidConfigError
from traider.runtime.config_model import Config
from traider.runtime.config_sources import Layer, origin_of

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

_MODEL_PREFIX: Final = "Value error, "
_SHAPES: Final = {
    "model_type": "must be a table",
    "model_attributes_type": "must be a table",
    "dict_type": "must be a table",
    "tuple_type": "must be a list",
}
_UNION_TYPES: Final = ("union_tag_invalid", "union_tag_not_found")


def faults_of(error: ValidationError, layers: Sequence[Layer]) -> InvalidConfigError:
    """Return every fault of ``error``, each with the place its value came from."""
    details = error.errors(include_url=False)
    return InvalidConfigError([_fault(detail, layers) for detail in details])


def setting_fields(
    model: type[BaseModel],
    table_of: Callable[[str, FieldInfo], type[BaseModel] | None],
    prefix: str = "",
) -> Iterator[tuple[str, FieldInfo]]:
    """Yield each setting under ``model`` with its dotted key, tables themselves left out.

    ``table_of`` gives the model of a key that is a table, None for any other key.
    """
    for name, info in model.model_fields.items():
        key = f"{prefix}{name}"
        table = table_of(key, info)
        if table is None:
            yield key, info
        else:
            yield from setting_fields(table, table_of, f"{key}.")


def _fault(detail: "ErrorDetails", layers: Sequence[Layer]) -> ConfigError:
    parts, fields = _walk(detail["loc"])
    if detail["type"] in _UNION_TYPES:
        return _kind_fault(parts, fields, detail, layers)
    key = ".".join(parts)
    layer = origin_of(key, layers)
    where = _where(key, layers)
    if detail["type"] == "extra_forbidden":
        near = _nearest(parts, fields)
        fix = f"did you mean {_shown_key(layer, near)}?" if near else f"use {_choices(fields)}"
        return ConfigError("unknown key", where=where, fix=fix)
    info = fields.get(parts[-1])
    return ConfigError(_reason(detail), where=where, fix=_expectation(info))


def _kind_fault(
    parts: list[str],
    fields: dict[str, FieldInfo],
    detail: "ErrorDetails",
    layers: Sequence[Layer],
) -> ConfigError:
    """Return the fault of a table whose ``kind`` is missing or names no member of its union."""
    info = fields[parts[-1]]
    given = detail["input"]
    kind = given.get("kind") if isinstance(given, dict) else None
    reason = "is missing" if kind is None else f"{_quoted(kind)} is no kind of {parts[-1]}"
    key = ".".join([*parts, "kind"])
    return ConfigError(reason, where=_where(key, layers), fix=f"use {_choices(_members(info))}")


def _where(key: str, layers: Sequence[Layer]) -> str:
    layer = origin_of(key, layers)
    place = layer.place if layer else (layers[0].place if layers else "config")
    return f"{place}: {_shown_key(layer, key)}"


def _choices(names: Iterable[str]) -> str:
    *first, last = names
    return f"{', '.join(first)} or {last}" if first else last


def _shown_key(layer: Layer | None, key: str) -> str:
    return layer.shown(key) if layer else key


def _walk(loc: tuple[int | str, ...]) -> tuple[list[str], dict[str, FieldInfo]]:
    """Return the key parts of ``loc`` and the fields beside its last part.

    In a union the library adds the chosen kind to the place; it is no part of the key.
    """
    fields: dict[str, FieldInfo] = dict(Config.model_fields)
    parts: list[str] = []
    members: dict[str, type[BaseModel]] = {}
    for position, part in enumerate(loc):
        text = str(part)
        if text in members:
            fields = dict(members[text].model_fields)
            members = {}
            continue
        parts.append(text)
        if position == len(loc) - 1:
            break
        info = fields.get(text)
        members = _members(info)
        inner = _model_of(info)
        if inner is not None:
            fields = dict(inner.model_fields)
    return parts, fields


def _members(info: FieldInfo | None) -> dict[str, type[BaseModel]]:
    """Return the models of a field that is a union told apart by ``kind``, by their kind."""
    if info is None or info.discriminator is None:
        return {}
    return {
        kind: model
        for model in get_args(info.annotation)
        for kind in get_args(model.model_fields["kind"].annotation)
    }


def _model_of(info: FieldInfo | None) -> type[BaseModel] | None:
    """Return the model of a field that is a table or a list of tables."""
    if info is None:
        return None
    annotation = info.annotation
    for candidate in (annotation, *get_args(annotation)):
        if isinstance(candidate, type) and issubclass(candidate, BaseModel):
            return candidate if not info.discriminator else None
    return None


_DECIMAL: Final = re.compile(r"Decimal\('([^']*)'\)")


def _reason(detail: "ErrorDetails") -> str:
    if detail["type"] == "missing":
        return "is missing"
    if detail["type"] in _SHAPES:
        return f"{_SHAPES[detail['type']]}, not {_quoted(detail['input'])}"
    message = detail["msg"]
    if message.startswith(_MODEL_PREFIX):
        message = message.removeprefix(_MODEL_PREFIX)
        if not isinstance(detail["input"], str | int | float):
            return message
    message = message.replace("Input should be", "must be")
    message = _DECIMAL.sub(r"\1", message)
    return f"{message[0].lower()}{message[1:]}, not {_quoted(detail['input'])}"


def _quoted(value: object) -> str:
    text = repr(value) if isinstance(value, str) else str(value)
    if isinstance(value, bool):
        text = text.lower()  # as TOML writes it
    return text if len(text) <= 60 else f"{text[:57]}..."


def _expectation(info: FieldInfo | None) -> str:
    if info is None or not info.description or _model_of(info) or info.discriminator:
        return "see traider config show for what each key takes"
    text = info.description.rstrip(".")
    if info.is_required():
        return f"expected: {text}"
    default = info.get_default(call_default_factory=True)
    return f"expected: {text} (default {'empty' if default in ('', (), None) else default})"


def _nearest(parts: list[str], fields: dict[str, FieldInfo]) -> str | None:
    """Return the key most like the unknown one: beside it first, then in any table."""
    *parents, name = parts
    near = difflib.get_close_matches(name, fields, n=1, cutoff=0.6)
    if near:
        return ".".join([*parents, near[0]])
    keys = [key for key, _ in setting_fields(Config, lambda _key, info: _model_of(info))]
    leaves = {key.rsplit(".", 1)[-1]: key for key in keys}
    near = difflib.get_close_matches(name, leaves, n=1, cutoff=0.8)
    return leaves[near[0]] if near else None
