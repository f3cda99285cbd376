"""The ways of alerts over the API: seen by all, tested by who may."""

from pathlib import Path

from tests.api.people import enter
from tests.api.served import Caller, serving
from tests.ops.notifying.receiver import receiving
from traider.api.rights import Role
from traider.domain.ports import Alert, Severity
from traider.runtime.config import load_config
from traider.runtime.observability import ObserveTerms, observe


def test_a_test_goes_out_and_what_came_of_it_is_told(written_state: Path) -> None:
    with receiving() as receiver:
        config = load_config(None, (f"notifications.slack.url={receiver.url}/HIDDEN",))
        with serving(written_state, config) as url, Caller(url) as caller:
            enter(caller, written_state, Role.ADMIN)
            ways = caller.get("/api/v1/notifications")
            sent = caller.post("/api/v1/notifications/slack/test")
            receiver.answers = [(404, {}, b"no_service")]
            refused = caller.post("/api/v1/notifications/slack/test")
            unset = caller.post("/api/v1/notifications/email/test")
            tested = caller.get("/api/v1/notifications")

    assert [each["name"] for each in ways.json["items"] if each["is_set"]] == ["slack"]
    assert b"HIDDEN" not in ways.body
    assert (sent.status, sent.json["is_sent"]) == (200, True)
    assert "admin" in receiver.bodies[0]["text"]
    assert (refused.status, refused.json["is_sent"]) == (200, False)
    assert "no_service" in refused.json["why"]
    assert unset.status == 404
    (way,) = (each for each in tested.json["items"] if each["name"] == "slack")
    assert way["tested"] == {
        "at_ns": refused.json["at_ns"],
        "is_sent": False,
        "why": refused.json["why"],
    }
    assert (way["to"], way["carries"], way["last"]) == ("127.0.0.1", ["warning", "critical"], None)
    assert (tested.json["per_minute"], tested.json["group_s"]) == (15, 5.0)
    assert b"HIDDEN" not in tested.body


def test_what_came_of_the_last_message_of_each_process_is_told(tmp_path: Path) -> None:
    with receiving() as receiver:
        config = load_config(
            None, (f"notifications.slack.url={receiver.url}/HIDDEN", "notifications.group_s=0")
        )
        terms = ObserveTerms(tmp_path / "log.jsonl", console_level="error", state=tmp_path)
        with observe(config, "trader", terms) as seen:
            seen.alerts.send(Alert("feed:gap", Severity.CRITICAL, "a gap"))
        with serving(tmp_path, config) as url, Caller(url) as caller:
            ways = enter(caller, tmp_path, Role.VIEWER).get("/api/v1/notifications")
    assert "a gap" in receiver.bodies[0]["text"]
    (way,) = (each for each in ways.json["items"] if each["is_set"])
    assert (way["sent"], way["failed"], way["last"]["is_sent"]) == (1, 0, True)
    assert way["sent_ns"] == way["last"]["at_ns"] > 0
    assert b"HIDDEN" not in (tmp_path / "notified.trader.json").read_bytes()
