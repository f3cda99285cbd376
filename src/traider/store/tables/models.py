"""Every table in one place, so that metadata is whole where it is compared or created."""

from traider.store.tables.base import Base
from traider.store.tables.job_rows import JobRow

__all__ = ["Base", "JobRow"]
