"""What is held."""

from fastapi import APIRouter, Depends

from traider.api.asking import needs
from traider.api.books.positions import positions_shape
from traider.api.facts import FactsNow
from traider.api.openapi import problems
from traider.api.rights import Right
from traider.api.shapes.positions import PositionsShape

router = APIRouter(
    prefix="/positions", tags=["positions"], dependencies=[Depends(needs(Right.READ))]
)


@router.get("", summary="Positions at their marks", responses=problems(401, 403, 409))
def list_positions(facts: FactsNow) -> PositionsShape:
    """Return every instrument that ever traded: what is held, what it made, what it cost."""
    return positions_shape(facts.books, facts.status())
