"""Requests that another site made a browser send: they are known by where they come from."""

import hmac
from collections.abc import Collection, Mapping
from typing import Final
from urllib.parse import urlsplit

from traider.api.problems import NotAllowedError
from traider.api.security.digests import csrf_of
from traider.api.security.refusals import CsrfError

CSRF_HEADER: Final = "X-CSRF-Token"
SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
"""Methods that change nothing."""
_OUR_SITES: Final = frozenset({"same-origin", "none"})


def check_origin(headers: Mapping[str, str], allowed: Collection[str], *, encrypted: bool) -> None:
    """Return when a page of ours sent this, or no page at all.

    Args:
        headers: of the request, their names in small letters or found in any.
        allowed: origins besides our own that pages may come from.
        encrypted: whether the request came over TLS: a page of ours then did as well. In clear it
            may have come through a proxy that encrypts, so that both are taken there.

    Raises:
        NotAllowedError: a page of another site sent it.
    """
    origin = headers.get("origin", "")
    if origin in allowed:
        return
    if origin:
        page = urlsplit(origin)
        is_ours = bool(page.netloc) and page.netloc == headers.get("host", "")
        is_ours = is_ours and not (encrypted and page.scheme != "https")
    else:
        is_ours = headers.get("sec-fetch-site", "none") in _OUR_SITES
    if not is_ours:
        raise NotAllowedError(
            "a page of another site sent this", where=origin or "Sec-Fetch-Site", fix="use our own"
        )


def check_csrf(headers: Mapping[str, str], secret: str) -> None:
    """Return when the request says the word of its session.

    Raises:
        CsrfError: it says another, or none.
    """
    said = headers.get(CSRF_HEADER.lower(), "")
    if not hmac.compare_digest(said.encode(), csrf_of(secret).encode()):
        raise CsrfError(CSRF_HEADER)
