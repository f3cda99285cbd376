#!/usr/bin/env bash
# Runs the golden tests on each other Python at hand (3.12, 3.13), in .venv-3.12 and so on.
# Names of versions as arguments choose others; says which Pythons it left out.
set -euo pipefail
cd "$(dirname "$0")/.."

export UV_PYTHON_DOWNLOADS=never PIP_ROOT_USER_ACTION=ignore PIP_DISABLE_PIP_VERSION_CHECK=1
export UV_LINK_MODE="${UV_LINK_MODE:-copy}"

say() { printf 'other pythons: %s\n' "$*" >&2; }

# A name on the PATH is not enough: version switchers leave commands that only print an excuse.
find_python() {
    local candidate
    for candidate in "python$1" "$HOME"/.pyenv/versions/"$1".*/bin/"python$1"; do
        if "$candidate" -c "import ensurepip, sys; sys.exit('%d.%d' % sys.version_info[:2] != '$1')" \
            >/dev/null 2>&1; then
            printf '%s\n' "$candidate"
            return
        fi
    done
    return 1
}

prepare() {
    local python="$1" folder="$2" ranges
    [ "$folder/.ready" -nt pyproject.toml ] && return
    say "making $folder"
    "$python" -m venv --clear "$folder"
    ranges="$folder/ranges.txt"
    "$folder/bin/python" scripts/requirement_ranges.py dev scale \
        --only pytest --only pytest-timeout --only hypothesis --only psycopg >"$ranges"
    if [ -x .venv/bin/uv ]; then
        .venv/bin/uv pip install --quiet --compile-bytecode --python "$folder/bin/python" -r "$ranges"
    else
        "$folder/bin/python" -m pip install --quiet -r "$ranges"
    fi
    touch "$folder/.ready"
}

# Prepares one version and runs its tests; what it says is kept, since two of them run at once.
examine() {
    local version="$1" python
    if ! python="$(find_python "$version")"; then
        say "Python $version is not at hand: golden tests on it are left out"
        return
    fi
    prepare "$python" ".venv-$version"
    say "golden tests on Python $version"
    # Only their own modules are imported: others need packages that are not there.
    grep -rlZ --include='test_*.py' 'pytest\.mark\.golden' tests |
        xargs -0 ".venv-$version/bin/python" -m pytest -q -m golden
}

said="$(mktemp -d)"
trap 'rm -rf "$said"' EXIT
[ "$#" -gt 0 ] || set -- 3.12 3.13
declare -A children
for version in "$@"; do
    examine "$version" >"$said/$version" 2>&1 &
    children[$version]=$!
done
status=0
for version in "$@"; do
    wait "${children[$version]}" || status=1
    cat "$said/$version"
done
exit "$status"
