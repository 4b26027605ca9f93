#!/bin/sh
# Prints the path of a Chromium for the browser tests, and gets one where there is none:
#   CHROMIUM, if set → one that is installed → Debian's package, where apt can be used → Playwright's own, for 10 minutes
# The one without windows needs two thirds of the time; with LEAN=1 it is fetched even where another is installed.
# Usage: scripts/chromium.sh [python of the test environment]. All but the path goes to stderr.
set -u
python=${1:-python3}

installed() {
    for name in chromium-headless-shell chromium chromium-browser google-chrome google-chrome-stable; do
        command -v "$name" 2>/dev/null && return 0
    done
    mac="/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"
    [ -x "$mac" ] && echo "$mac"
}

APT="-o Acquire::Retries=0 -o Acquire::http::Timeout=15"

# Installs the first of some packages that can be had.
# Debian's own only: Ubuntu's package of that name is a snap, which cannot be driven like this.
# The tests bring their fonts; those that come along are for who looks at a page or measures one (make bench).
debian() {
    [ -r /etc/os-release ] && command -v apt-get >/dev/null && grep -qx 'ID=debian' /etc/os-release || return 1
    if [ "$(id -u)" -eq 0 ]; then
        as_root=""
    elif sudo -n true 2>/dev/null; then
        as_root="sudo"
    else
        return 1
    fi
    echo "Installing Debian's Chromium …" >&2
    # shellcheck disable=SC2086  # empty for root
    timeout 120 $as_root apt-get $APT update -q </dev/null >&2
    for package in "$@"; do
        # shellcheck disable=SC2086
        timeout 300 $as_root env DEBIAN_FRONTEND=noninteractive \
            apt-get $APT install -q -y --no-install-recommends "$package" fonts-liberation </dev/null >&2 && return 0
    done
    return 1
}

playwrights() {
    "$python" - <<'PYTHON'
import os
import shutil
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

with sync_playwright() as playwright:
    path = playwright.chromium.executable_path
if not Path(path).exists():
    print("No Chromium on this machine: fetching Playwright's …", file=sys.stderr)
    command = [sys.executable, "-m", "playwright", "install", "chromium", "--no-shell"]
    if os.getuid() == 0 and shutil.which("apt-get"):
        command.append("--with-deps")  # the libraries that it needs, too
    try:
        subprocess.run(command, check=True, timeout=600, stdin=subprocess.DEVNULL, stdout=sys.stderr)
    except (subprocess.SubprocessError, OSError) as error:
        sys.exit(f"That did not work: {error}")
print(path)
PYTHON
}

if [ -n "${CHROMIUM:-}" ]; then
    if [ ! -x "$CHROMIUM" ]; then
        echo "CHROMIUM=$CHROMIUM is not a program that can be run." >&2
        exit 1
    fi
    echo "$CHROMIUM"
elif [ -n "${LEAN:-}" ] && ! command -v chromium-headless-shell >/dev/null && debian chromium-headless-shell && installed; then
    :
elif installed || { debian chromium-headless-shell chromium && installed; } || playwrights; then
    :
else
    {
        echo
        echo "The tests in the browser cannot run: there is no Chromium, and none could be had."
        echo "Install Chromium or Chrome, or name it with CHROMIUM=/path/to/chromium make test;"
        echo "SKIP_BROWSER=1 make test leaves those tests out."
    } >&2
    exit 1
fi
