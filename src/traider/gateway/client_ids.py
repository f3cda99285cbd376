"""The id an order has at the venue: the run, and the decision that the order comes from.

    ids = ClientIds("d41a52c0")
    ids.of(order_id)                       # "d41a52c0-0010000000000500"

The same order has the same id after any restart, so a venue that is asked for it tells whether it
has the order, and one that is sent twice makes it once. What is no id of this run is not ours:
somebody else trades on the account.
"""

import re
from typing import Final

from traider.domain.errors import UsageError

_RUN: Final = re.compile(r"[0-9a-f]{8}")
_CLIENT_ID: Final = re.compile(r"([0-9a-f]{8})-([0-9a-f]{16})")
_WORD_MAX: Final = 2**63 - 1


class ClientIds:
    """The ids of one run."""

    def __init__(self, run_id: str) -> None:
        """Take the run's own id: 8 small hexadecimal digits.

        Raises:
            UsageError: it is none.
        """
        if not _RUN.fullmatch(run_id):
            raise UsageError(f"{run_id!r} is no id of a run", fix="give 8 hexadecimal digits")
        self.run_id = run_id

    def of(self, order_id: int) -> str:
        """Return the id at the venue of a packed order id."""
        return f"{self.run_id}-{order_id:016x}"

    def order_id(self, client_order_id: str) -> int | None:
        """Return the packed order id that ``of`` was given; None where it is not of this run."""
        found = _CLIENT_ID.fullmatch(client_order_id)
        if found is None or found[1] != self.run_id:
            return None
        word = int(found[2], 16)
        return word if word <= _WORD_MAX else None
