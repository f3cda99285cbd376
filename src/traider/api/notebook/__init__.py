"""A run for notebooks: everything that the API shows, as Polars or pandas frames.

    import traider

    run = traider.connect("runs/demo")                           # a state folder, without a server
    run = traider.connect("https://desk:8000", token="trd_…")    # a server, with a token of yours
    run.fills()

The frames' packages are those of the extra ``notebook``; they are imported when a frame is made.
Nothing here changes a run.
"""

from traider.api.notebook.connection import Connection, connect

__all__ = ["Connection", "connect"]
