"""Who may listen: sessions and tokens, looked at when somebody comes and now and then after."""

from dataclasses import dataclass
from typing import Any, Final, Protocol

from starlette.requests import HTTPConnection

from traider.api.asking import Asker, asker_of_session, asker_of_token, bearer_of
from traider.api.problems import NotAllowedError
from traider.api.rights import Right
from traider.api.security.cookies import session_secret
from traider.api.security.house import House
from traider.api.security.origins import check_origin
from traider.api.security.refusals import PasswordChangeNeededError
from traider.domain.errors import TraiderError

TOKEN_CHARACTERS_MAX: Final = 256


@dataclass(frozen=True)
class Credentials:
    """What somebody came with; kept while they stay, since a session may end meanwhile."""

    address: str
    token: str = ""
    secret: str = ""
    """Of a session's cookie."""


class Door(Protocol):
    """Says who may listen."""

    def let_in(self, credentials: Credentials) -> str:
        """Return the name of who comes.

        Raises:
            TraiderError: they may not.
        """
        ...

    def is_still_in(self, credentials: Credentials) -> bool:
        """Whether they still may."""
        ...


class HouseDoor:
    """The door of the house: whoever may read may listen."""

    def __init__(self, house: House) -> None:
        self._house = house

    def let_in(self, credentials: Credentials) -> str:
        """Return the name of who comes.

        Raises:
            NotSignedInError: nobody who is known.
            NotAllowedError: they may not read.
        """
        asker = self._asker(credentials)
        if asker.session is not None and asker.session.must_change_password:
            raise PasswordChangeNeededError
        if not asker.may(Right.READ):
            raise NotAllowedError(
                f"{asker.name} has no right to {Right.READ}", where="the stream", fix="ask an admin"
            )
        return asker.name

    def is_still_in(self, credentials: Credentials) -> bool:
        """Whether session or token are still good, and may read."""
        try:
            self.let_in(credentials)
        except TraiderError:
            return False
        return True

    def _asker(self, credentials: Credentials) -> Asker:
        if credentials.token:
            return asker_of_token(self._house, credentials.token, credentials.address)
        secret = credentials.secret
        session = self._house.sessions.find(secret, only_reads=True) if secret else None
        return asker_of_session(self._house, session, credentials.address)


def credentials_of(
    scope: dict[str, Any], said: object, allowed_origins: tuple[str, ...]
) -> Credentials:
    """Return what somebody came with.

    Args:
        scope: of the connection.
        said: what a client sent with it, such as ``{"token": "trd_…"}``.
        allowed_origins: pages besides our own that may come.

    Raises:
        NotAllowedError: a page of another site came with somebody's cookie.
    """
    connection = HTTPConnection({**scope, "type": "http"})
    address = connection.client.host if connection.client else ""
    token = bearer_of(connection.headers)
    if not token and isinstance(said, dict):
        token = str(said.get("token") or "")[:TOKEN_CHARACTERS_MAX]
    if token:
        return Credentials(address, token=token)
    # A browser sends the cookie with what any page opens, so that it is asked whose page it is.
    check_origin(
        connection.headers, allowed_origins, encrypted=scope.get("scheme") in ("https", "wss")
    )
    return Credentials(address, secret=session_secret(connection))
