#!/usr/bin/env bash
# Run once, as root, when Gradescope builds the autograder's image.
set -euo pipefail
root="${AUTOGRADER:-/autograder}"
here="$root/source"

export DEBIAN_FRONTEND=noninteractive
new_enough='import sys; sys.exit(sys.version_info < (3, 11))'
python=python3
if ! python3 -c "$new_enough" 2>/dev/null; then
    python=python3.11 # what Ubuntu 22.04 offers besides its own
fi
if command -v apt-get >/dev/null; then
    apt-get update -qq
    apt-get install -y -qq --no-install-recommends \
        "$python" "$python-venv" "$python-dev" gcc libc6-dev bubblewrap
fi

"$python" -m venv "$root/venv"
"$root/venv/bin/python" -m pip install --quiet "$here/workbook[$(cat "$here/extras")]"
# Students' code may read the package, and neither the tests nor the solutions.
chmod -R go-rwx "$here/course"

# Build nothing that cannot grade: the solutions have to earn every point here.
cd "$here/workbook"
"$root/venv/bin/python" -m grading.gradescope "$root" --check
