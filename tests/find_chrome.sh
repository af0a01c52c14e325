#!/bin/sh
# Finds a Chrome or Chromium for the browser tests; where there is none, installs Debian's as root or in CI,
# and otherwise says which one command would. The tests themselves skip loudly without one.
for name in "${CHROME:-}" chromium chromium-browser google-chrome google-chrome-stable chrome \
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"; do
    [ -n "$name" ] && command -v "$name" >/dev/null 2>&1 && exit 0
done
if command -v apt-get >/dev/null 2>&1 && { [ "$(id -u)" = 0 ] || [ -n "${CI:-}" ]; }; then
    sudo=""
    [ "$(id -u)" = 0 ] || sudo=sudo
    echo "installing Debian's chromium for the browser tests (about a minute)"
    $sudo apt-get update -qq >/dev/null && $sudo apt-get install -y -qq chromium >/dev/null && exit 0
fi
echo "NO CHROME OR CHROMIUM: the browser tests will be skipped; 'sudo apt-get install chromium' would run them"
exit 0
