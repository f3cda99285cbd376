"""A run for assistants: a server of the Model Context Protocol that reads, and does no more."""

__all__: list[str] = []
