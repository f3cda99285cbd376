"""The table [audit]: what is kept of who did what and why, for how long, and who vouches for it."""

from pathlib import Path
from typing import Annotated

from pydantic import Field

from traider.runtime.config_observability import HiddenUrl
from traider.runtime.config_sections import Section, Whole


class AuditConfig(Section):
    """The audit of a run."""

    enabled: bool = True
    """Whether a running trader keeps an audit beside its journal."""
    retention_years: Annotated[Whole, Field(ge=5, le=100)] = 7
    """Years that nothing of it may be deleted; what is archived is locked for so long."""
    archive: str = ""
    """Where full files of it are copied to: s3://BUCKET/PREFIX, or a folder; none when empty."""
    key_file: Path | None = None
    """Ed25519 key (PEM) that signs the digest of each day; none signs nothing."""
    key: HiddenUrl = HiddenUrl("")
    """The same key as text, best given as TRAIDER_AUDIT__KEY; it comes before the file."""
    anchor: Path | None = None
    """Folder outside the state folder that gets a copy of each signed digest."""
