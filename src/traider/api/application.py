"""The application: routes, errors and documents put together.

application = create_application(ApiTerms(Path("runs/demo"), load_config()))
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute

from traider import __version__
from traider.api.access import add_access, house_of_run
from traider.api.facts import Facts
from traider.api.openapi import describe
from traider.api.problems import add_problems
from traider.api.request_ids import RequestIds
from traider.api.routes import ROUTERS
from traider.api.terms import ApiTerms

PREFIX: Final = "/api/v1"
OPENAPI: Final = "/openapi.json"


def create_application(terms: ApiTerms) -> FastAPI:
    """Return the application that shows the run of ``terms``; nothing is opened yet."""
    facts = Facts(terms)
    house = house_of_run(terms, facts)

    @asynccontextmanager
    async def lifespan(application: FastAPI) -> AsyncIterator[None]:
        try:
            yield
        finally:
            application.state.house.close()
            facts.close()

    application = FastAPI(
        title="Traider",
        version=__version__,
        openapi_url=OPENAPI,
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
        generate_unique_id_function=_operation_id,
        redirect_slashes=False,
    )
    application.state.facts = facts
    everything = APIRouter(prefix=PREFIX)
    for router in ROUTERS:
        everything.include_router(router)
    application.include_router(everything)
    add_problems(application)
    add_access(application, house)
    describe(application)
    application.add_middleware(RequestIds)
    return application


def _operation_id(route: APIRoute) -> str:
    """Return the name of an operation: that of its function, which must be the only one."""
    return route.name
