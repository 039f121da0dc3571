"""How fast a DSS file is read, how much memory that takes, and what a conversion value by value costs.

    python tests/benchmarks/bench_dss_read.py --series 20000 --version 6

Prints one table. The conversion beside it is written for this comparison: heclib reads one pathname after the
other, and each value gets a pandas Timestamp moved to the end of its month. It runs on a subset and is scaled.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd

from extract.demo.synthetic import make_model_run
from extract.dss import read_monthly
from extract.dss.heclib import HeclibFile

ROUNDS = 5
SUBSET = 100
MONTHS = 1200

ONE_READ = """
import json, resource, sys, time
from pathlib import Path
start = time.perf_counter()
from extract.dss import read_monthly
imported = time.perf_counter()
read = read_monthly(Path(sys.argv[1]))
done = time.perf_counter()
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
print(json.dumps([done - imported, imported - start, peak, len(read.parts), read.report.read_by]))
"""


def fresh_read(file: Path) -> tuple[float, float, int, int, str]:
    """Read in a new process: seconds to read, seconds to import, peak memory in bytes, series, reader."""
    done = subprocess.run([sys.executable, "-c", ONE_READ, str(file)], check=True, capture_output=True)
    seconds, importing, peak, series, reader = json.loads(done.stdout)
    return seconds, importing, peak, series, reader


def value_by_value(file: Path, count: int) -> float:
    """Seconds for `count` series, one pathname and one value at a time."""
    names = read_monthly(file).parts[:count]
    start = time.perf_counter()
    table: dict[str, dict[pd.Timestamp, float]] = {}
    with HeclibFile(file) as opened:
        opened.pathnames()
        for a, b, c, e, f in names:
            values, *_ = opened.read(f"/{a}/{b}/{c}//{e}/{f}/".encode(), (1921, 10), (2021, 9))
            column = table[b + "_" + c] = {}
            for month, value in enumerate(values.tolist()):
                year, number = divmod(1921 * 12 + 9 + month, 12)
                stamp = pd.Timestamp(year=year, month=number + 1, day=1) + pd.offsets.MonthEnd(0)
                column[stamp] = np.nan if value == -901 else value
    pd.DataFrame(table)
    return time.perf_counter() - start


def main() -> None:
    """Make a file, read it, print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--series", type=int, default=20_000, help="series of the DV file, about")
    parser.add_argument("--version", type=int, choices=(6, 7), default=6, help="DSS version")
    parser.add_argument("--subset", type=int, default=SUBSET, help="series of the conversion value by value")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        run = Path(folder) / "run.zip"
        # A tenth of the filler goes to the SV file, which is not read here.
        start = time.perf_counter()
        make_model_run(run, "s9999", series=round(arguments.series / 0.9), dss_version=arguments.version)
        made = time.perf_counter() - start
        with zipfile.ZipFile(run) as archive:
            file = Path(archive.extract("s9999_run/DSS/output/s9999_DV.dss", folder))
        run.unlink()
        size = file.stat().st_size
        reads = [fresh_read(file) for _ in range(ROUNDS)]
        subset = min(arguments.subset, reads[0][3])
        slow = value_by_value(file, subset)
    seconds = [read[0] for read in reads]
    peak, series = max(read[2] for read in reads), reads[0][3]
    scaled = slow / subset * series
    print(f"DSS {arguments.version}, {series:,} series x {MONTHS:,} months, {size / 1e6:.1f} MB, made in {made:.1f} s")
    print(f"read, new process each time, {ROUNDS} rounds ({reads[0][4]})")
    print(f"  seconds        min {min(seconds):.2f}   median {statistics.median(seconds):.2f}")
    print(f"  import         min {min(read[1] for read in reads):.2f}")
    print(f"  series/s       {series / min(seconds):,.0f}")
    print(f"  peak memory    {peak / 1e6:.0f} MB, {peak / size:.2f} x the file")
    print(f"conversion value by value, {subset} series measured: {slow:.2f} s")
    print(f"  scaled to {series:,} series: {scaled:.0f} s, {scaled / min(seconds):,.0f} times as long")


if __name__ == "__main__":
    main()
