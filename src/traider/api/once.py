"""What moves money is done once for each key, however often it is sent.

    @router.post("/control/orders")
    def send(order: ManualOrder, asker: Trader, once: OnceNow) -> OrderSent:
        return once.do(asker, OrderSent, lambda: ...)

The header ``Idempotency-Key`` is the caller's own word for one wish. Sent again with the same
request it is answered as the first time; with another one it is refused.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Final, TypeVar

from fastapi import Depends, Header, Request, Response
from pydantic import BaseModel

from traider.api.asking import Asker, asked_request, house_of
from traider.api.problems import ProblemError
from traider.api.security.answered import AnsweredTable, KeptAnswer
from traider.api.security.approvals import AskedRequest
from traider.api.security.refusals import WaitsForApprovalError
from traider.domain.errors import UsageError
from traider.runtime.control.client import SilentTraderError

REPLAYED: Final = "Idempotency-Replayed"
"""Header of an answer that was given before."""

REFUSED: Final = 409
"""Status that is kept of a refusal."""

Shape = TypeVar("Shape", bound=BaseModel)


@dataclass(frozen=True)
class Once:
    """One request and its key."""

    key: str
    request: AskedRequest
    table: AnsweredTable
    response: Response

    def do(
        self,
        asker: Asker,
        shape: type[Shape],
        make: Callable[[], Shape],
        *,
        keeps_refusal: bool = False,
    ) -> Shape:
        """Return what ``make`` returns, or what it returned for this key before.

        Where ``make`` is refused, nothing was done and the key is free again. After any other
        fault nobody knows: the key stays taken, and sending again is refused.

        Args:
            asker: whose key it is.
            shape: of what ``make`` returns.
            make: does what was asked for.
            keeps_refusal: whether a trader's refusal is kept like an answer, and told again. So
                it is with orders: one that the gate refused must not pass it a minute later
                because its answer was lost on the way.

        Raises:
            NotUnderstoodError: the key was given to another request.
            ConflictError: the request is being done, or nobody knows how it ended.
        """
        before = self.table.take(asker.name, self.key, self.request)
        if before is not None:
            if before.status == REFUSED:
                raise UsageError(**json.loads(before.body))
            self.response.status_code = before.status
            self.response.headers[REPLAYED] = "true"
            return shape.model_validate_json(before.body)
        try:
            made = make()
        except (ProblemError, UsageError, WaitsForApprovalError) as fault:
            if keeps_refusal and type(fault) is UsageError:
                words = {"what": fault.what, "where": fault.where, "fix": fault.fix}
                self.table.answered(asker.name, self.key, KeptAnswer(REFUSED, json.dumps(words)))
            else:
                self.table.release(asker.name, self.key)
            raise
        except SilentTraderError as fault:
            if not fault.is_begun:
                # It was not carried out, and will not be.
                self.table.release(asker.name, self.key)
            raise
        status = self.response.status_code or 200
        self.table.answered(asker.name, self.key, KeptAnswer(status, made.model_dump_json()))
        return made


def _once(
    request: Request,
    response: Response,
    asked: Annotated[AskedRequest, Depends(asked_request)],
    idempotency_key: Annotated[
        str,
        Header(
            min_length=8,
            max_length=128,
            pattern=r"^[\x21-\x7e]+$",
            description="Your own word for this wish, such as a UUID: sent again it is not done "
            "again.",
            examples=["5f0c7a1e-2b0d-4a57-9e2c-0d6f5b6f1a11"],
        ),
    ],
) -> Once:
    house = house_of(request)
    return Once(idempotency_key, asked, house.answered, response)


OnceNow = Annotated[Once, Depends(_once)]
"""The key of a request that moves money, for a route."""
