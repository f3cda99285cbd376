"""Names that the server may be asked by.

A server on the loopback that answered to any name could be asked by a page of the wide world whose
name was made to point here.
"""

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from traider.api.addresses import is_loopback
from traider.api.passage.answering import refuse
from traider.api.problems import ProblemError
from traider.runtime.config_api import ApiConfig


class OtherHostError(ProblemError):
    """The request names another host than this one."""

    status = 421


class HostNames:
    """Refuses requests to names that are not ours; takes all where it is meant for the network."""

    def __init__(self, application: ASGIApp, api: ApiConfig) -> None:
        self._application = application
        self._is_open = not is_loopback(api.host) and not api.hosts
        self._ours = frozenset(each.lower() for each in (*api.hosts, api.host))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        if scope["type"] not in ("http", "websocket") or self._is_open:
            await self._application(scope, receive, send)
            return
        asked = _name_of(Headers(scope=scope).get("host", ""))
        if asked in self._ours or is_loopback(asked):
            await self._application(scope, receive, send)
            return
        fault = OtherHostError(
            "this server does not go by that name",
            where=asked,
            fix="ask it by its address, or add the name to api.hosts",
        )
        await refuse(fault, scope, receive, send)


def _name_of(host: str) -> str:
    """Return a host header without its port and brackets."""
    if host.startswith("["):
        return host[1:].partition("]")[0].lower()
    return host.partition(":")[0].lower()
