"""Seconds and memory of the stages after the DSS read, on a scenario of full size.

    python tests/benchmarks/bench_pipeline.py [--series 20000] [--runs 3]

Stages: wide CSV and load CSV; load into staging (COPY); the SQL of the reservoir models of one scenario; the whole
`dbt build --select scenario:<id>`, whose difference to its models' and tests' SQL is dbt's overhead. Beside the
CSV stage stands a plain pandas conversion (`DataFrame.to_csv`, and a row per series by string joins) of the same
values, in the same run. The database is a throw-away embedded server.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd

from extract.archive import Archive
from extract.convert.csv_files import Provenance, write_load, write_wide
from extract.convert.extraction import Request, extract
from extract.dss import read_monthly
from extract.intake.classification import choose_members
from extract.intake.zip_file import ModelRunZip
from extract.records import calendar
from extract.warehouse import load
from extract.warehouse.embedded import EmbeddedServer, bundled_binaries
from tests.support.model_runs import make_model_run

ROOT = Path(__file__).resolve().parents[2]
SCENARIO = "s9000"


def timed(work: Callable[[], object], runs: int) -> list[float]:
    seconds = []
    for _ in range(runs):
        start = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - start)
    return seconds


def line(name: str, seconds: list[float], note: str = "") -> None:
    low, middle, high = min(seconds), statistics.median(seconds), max(seconds)
    print(f"{name:42} {low:7.2f} {middle:7.2f} {high:7.2f}  {note}", flush=True)


def pandas_conversion(folder: Path, series, rows: int) -> None:
    """Wide CSV and one row per series, as a script would write them with pandas."""
    frame = pd.DataFrame(series.values[:rows].T, index=pd.Index(calendar.month_ends()))
    frame.to_csv(folder / "pandas_wide.csv")
    with (folder / "pandas_load.csv").open("w") as file:
        for parts, values in zip(series.parts[:rows], series.values[:rows], strict=True):
            file.write(f'{parts.b},"{{{",".join("NULL" if np.isnan(v) else repr(float(v)) for v in values)}}}"\n')


def dbt_build(url: str, target: Path) -> tuple[float, float, float]:
    """Wall seconds, seconds inside models, seconds inside tests, of one build of the scenario."""
    start = time.perf_counter()
    command = ["dbt", "build", "--select", f"scenario:{SCENARIO}", "--target-path", str(target), "--quiet"]
    subprocess.run(
        [str(Path(sys.executable).parent / command[0]), *command[1:]],
        cwd=ROOT,
        env={**os.environ, "DATABASE_URL": url, "DBT_PROFILES_DIR": str(target.parent)},
        check=True,
    )
    wall = time.perf_counter() - start
    inside = {"model": 0.0, "test": 0.0}
    for result in json.loads((target / "run_results.json").read_text())["results"]:
        kind = result["unique_id"].split(".")[0]
        inside["model" if kind == "model" else "test"] += sum(
            step_seconds(step) for step in result["timing"] if step["name"] == "execute"
        )
    return wall, inside["model"], inside["test"]


def step_seconds(step: dict[str, str]) -> float:
    moments = [pd.Timestamp(step[key]) for key in ("started_at", "completed_at")]
    return (moments[1] - moments[0]).total_seconds()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--series", type=int, default=20_000)
    parser.add_argument("--runs", type=int, default=3)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        zip_path = folder / f"{SCENARIO}_bench.zip"
        make_model_run(zip_path, SCENARIO, series=arguments.series)
        members = choose_members(ModelRunZip(zip_path).members, zip_path.name)
        ModelRunZip(zip_path).unpack(members.dv, folder / "dv.dss")
        series = read_monthly(folder / "dv.dss")
        source = Provenance(SCENARIO, "dv", "bench", members.dv, "0" * 64)
        print(f"{len(series.parts)} DV series x {calendar.MONTHS} months, {os.cpu_count()} cores")
        print(f"{'seconds':42} {'min':>7} {'median':>7} {'max':>7}")

        line("wide CSV", timed(lambda: write_wide(folder / "wide.csv", series, "dv"), arguments.runs))
        line("load CSV", timed(lambda: write_load(folder / "load.csv", [(series, source)]), arguments.runs))
        part = max(len(series.parts) // 10, 1)
        slow = timed(lambda: pandas_conversion(folder, series, part), 1)
        line("pandas: the same two files", [s * len(series.parts) / part for s in slow], f"{part} series, scaled")

        archive = Archive(str(folder / "archive"))
        request = Request(SCENARIO, zip_path)
        seconds = timed(lambda: extract(request, archive, folder / "work"), 1)
        line("extract: ZIP to CSV files and receipt", seconds, "once, DV and SV")
        record = load.ScenarioLoad.of(extract(request, archive, folder / "work"))

        server = EmbeddedServer(folder / "data" / "pg", bundled_binaries())
        url = server.start()
        try:
            load.prepare(url)
            load_csv = Path(archive.uri(f"scenario/{SCENARIO}/csv/{SCENARIO}_dss_series.csv"))
            line(
                "load: COPY and swap",
                timed(lambda: load.load_scenario(url, load_csv, record), arguments.runs),
                f"{record.dv_series + record.sv_series} series, {load_csv.stat().st_size / 1e6:.0f} MB",
            )
            (folder / "profiles.yml").write_text((ROOT / "profiles.yml.example").read_text())
            environment = {**os.environ, "DATABASE_URL": url, "DBT_PROFILES_DIR": str(folder)}
            dbt = str(Path(sys.executable).parent / "dbt")
            subprocess.run(
                [dbt, "build", "--quiet", "--target-path", str(folder / "deploy")],
                cwd=ROOT,
                env=environment,
                check=True,
            )
            cold = dbt_build(url, folder / "cold")
            warm = [dbt_build(url, folder / "cold") for _ in range(arguments.runs)]
            line("dbt build --select scenario: cold", [cold[0]], "no parse cache")
            line("dbt build --select scenario: warm", [wall for wall, _, _ in warm])
            line("  inside: SQL of the models", [models for _, models, _ in warm], "sum over models, 2 threads")
            line("  inside: SQL of the tests", [tests for _, _, tests in warm], "sum over tests, 2 threads")
        finally:
            server.stop()
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
        print(f"peak memory of this process: {peak:.0f} MB")


if __name__ == "__main__":
    main()
