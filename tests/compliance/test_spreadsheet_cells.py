"""No text of people or venues is run by a spreadsheet."""

import csv
import io

import pytest

from traider.api.csv_answers import shapes_csv
from traider.api.shapes.shape import Shape
from traider.compliance.blotter import COLUMNS, blotter_csv
from traider.compliance.spreadsheet_cells import harmless

RUN = '=HYPERLINK("http://evil.example";"see")'


@pytest.mark.parametrize(
    "text", [RUN, "+cmd|' /C calc'!A0", "-2+3", "@SUM(1)", "\t=1", "\r=1", "\n=1", "\uff1d1"]
)
def test_what_a_spreadsheet_would_run_is_text(text: str) -> None:
    assert harmless(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "-1.5", "+2", "-1e-8", "BTC-USD", "a=b", "'=1"])
def test_numbers_and_words_stay_as_they_are(text: str) -> None:
    assert harmless(text) == text


def test_a_reason_of_a_person_goes_into_the_blotter_as_text() -> None:
    row = dict.fromkeys(COLUMNS, "") | {"reason": RUN, "fee": "-0.25"}
    (read,) = csv.DictReader(io.StringIO(blotter_csv([row])))
    assert (read["reason"], read["fee"]) == (f"'{RUN}", "-0.25")


def test_answers_of_the_api_are_guarded_in_lists_too() -> None:
    class Told(Shape):
        words: list[str]
        """Some."""
        size: str
        """A number."""

    (read,) = csv.DictReader(io.StringIO(shapes_csv([Told(words=[RUN, "x"], size="-3")], Told)))
    assert (read["words"], read["size"]) == (f"'{RUN} x", "-3")
