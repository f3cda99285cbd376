"""Each service gets what its own pages ask for, over a real connection."""

import hashlib
import hmac
from collections.abc import Callable, Iterator

import pytest

from tests.ops.notifying.receiver import Receiver, receiving
from traider.domain.ports import Alert, Severity
from traider.ops.notifying.group import Group
from traider.ops.notifying.services import (
    SIGNATURE,
    JsonChannel,
    Words,
    discord,
    pagerduty,
    slack,
    telegram,
    webhook,
)

STALE = Alert("feed:stale", Severity.WARNING, "feed is <stale>", "BTC & ETH, 12 s")
LOSS = Alert("drawdown", Severity.CRITICAL, "drawdown 5.1 % above 5 %")
OVER = Alert("feed:stale", Severity.INFO, "feed is fresh again")
GROUP = Group("traider paper", (STALE, LOSS), 1_746_459_375_000_000_000)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as found:
        yield found


def deliver(words: Words, group: Group = GROUP) -> str:
    delivery = JsonChannel("any", Severity.INFO, words).deliver(group)
    return "" if delivery.is_done else delivery.why


def test_telegram_gets_a_message_whose_marks_are_escaped(receiver: Receiver) -> None:
    assert deliver(telegram("7:secret", "-100", receiver.url)) == ""

    assert receiver.paths == ["/bot7:secret/sendMessage"]
    (body,) = receiver.bodies
    assert (body["chat_id"], body["parse_mode"]) == ("-100", "HTML")
    assert body["disable_notification"] is False
    head, warning, critical = body["text"].split("\n")
    assert head == "<b>traider paper: CRITICAL: drawdown 5.1 % above 5 % (and 1 more)</b>"
    assert warning == "WARNING: feed is &lt;stale&gt;: BTC &amp; ETH, 12 s"
    assert critical == "CRITICAL: drawdown 5.1 % above 5 %"


def test_slack_and_discord_get_words_that_call_nobody(receiver: Receiver) -> None:
    everyone = Group("traider", (Alert("x", Severity.WARNING, "@everyone <!channel>"),), 0)

    assert deliver(slack(f"{receiver.url}/services/T/B/X"), everyone) == ""
    assert deliver(discord(f"{receiver.url}/api/webhooks/1/x"), everyone) == ""

    of_slack, of_discord = receiver.bodies
    assert "<!channel>" not in str(of_slack["blocks"])
    assert of_slack["text"].startswith("traider: WARNING")
    assert of_discord["allowed_mentions"] == {"parse": []}


def test_a_condition_is_one_incident_and_its_end_resolves_it(receiver: Receiver) -> None:
    words = pagerduty("k" * 32, receiver.url)
    assert deliver(words, Group("traider live", (STALE,), GROUP.at_ns)) == ""
    assert deliver(words, Group("traider live", (OVER,), GROUP.at_ns)) == ""

    began, ended = receiver.bodies
    assert receiver.paths == ["/v2/enqueue"] * 2
    assert (began["event_action"], ended["event_action"]) == ("trigger", "resolve")
    assert began["dedup_key"] == ended["dedup_key"] == "traider live:feed:stale"
    assert began["payload"]["severity"] == "warning"
    assert began["payload"]["timestamp"] == "2025-05-05T15:36:15+00:00"
    assert "payload" not in ended


def test_what_is_refused_for_good_keeps_nothing_else_back(receiver: Receiver) -> None:
    receiver.answers = [(400, {}, b"no"), (202, {}, b"ok")]
    words = pagerduty("k" * 32, receiver.url)
    stop = Alert("trading", Severity.CRITICAL, "trading was stopped")
    why = deliver(words, Group("traider live", (STALE, stop), GROUP.at_ns))
    assert why == "it answered 400: no"
    assert [body["payload"]["severity"] for body in receiver.bodies] == ["warning", "critical"]


def test_ones_own_address_knows_who_sent_it(receiver: Receiver) -> None:
    assert deliver(webhook(f"{receiver.url}/hook", "shared", lambda: 1_700_000_000.7)) == ""

    told = receiver.headers[0][SIGNATURE.lower()]
    right = hmac.new(b"shared", b"1700000000." + receiver.raw[0], hashlib.sha256).hexdigest()
    assert told == f"t=1700000000,v1={right}"
    assert [each["key"] for each in receiver.bodies[0]["alerts"]] == ["feed:stale", "drawdown"]


@pytest.mark.parametrize(
    "make",
    [lambda url: telegram("t", "c", url), slack, discord, webhook, lambda url: pagerduty("k", url)],
)
def test_a_long_text_is_cut_and_never_refused_for_it(
    receiver: Receiver, make: Callable[[str], Words]
) -> None:
    many = tuple(Alert(f"k{n}", Severity.WARNING, "t" * 900, "d" * 900) for n in range(20))

    assert deliver(make(receiver.url), Group("traider", many, 0)) == ""

    text = str(receiver.bodies[0])
    assert len(receiver.bodies[0].get("text", "")) <= 4_096
    assert len(receiver.bodies[0].get("content", "")) <= 2_000
    assert "traider" in text


@pytest.mark.parametrize(
    ("answer", "after_s", "may"),
    [
        ((429, {"Retry-After": "7"}, b"slow"), 7.0, True),
        ((429, {}, b'{"ok":false,"parameters":{"retry_after":5}}'), 5.0, True),
        ((429, {}, b'{"retry_after": 0.65}'), 0.65, True),
        ((429, {"Retry-After": "soon"}, b"[]"), 0.0, True),
        ((503, {}, b""), 0.0, True),
        ((400, {}, b"invalid_payload"), 0.0, False),
        ((302, {"Location": "/elsewhere"}, b""), 0.0, False),
    ],
)
def test_what_a_service_says_decides_whether_it_is_tried_again(
    receiver: Receiver, answer: tuple[int, dict[str, str], bytes], after_s: float, may: bool
) -> None:
    receiver.answers = [answer]

    told = JsonChannel("slack", Severity.INFO, slack(f"{receiver.url}/secret")).deliver(GROUP)

    assert (told.is_done, told.may_try_again, told.after_s) == (False, may, after_s)
    assert "secret" not in told.why
    assert len(receiver.paths) == 1


def test_an_address_that_nobody_listens_at_is_tried_again_and_not_told() -> None:
    told = JsonChannel("slack", Severity.INFO, slack("http://127.0.0.1:9/T0/hidden")).deliver(GROUP)

    assert told.may_try_again
    assert "hidden" not in told.why
