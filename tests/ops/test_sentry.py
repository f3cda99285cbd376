import json
import sys

import pytest

from tests.ops.http_receiver import Received, receiving
from traider.domain.errors import ConfigError
from traider.domain.ports import Alert, Severity
from traider.ops.sentry import SentryReports, open_sentry


def opened(received: Received) -> SentryReports:
    dsn = f"http://public@127.0.0.1:{received.port}/7"
    return open_sentry(dsn, release="traider@1", environment="test", role="gateway")


def withdraw(balance: str) -> None:
    raise ValueError(f"api_key=hunter balance {balance} of /srv/ana/live.toml")


def fault() -> BaseException:
    with pytest.raises(ValueError, match="balance") as raised:
        withdraw("98765.43")
    return raised.value


def test_a_fault_arrives_without_secrets_amounts_and_paths() -> None:
    with receiving() as received:
        reports = opened(received)
        reports.report(fault(), part="order log", epoch=3)
        reports.close()
    ((path, body),) = received.posts
    assert path == "/api/7/envelope/"
    event = json.loads(body.splitlines()[2])
    (told,) = event["exception"]["values"]
    assert told["type"] == "ValueError"
    assert told["value"] == "api_key=[secret] balance # of live.toml"
    assert told["stacktrace"]["frames"][-1]["function"] == "withdraw"
    assert event["tags"] == {"role": "gateway", "part": "order log", "epoch": "#"}
    assert (event["release"], event["environment"]) == ("traider@1", "test")
    for hidden in ("98765", "hunter", "ana", sys.prefix, "argv", "vars", "abs_path"):
        assert hidden not in body.decode()
    assert not event.get("server_name")


def test_only_a_critical_alert_is_sent() -> None:
    with receiving() as received:
        reports = opened(received)
        for severity in Severity:
            reports.send(Alert("drawdown", severity, f"drawdown {severity}", "at 12.5 %"))
        reports.close()
    assert "drawdown critical: at # %" in received.text
    assert len(received.posts) == 1


def test_a_receiver_that_is_gone_stops_nobody() -> None:
    with receiving() as received:
        pass
    reports = opened(received)
    reports.report(fault())
    reports.close()
    assert received.posts == []


def test_an_address_that_is_none_is_refused_in_one_line() -> None:
    with pytest.raises(ConfigError, match=r"observability\.sentry_dsn: .*copy it"):
        open_sentry("not-an-address", release="1", environment="", role="trader")
