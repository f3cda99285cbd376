"""The audit: who did what, when and why, and the proof that nothing of it was changed."""

from typing import Annotated, Final

from fastapi import APIRouter, Depends, Path, Query

from traider.api.asking import Asker, needs
from traider.api.books.audit_search import audit_page
from traider.api.books.stories import named_story
from traider.api.facts import FactsNow
from traider.api.openapi import problems
from traider.api.paging import PageAskedNow
from traider.api.rights import Right
from traider.api.shapes.audit import AuditPage, VerificationShape
from traider.api.shapes.orders import OrderStory
from traider.api.spans import SpanNow
from traider.compliance.searching import AuditSearch

router = APIRouter(prefix="/audit", tags=["audit"])

_WORD_MAX: Final = 128
Auditor = Annotated[Asker, Depends(needs(Right.AUDIT))]


def _search(
    span: SpanNow,
    action: Annotated[
        str, Query(max_length=_WORD_MAX, description="What was done.", examples=["order"])
    ] = "",
    actor: Annotated[
        str, Query(max_length=_WORD_MAX, description="Who did it.", examples=["trader"])
    ] = "",
    object_id: Annotated[
        str,
        Query(
            max_length=_WORD_MAX,
            alias="object",
            description="What it was done to.",
            examples=["0010000000124e00"],
        ),
    ] = "",
    text: Annotated[
        str, Query(max_length=_WORD_MAX, description="Any part of the record's JSON.")
    ] = "",
) -> AuditSearch:
    return AuditSearch(action, actor, object_id, text, span.from_ns, span.to_ns)


@router.get(
    "/search", summary="Records of the audit, newest first", responses=problems(401, 403, 409, 422)
)
def search_audit(
    facts: FactsNow,
    asker: Auditor,
    wanted: Annotated[AuditSearch, Depends(_search)],
    page: PageAskedNow,
) -> AuditPage:
    """Find records by action, actor, object, time and any text in them.

    A page looks at 20,000 records at most: go on with ``next_cursor``, also from an empty page.
    """
    del asker
    return audit_page(facts.state, wanted, page.limit, page.after(int))


@router.get(
    "/explain/{wanted}",
    summary="Explain an order, a fill or a refusal",
    responses=problems(401, 403, 404, 409, 422),
)
def explain_named(
    facts: FactsNow,
    asker: Auditor,
    wanted: Annotated[
        str,
        Path(
            max_length=_WORD_MAX,
            description="Id of an order, the house's or the venue's, or of a fill, or a position"
            " in the journal.",
            examples=["00100000000eac00"],
        ),
    ],
) -> OrderStory:
    """Tell the event, features, scores, checks, stages and fills of what is named, and it in words.

    It takes what ``traider explain ID`` takes: also the position of a fill, of a verdict, or of the
    event that was decided on.
    """
    del asker
    return named_story(facts.books, wanted)


@router.post(
    "/verify",
    status_code=202,
    summary="Begin to verify the audit",
    responses=problems(401, 403, 409),
)
def begin_verification(facts: FactsNow, asker: Auditor) -> VerificationShape:
    """Verify every byte of the chain, its signed digests, and that it tells what the journal has.

    It goes on beside the answers; ask with GET how far it is.
    """
    return facts.books.verification.begin(asker.who)


@router.get(
    "/verify", summary="How the verification of the audit stands", responses=problems(401, 403)
)
def show_verification(facts: FactsNow, asker: Auditor) -> VerificationShape:
    """Return how far the verification is, and its verdict when it is over."""
    del asker
    return facts.books.verification.state()
