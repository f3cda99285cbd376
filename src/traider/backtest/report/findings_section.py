"""The doctor's findings as a section of a page; with its styles in a file of its own."""

from importlib import resources

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from traider.backtest.findings import Finding, counts_text
from traider.backtest.report.number_text import with_minus

FINDINGS_MAX = 40


def findings_section(findings: tuple[Finding, ...]) -> Markup:
    """Return the section, or a sentence where nothing was found."""
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["with_minus"] = with_minus
    template = environment.from_string(_own_file("findings.html.j2"))
    page = template.render(
        findings=findings[:FINDINGS_MAX],
        summary=counts_text(findings),
        left=max(0, len(findings) - FINDINGS_MAX),
    )
    return Markup(page)  # noqa: S704 - escaped by the template


def findings_style() -> str:
    """Return the styles of the section."""
    return _own_file("findings.css")


def _own_file(name: str) -> str:
    return resources.files("traider.backtest.report").joinpath(name).read_text(encoding="utf-8")
