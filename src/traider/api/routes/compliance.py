"""Reports for authorities, as JSON or as the CSV that the command line writes."""

from typing import Annotated, Final, Literal

from fastapi import APIRouter, Depends, Query

from traider.api.asking import needs
from traider.api.books import reports
from traider.api.books.reports import Report
from traider.api.csv_answers import CSV_ANSWER, FormAsked, FormNow, csv_answer
from traider.api.facts import FactsNow
from traider.api.openapi import problems
from traider.api.rights import Right
from traider.api.shapes.compliance import (
    BlotterShape,
    ExecutionShape,
    HoldingsShape,
    TaxShape,
)
from traider.api.spans import TIME_MAX, SpanNow
from traider.compliance.tax_forms import TaxForm
from traider.compliance.tax_rows import Reported
from traider.portfolio.lots import LotMethod

router = APIRouter(
    prefix="/compliance", tags=["compliance"], dependencies=[Depends(needs(Right.AUDIT))]
)

_AGE_S: Final = 30.0
"""Reports that read the whole journal are shared for so long."""
_YEAR_MIN: Final = 2009
_YEAR_MAX: Final = 2200
Method = Annotated[
    Literal["average", "fifo", "lifo", "hifo"], Query(description="Which lots a sale took.")
]
_ANSWERS: Final = CSV_ANSWER | problems(401, 403, 409, 422)


@router.get("/blotter", summary="Trade blotter", response_model=BlotterShape, responses=_ANSWERS)
def compliance_blotter(facts: FactsNow, span: SpanNow, form: FormNow) -> object:
    """Return every order and every execution of a span, in the order of time."""
    return _answer(reports.blotter(facts.books, span.from_ns, span.to_ns), form, "blotter")


@router.get(
    "/positions",
    summary="Positions at an instant",
    response_model=HoldingsShape,
    responses=_ANSWERS,
)
def compliance_positions(
    facts: FactsNow,
    form: FormNow,
    at_ns: Annotated[
        int | None,
        Query(
            ge=0,
            le=TIME_MAX,
            description="The instant, ns UTC; the journal's end without it.",
            examples=[1_735_776_000_000_000_000],
        ),
    ] = None,
    method: Method = "fifo",
) -> object:
    """Return positions and balances, marked as the market stood; ledger and lots must agree."""
    found = facts.cached(
        f"holdings {at_ns} {method}",
        _AGE_S,
        lambda: reports.holdings(facts.books, at_ns, LotMethod(method)),
    )
    return _answer(found, form, "positions")


@router.get(
    "/best-execution",
    summary="How well orders were executed",
    response_model=ExecutionShape,
    responses=_ANSWERS,
)
def compliance_best_execution(facts: FactsNow, form: FormNow) -> object:
    """Return every order that was sent beside the market that it met; shared for 30 seconds."""
    found = facts.cached("best execution", _AGE_S, lambda: reports.best_execution(facts.books))
    return _answer(found, form, "best-execution")


@router.get(
    "/tax",
    summary="Tax form of a year",
    response_model=TaxShape,
    responses=_ANSWERS,
)
def compliance_tax(
    facts: FactsNow,
    form: FormNow,
    year: Annotated[
        int, Query(ge=_YEAR_MIN, le=_YEAR_MAX, description="Calendar year.", examples=[2025])
    ],
    method: Method = "fifo",
    tax_form: Annotated[
        Literal["8949", "1099-da", "1099-b"], Query(description="In which columns.")
    ] = "8949",
    reported: Annotated[
        Literal["none", "proceeds", "basis"],
        Query(description="What the venue told the tax office of sales."),
    ] = "none",
) -> object:
    """Return the sums of a year; as CSV its rows, ready for the form. Days are those of UTC."""
    asked = reports.tax_request(year, LotMethod(method), TaxForm(tax_form), Reported(reported))
    return _answer(reports.tax(facts.books, asked), form, f"tax-{year}-{tax_form}")


def _answer(found: Report, form: FormAsked, name: str) -> object:
    return csv_answer(found.csv, name) if form.is_csv else found.body
