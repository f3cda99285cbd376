"""Examine the installation: what is there, what is missing, what is misconfigured.

Findings are values; a front door prints them.
"""

import os
import shutil
import sys
from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Final

from traider.domain.errors import ConfigError
from traider.kernel.cache import cache_root
from traider.runtime.doctor_findings import Finding, Status

if TYPE_CHECKING:
    from traider.runtime.config_model import Config

__all__ = ["Finding", "Status", "diagnose", "is_healthy"]

PYTHON_MIN: Final = (3, 11)

NEEDED_PACKAGES: Final = (
    "aiohttp",
    "alembic",
    "argon2-cffi",
    "blake3",
    "click",
    "cryptography",
    "duckdb",
    "fastapi",
    "fastapi-offline",
    "httptools",
    "huey",
    "jinja2",
    "loguru",
    "msgspec",
    "numba",
    "numpy",
    "picows",
    "prometheus-client",
    "pyarrow",
    "pydantic",
    "pydantic-settings",
    "PyJWT",
    "pyotp",
    "python-socketio",
    "rich",
    "segno",
    "sqlalchemy",
    "uvicorn",
    "uvloop",
    "websockets",
)
EXTRA_PACKAGES: Final = {
    "TA-Lib": ("dev", "compares features with the reference library in the tests"),
    "playwright": ("browser", "looks at the report in a browser"),
    "boto3": ("archive", "copies the audit to storage that speaks S3"),
    "confluent-kafka": ("scale", "lets roles run apart over Kafka or Redpanda"),
    "cvxpy": ("optimize", "finds the weights of a portfolio"),
    "mcp": ("assistant", "lets assistants ask about a run"),
    "polars": ("notebook", "gives notebooks frames of a run"),
    "psycopg": ("scale", "keeps tables and market data in PostgreSQL"),
}
_BROWSERS: Final = ("chromium", "chromium-browser", "google-chrome")
_CHECKOUT: Final = Path(__file__).resolve().parents[3]
SAMPLE_FOLDER: Final = _CHECKOUT / "data" / "sample"


def diagnose(config_file: Path | None = None) -> tuple[Finding, ...]:
    """Examine everything; ``config_file`` as in ``load_config``."""
    return (
        python_finding(sys.version_info[:3]),
        *(package_finding(name) for name in NEEDED_PACKAGES),
        *(extra_finding(name) for name in EXTRA_PACKAGES),
        browser_finding(os.environ.get("PATH", "")),
        cache_finding(cache_root()),
        sample_finding(SAMPLE_FOLDER),
        *config_findings(config_file),
    )


def is_healthy(findings: Iterable[Finding]) -> bool:
    """Return whether nothing needed is missing or faulty."""
    return all(finding.status in (Status.OK, Status.OPTIONAL) for finding in findings)


def python_finding(found: tuple[int, int, int]) -> Finding:
    """Examine the Python version."""
    text = ".".join(str(part) for part in found)
    if found[:2] >= PYTHON_MIN:
        return Finding("python", Status.OK, f"{text} ({sys.executable})")
    return Finding("python", Status.FAULTY, text, "use Python 3.11 or newer")


def package_finding(name: str) -> Finding:
    """Examine a package that is always needed."""
    found = _version(name)
    if found:
        return Finding(name, Status.OK, found)
    return Finding(name, Status.MISSING, "not installed", "run make setup")


def extra_finding(name: str) -> Finding:
    """Examine a package of an extra."""
    extra, purpose = EXTRA_PACKAGES[name]
    found = _version(name)
    if found:
        return Finding(name, Status.OK, f"{found} (extra {extra})")
    return Finding(
        name,
        Status.OPTIONAL,
        f"not installed; {purpose}",
        f"pip install 'traider[{extra}]'",
    )


def browser_finding(search_path: str) -> Finding:
    """Examine whether a Chromium is on ``search_path``, a PATH."""
    for name in _BROWSERS:
        found = shutil.which(name, path=search_path)
        if found:
            return Finding("chromium", Status.OK, found)
    return Finding(
        "chromium",
        Status.OPTIONAL,
        "not installed; the tests look at the report with it",
        "apt-get install chromium",
    )


def cache_finding(folder: Path) -> Finding:
    """Examine whether compiled code can be kept in ``folder`` from one run to the next."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        writable = os.access(folder, os.W_OK | os.X_OK)
    except OSError:
        writable = False
    if writable:
        return Finding("compile cache", Status.OK, str(folder))
    return Finding(
        "compile cache",
        Status.FAULTY,
        f"{folder} cannot be written, so each run compiles again",
        "set TRAIDER_CACHE_DIR to a folder you may write to",
    )


def sample_finding(folder: Path) -> Finding:
    """Examine the sample bars; they come with a checkout, not with an installed package."""
    files = sorted(folder.glob("*.parquet"))
    if files:
        return Finding("sample data", Status.OK, f"{len(files)} files in {folder}")
    if (folder.parent.parent / "pyproject.toml").is_file():
        return Finding(
            "sample data", Status.MISSING, f"none in {folder}", "git checkout -- data/sample"
        )
    return Finding(
        "sample data", Status.OPTIONAL, "not part of an installed package", "name files with --data"
    )


def config_findings(file: Path | None) -> tuple[Finding, ...]:
    """Examine the configuration; one finding a fault."""
    try:
        # Imported here: the doctor must be able to speak when the settings library is missing.
        from traider.runtime.config import load_with_origins  # noqa: PLC0415
    except ImportError as error:
        return (Finding("config", Status.FAULTY, f"cannot be read: {error}", "run make setup"),)
    try:
        loaded = load_with_origins(file)
    except ConfigError as error:
        faults: tuple[ConfigError, ...] = getattr(error, "faults", (error,))
        return tuple(
            Finding("config", Status.FAULTY, f"{fault.where}: {fault.what}", fault.fix)
            for fault in faults
        )
    text = str(loaded.file) if loaded.file else "no traider.toml here; defaults and environment"
    return (
        Finding("config", Status.OK, text),
        *_database_findings(loaded.config),
        _bus_finding(loaded.config),
    )


def _database_findings(config: "Config") -> tuple[Finding, ...]:
    try:
        # The same: what talks to databases may be missing.
        from traider.runtime.doctor_database import database_findings  # noqa: PLC0415
    except ImportError as error:
        return (Finding("database", Status.FAULTY, f"cannot be asked: {error}", "run make setup"),)
    return database_findings(config)


def _bus_finding(config: "Config") -> Finding:
    # Imported here for the same reason.
    from traider.runtime.doctor_bus import bus_finding  # noqa: PLC0415

    return bus_finding(config)


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""
