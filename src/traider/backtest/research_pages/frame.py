"""What the pages have in common: template, styles and scripts of the report, and their own."""

from importlib import resources
from typing import Final

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup

from traider import __version__
from traider.backtest.report.page import REPORT_FILE_NAME, script_json

_REPORT: Final = "traider.backtest.report"
_OWN: Final = "traider.backtest.research_pages"
_FRAME: Final = "frame.html.j2"
_SCRIPTS: Final = (
    "theme", "words", "view", "chart", "trade_marks", "cross_hair", "pointer", "page",
)  # fmt: skip


def render(
    template: str, script: str, data: dict[str, object], package: str = _OWN, **values: object
) -> str:
    """Return the page of ``template`` with its own ``script`` and the data it draws.

    Both ship with ``package``; the frame around them is the one here.
    """
    environment = Environment(
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        loader=FunctionLoader(lambda name: file_text(_OWN if name == _FRAME else package, name)),
    )
    scripts = [file_text(_REPORT, f"script/{name}.js") for name in _SCRIPTS]
    body = "\n".join([*scripts, file_text(package, script)])
    style = file_text(_REPORT, "report.css") + file_text(_OWN, "research.css")
    return environment.get_template(template).render(
        **{"back": REPORT_FILE_NAME, **values},
        version=__version__,
        style=Markup(style),  # noqa: S704 - our own files
        script=Markup(f'"use strict";\n(() => {{\n{body}}})();'),  # noqa: S704 - the same
        data=Markup(script_json(data)),  # noqa: S704 - escaped
    )


def file_text(package: str, name: str) -> str:
    """Return a file that ships with ``package``."""
    return resources.files(package).joinpath(name).read_text(encoding="utf-8")
