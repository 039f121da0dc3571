"""SQL seconds of a scenario's statistics by family, and of their tests, while more and more scenarios are loaded.

    python tests/benchmarks/bench_families.py [--series 22200] [--scenarios 1 5 10 20] [--plot FILE.svg]

One synthetic run is loaded and built. The other scenarios are copies of its raw rows and of its statistics, made
inside the database; only the first one is built again and again. The database is a throw-away embedded server on Linux.
Seconds are those of the models' statements added up, of which two run side by side: leave the machine alone meanwhile.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path

import pandas as pd
import psycopg
from psycopg import sql

from extract.archive import Archive
from extract.convert.extraction import Request, extract
from extract.reference import geometry
from extract.warehouse import load
from extract.warehouse.embedded import EmbeddedServer, bundled_binaries
from tests.support.model_runs import make_model_run

ROOT = Path(__file__).resolve().parents[2]
FIRST = "s0020"


def dbt(url: str, target: Path, *arguments: str) -> None:
    subprocess.run(
        [str(Path(sys.executable).parent / "dbt"), *arguments, "--target-path", str(target), "--quiet"],
        cwd=ROOT,
        env={**os.environ, "DATABASE_URL": url, "DBT_PROFILES_DIR": str(target.parent)},
        check=True,
    )


def seconds_by_family(target: Path) -> dict[str, float]:
    """Execution seconds of the stored models by folder, and of all data tests, from dbt's own results."""
    folders = {
        uid: "tests" if node["resource_type"] == "test" else node["original_file_path"].split("/")[-2]
        for uid, node in json.loads((target / "manifest.json").read_text())["nodes"].items()
        if node["resource_type"] in ("model", "test")
    }
    found: dict[str, float] = defaultdict(float)
    results = json.loads((target / "run_results.json").read_text())["results"]
    for result in (each for each in results if each["unique_id"] in folders):
        for step in result["timing"]:
            if step["name"] == "execute":
                begin, end = pd.Timestamp(step["started_at"]), pd.Timestamp(step["completed_at"])
                found[folders[result["unique_id"]]] += (end - begin).total_seconds()
    return dict(found)


def add_copy(link: psycopg.Connection, scenario_id: str) -> None:
    """A copy of the first scenario's raw rows and statistics under another id."""
    names = {"old": FIRST, "new": scenario_id}
    link.execute(
        sql.SQL("create table staging.{} partition of staging.dss_series for values in ({})").format(
            sql.Identifier(f"dss_series_{names['new']}"), sql.Literal(names["new"])
        )
    )
    tables = link.execute(
        "select schemaname, tablename from pg_tables where schemaname in ('marts', 'verification')"
        " union all values ('staging', 'dss_series'), ('staging', 'scenario_load'), ('ops', 'scenario_build')"
    ).fetchall()
    for table in tables:
        link.execute(
            sql.SQL(
                "insert into {t} select (jsonb_populate_record(r, jsonb_build_object('scenario_id', {new}::text))).*"
                " from {t} as r where scenario_id = {old}"
            ).format(t=sql.Identifier(*table), new=sql.Literal(names["new"]), old=sql.Literal(names["old"]))
        )
    link.commit()


def plot(path: Path, totals: dict[int, float]) -> None:
    """A small line chart of the seconds over the number of scenarios."""
    width, height, margin = 480, 240, 40
    top = max(totals.values()) * 1.2
    x = {n: margin + (width - 2 * margin) * n / max(totals) for n in totals}
    y = {n: height - margin - (height - 2 * margin) * s / top for n, s in totals.items()}
    points = " ".join(f"{x[n]:.0f},{y[n]:.0f}" for n in totals)
    marks = "".join(
        f'<circle cx="{x[n]:.0f}" cy="{y[n]:.0f}" r="3"/><text x="{x[n]:.0f}" y="{y[n] - 8:.0f}">{s:.1f} s</text>'
        f'<text x="{x[n]:.0f}" y="{height - margin + 16}">{n}</text>'
        for n, s in totals.items()
    )
    path.write_text(
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" font-family="sans-serif"'
        f' font-size="11" text-anchor="middle"><title>Seconds of SQL of one scenario by number of scenarios</title>'
        f'<rect width="{width}" height="{height}" fill="white"/>'
        f'<path d="M{margin},{margin} V{height - margin} H{width - margin}" fill="none" stroke="gray"/>'
        f'<polyline points="{points}" fill="none" stroke="#2e7d4f" stroke-width="2"/>{marks}'
        f'<text x="{width / 2}" y="{height - 6}">scenarios in the database</text>'
        f'<text x="{width / 2}" y="16">seconds of SQL to build one scenario</text></svg>\n',
        encoding="utf-8",
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--series", type=int, default=22_200)
    parser.add_argument("--scenarios", type=int, nargs="+", default=[1, 5, 10, 20])
    parser.add_argument("--plot", type=Path)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        (folder / "profiles.yml").write_text((ROOT / "profiles.yml.example").read_text())
        zip_path = folder / f"{FIRST}_bench.zip"
        make_model_run(zip_path, FIRST, series=arguments.series)
        archive = Archive(str(folder / "archive"))
        record = load.ScenarioLoad.of(extract(Request(FIRST, zip_path), archive, folder / "work"))
        server = EmbeddedServer(folder / "data" / "pg", bundled_binaries())
        url = server.start()
        try:
            with psycopg.connect(url, autocommit=True) as link:
                # it would tidy up the copies while a build is measured
                link.execute("alter system set autovacuum = off")
                link.execute("select pg_reload_conf()")
            load.prepare(url)
            geometry.load_polygons(url)
            load.load_scenario(url, Path(archive.uri(f"scenario/{FIRST}/csv/{FIRST}_dss_series.csv")), record)
            dbt(url, folder / "deploy", "build", "--exclude", "resource_type:test", "resource_type:unit_test")
            with psycopg.connect(url) as link:
                ids = "select scenario_id from reference.dim_scenario where scenario_id <> %s order by 1"
                # of the registry, so that there are siblings to compare with
                others = [row[0] for row in link.execute(ids, [FIRST])]
            totals: dict[int, float] = {}
            present = 1
            for wanted in arguments.scenarios:
                with psycopg.connect(url) as link:
                    for scenario_id in others[present - 1 : wanted - 1]:
                        add_copy(link, scenario_id)
                with psycopg.connect(url, autocommit=True) as link:
                    link.execute("vacuum analyze")
                present = wanted
                began = time.perf_counter()
                dbt(url, folder / "build", "build", "--select", f"scenario:{FIRST}", "--exclude", "test_type:unit")
                took = time.perf_counter() - began
                families = seconds_by_family(folder / "build")
                tests = families.pop("tests")
                totals[wanted] = sum(families.values())
                listed = ", ".join(f"{family} {seconds:.1f}" for family, seconds in sorted(families.items()))
                print(
                    f"{wanted:3} scenarios: {totals[wanted]:5.1f} s ({listed}),"
                    f" tests {tests:.1f} s, all of dbt {took:.1f} s, load {os.getloadavg()[0]:.1f}",
                    flush=True,
                )
            if arguments.plot:
                plot(arguments.plot, totals)
        finally:
            server.stop()


if __name__ == "__main__":
    main()
