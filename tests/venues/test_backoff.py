from traider.venues.backoff import Backoff, BackoffTerms

TERMS = BackoffTerms(first_s=1.0, longest_s=8.0, stable_s=30.0)


def test_pauses_double_up_to_the_longest_and_are_drawn_below_it() -> None:
    backoff = Backoff(TERMS)
    pauses = [backoff.next_s(0.0) for _ in range(60)]
    for pause, step in zip(pauses, [1.0, 2.0, 4.0, *[8.0] * 57], strict=True):
        assert step / 2 <= pause <= step
    assert len(set(pauses)) == 60


def test_a_connection_that_held_begins_anew() -> None:
    backoff = Backoff(TERMS)
    for _ in range(5):
        backoff.next_s(29.9)
    assert backoff.next_s(30.0) <= 1.0
