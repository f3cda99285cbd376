"""Lists as CSV for spreadsheets, where ``format=csv`` or ``Accept: text/csv`` asks for it."""

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Final, Literal

from fastapi import Depends, Header, Query, Response
from pydantic import BaseModel

from traider.compliance.spreadsheet_cells import harmless

CSV_TYPE: Final = "text/csv"
CSV_ROWS_MAX: Final = 100_000
"""Most rows of one file; a span of time makes more files."""
CSV_ANSWER: Final[dict[int | str, dict[str, Any]]] = {
    200: {"content": {CSV_TYPE: {"schema": {"type": "string"}}}}
}
"""What a route declares among its responses."""


@dataclass(frozen=True)
class FormAsked:
    """In which form an answer is asked for."""

    is_csv: bool


def _asked(
    form: Annotated[
        Literal["", "json", "csv"],
        Query(alias="format", description="``csv`` for a file; JSON without it."),
    ] = "",
    accept: Annotated[str, Header(include_in_schema=False)] = "",
) -> FormAsked:
    return FormAsked(form == "csv" or (not form and accept.strip().startswith(CSV_TYPE)))


FormNow = Annotated[FormAsked, Depends(_asked)]
"""The form that a route is asked for."""


def csv_answer(text: str, name: str) -> Response:
    """Return CSV as a file to be kept."""
    headers = {"Content-Disposition": f'attachment; filename="{name}.csv"'}
    return Response(text, media_type=f"{CSV_TYPE}; charset=utf-8", headers=headers)


def shapes_csv(rows: Iterable[BaseModel], shape: type[BaseModel]) -> str:
    """Return shapes as CSV with a header; lists are parted by spaces, null is empty."""
    out = io.StringIO()
    writer = csv.DictWriter(out, list(shape.model_fields), lineterminator="\n")
    writer.writeheader()
    writer.writerows(_cells(row.model_dump()) for row in rows)
    return out.getvalue()


def _cells(row: Mapping[str, Any]) -> dict[str, str]:
    return {name: _cell(value) for name, value in row.items()}


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, list):
        return harmless(" ".join(map(str, value)))
    return harmless(str(value))
