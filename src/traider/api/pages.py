"""The dashboard's built files, found once: each with its address, its type and its policy.

An export of pages has ``orders.html`` for ``/orders``; scripts that stand in a page are allowed by
their digests, so that no other script can be slipped in.
"""

import base64
import gzip
import hashlib
import mimetypes
import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final

_SCRIPT: Final = re.compile(
    r"<script(?P<head>[^>]*)>(?P<body>.*?)</script\s*>", re.DOTALL | re.IGNORECASE
)
_SOURCE: Final = re.compile(r"(?:^|\s)src\s*=", re.IGNORECASE)
_HASHED: Final = "/_next/static/"
"""Files under it have their digest in their names, so they never change."""
_ZIPPED: Final = {".css", ".html", ".js", ".json", ".map", ".mjs", ".svg", ".txt", ".webmanifest"}
_ZIPPED_FROM: Final = 1_000
_TYPES: Final = {
    ".js": "text/javascript",
    ".mjs": "text/javascript",
    ".woff2": "font/woff2",
    ".webmanifest": "application/manifest+json",
    ".ico": "image/x-icon",
}
_YEAR_S: Final = 31_536_000
MISSING: Final = "/404.html"


@dataclass(frozen=True)
class PageFile:
    """A file as it is served."""

    path: Path
    content_type: str
    policy: str
    """Its content security policy."""
    is_lasting: bool
    """Whether a browser may keep it for ever."""

    @cached_property
    def plain(self) -> bytes:
        """What is in it."""
        return self.path.read_bytes()

    @cached_property
    def zipped(self) -> bytes | None:
        """The same, shorter; None where that is not worth it."""
        if self.path.suffix not in _ZIPPED or len(self.plain) < _ZIPPED_FROM:
            return None
        return gzip.compress(self.plain, 9, mtime=0)

    @cached_property
    def tag(self) -> str:
        """What changes when the file does."""
        return hashlib.blake2b(self.plain, digest_size=12).hexdigest()

    @property
    def cache_control(self) -> str:
        """How long a browser may keep it."""
        return f"public, max-age={_YEAR_S}, immutable" if self.is_lasting else "no-cache"


def page_files(folder: Path) -> dict[str, PageFile]:
    """Return every file under ``folder`` by each address it has; empty where nothing was built."""
    found: dict[str, PageFile] = {}
    if not (folder / "index.html").is_file():
        return found
    for path in sorted(folder.rglob("*")):
        if not path.is_file() or any(part.startswith(".") for part in path.parts[-2:]):
            continue
        name = f"/{path.relative_to(folder).as_posix()}"
        file = _page_file(path, name)
        found[name] = file
        for address in _clean(name):
            found.setdefault(address, file)
    return found


def _page_file(path: Path, name: str) -> PageFile:
    is_page = path.suffix == ".html"
    kind = _TYPES.get(path.suffix) or mimetypes.guess_type(path.name)[0]
    content_type = kind or "application/octet-stream"
    if content_type.startswith("text/"):
        content_type += "; charset=utf-8"
    text = path.read_text(encoding="utf-8") if is_page else ""
    return PageFile(path, content_type, page_policy(text), name.startswith(_HASHED))


def _clean(name: str) -> tuple[str, ...]:
    """Return the other addresses of a page: ``/orders`` and ``/orders/`` for ``/orders.html``."""
    if not name.endswith(".html"):
        return ()
    bare = name.removesuffix(".html")
    if bare == "/index":
        return ("/",)
    bare = bare.removesuffix("/index")
    return (bare, f"{bare}/")


def script_digests(text: str) -> tuple[str, ...]:
    """Return the digests of the scripts that stand in a page, as a policy names them."""
    inside = {
        found["body"]
        for found in _SCRIPT.finditer(text)
        if found["body"] and not _SOURCE.search(found["head"])
    }
    return tuple(sorted(_digest(body) for body in inside))


def _digest(script: str) -> str:
    # A browser takes the text as its parser leaves it, with each kind of line end as one.
    text = script.replace("\r\n", "\n").replace("\r", "\n")
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def page_policy(text: str, *, scripts: str = "") -> str:
    """Return the policy of a page: everything from here, nothing from anyone else.

    Styles may stand in elements: charts and widgets place their parts so, and a style can send
    nothing anywhere while pictures and fonts come from here alone.
    """
    allowed = " ".join(("'self'", *script_digests(text), *([scripts] if scripts else [])))
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src {allowed}",
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "font-src 'self'",
            "connect-src 'self'",
            "worker-src 'self' blob:",
            "manifest-src 'self'",
            "media-src 'self'",
            "base-uri 'none'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        )
    )
