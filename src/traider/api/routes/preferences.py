"""How whoever is logged in wants the dashboard: their own choices, and nobody else's."""

from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import ValidationError

from traider.api.asking import Asker, HouseNow, needs
from traider.api.openapi import problems
from traider.api.rights import Right
from traider.api.routes.auth import session_of
from traider.api.security.preferences import KeptPreferences
from traider.api.shapes.preferences import KeptPreferencesShape, Preferences

router = APIRouter(prefix="/auth/preferences", tags=["auth"])

Me = Annotated[Asker, Depends(needs(Right.OWN))]


@router.get("", summary="How I want the dashboard", responses=problems(401, 403))
def my_preferences(asker: Me, house: HouseNow) -> KeptPreferencesShape:
    """Return one's own choices; what was never chosen is as everybody has it."""
    session_of(asker)
    return _shape(house.preferences.of_user(asker.user_id))


@router.put("", summary="Choose how I want the dashboard", responses=problems(401, 403, 422))
def choose_preferences(chosen: Preferences, asker: Me, house: HouseNow) -> KeptPreferencesShape:
    """Keep one's own choices in the place of those before; what is left out is as at first."""
    session_of(asker)
    return _shape(house.preferences.keep(asker.user_id, chosen.model_dump(exclude_defaults=True)))


def _shape(kept: KeptPreferences | None) -> KeptPreferencesShape:
    """Return what is kept; a choice that this version does not know is left out."""
    known = {} if kept is None else {k: v for k, v in kept.chosen.items() if _is_known(k, v)}
    return KeptPreferencesShape(**known, changed_ns=None if kept is None else kept.changed_ns)


def _is_known(name: str, value: object) -> bool:
    try:
        Preferences.model_validate({name: value})
    except ValidationError:
        return False
    return True
