"""The log: JSON lines in a file for machines, short colored lines on stderr for people.

Every line of a process carries what ``note_on_every_line`` was told, such as the role and the
leader's epoch, and inside a span the id of its trace.
"""

import contextlib
import json
import sys
from datetime import UTC
from pathlib import Path
from typing import TYPE_CHECKING, Final

from traider.domain.errors import ConfigError
from traider.domain.ports import Field
from traider.ops.trace_context import TRACE_ID

if TYPE_CHECKING:
    import loguru

LEVELS: Final = ("debug", "info", "warning", "error")
"""Names of the levels, most talkative first."""

_ROTATION_BYTES: Final = 20_000_000
_FILES_KEPT: Final = 5
_JSON_FIELD: Final = "_json"

_noted: dict[str, Field] = {}


class LoguruLog:
    """Write to one loguru logger; ``bind`` gives a log with more fields."""

    def __init__(self, logger: "loguru.Logger") -> None:
        self._logger = logger

    def debug(self, message: str, /, **fields: Field) -> None:
        """Write what only a developer wants to know."""
        self._write("DEBUG", message, fields)

    def info(self, message: str, /, **fields: Field) -> None:
        """Write what an operator may want to know later."""
        self._write("INFO", message, fields)

    def warning(self, message: str, /, **fields: Field) -> None:
        """Write what an operator should look at today."""
        self._write("WARNING", message, fields)

    def error(self, message: str, /, **fields: Field) -> None:
        """Write what went wrong and stopped something."""
        self._write("ERROR", message, fields)

    def bind(self, **fields: Field) -> "LoguruLog":
        """Return a log that adds ``fields`` to each of its lines."""
        return LoguruLog(self._logger.bind(**fields))

    def _write(self, level: str, message: str, fields: dict[str, Field]) -> None:
        trace_id = TRACE_ID.get()
        if trace_id:
            fields.setdefault("trace_id", trace_id)
        # No arguments are passed to the format, so braces in a message stay what they are. A disk
        # that refuses costs lines of the file, not the trader; the console has them.
        with contextlib.suppress(OSError):
            self._logger.bind(**fields).log(level, message)


def open_log(
    file: Path | None, *, level: str = "info", console_level: str = "warning"
) -> LoguruLog:
    """Open the process's log: JSON lines in ``file`` (none with None), lines on stderr.

    A process has one log: opening it again closes the one before. The file is rotated at 20 MB
    and five old ones are kept.

    Raises:
        ConfigError: the file cannot be written.
    """
    from loguru import logger

    close_log()
    logger.add(_write_console, level=console_level.upper())
    if file is not None:
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            logger.add(
                file,
                level=level.upper(),
                format=_json_format,
                rotation=_ROTATION_BYTES,
                retention=_FILES_KEPT,
                encoding="utf-8",
                catch=False,
            )
        except OSError as error:
            raise ConfigError(
                f"the log file {file} cannot be written ({error.strerror})",
                where="log.file",
                fix="name a file in a folder you may write to",
            ) from None
    return LoguruLog(logger)


def close_log() -> None:
    """Flush and close the process's log, and forget what stood on every line."""
    from loguru import logger

    with contextlib.suppress(OSError):  # what was not written yet, on a disk that refuses
        logger.remove()
    logger.remove()
    _noted.clear()
    logger.configure(extra={})


def note_on_every_line(**fields: Field) -> None:
    """Let every line of the process's log carry ``fields`` too; a line's own go before them."""
    from loguru import logger

    _noted.update(fields)
    logger.configure(extra=dict(_noted))


def json_line(record: "loguru.Record") -> str:
    """Return ``record`` as one JSON object: ts, level, message, then the fields."""
    line: dict[str, object] = {
        "ts": record["time"].astimezone(UTC).isoformat(timespec="microseconds"),
        "level": record["level"].name.lower(),
        "message": record["message"],
    }
    line.update({key: value for key, value in _fields(record).items() if key not in line})
    return json.dumps(line, ensure_ascii=False, default=str)


def console_line(record: "loguru.Record") -> str:
    """Return ``record`` as one short line: time of day, level, message, fields."""
    fields = " ".join(f"{key}={value}" for key, value in _fields(record).items())
    time = record["time"].strftime("%H:%M:%S")
    return f"{time} {record['level'].name.lower():<7} {record['message']} {fields}".rstrip()


def _fields(record: "loguru.Record") -> dict[str, object]:
    return {key: value for key, value in record["extra"].items() if key != _JSON_FIELD}


def _json_format(record: "loguru.Record") -> str:
    # What a format function returns is itself a format with color tags; the finished text goes
    # through a field, where neither braces nor tags act.
    record["extra"][_JSON_FIELD] = json_line(record)
    return f"{{extra[{_JSON_FIELD}]}}\n"


def _write_console(message: "loguru.Message") -> None:
    # Looked up at each line: a progress bar puts its own stderr in place while it is shown.
    sys.stderr.write(console_line(message.record) + "\n")
