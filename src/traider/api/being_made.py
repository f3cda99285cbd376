"""Answers that take a while: 202 with how far they are, and when to ask again.

@router.get("/attribution", responses=being_made())
"""

from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

from traider.api.making import BeingMadeError
from traider.api.shapes.being_made import BeingMade


def being_made() -> dict[int | str, dict[str, Any]]:
    """Return the answer of a route whose first one takes a while, as it declares it."""
    return {
        202: {
            "model": BeingMade,
            "description": "It is being made: how far it is. Ask again after ``Retry-After``.",
            "headers": {
                "Retry-After": {
                    "description": "Seconds after which to ask again.",
                    "schema": {"type": "integer", "minimum": 1},
                    "required": True,
                }
            },
        }
    }


def add_being_made(application: FastAPI) -> None:
    """Have ``application`` answer so."""
    application.add_exception_handler(BeingMadeError, _of_being_made)


async def _of_being_made(request: Request, fault: Exception) -> JSONResponse:
    del request
    assert isinstance(fault, BeingMadeError)  # noqa: S101 - registered for this class
    body = BeingMade(
        progress=fault.done,
        doing=fault.doing,
        begun_ns=fault.begun_ns,
        retry_after_s=fault.after_s,
    )
    return JSONResponse(body.model_dump(), 202, {"Retry-After": str(fault.after_s)})
