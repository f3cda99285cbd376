"""The ways of alerts over the API: seen by all, tested by who may."""

from pathlib import Path

from tests.api.people import enter
from tests.api.served import Caller, serving
from tests.ops.notifying.receiver import receiving
from traider.api.rights import Role
from traider.runtime.config import load_config


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

    assert [each["name"] for each in ways.json["items"] if each["is_set"]] == ["slack"]
    assert b"HIDDEN" not in ways.body
    assert (sent.status, sent.json["is_sent"]) == (200, True)
    assert "admin" in receiver.bodies[0]["text"]
    assert (refused.status, refused.json["is_sent"]) == (200, False)
    assert "no_service" in refused.json["why"]
    assert unset.status == 404
