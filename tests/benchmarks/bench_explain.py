"""Seconds of an explanation, as the API answers it and as the command does, on the database of the settings.

python tests/benchmarks/bench_explain.py s0020 [--rounds 10]
"""

from __future__ import annotations

import argparse
import asyncio
import os
import statistics
import subprocess
import sys
import time

import httpx

from api.main import create_app

PATHS = {
    "one reservoir": "/api/statistics/scenarios/{0}/reservoir-percentiles?reservoirs=SHSTA",
    "a group": "/api/statistics/scenarios/{0}/storage-aggregates",
    "all months of a family": "/api/v1/tables/urban_delivery_monthly?scenario={0}",
}


async def served(scenario_id: str, rounds: int) -> None:
    """The route, in this process."""
    app = create_app()
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://bench") as client,
    ):
        for name, path in PATHS.items():
            seconds = []
            for _ in range(rounds):
                start = time.perf_counter()
                answer = await client.get("/api/provenance", params={"path": path.format(scenario_id)})
                answer.raise_for_status()
                seconds.append(time.perf_counter() - start)
            print(f"route, {name:24} min {min(seconds):.3f} s, median {statistics.median(seconds):.3f} s")


def commanded(scenario_id: str, rounds: int) -> None:
    """The command, with the start of Python."""
    seconds, spent = [], os.times().children_user
    for _ in range(rounds):
        start = time.perf_counter()
        arguments = ["explain", PATHS["one reservoir"].format(scenario_id)]
        subprocess.run([sys.executable, "-m", "extract.cli.main", *arguments], check=True, capture_output=True)
        seconds.append(time.perf_counter() - start)
    spent = (os.times().children_user - spent) / rounds
    print(f"command, one reservoir           min {min(seconds):.3f} s, {spent:.2f} s of processor")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("scenario_id")
    parser.add_argument("--rounds", type=int, default=10)
    arguments = parser.parse_args()
    print(f"load of the machine {os.getloadavg()[0]:.1f}")
    asyncio.run(served(arguments.scenario_id, arguments.rounds))
    commanded(arguments.scenario_id, arguments.rounds)


if __name__ == "__main__":
    main()
