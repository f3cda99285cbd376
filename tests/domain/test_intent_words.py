"""The words of an intent are those that the record has under the same names."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from traider.domain.events import EVENT
from traider.domain.intent_words import RECORD_BYTES, IntentWords, words_of


@given(st.binary(min_size=RECORD_BYTES, max_size=RECORD_BYTES))
def test_words_are_those_of_the_record(record: bytes) -> None:
    event = np.frombuffer(record, EVENT)
    assert words_of(record) == tuple(int(event[name][0]) for name in IntentWords._fields)
