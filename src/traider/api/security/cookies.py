"""The session's cookie: out of reach of scripts, and sent by our own pages alone."""

from typing import Final

from fastapi import Request, Response
from starlette.requests import HTTPConnection

COOKIE: Final = "traider_session"
_TLS_COOKIE: Final = f"__Host-{COOKIE}"
"""Under TLS: a browser takes a cookie of this name from this very host only, and never in clear."""


def is_encrypted(request: HTTPConnection) -> bool:
    """Whether the request came over TLS."""
    return request.url.scheme in ("https", "wss")


def cookie_name(*, encrypted: bool) -> str:
    """Return what the cookie is called."""
    return _TLS_COOKIE if encrypted else COOKIE


def session_secret(request: HTTPConnection) -> str:
    """Return the secret of the request's cookie, empty where it has none."""
    return request.cookies.get(cookie_name(encrypted=is_encrypted(request)), "")


def give_cookie(request: Request, response: Response, secret: str) -> None:
    """Have the browser keep the secret of its session, until it is closed."""
    encrypted = is_encrypted(request)
    response.set_cookie(
        cookie_name(encrypted=encrypted),
        secret,
        path="/",
        secure=encrypted,
        httponly=True,
        samesite="strict",
    )


def take_cookie(request: Request, response: Response) -> None:
    """Have the browser forget its session."""
    encrypted = is_encrypted(request)
    response.delete_cookie(
        cookie_name(encrypted=encrypted),
        path="/",
        secure=encrypted,
        httponly=True,
        samesite="strict",
    )
