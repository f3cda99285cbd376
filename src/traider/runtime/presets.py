"""The shipped examples, as settings to begin a back-test with.

They lie in the folder ``examples`` of a checkout, where ``traider backtest --config`` takes them
from; an installed package without its checkout has none.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from traider.domain.errors import UsageError
from traider.runtime.config import Config
from traider.runtime.config_sources import Layer, file_layer
from traider.store.source_names import name_parts

EXAMPLES: Final = Path("examples")
CHECKOUT: Final = Path(__file__).resolve().parents[3]


@dataclass(frozen=True)
class Preset:
    """An example."""

    name: str
    words: str
    """What it is, from its first lines."""
    file: Path
    config: Config
    instruments: tuple[str, ...]
    """Of its data, as far as the names of the files tell."""


def presets() -> dict[str, Preset]:
    """Return the examples that can be back-tested, by name.

    One whose settings cannot be read, or that names no data, is left out.
    """
    folder = next((at / EXAMPLES for at in (Path(), CHECKOUT) if (at / EXAMPLES).is_dir()), None)
    if folder is None:
        return {}
    found = (_preset(file) for file in sorted(folder.glob("*.toml")))
    return {each.name: each for each in found if each is not None}


def preset_named(name: str) -> Preset:
    """Return an example.

    Raises:
        UsageError: there is none of that name.
    """
    known = presets()
    if name not in known:
        raise UsageError(
            f"there is no preset {name!r}",
            where="preset",
            fix=f"name one of {', '.join(known)}" if known else "run it beside a checkout",
        )
    return known[name]


def instrument_of_file(path: Path) -> str:
    """Return the instrument that a file's name tells of; empty where it tells none."""
    name = name_parts(path).instrument
    return "" if name is None else str(name)


def preset_layer(preset: Preset) -> Layer:
    """Return what an example says, its files as whole paths."""
    return file_layer(preset.file)


def _preset(file: Path) -> Preset | None:
    layer = file_layer(file)
    data = layer.table.get("data")
    if not (isinstance(data, Mapping) and data.get("files")):
        return None
    config = Config.model_validate(layer.table)
    named = (instrument_of_file(path) for path in config.data.files)
    return Preset(file.stem, _words(file), file, config, tuple(name for name in named if name))


def _words(file: Path) -> str:
    """Return the comment that a file begins with, as one paragraph."""
    lines = []
    for line in file.read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            break
        lines.append(line.removeprefix("#").strip())
    return " ".join(lines)
