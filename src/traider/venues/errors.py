"""What can go wrong between us and a venue, by what is known of the request afterwards.

    VenueError
    ├── VenueUnreachableError   no connection: nothing was sent
    ├── VenueBusyError          too much was asked: most likely unread; ``retry_after_s`` if told
    ├── VenueRefusalError       read and refused: nothing was done; ``code`` is the venue's word
    └── VenueSilenceError       sent, and no answer to trust: it may have been done

The last leaves a doubt, and so may VenueBusyError, which a gateway can say of a request that went
through: whoever moves money asks what became of it before anything else.
"""

from traider.domain.errors import VenueError

__all__ = [
    "VenueBusyError",
    "VenueError",
    "VenueRefusalError",
    "VenueSilenceError",
    "VenueUnreachableError",
]


class VenueUnreachableError(VenueError):
    """No connection could be made: nothing was sent."""


class VenueBusyError(VenueError):
    """The venue turned the request away, as too many came; it is no rejection of an order."""

    def __init__(self, what: str, *, where: str = "", fix: str = "", retry_after_s: float = 0.0):
        super().__init__(what, where=where, fix=fix)
        self.retry_after_s = retry_after_s
        """How long it asks to wait, 0 when it did not say."""


class VenueRefusalError(VenueError):
    """The venue read the request and refused it."""

    def __init__(self, what: str, *, where: str = "", fix: str = "", code: str = ""):
        super().__init__(what, where=where, fix=fix)
        self.code = code
        """The venue's own word for why: ``INVALID_ARGUMENT``, ``PERMISSION_DENIED``, …"""


class VenueSilenceError(VenueError):
    """A request was sent and not answered, or by an error that leaves open what was done."""
