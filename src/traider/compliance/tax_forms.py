"""Rows of a tax year as CSV in the columns of Form 8949, 1099-DA and 1099-B.

Sources: Form 8949 (2025) and the recipient's copies of Forms 1099-DA and 1099-B. A 1099 is the
venue's to send: these files are in its shape so that they can be compared with it. What is not
known here (DTIF codes, withholding, market discount, what a customer told the venue, transfers in,
section 1256) is left empty, never made up. Each disposal is a row: nothing is aggregated.
"""

import csv
import io
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from traider.compliance.tax_rows import Reported, TaxRow

_UNKNOWN_DTIF: Final = "999999999"
_NO: Final = "N"
"""What is bought and sold at an exchange is neither a collectible nor a fund of that kind."""


class TaxForm(StrEnum):
    """In which columns."""

    FORM_8949 = "8949"
    FORM_1099_DA = "1099-da"
    """Digital assets alone."""
    FORM_1099_B = "1099-b"
    """Contracts alone."""


_HEADS: Final[Mapping[TaxForm, tuple[str, ...]]] = MappingProxyType(
    {
        TaxForm.FORM_8949: (
            "part", "box", "(a) description", "(b) date acquired", "(c) date sold", "(d) proceeds",
            "(e) cost or other basis", "(f) code", "(g) adjustment", "(h) gain or loss",
            "wash sale (information)", "instrument", "lot", "fill",
        ),
        TaxForm.FORM_1099_DA: (
            "1a code", "1b name", "1c units", "1d date acquired", "1e date sold", "1f proceeds",
            "1g cost basis", "1h market discount", "1i wash sale loss disallowed",
            "2 basis reported", "3a gross or net", "3b QOF", "4 tax withheld", "5 loss not allowed",
            "6 term", "7 cash only", "8 customer-provided", "9 noncovered",
            "11a aggregate kind", "11b aggregate transactions", "11c aggregate proceeds",
            "12a units transferred in", "12b date transferred in", "8949 box",
            "wash sale (information)", "instrument", "lot", "fill",
        ),
        TaxForm.FORM_1099_B: (
            "1a description", "1b date acquired", "1c date sold", "1d proceeds", "1e cost basis",
            "1f market discount", "1g wash sale loss disallowed", "2 term", "3 collectible or QOF",
            "4 tax withheld", "5 noncovered", "6 gross or net", "7 loss not allowed",
            "8 realized, section 1256", "9 unrealized before", "10 unrealized after",
            "11 aggregate", "8949 box", "wash sale (information)", "instrument",
            "lot", "fill",
        ),
    }
)  # fmt: skip


def form_csv(form: TaxForm, rows: Iterable[TaxRow], reported: Reported) -> str:
    """Return the form as CSV with a header; rows that it is not for are left out."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(_HEADS[form])
    writer.writerows(_WRITERS[form](row, reported) for row in on_form(form, rows))
    return out.getvalue()


def on_form(form: TaxForm, rows: Iterable[TaxRow]) -> list[TaxRow]:
    """Return the rows that a form is for."""
    wanted = {TaxForm.FORM_1099_DA: (True,), TaxForm.FORM_1099_B: (False,)}
    return [row for row in rows if row.is_digital_asset in wanted.get(form, (True, False))]


def _form_8949(row: TaxRow, reported: Reported) -> tuple[str, ...]:
    del reported
    return (
        "II" if row.is_long_term else "I", row.box, row.description, _day(row.acquired),
        _day(row.sold), f"{row.proceeds:.2f}", f"{row.basis:.2f}", "", "", f"{row.gain:.2f}",
        *_trace(row),
    )  # fmt: skip


def _form_1099_da(row: TaxRow, reported: Reported) -> tuple[str, ...]:
    return (
        _UNKNOWN_DTIF, row.asset, f"{row.quantity:f}", _day(row.acquired), _day(row.sold),
        f"{row.proceeds:.2f}", f"{row.basis:.2f}", "", "", _yes(reported is Reported.BASIS),
        "net", _NO, "", "", _term(row), _yes(row.is_for_cash), "",
        _yes(reported is not Reported.BASIS), *("",) * 5, row.box, *_trace(row),
    )  # fmt: skip


def _form_1099_b(row: TaxRow, reported: Reported) -> tuple[str, ...]:
    return (
        row.description, _day(row.acquired), _day(row.sold), f"{row.proceeds:.2f}",
        f"{row.basis:.2f}", "", "", _term(row), _NO, "",
        _yes(reported is not Reported.BASIS), "net", *("",) * 5, row.box, *_trace(row),
    )  # fmt: skip


_WRITERS: Final[Mapping[TaxForm, Callable[[TaxRow, Reported], tuple[str, ...]]]] = MappingProxyType(
    {
        TaxForm.FORM_8949: _form_8949,
        TaxForm.FORM_1099_DA: _form_1099_da,
        TaxForm.FORM_1099_B: _form_1099_b,
    }
)


def _trace(row: TaxRow) -> tuple[str, ...]:
    """Return the hint at a wash sale, and where the row comes from."""
    wash = f"{row.wash_quantity:f} bought again" if row.wash_quantity else ""
    return wash, row.instrument, str(row.lot), str(row.fill)


def _term(row: TaxRow) -> str:
    return "long" if row.is_long_term else "short"


def _yes(value: bool) -> str:  # noqa: FBT001 - a cell of the form
    return "Y" if value else "N"


def _day(day: date) -> str:
    """Return a date as the forms write it, MM/DD/YYYY."""
    return f"{day:%m/%d/%Y}"
