"""Browsers of somebody else, and the lock that wrong passwords put on them."""

from typing import Annotated

from fastapi import APIRouter, Depends

from traider.api.asking import Asker, HouseNow, needs
from traider.api.openapi import problems
from traider.api.problems import NotFoundError
from traider.api.rights import Right
from traider.api.routes.asked import NumberInPath
from traider.api.routes.auth import number_of, session_shape
from traider.api.routes.users import UserName, user_shape
from traider.api.shapes.people import Ended, Sessions, UserShape

router = APIRouter(prefix="/users/{name}", tags=["users"], responses=problems(401, 403, 404))

Admin = Annotated[Asker, Depends(needs(Right.PEOPLE))]


@router.get("/sessions", summary="List somebody's sessions")
def list_user_sessions(name: UserName, asker: Admin, house: HouseNow) -> Sessions:
    """Return every browser that is logged in as somebody."""
    this = None if asker.session is None else asker.session.id
    kept = house.sessions.of_user(house.users.get(name).id)
    return Sessions(items=[session_shape(each, this) for each in kept])


@router.delete("/sessions/{session_id}", status_code=204, summary="End a session of somebody")
def end_user_session(
    name: UserName, session_id: NumberInPath, asker: Admin, house: HouseNow
) -> None:
    """Log one browser of somebody out."""
    number = number_of(session_id)
    if number is None or not house.sessions.end(number, house.users.get(name).id):
        raise NotFoundError("there is no such session", where=session_id)
    house.tell(asker.name, "session-ended", f"session:{number}", of=name, address=asker.address)


@router.post("/sessions/end", summary="End every session of somebody")
def end_user_sessions(name: UserName, asker: Admin, house: HouseNow) -> Ended:
    """Log every browser of somebody out; what they may do stays as it is."""
    count = house.sessions.end_all(house.users.get(name).id)
    house.tell(asker.name, "sessions-ended", f"user:{name}", count=count)
    return Ended(count=count)


@router.post("/unlock", summary="End the lock of wrong passwords")
def unlock_user(name: UserName, asker: Admin, house: HouseNow) -> UserShape:
    """Let somebody try their password again at once; needs a fresh code. The password stays."""
    user = house.users.get(name)
    asker.demand_fresh(f"ending the lock of {name}")
    house.users.unlock(user.id)
    house.tell(asker.name, "user-unlocked", f"user:{name}")
    return user_shape(house, house.users.get(name))
