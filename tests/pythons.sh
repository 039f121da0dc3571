#!/usr/bin/env bash
# Reading DSS, writing CSV and receipts, with each Python of 3.11, 3.12 and 3.13 that is there and is not the one of .venv.
# TESTS names other files or folders; `TESTS=tests/unit` is everything that needs no server, and takes minutes.
set -euo pipefail
cd "$(dirname "$0")/.."
BIN=${BIN:-.venv/bin}
read -ra tests <<<"${TESTS:-tests/unit/test_dss_read.py tests/unit/test_csv_out.py tests/unit/test_receipts.py \
    tests/unit/test_names_and_calendar.py}"

works() { "$1" -c 'import ensurepip, venv' 2>/dev/null; }

# the newest of a version: on the path, or among those of pyenv
find_python() {
    local each
    for each in "python$1" $(ls -d "${PYENV_ROOT:-$HOME/.pyenv}/versions/$1".*/bin/python 2>/dev/null | sort -rV); do
        if works "$each"; then echo "$each" && return; fi
    done
}

own=$("$BIN/python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
for version in 3.11 3.12 3.13; do
    [ "$version" != "$own" ] || continue
    python=$(find_python "$version")
    if [ -z "$python" ]; then
        echo "note: Python $version is not here, so nothing is said about it"
        continue
    fi
    echo "reading DSS, writing CSV and receipts, with Python $version"
    folder=.venv/python$version
    if [ requirements.txt -nt "$folder/ready" ] || [ pyproject.toml -nt "$folder/ready" ]; then
        "$python" -m venv "$folder"
        "$folder/bin/python" -m pip install --quiet --disable-pip-version-check --constraint requirements.txt \
            --editable '.[extract,heclib]' hypothesis polars psutil pytest pytest-asyncio
        touch "$folder/ready"
    fi
    # test_extras looks at every package of the project
    "$folder/bin/python" -m pytest -q -m 'not database and not s3' -p no:cacheprovider \
        --ignore tests/unit/test_extras.py "${tests[@]}"
done
