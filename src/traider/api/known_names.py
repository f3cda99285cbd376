"""No parameter is asked for in vain: one that a route does not know is refused, not left out.

A filter with a wrong letter would else find everything, and look as if it had been heard.
"""

from difflib import get_close_matches

from fastapi import Request
from fastapi.routing import APIRoute

from traider.api.problems import NotUnderstoodError


def only_known_names(request: Request) -> None:
    """Return when the route knows every query parameter of the request.

    A route without any is not asked for more than it says: what follows its ``?`` is left out.

    Raises:
        NotUnderstoodError: it does not know one.
    """
    if not request.query_params:
        return
    route = request.scope.get("route")
    known = _names_of(route) if isinstance(route, APIRoute) else ()
    if not known:
        return
    for name in request.query_params:
        if name not in known:
            near = get_close_matches(name, known, 1)
            raise NotUnderstoodError(
                "there is no such parameter",
                where=f"query.{name[:64]}",
                fix=f"was {near[0]} meant?" if near else f"it takes {', '.join(known)}",
            )


def _names_of(route: APIRoute) -> tuple[str, ...]:
    names: set[str] = set()
    left = [route.dependant]
    while left:
        part = left.pop()
        names.update(field.alias for field in part.query_params)
        left.extend(part.dependencies)
    return tuple(sorted(names))
