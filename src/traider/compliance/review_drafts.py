"""Findings as drafts in the parts of FinCEN's forms 111 (SAR) and 112 (CTR), for a person.

A draft is never filed by Traider and says so itself. What only a person knows, above all who the
subject is, is null. Parts are named as the forms name them; check them before anything is filed.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any, Final

from traider.compliance.blotter import time_text
from traider.compliance.reviews import Finding, Movement, Thresholds
from traider.compliance.telling import text

Body = dict[str, Any]

STATUS: Final = "draft for review by a person: not filed, and Traider files nothing"
_CONFIDENTIAL: Final = (
    "keep from the subject and from all who need not know: telling of a report is forbidden"
)
_CTR_NOTE: Final = (
    "a report on currency is about cash: transfers of crypto alone do not call for one; a person "
    "decides whether what is shown was cash"
)
_CATEGORIES: Final = {
    "daily-total": "large transfers",
    "just-below": "transactions just below a threshold (structuring)",
    "in-and-out": "rapid movement of funds",
    "self-trade": "attempted self-trade (wash trading), refused before it was sent",
    "record": "transfer that is to be recorded",
}
_CTR: Final = ("daily-total",)
_SAR: Final = ("in-and-out", "just-below", "self-trade")


@dataclass(frozen=True)
class Reviewed:
    """Whose account was looked at, and at what."""

    venue: str
    account: str
    instruments: tuple[str, ...]
    movements: Sequence[Movement]
    orders: int
    refusals: int


def review_body(of: Reviewed, thresholds: Thresholds, found: Sequence[Finding]) -> Body:
    """Return what was looked at, what was found, and a draft for each finding that has a form."""
    unvalued = [each for each in of.movements if each.dollars is None]
    return {
        "status": STATUS,
        "looked_at": {
            "deposits": sum(1 for each in of.movements if each.is_in),
            "withdrawals": sum(1 for each in of.movements if not each.is_in),
            "not_valued": [
                {
                    "position": each.position,
                    "amount": text(each.amount),
                    "currency": each.currency,
                }
                for each in unvalued
            ],
            "orders": of.orders,
            "refusals": of.refusals,
        },
        "thresholds": {
            each.name: text(getattr(thresholds, each.name)) for each in fields(thresholds)
        },
        "findings": [_finding_body(each) for each in found],
        "drafts": [
            _sar(of, each) if each.kind in _SAR else _ctr(of, each)
            for each in found
            if each.kind in (*_SAR, *_CTR)
        ],
    }


def _finding_body(each: Finding) -> Body:
    return {
        "kind": each.kind,
        "from": time_text(each.first_ns),
        "to": time_text(each.last_ns),
        "dollars": None if each.dollars is None else text(each.dollars),
        "threshold": None if each.threshold is None else text(each.threshold),
        "said": each.said,
        "journal_positions": list(each.positions),
    }


def _sar(of: Reviewed, each: Finding) -> Body:
    return {
        "form": "FinCEN Form 111, suspicious activity report",
        "status": STATUS,
        "confidentiality": _CONFIDENTIAL,
        "file_within": "30 days of detection, 60 where no suspect is known; keep 5 years",
        "part_I_subject": {"name": None, "identification": None, "account": of.account},
        "part_II_suspicious_activity": {
            "date_from": time_text(each.first_ns),
            "date_to": time_text(each.last_ns),
            "amount_dollars": None if each.dollars is None else text(each.dollars),
            "categories": [_CATEGORIES[each.kind]],
            "product": list(of.instruments),
            "market": of.venue,
            "ip_address": None,
            "cusip": None,
        },
        "part_III_institution_where_activity_occurred": {"name": None, "venue": of.venue},
        "part_IV_filing_institution_contact": {"name": None, "office": None, "phone": None},
        "part_V_narrative": _narrative(of, each),
    }


def _ctr(of: Reviewed, each: Finding) -> Body:
    return {
        "form": "FinCEN Form 112, currency transaction report",
        "status": STATUS,
        "note": _CTR_NOTE,
        "file_within": "15 days of the transaction; keep 5 years",
        "persons_involved": {"name": None, "identification": None, "account": of.account},
        "amount_and_type": {
            "date": time_text(each.first_ns)[:10],
            "cash_in": None,
            "cash_out": None,
            "transfers_dollars": None if each.dollars is None else text(each.dollars),
        },
        "institution": {"name": None, "venue": of.venue},
        "narrative": _narrative(of, each),
    }


def _narrative(of: Reviewed, each: Finding) -> str:
    places = ", ".join(map(str, each.positions))
    return (
        f"On the account {of.account} at {of.venue}, from {time_text(each.first_ns)} to "
        f"{time_text(each.last_ns)}: {each.said}. The journal tells of it at {places}. What it "
        "means is for a person to find out."
    )
