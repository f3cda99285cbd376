#!/usr/bin/env bash
# Makes the environments of make bench-peers: .venv-peers (backtesting.py, nautilus_trader,
# vectorbt) and .venv-peers-hftbacktest, whose NumPy is older than the others want.
# Needs Python 3.12; PYTHON312=/path/to/python3.12 chooses one.
set -euo pipefail
cd "$(dirname "$0")/.."

export UV_PYTHON_DOWNLOADS=never PIP_ROOT_USER_ACTION=ignore PIP_DISABLE_PIP_VERSION_CHECK=1
export UV_LINK_MODE="${UV_LINK_MODE:-copy}"

say() { printf 'setup-peers: %s\n' "$*" >&2; }
die() {
    printf 'setup-peers: error: %s\n' "$*" >&2
    exit 1
}
runs() {
    "$1" -c 'import sys, venv; sys.exit(sys.version_info[:2] != (3, 12))' >/dev/null 2>&1
}

# A name on the PATH is not enough: version switchers leave commands that only print an excuse.
find_python() {
    local candidate
    if [ -n "${PYTHON312:-}" ]; then
        runs "$PYTHON312" || die "PYTHON312=$PYTHON312 is no Python 3.12; name another"
        printf '%s\n' "$PYTHON312"
        return
    fi
    for candidate in python3.12 "${PYENV_ROOT:-$HOME/.pyenv}"/versions/3.12*/bin/python3.12; do
        if runs "$candidate"; then
            printf '%s\n' "$candidate"
            return
        fi
    done
    die "no Python 3.12 found; install it, or name one with PYTHON312=/path/to/python3.12"
}

prepare() {
    local folder="$1" pins="$2"
    [ "$folder/.ready" -nt "$pins" ] && return
    python="${python:-$(find_python)}"
    say "making $folder"
    rm -rf "$folder"
    if [ -x .venv/bin/uv ]; then
        "$python" -m venv --without-pip "$folder"
        .venv/bin/uv pip install --quiet --python "$folder/bin/python" --require-hashes -r "$pins"
    else
        "$python" -m venv "$folder"
        "$folder/bin/python" -m pip install --quiet --require-hashes -r "$pins"
    fi
    touch "$folder/.ready"
}

python=""
prepare .venv-peers requirements/peers-py312.txt
prepare .venv-peers-hftbacktest requirements/peers-hftbacktest-py312.txt
