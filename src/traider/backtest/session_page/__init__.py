"""The page of one session of a running trader: drawn like the report of a back-test.

It reads values and writes text; it never runs anything, and asks the network for nothing.
"""

from traider.backtest.session_page.page import SessionPage, write_session_page

__all__ = ["SessionPage", "write_session_page"]
