"""Which look-ahead checks were passed: a small file in the cache folder, found by its digest.

The digest covers the configuration, the bytes of every file of a person's own that it names, and
every event of the run: whatever could change the answer, changes the digest. The folder is
``~/.cache/traider/checks`` (``$XDG_CACHE_HOME/traider/checks``, or ``traider-checks`` in
``$TRAIDER_CACHE_DIR``); without its file a check has to be run again, nothing else is lost.
"""

import hashlib
import json
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final

from traider.backtest.run import BacktestPlan
from traider.kernel import cache_root
from traider.runtime.config import Config, canonical_json

FORMAT: Final = 2
"""Rises when the check sees more, so that older passes do not count any more."""


def checks_folder() -> Path:
    """Return the folder of passed checks, beside the kernel's cache."""
    root = cache_root()
    return root.with_name(root.name.replace("kernel", "checks"))


def run_digest(config: Config, plan: BacktestPlan) -> str:
    """Return the digest of everything that decides whether a run looks ahead, 32 digits."""
    digest = hashlib.blake2b(f"{FORMAT}\n{canonical_json(config)}\n".encode(), digest_size=16)
    for key, path in config.named_files():
        # Data are digested as the events they became, in whatever files they lie.
        if not key.startswith("data."):
            digest.update(f"{key}\n".encode() + path.read_bytes())
    events = plan.events()
    next(events)  # the record of the configuration alone
    for chunk in events:
        digest.update(chunk.tobytes())
    return digest.hexdigest()


def is_passed(digest: str) -> bool:
    """Whether a check of ``digest`` is on record as passed."""
    with suppress(OSError, ValueError):
        record = json.loads(_file(digest).read_text(encoding="utf-8"))
        return isinstance(record, dict) and record.get("digest") == digest
    return False


def record_pass(digest: str, told: Mapping[str, object]) -> Path | None:
    """Write that the check of ``digest`` was passed; None where the folder cannot be written."""
    file = _file(digest)
    body = json.dumps({"digest": digest, "format": FORMAT, **told}, indent=2, sort_keys=True)
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(body + "\n", encoding="utf-8")
    except OSError:
        return None
    return file


def forget_pass(digest: str) -> None:
    """Take back that the check of ``digest`` was passed."""
    with suppress(OSError):
        _file(digest).unlink(missing_ok=True)


def _file(digest: str) -> Path:
    return checks_folder() / f"lookahead-{digest}.json"
