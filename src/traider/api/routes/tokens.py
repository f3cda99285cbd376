"""Tokens of programs."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from traider.api.asking import Asker, HouseNow, needs
from traider.api.openapi import problems
from traider.api.problems import NotAllowedError, NotFoundError
from traider.api.rights import Right
from traider.api.routes.asked import NumberInPath
from traider.api.routes.auth import number_of, session_of
from traider.api.security.tokens import KeptToken
from traider.api.shapes.people import MadeToken, NewToken, Tokens, TokenShape

router = APIRouter(prefix="/tokens", tags=["tokens"])

Me = Annotated[Asker, Depends(needs(Right.OWN))]


@router.get("", summary="List tokens", responses=problems(401, 403, 422))
def list_tokens(
    asker: Me,
    house: HouseNow,
    everybody: Annotated[  # noqa: FBT002 - a query parameter
        bool, Query(description="Those of everybody, for whoever may let people in.")
    ] = False,
) -> Tokens:
    """Return one's own tokens, or everybody's."""
    if everybody and not asker.may(Right.PEOPLE):
        raise NotAllowedError("only an admin sees everybody's tokens", where="query.everybody")
    kept = house.tokens.list(None if everybody else asker.user_id)
    return Tokens(items=[_shape(token) for token in kept])


@router.post("", status_code=201, summary="Make a token", responses=problems(401, 403, 409, 422))
def make_token(new: NewToken, asker: Me, house: HouseNow) -> MadeToken:
    """Return a new token, once. It never may do more than its owner; needs a fresh code."""
    session_of(asker)
    asker.demand_fresh("making a token")
    secret, token = house.tokens.make(
        asker.user_id, asker.role, new.name, frozenset(new.scopes), new.days
    )
    house.tell(
        asker.name,
        "token-made",
        f"token:{token.id}",
        name=token.name,
        scopes=sorted(token.scopes),
        until_ns=token.until_ns,
    )
    return MadeToken(secret=secret, token=_shape(token))


@router.delete(
    "/{token_id}", status_code=204, summary="Revoke a token", responses=problems(401, 403, 404)
)
def revoke_token(token_id: NumberInPath, asker: Me, house: HouseNow) -> None:
    """End a token of one's own; an admin ends anybody's."""
    number = number_of(token_id)
    if number is None:
        raise NotFoundError("there is no such token", where=token_id)
    is_anybodys = asker.may(Right.PEOPLE)
    token = house.tokens.revoke(number, None if is_anybodys else asker.user_id)
    house.tell(asker.name, "token-revoked", f"token:{token.id}", owner=token.owner)


def _shape(token: KeptToken) -> TokenShape:
    return TokenShape(
        id=str(token.id),
        owner=token.owner,
        name=token.name,
        hint=token.hint,
        scopes=sorted(token.scopes),
        created_ns=token.created_ns,
        until_ns=token.until_ns,
        seen_ns=token.seen_ns,
        revoked_ns=token.revoked_ns,
    )
