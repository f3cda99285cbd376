"""From what is known of a run to the shapes that routes give: market, signals, risk, system.

Each module answers one tag's questions with functions of a followed run, or of files of its state
folder; none of them knows HTTP.
"""

__all__: list[str] = []
