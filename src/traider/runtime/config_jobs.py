"""The table [jobs]: what wakes the workers of long jobs, and who keeps them."""

from typing import Annotated

from pydantic import Field

from traider.runtime.config_database import DatabaseUrl
from traider.runtime.config_sections import Real, Section, Whole


class JobsConfig(Section):
    """How workers learn of jobs; the jobs themselves are rows of the database."""

    queue: DatabaseUrl = DatabaseUrl("sqlite:///data/queue.db")
    """Address of the queue: sqlite:///FILE needs no server, redis://:PASSWORD@HOST:PORT/NUMBER
    does; best given as TRAIDER_JOBS__QUEUE, where it holds a password."""
    keeps_workers: bool = True
    """Whether traider serve keeps workers beside it, which begin when there is work; without them
    traider jobs work does it."""
    nice: Annotated[Whole, Field(ge=0, le=19)] = 10
    """How much those workers give way to other processes of the machine; 19 the most."""
    download_url: str = ""
    """Address that downloads of the front door ask in place of the venue's own, such as a mirror;
    empty for the venue's own."""
    idle_s: Annotated[Real, Field(ge=1, le=86_400)] = 300.0
    """Seconds without work after which such a worker ends."""
    keep_results: Annotated[Whole, Field(ge=0, le=1_000_000)] = 200
    """Results of jobs that are kept in the state folder, the newest of each kind; 0 keeps any
    number. A back-test that was given a name stays, and so does one that is not over."""
    keep_days: Annotated[Whole, Field(ge=0, le=36_500)] = 90
    """Days after the end of a job that its results are kept at most; 0 for ever. A back-test that
    was given a name stays."""
