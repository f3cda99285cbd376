"""Python's own pauses, while a session trades and after it."""

import gc
import sys

from traider.runtime.session.pauses import short_pauses


def test_what_a_start_left_is_not_walked_through_until_the_session_ends() -> None:
    before_s, kept = sys.getswitchinterval(), gc.get_freeze_count()
    with short_pauses():
        assert gc.get_freeze_count() > kept
        assert len(gc.get_objects()) < 10_000
        assert sys.getswitchinterval() < before_s
    assert gc.get_freeze_count() == 0
    assert sys.getswitchinterval() == before_s
