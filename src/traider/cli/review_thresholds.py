"""Thresholds of a review as a person gives them: ``--threshold daily=9000``."""

from collections.abc import Iterable
from dataclasses import fields, replace
from decimal import Decimal, InvalidOperation

from traider.compliance.reviews import Thresholds
from traider.domain.errors import UsageError


def thresholds_of(changed: Iterable[str]) -> Thresholds:
    """Return the usual thresholds with those that were given.

    Raises:
        UsageError: one has no such name, or no number that it can be.
    """
    names = {each.name.replace("_", "-"): each.name for each in fields(Thresholds)}
    values: dict[str, Decimal] = {}
    for said in changed:
        name, sign, number = said.partition("=")
        if not sign or name not in names:
            raise UsageError(
                f"no threshold {name!r}", fix=f"write NAME=NUMBER with one of {', '.join(names)}"
            )
        try:
            values[names[name]] = Decimal(number)
        except InvalidOperation:
            raise UsageError(
                f"the threshold {name} is {number!r}", fix="give a decimal number"
            ) from None
    return replace(Thresholds(), **values)
