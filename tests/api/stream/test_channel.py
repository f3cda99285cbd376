import time

from traider.api.stream.channel import KEPT, Channel
from traider.api.stream.deltas import patched


def test_a_client_that_comes_back_gets_what_it_missed() -> None:
    channel = Channel("pnl_update")
    first = channel.say({"nav": "1"}, 10)
    assert first is not None
    channel.say({"nav": "2"}, 20)
    channel.say({"nav": "2", "cash": "1"}, 30)

    body = first.body
    for message in channel.since(first.sequence):
        assert message.kind == "delta"
        body = patched(body, message.body)

    assert body == {"nav": "2", "cash": "1"}
    assert channel.since(first.sequence + 2) == []


def test_whoever_was_away_for_too_long_gets_the_whole() -> None:
    channel = Channel("pnl_update")
    first = channel.say({"nav": "0"}, 0)
    assert first is not None
    for number in range(1, KEPT + 2):
        channel.say({"nav": str(number)}, number)

    (told,) = channel.since(first.sequence)

    assert (told.kind, told.body) == ("snapshot", {"nav": str(KEPT + 1)})


def test_a_sequence_of_another_process_means_nothing() -> None:
    earlier = Channel("status")
    known = earlier.say({"mode": "demo"}, 0)
    assert known is not None
    time.sleep(0.01)  # sequences begin at the time, in ms
    later = Channel("status")
    later.say({"mode": "paper"}, 0)

    (told,) = later.since(known.sequence)
    (ahead,) = later.since(known.sequence + 10**6)

    assert told.kind == ahead.kind == "snapshot"


def test_what_did_not_change_is_not_said() -> None:
    channel = Channel("book:COINBASE:BTC-USD")

    assert channel.since(1) == []
    assert channel.event == "book_update"
    assert channel.say([{"id": 1}], 0) is not None
    assert channel.say([{"id": 1}], 1) is None
