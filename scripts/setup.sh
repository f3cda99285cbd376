#!/usr/bin/env bash
# Makes .venv with everything for make run, test, check and bench.
# Needs Python 3.11 or newer; PYTHON=/path/to/python chooses one.
set -euo pipefail
cd "$(dirname "$0")/.."

export UV_PYTHON_DOWNLOADS=never PIP_ROOT_USER_ACTION=ignore PIP_DISABLE_PIP_VERSION_CHECK=1
export UV_LINK_MODE="${UV_LINK_MODE:-copy}"

say() { printf 'setup: %s\n' "$*" >&2; }
die() {
    printf 'setup: error: %s\n' "$*" >&2
    exit 1
}
runs() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; }

find_python() {
    local candidate
    for candidate in ${PYTHON:+"$PYTHON"} python3.11 python3 python3.12 python3.13; do
        if runs "$candidate"; then
            command -v "$candidate"
            return
        fi
    done
    die "no Python 3.11 or newer found; install python3 or name one with PYTHON=/path/to/python"
}

# Debian keeps the part of Python that makes virtual environments in a package of its own.
need_venv() {
    "$1" -c 'import ensurepip, venv' >/dev/null 2>&1 && return
    if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
        die "$1 cannot make virtual environments; run: sudo apt-get install python3-venv"
    fi
    say "installing python3-venv"
    apt-get -qq update >/dev/null && DEBIAN_FRONTEND=noninteractive \
        apt-get -qq install -y --no-install-recommends python3-venv >/dev/null ||
        die "python3-venv could not be installed; run: apt-get install python3-venv"
}

install() {
    if [ -x .venv/bin/uv ]; then
        .venv/bin/uv pip install --quiet --compile-bytecode --python .venv/bin/python "$@"
    else
        .venv/bin/python -m pip install --quiet "$@"
    fi
}

if ! runs .venv/bin/python; then
    python="$(find_python)"
    need_venv "$python"
    say "making .venv with $("$python" --version)"
    "$python" -m venv --clear .venv
fi
if [ ! -x .venv/bin/uv ]; then
    .venv/bin/python -m pip install --quiet --require-hashes -r requirements/uv.txt \
        >/dev/null 2>&1 || say "uv cannot be installed here; pip takes a minute longer"
fi

say "installing the packages"
if .venv/bin/python -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))'; then
    install --require-hashes -r requirements/py311.txt
else
    ranges="$(mktemp)"
    trap 'rm -f "$ranges"' EXIT
    .venv/bin/python scripts/requirement_ranges.py dev browser download scale optimize archive assistant \
        notebook >"$ranges"
    install -r "$ranges"
fi
install --no-deps --no-build-isolation --editable .
touch .venv/.ready
say "ready: .venv/bin/traider"
