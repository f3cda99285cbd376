"""Exact numbers as text."""

from typing import Annotated

from pydantic import Field

DecimalText = Annotated[str, Field(pattern=r"^-?[0-9]{1,18}(\.[0-9]{1,18})?$", examples=["0.25"])]
"""A decimal number, with or without a sign."""
PositiveText = Annotated[str, Field(pattern=r"^[0-9]{1,18}(\.[0-9]{1,18})?$", examples=["0.25"])]
"""A decimal number that is not negative."""
