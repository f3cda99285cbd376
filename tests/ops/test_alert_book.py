"""Law 1: the counter is the number of alerts that the channels saw."""

from hypothesis import given
from hypothesis import strategies as st

from tests.ports.alert import MemoryAlerts
from tests.ports.clock import FixedClock
from traider.domain.ports import Alert, Severity
from traider.ops.alert_book import KEPT, AlertBook, SentAlert
from traider.ops.metrics import ProcessMetrics

HOUR = 3_600_000_000_000
ALERTS = st.builds(
    Alert, st.sampled_from(["drawdown", "parity"]), st.sampled_from(Severity), st.just("title")
)


def late(severity: Severity) -> Alert:
    return Alert("latency", severity, "orders leave late")


def test_a_condition_that_stands_is_told_when_it_gets_worse_or_after_an_hour() -> None:
    channel, clock = MemoryAlerts(), FixedClock()
    book = AlertBook((channel,), ProcessMetrics(), clock)
    for severity in (Severity.WARNING, Severity.WARNING, Severity.CRITICAL, Severity.WARNING):
        book.send(late(severity))
    assert [each.severity for each in channel.sent] == [Severity.WARNING, Severity.CRITICAL]
    clock.advance(HOUR - 1)
    book.send(late(Severity.CRITICAL))
    assert len(channel.sent) == 2
    clock.advance(1)
    book.send(late(Severity.CRITICAL))
    assert len(channel.sent) == 3
    assert book.standing() == ("latency",)


def test_information_ends_a_condition_so_that_it_is_told_anew() -> None:
    channel = MemoryAlerts()
    book = AlertBook((channel,), ProcessMetrics(), FixedClock())
    for severity in (Severity.WARNING, Severity.INFO, Severity.WARNING):
        book.send(late(severity))
    assert len(channel.sent) == 3
    book.send(late(Severity.INFO))
    assert book.standing() == ()


@given(st.lists(ALERTS, max_size=30))
def test_every_channel_sees_what_is_counted_and_the_last_ones_are_kept(sent: list[Alert]) -> None:
    first, second = MemoryAlerts(), MemoryAlerts()
    metrics, clock = ProcessMetrics(), FixedClock(7)
    book = AlertBook((first, second), metrics, clock)
    for alert in sent:
        book.send(alert)
    assert first.sent == second.sent
    assert sum(metrics.snapshot().counters.values()) == len(first.sent)
    assert book.recent() == tuple(SentAlert(alert, 7) for alert in first.sent[-KEPT:])


def test_conditions_without_end_do_not_fill_the_memory() -> None:
    channel = MemoryAlerts()
    book = AlertBook((channel,), ProcessMetrics(), FixedClock())
    for number in range(1_005):
        book.send(Alert(f"order:{number}", Severity.WARNING, "late"))
    assert len(book.standing()) == 1_000
    assert book.standing()[0] == "order:5"
