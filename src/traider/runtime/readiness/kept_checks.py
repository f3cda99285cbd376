"""Checks of what people did: the alert that arrived, the backup, the signature."""

from pathlib import Path
from typing import Final

from traider.domain.timeframes import DAY_NS
from traider.runtime.config import Config
from traider.runtime.readiness.notes import Notes, signed_digest
from traider.runtime.readiness.rows import Row
from traider.venues.rfc3339 import format_ns

_HOUR_NS: Final = 3_600_000_000_000
_CLOCK_NS: Final = 60_000_000_000
"""As much may this machine's clock have been set back since."""


def check_alert(notes: Notes, config: Config, now_ns: int) -> Row:
    """Tell whether a test alert arrived at a person lately."""
    name, fix = "alerts", "traider readiness --test-alert, then --alert-seen CODE with its code"
    test = notes.alert
    if test is None:
        return Row(name, ok=False, found="never tested", fix=fix)
    if not test.seen_ns:
        found = f"a test was sent at {format_ns(test.sent_ns)}, nobody told its code"
        return Row(name, ok=False, found=found, fix=fix)
    if test.seen_ns > now_ns + _CLOCK_NS:
        found = f"seen at {format_ns(test.seen_ns)}, which is in the future"
        return Row(name, ok=False, found=found, fix=fix)
    age_days = (now_ns - test.seen_ns) / DAY_NS
    text = f"seen {age_days:.1f} days ago, over {', '.join(test.channels)}"
    if age_days > config.readiness.alert_days:
        return Row(name, ok=False, found=f"{text}: too long ago", fix=fix)
    return Row(name, ok=True, found=text)


def check_backup(config: Config, now_ns: int) -> Row:
    """Tell how old the newest backup is."""
    name, place, most = "backup", config.readiness.backup, config.readiness.backup_age_h
    if place is None:
        return Row(
            name,
            ok=False,
            found="no place is named, and there is no backup command yet",
            fix="copy the state folder by a tool of yours, and name its copy in readiness.backup",
        )
    newest_ns = _newest_ns(place)
    fix = "make a backup, and look why the last one did not come"
    if newest_ns == 0:
        return Row(name, ok=False, found=f"nothing is in {place}", fix=fix)
    age_h = (now_ns - newest_ns) / _HOUR_NS
    text = f"{age_h:.1f} h old"
    if age_h > most:
        return Row(name, ok=False, found=f"{text}, at most {most:g} h", fix=fix)
    return Row(name, ok=True, found=text)


def _newest_ns(place: Path) -> int:
    """Return when the newest file was written; 0 when there is none."""
    files = [place] if place.is_file() else [each for each in place.rglob("*") if each.is_file()]
    return max((each.stat().st_mtime_ns for each in files if each.stat().st_size), default=0)


def check_signature(notes: Notes, config: Config, run_id: str, now_ns: int) -> Row:
    """Tell whether a person signed for these settings and this paper run, by now."""
    name, fix = "sign-off", "traider readiness --sign-off NAME, when everything else is well"
    signed = notes.signature
    if signed is None:
        return Row(name, ok=False, found="nobody signed", fix=fix)
    text = f"{signed.name} at {format_ns(signed.signed_ns)}"
    if signed.signed_ns > now_ns + _CLOCK_NS:
        return Row(name, ok=False, found=f"{text}, which is in the future", fix=fix)
    if signed.digest != signed_digest(config):
        return Row(name, ok=False, found=f"{text}, for other settings", fix=fix)
    if signed.run_id != run_id:
        return Row(name, ok=False, found=f"{text}, for another paper run", fix=fix)
    return Row(name, ok=True, found=text)
