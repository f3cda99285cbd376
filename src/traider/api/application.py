"""The application: routes, errors, documents and the dashboard put together.

application = create_application(ApiTerms(Path("runs/demo"), load_config()))
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from fastapi import APIRouter, Depends, FastAPI
from fastapi.routing import APIRoute
from starlette.types import ASGIApp

from traider import __version__
from traider.api import documents
from traider.api.access import add_access, house_of_run
from traider.api.being_made import add_being_made
from traider.api.commanding import add_control
from traider.api.facts import Facts
from traider.api.known_names import only_known_names
from traider.api.openapi import describe
from traider.api.passage import through_passage
from traider.api.problems import add_problems
from traider.api.routes import ROUTERS
from traider.api.security.house import House
from traider.api.static_files import Dashboard
from traider.api.stream.bodies import RunBodies
from traider.api.stream.door import HouseDoor
from traider.api.stream.stream import PATH as STREAM
from traider.api.stream.stream import Stream, StreamTerms
from traider.api.terms import ApiTerms
from traider.api.workshop import Workshop

PREFIX: Final = "/api/v1"
OPENAPI: Final = "/openapi.json"


class Application(FastAPI):
    """An application behind its passage, through which its faults go out as well."""

    terms: ApiTerms

    def build_middleware_stack(self) -> ASGIApp:
        """Return everything in its order, the passage outside."""
        return through_passage(super().build_middleware_stack(), self.terms)


def create_application(terms: ApiTerms) -> Application:
    """Return the application that shows the run of ``terms``; nothing is opened yet."""
    facts = Facts(terms)
    house = house_of_run(terms, facts)
    workshop = Workshop(terms)
    stream = _stream(facts, house)

    @asynccontextmanager
    async def lifespan(application: FastAPI) -> AsyncIterator[None]:
        try:
            facts.begin()
            await asyncio.to_thread(workshop.begin)
            stream.start()
            yield
        finally:
            await stream.close()
            await asyncio.to_thread(workshop.close)
            application.state.house.close()
            facts.close()

    application = Application(
        title="Traider",
        version=__version__,
        openapi_url=OPENAPI,
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
        generate_unique_id_function=_operation_id,
        redirect_slashes=False,
    )
    application.terms = terms
    application.state.facts = facts
    application.state.workshop = workshop
    add_control(application, facts)
    everything = APIRouter(prefix=PREFIX, dependencies=[Depends(only_known_names)])
    for router in ROUTERS:
        everything.include_router(router)
    application.include_router(everything)
    application.include_router(documents.router)
    application.mount(STREAM, stream.application)
    application.router.default = Dashboard(terms.dashboard)
    add_problems(application)
    add_being_made(application)
    add_access(application, house)
    describe(application)
    return application


def _stream(facts: Facts, house: House) -> Stream:
    """Return what says what changes; it reads nothing before somebody listens."""
    bodies = RunBodies(facts)
    origins = facts.settings.api.allowed_origins
    terms = StreamTerms(origins)
    return Stream(HouseDoor(house), bodies.read, bodies.knows, terms, facts.terms.log)


def _operation_id(route: APIRoute) -> str:
    """Return the name of an operation: that of its function, which must be the only one."""
    return route.name
