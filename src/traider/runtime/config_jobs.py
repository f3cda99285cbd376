"""The table [jobs]: what wakes the workers of long jobs."""

from traider.runtime.config_database import DatabaseUrl
from traider.runtime.config_sections import Section


class JobsConfig(Section):
    """How workers learn of jobs; the jobs themselves are rows of the database."""

    queue: DatabaseUrl = DatabaseUrl("sqlite:///data/queue.db")
    """Address of the queue: sqlite:///FILE needs no server, redis://:PASSWORD@HOST:PORT/NUMBER
    does; best given as TRAIDER_JOBS__QUEUE, where it holds a password."""
