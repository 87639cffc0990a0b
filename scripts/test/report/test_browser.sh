#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The page in a real browser: nothing on its console, no request to any host, something on paper.
# A page that does ask a host comes last, to see that this would have been noticed.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
scratch=$(mktemp -d)
trap 'rm -rf -- "$scratch"' EXIT
nr_failed=0

skip() {
    echo "SKIP: $*"
    exit 77
}

browser=$(command -v chromium || command -v google-chrome) || skip 'chromium is not installed'
/usr/bin/python3 -c 'import matplotlib' 2>/dev/null || skip 'python3-matplotlib is not installed'

fail() {
    printf 'FAILED: %s\n' "$*"
    nr_failed=$((nr_failed + 1))
}

# open_page NAME ARGUMENTS...: what the browser says goes to NAME.log, what it asks to NAME.net
open_page() {
    local name=$1
    shift
    timeout 300 "$browser" --headless --no-sandbox --disable-gpu --disable-dev-shm-usage \
        --no-first-run --disable-background-networking --disable-component-update --disable-sync \
        --disable-default-apps --disable-extensions --metrics-recording-only \
        --user-data-dir="$scratch/profile" --enable-logging=stderr --v=0 \
        --log-net-log="$scratch/$name.net" "$@" "file://$scratch/$name.html" \
        >"$scratch/$name.dom" 2>"$scratch/$name.log" || skip "the browser does not start here"
}

# A refused request is an attempt, too: the console tells of it. What the browser asks for itself
# has no file for its origin.
complaints() { grep -c 'CONSOLE' "$scratch/$1.log" || true; }
requests() { grep '"network_isolation_key":"file:' "$scratch/$1.net" | grep -oE '"url":"(https?|ftp|wss?):[^"]*"' | sort -u || true; }

"$here/make_run.py" "$scratch/run"
"$here/../../report.py" "$scratch/run" -o "$scratch/page.html" >/dev/null

open_page page --dump-dom
[[ $(complaints page) == 0 ]] || fail "the console says: $(grep CONSOLE "$scratch/page.log")"
[[ -z $(requests page) ]] || fail "asks $(requests page)"
[[ $(grep -c '<figure id=' "$scratch/page.dom") -ge 12 ]] || fail 'figures are missing in the page'

open_page page --print-to-pdf="$scratch/page.pdf"
[[ $(head -c 5 "$scratch/page.pdf") == %PDF- ]] || fail 'nothing is printed'
if command -v pdftotext >/dev/null; then
    pdftotext "$scratch/page.pdf" - | grep -q 'Parking costs' || fail 'the answer is not on paper'
fi

sed 's|</main>|<img src="http://127.0.0.1:9/asked" alt=""></main>|' "$scratch/page.html" \
    >"$scratch/bad.html"
open_page bad --dump-dom
[[ $(complaints bad) != 0 ]] || fail 'a refused request is not noticed'
sed -i 's|<meta http-equiv="Content-Security-Policy"[^>]*>||' "$scratch/bad.html"
open_page bad --dump-dom
[[ $(requests bad) == *127.0.0.1:9/asked* ]] || fail 'a request is not noticed'
((nr_failed == 0)) || exit 1
