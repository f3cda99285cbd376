"""The journal: every event in the order it came, never changed, never lost."""

__all__: list[str] = []
