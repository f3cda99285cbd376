"""One module a revision, each up and down; a revision that was released is never changed."""

__all__: list[str] = []
