#!/usr/bin/env bash
# Makes the environments of other people's clients, which the tests run against the local exchange:
# .venv-coinbase-sdk (coinbase-advanced-py) and .venv-ccxt. Their pins do not go together.
set -euo pipefail
cd "$(dirname "$0")/.."

export PIP_ROOT_USER_ACTION=ignore PIP_DISABLE_PIP_VERSION_CHECK=1
export UV_LINK_MODE="${UV_LINK_MODE:-copy}" UV_PYTHON_DOWNLOADS=never

PYTHON="${PYTHON:-.venv/bin/python}"
UV="${UV:-.venv/bin/uv}"

prepare() {
    local folder="$1" pins="$2"
    [ "$folder/.ready" -nt "$pins" ] && return
    printf 'setup-clients: making %s\n' "$folder" >&2
    rm -rf "$folder"
    if [ -x "$UV" ]; then
        "$PYTHON" -m venv --without-pip "$folder"
        "$UV" pip install --quiet --python "$folder/bin/python" --require-hashes -r "$pins"
    else
        "$PYTHON" -m venv "$folder"
        "$folder/bin/python" -m pip install --quiet --require-hashes -r "$pins"
    fi
    touch "$folder/.ready"
}

# One at a time: tests that run beside each other may all ask.
mkdir -p .cache
exec 9>.cache/clients.lock
flock 9
prepare .venv-coinbase-sdk requirements/client-coinbase-sdk.txt
prepare .venv-ccxt requirements/client-ccxt.txt
