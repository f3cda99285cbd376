"""Choose where compiled machine code is kept, before numba is imported.

Numba notices a change in the file of a compiled function but not in the files of the functions
it calls, so a stale caller can outlive an edited callee. The folder is therefore named by a
digest of every kernel and alpha source, of the versions and of the processor: a change of any of
them starts an empty cache, and a run never executes old machine code.
"""

import atexit
import hashlib
import os
import platform
import re
import shutil
import sys
import tempfile
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path
from typing import Final

_PACKAGE: Final = Path(__file__).resolve().parent.parent
_ROOMS: Final = ("domain", "kernel", "signals")
_MARKER: Final = "made-by-traider"
_SUBFOLDER: Final = "traider-kernel"
_DIGEST: Final = re.compile(r"[0-9a-f]{20}")
LINKED: Final = "linked-code"
"""The file of ``linked_code``."""
_KEPT: Final = 4
"""Folders of older digests that stay, so that two checkouts do not evict each other."""


def source_digest() -> str:
    """Return the digest of everything machine code depends on, as 20 hexadecimal digits."""
    digest = hashlib.blake2b(digest_size=10)
    for room in _ROOMS:
        for path in sorted((_PACKAGE / room).rglob("*.py")):
            digest.update(str(path.relative_to(_PACKAGE)).encode())
            digest.update(path.read_bytes())
    for part in (sys.version, version("numba"), version("numpy"), version("llvmlite")):
        digest.update(part.encode())
    digest.update(_processor().encode())
    return digest.hexdigest()


def cache_root() -> Path:
    """Return the folder that holds one cache folder a digest.

    ``TRAIDER_CACHE_DIR`` moves it; it is a subfolder of our own there too, whatever else that
    folder holds.
    """
    configured = os.environ.get("TRAIDER_CACHE_DIR")
    if configured:
        return Path(configured) / _SUBFOLDER
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "traider" / "kernel"


def select_cache() -> Path:
    """Point numba at the folder of the present digest and return that folder.

    Numba reads the variable when it is imported; where someone imported it earlier, the setting it
    made of it is changed as well. Without a folder of ours it would keep machine code beside the
    sources, where it can become stale: where none can be written, this process has one of its own,
    and `traider doctor` says so.
    """
    folder = cache_root() / source_digest()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / _MARKER).touch()
    except OSError:
        folder = _folder_of_this_process(folder)
    else:
        _forget_old(folder)
    os.environ["NUMBA_CACHE_DIR"] = str(folder)
    if "numba" in sys.modules:
        sys.modules["numba"].config.CACHE_DIR = str(folder)
    return folder


def selected_root() -> Path | None:
    """Return what ``TRAIDER_CACHE_DIR`` has to be for another process to select the same folder.

    None says that it selects the same anyway.
    """
    folder = Path(os.environ["NUMBA_CACHE_DIR"])
    return folder.parents[1] if folder.parent.name == _SUBFOLDER else None


def is_warm(folder: Path) -> bool:
    """Return whether ``folder`` holds the whole kernel: its loop is compiled last."""
    return (folder / LINKED).is_file() or any(folder.rglob("run.run-*.nbc"))


def _folder_of_this_process(folder: Path) -> Path:
    """Return a folder that is removed at exit, with what ``folder`` holds if that is complete."""
    root = Path(tempfile.mkdtemp(prefix="traider-"))
    atexit.register(shutil.rmtree, root, ignore_errors=True)
    own = root / _SUBFOLDER / folder.name
    if is_warm(folder):
        shutil.copytree(folder, own)
    else:
        own.mkdir(parents=True)
    return own


def _forget_old(present: Path) -> None:
    """Remove our own folders of older digests, all but the newest few, and nothing else.

    Another process may be doing the same: what is gone already is as good as removed.
    """
    ours = [
        path
        for path in present.parent.iterdir()
        if path != present and _DIGEST.fullmatch(path.name) and (path / _MARKER).is_file()
    ]
    with suppress(OSError):
        ours.sort(key=lambda path: path.stat().st_mtime, reverse=True)
    for folder in ours[_KEPT:]:
        shutil.rmtree(folder, ignore_errors=True)


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="ascii", errors="replace").splitlines()
    except OSError:
        return platform.processor()
    return "".join(line for line in lines[:30] if line.startswith(("model name", "flags")))
