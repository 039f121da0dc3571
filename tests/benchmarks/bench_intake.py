"""Seconds and memory from the ZIP of a full-size model run to the verdict of the trend report.

    python tests/benchmarks/bench_intake.py [--series 20000]

The stages promote (safety checks, hashes, archive), extract (DSS to CSV) and validate, as `coeqwal run --to extract`
does them, without the database; then the comparison alone, with a reference that has every column of the run.
"""

from __future__ import annotations

import argparse
import os
import resource
import tempfile
import time
from pathlib import Path

from extract.archive import Archive
from extract.convert import trend
from extract.convert.extraction import Request, extract
from extract.intake.promote import given_by_hand, promote
from tests.support.model_runs import make_model_run

SCENARIO = "s9000"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--series", type=int, default=20_000)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        child = os.fork()
        if child == 0:  # the generator's memory is not ours
            make_model_run(folder / f"{SCENARIO}_x.zip", SCENARIO, series=arguments.series, reference=True)
            os._exit(0)
        os.waitpid(child, 0)
        zip_path, reference = folder / f"{SCENARIO}_x.zip", folder / f"{SCENARIO}_x.csv"
        archive = Archive(str(folder / "archive"))
        print(f"{zip_path.stat().st_size / 1e6:.0f} MB, load of the machine {os.getloadavg()[0]:.1f}")
        start, spent = time.perf_counter(), time.process_time()
        ingest, _ = promote(given_by_hand(SCENARIO, zip_path, reference), archive)
        promoted = time.perf_counter()
        record = extract(Request(SCENARIO, zip_path, reference, ingest), archive, folder / "work")
        done = time.perf_counter()
        print(f"promote                        {promoted - start:7.2f} s")
        print(f"extract and {record.validation.status:10}         {done - promoted:7.2f} s")
        print(f"ZIP to verdict                 {done - start:7.2f} s, {time.process_time() - spent:.2f} s of processor")
        print(f"peak memory                    {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3:7.0f} MB")
        csv = archive.local_copy(record.files["dv_csv"].key)
        start, spent = time.perf_counter(), time.process_time()
        trend.compare(csv, csv, folder / "mismatches.csv")
        seconds = time.perf_counter() - start
        print(
            f"comparison, {csv.stat().st_size / 1e6:.0f} MB with itself {seconds:7.2f} s, "
            f"{time.process_time() - spent:.2f} s of processor"
        )


if __name__ == "__main__":
    main()
