#!/usr/bin/env bash
# Gets Debian's Chromium by apt where that may be done; where not, says what is left out without it.
set -euo pipefail

say() { printf 'chromium: %s\n' "$*" >&2; }

if command -v chromium >/dev/null || command -v chromium-browser >/dev/null; then
    exit 0
fi
if [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null; then
    say "getting it with apt-get"
    if { apt-get -qq update && DEBIAN_FRONTEND=noninteractive \
        apt-get -qq install -y --no-install-recommends chromium; } >/dev/null 2>&1; then
        exit 0
    fi
    say "it cannot be installed: tests of the dashboard and of reports in a browser are left out"
else
    say "there is none: tests of the dashboard and of reports in a browser are left out (apt-get install chromium)"
fi
