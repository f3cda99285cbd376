"""Print the package ranges of pyproject.toml, one a line.

Arguments are extras whose ranges are wanted too; with ``--only NAME``, an extra gives only the
named packages. Used where no hashed pins exist: on other Pythons than 3.11.
"""

import argparse
import re
import tomllib
from pathlib import Path

PYPROJECT = Path(__file__).resolve().parent.parent / "pyproject.toml"


def ranges(extras: list[str], only: list[str]) -> list[str]:
    """Return the ranges of the package itself and of ``extras`` (limited to ``only``)."""
    project = tomllib.loads(PYPROJECT.read_text(encoding="utf-8"))["project"]
    wanted: list[str] = list(project["dependencies"])
    for extra in extras:
        offered: list[str] = project["optional-dependencies"][extra]
        wanted += [text for text in offered if not only or _name(text) in only]
    return wanted


def _name(requirement: str) -> str:
    return re.split(r"[^A-Za-z0-9._-]", requirement, maxsplit=1)[0].lower()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Print the package ranges of pyproject.toml.")
    parser.add_argument("extras", nargs="*", help="extras whose ranges are wanted too")
    parser.add_argument("--only", action="append", default=[], help="a package of the extras")
    options = parser.parse_args()
    print("\n".join(ranges(options.extras, options.only)))
