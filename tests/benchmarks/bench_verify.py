"""Seconds of `coeqwal verify` for one built scenario, question by question.

    python tests/benchmarks/bench_verify.py s0020

Build the scenario first, for instance from `coeqwal synthesize s0020 --series 20000` with `coeqwal run`.
"""

from __future__ import annotations

import resource
import sys
import time

from extract.settings import settings
from extract.verification import questions, run


def main(scenario_id: str) -> None:
    """Print the seconds of each question, all together, and the peak of memory."""
    config = settings()
    url = config.resolved_database_url()
    total = 0.0
    for question in questions():
        start = time.perf_counter()
        results = run(url, config, scenario_id, [question])
        seconds = time.perf_counter() - start
        total += seconds
        compared = sum(result.checked_count or 0 for result in results)
        states = sorted({result.status for result in results})
        print(f"{question:14} {seconds:6.1f} s  {compared:12,} compared  {', '.join(states)}")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{'together':14} {total:6.1f} s  {peak:,.0f} MB at most")


if __name__ == "__main__":
    main(sys.argv[1])
