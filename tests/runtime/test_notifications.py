"""Ways to people as the settings name them, from an alert of a process to a service."""

import json
from pathlib import Path

import pytest

from tests.ops.notifying.receiver import receiving
from traider.cli.main import run
from traider.domain.errors import ConfigError
from traider.domain.ports import Alert, Severity
from traider.runtime.config import load_config
from traider.runtime.notifications import WAYS, channels_of
from traider.runtime.observability import ObserveTerms, observe

ALL = (
    "telegram.token=7:x", "telegram.chat=1", "slack.url=https://hooks.example/x",
    "discord.url=https://discord.example/x", "pagerduty.routing_key=k", "email.host=mail.example",
    "email.sender=t@e.org", "email.to=a@e.org,b@e.org", "webhook.url=https://e.org/hook",
)  # fmt: skip


def settings(*said: str) -> tuple[str, ...]:
    return tuple(f"notifications.{each}" for each in said)


def test_every_way_can_be_set_and_none_is_by_itself() -> None:
    assert channels_of(load_config().notifications) == ()
    found = channels_of(load_config(None, settings(*ALL)).notifications)
    assert tuple(each.name for each in found) == WAYS


@pytest.mark.parametrize(
    ("said", "where"),
    [
        (("telegram.token=7:x",), "telegram.chat"),
        (("email.host=mail.example", "email.to=a@e.org"), "email.sender"),
        (("email.host=mail.example", "email.sender=a@e.org"), "email.to"),
        (("slack.url=hooks.example",), "slack.url"),
        (("slack.url=http://hooks.example/x",), "slack.url"),
        (("slack.url=https://hooks..example/x",), "slack.url"),
        (("slack.url=https:///x",), "slack.url"),
        (("webhook.url=http://10.0.0.1/x",), "webhook.url"),
    ],
)
def test_a_way_that_is_set_in_part_is_refused(said: tuple[str, ...], where: str) -> None:
    with pytest.raises(ConfigError) as told:
        channels_of(load_config(None, settings(*said)).notifications)
    assert where in told.value.line()


def test_no_secret_is_shown_with_the_settings(capsys: pytest.CaptureFixture[str]) -> None:
    said = settings("webhook.url=https://e.org/HIDDEN", "webhook.secret=HIDDEN", *ALL[:2])
    run(["config", "show", *(word for each in said for word in ("--set", each))])

    shown = capsys.readouterr().out
    assert "notifications" in shown
    assert "HIDDEN" not in shown
    assert "7:x" not in shown


def test_an_alert_of_a_process_arrives(tmp_path: Path) -> None:
    with receiving() as receiver:
        config = load_config(None, settings(f"webhook.url={receiver.url}/hook", "group_s=0"))
        with observe(config, "trader", ObserveTerms(tmp_path / "log.jsonl", "paper")) as seen:
            seen.alerts.send(Alert("drawdown", Severity.CRITICAL, "drawdown 5 %"))

    (body,) = receiver.bodies
    assert (body["source"], body["alerts"][0]["title"]) == ("traider paper", "drawdown 5 %")


def test_ways_are_listed_and_tested_from_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    with receiving() as receiver:
        receiver.answers = [(200, {}, b"ok"), (410, {}, b"channel_is_archived")]
        said = [
            word
            for each in settings(f"slack.url={receiver.url}/a", f"discord.url={receiver.url}/b")
            for word in ("--set", each)
        ]
        assert run(["notify", "list", "--json", *said]) == 0
        ways = json.loads(capsys.readouterr().out)["ways"]
        assert run(["notify", "test", "--json", *said]) == 1
        tests = json.loads(capsys.readouterr().out)["tests"]
        assert run(["notify", "test", "--way", "email", *said]) == 2

    assert [each["way"] for each in ways if each["is_set"]] == ["slack", "discord"]
    assert [each["is_sent"] for each in tests] == [True, False]
    assert "channel_is_archived" in tests[1]["why"]
    assert "test of this way" in str(receiver.bodies[0])


def test_a_test_leaves_no_incident_open(capsys: pytest.CaptureFixture[str]) -> None:
    with receiving() as receiver:
        said = settings("pagerduty.routing_key=k", f"pagerduty.url={receiver.url}")
        words = [word for each in said for word in ("--set", each)]
        assert run(["notify", "test", "--json", *words]) == 0
        assert json.loads(capsys.readouterr().out)["tests"][0]["is_sent"] is True

    began, ended = receiver.bodies
    assert (began["event_action"], ended["event_action"]) == ("trigger", "resolve")
    assert began["dedup_key"] == ended["dedup_key"]
