"""Faults and critical alerts to Sentry, scrubbed; only where an address (DSN) is set.

The client is one of its own: it changes nothing else in the process, hooks into no library, and
sends no variables, source lines, paths, host or arguments. What may be sent is listed here, and
everything else is dropped: the type and place of a fault, its scrubbed text, version and role.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from traider.domain.errors import ConfigError
from traider.domain.ports import Alert, Field, Severity
from traider.ops.scrubbing import scrubbed

if TYPE_CHECKING:
    from sentry_sdk import Client
    from sentry_sdk.types import Event, Hint

_FLUSH_S: Final = 2.0
_KEYS: Final = ("event_id", "timestamp", "level", "platform", "release", "environment", "sdk")
_FRAME_KEYS: Final = ("filename", "function", "module", "lineno", "in_app")
_FAULT_KEYS: Final = ("type", "module")


class SentryReports:
    """Send faults, and alerts that are critical."""

    def __init__(self, client: "Client", words: Mapping[str, str]) -> None:
        self._client = client
        self._words = dict(words)

    def report(self, error: BaseException, /, **fields: Field) -> None:
        """Send ``error``; it waits in a queue, and is lost when that is full."""
        from sentry_sdk.utils import event_from_exception

        event, hint = event_from_exception(error, client_options=self._client.options)
        event["tags"] = {**self._words, **{name: str(value) for name, value in fields.items()}}
        self._client.capture_event(event, hint)

    def send(self, alert: Alert) -> None:
        """Send ``alert`` when it is critical."""
        if alert.severity is Severity.CRITICAL:
            tags = {**self._words, "alert": alert.key}
            text = f"{alert.title}: {alert.detail}" if alert.detail else alert.title
            self._client.capture_event({"message": text, "level": "fatal", "tags": tags})

    def close(self) -> None:
        """Send what waits, for two seconds at most."""
        self._client.close(timeout=_FLUSH_S)


def open_sentry(dsn: str, *, release: str, environment: str, role: str) -> SentryReports:
    """Return reports to the project of ``dsn``.

    Raises:
        ConfigError: the package is not installed, or the address is none.
    """
    try:
        import sentry_sdk
        from sentry_sdk.utils import BadDsn
    except ImportError:
        raise ConfigError(
            "sentry-sdk is not installed",
            where="observability.sentry_dsn",
            fix="install traider[ops], or leave the setting empty",
        ) from None
    try:
        client = sentry_sdk.Client(
            dsn=dsn,
            release=release,
            environment=environment,
            server_name="",
            default_integrations=False,
            auto_enabling_integrations=False,
            include_local_variables=False,
            include_source_context=False,
            send_client_reports=False,
            auto_session_tracking=False,
            max_breadcrumbs=0,
            before_send=only_what_may_leave,
        )
    except BadDsn:
        raise ConfigError(
            "is no address of a Sentry project",
            where="observability.sentry_dsn",
            fix="copy it from the project's settings, https://KEY@HOST/NUMBER",
        ) from None
    return SentryReports(client, {"role": role})


def only_what_may_leave(event: "Event", hint: "Hint | None" = None) -> "Event":
    """Return ``event`` with what may be sent and nothing else."""
    del hint
    given: dict[str, Any] = dict(event)
    kept: dict[str, Any] = {key: given[key] for key in _KEYS if key in given}
    if "message" in given:
        kept["message"] = scrubbed(str(given["message"]))
    if "exception" in given:
        kept["exception"] = {"values": [_fault(each) for each in given["exception"]["values"]]}
    tags = given.get("tags") or {}
    kept["tags"] = {str(name): scrubbed(str(value)) for name, value in dict(tags).items()}
    return kept  # type: ignore[return-value]  # the keys are those of the library's own event


def _fault(given: Mapping[str, Any]) -> dict[str, Any]:
    kept = {key: given.get(key) for key in _FAULT_KEYS}
    kept["value"] = scrubbed(str(given.get("value") or ""))
    frames = (given.get("stacktrace") or {}).get("frames") or ()
    kept["stacktrace"] = {
        "frames": [{key: frame.get(key) for key in _FRAME_KEYS} for frame in frames]
    }
    return kept
