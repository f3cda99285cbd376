"""Problems that are answered before a request comes to a route."""

from starlette.requests import Request
from starlette.types import Receive, Scope, Send

from traider.api.problems import ProblemError, TooManyRequestsError, problem_answer

_POLICY = 1_008
"""Code of a web socket that is refused by a rule."""


async def refuse(fault: ProblemError, scope: Scope, receive: Receive, send: Send) -> None:
    """Answer a request, or the opening of a web socket, with ``fault``."""
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.close", "code": _POLICY, "reason": fault.what})
        return
    headers = {}
    if isinstance(fault, TooManyRequestsError):
        headers["Retry-After"] = str(fault.after_s)
    answer = problem_answer(
        Request(scope), fault.status, fault.what, headers, where=fault.where, fix=fault.fix
    )
    await answer(scope, receive, send)
