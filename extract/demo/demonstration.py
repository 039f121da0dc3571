"""The demonstration: a synthetic model run through the whole pipeline, a table, and the API in the background."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

from rich.console import Console
from rich.table import Table

from extract.demo.synthetic import make_model_run
from extract.errors import RetryableError
from extract.intake import identity
from extract.intake.promote import given_by_hand
from extract.intake.zip_file import ModelRunZip
from extract.pipeline.pipeline import Pipeline
from extract.pipeline.stages import StageReport, Watch
from extract.ports import free_port
from extract.settings import HOME, PROJECT, Settings
from extract.warehouse import dbt, load
from extract.warehouse.embedded import EmbeddedServer

SCENARIO = "s9000"
SERIES = 3500
PORT = 8000
DOCS = HOME / "target" / "static_index.html"


class BackgroundApi:
    """The API as a process that outlives the command.

    Args:
        data_dir: folder for its process file and log.
    """

    def __init__(self, data_dir: Path) -> None:
        self.data_dir = data_dir.resolve()
        self.state_file = data_dir / "serve.json"
        self.log = data_dir / "serve.log"

    def address(self) -> str | None:
        """Where it answers, if it does."""
        if not self.state_file.exists():
            return None
        base = f"http://127.0.0.1:{json.loads(self.state_file.read_text())['port']}"
        try:
            with urllib.request.urlopen(f"{base}/api/health", timeout=5):  # noqa: S310 - our own address
                return base
        except (urllib.error.URLError, OSError):
            return None

    def start(self) -> str:
        """Start it unless it answers; wait until it does.

        Raises:
            RetryableError: it does not answer within 30 seconds.
        """
        if running := self.address():
            return running
        port = free_port(prefer=PORT)
        command = [sys.executable, "-m", "extract.cli.main", "serve", "--port", str(port)]
        with self.log.open("w") as log:
            process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=HOME,
                env={**os.environ, "COEQWAL_DATA_DIR": str(self.data_dir)},
                start_new_session=True,
            )
        self.state_file.write_text(json.dumps({"pid": process.pid, "port": port}))
        for _ in range(120):
            time.sleep(0.25)
            if (base := self.address()) or process.poll() is not None:
                break
        else:
            base = None
        if not base:
            raise RetryableError("the API did not start", f"read {self.log}")
        return base

    def stop(self) -> bool:
        """Stop it; false if it was not running."""
        if not self.address():
            return False
        os.kill(json.loads(self.state_file.read_text())["pid"], signal.SIGTERM)
        self.state_file.unlink()
        return True


def run(settings: Settings, report: Callable[[StageReport], None], watch: Watch, console: Console) -> None:
    """Everything, ending with the reservoir table and the two addresses."""
    if settings.database_url:
        url = settings.database_url
    else:
        url = EmbeddedServer.of(settings).start()
        dbt.write_project_profile(settings, url)
    zip_path = settings.data_dir / "demo" / f"{SCENARIO}_synthetic.zip"
    trend_path = zip_path.with_suffix(".csv")
    if not (zip_path.exists() and trend_path.exists() and identity.mark_of(ModelRunZip(zip_path)) is not None):
        zip_path.parent.mkdir(parents=True, exist_ok=True)
        make_model_run(zip_path, SCENARIO, series=SERIES, reference=True)
    Pipeline(settings, SCENARIO, report, watch).run(given_by_hand(SCENARIO, zip_path, trend_path))
    if not DOCS.exists() or DOCS.stat().st_mtime < _newest_source():
        dbt.dbt(["--quiet", "docs", "generate", "--static"], url, DOCS.parent)
    console.print(_table(url))
    base = BackgroundApi(settings.data_dir).start()
    console.print(
        f"API          {base}/api/statistics/scenarios/{SCENARIO}/storage-monthly\n"
        f"API pages    {base}/docs\n"
        f"dbt docs     {base}/dbt-docs\n"
        "stop both the API and the database with `make stop`",
        soft_wrap=True,
    )


def stop(settings: Settings) -> None:
    """Stop the background API and the embedded server."""
    print("API stopped" if BackgroundApi(settings.data_dir).stop() else "API was not running")
    if not settings.database_url:
        print("database stopped" if EmbeddedServer.of(settings).stop() else "database was not running")


def _newest_source() -> float:
    folders = ("dbt_project", "macros", "seeds")
    files = (path for folder in folders for path in (PROJECT / folder).rglob("*") if path.is_file())
    return max(path.stat().st_mtime for path in files if "__pycache__" not in path.parts)


def _table(url: str) -> Table:
    """April and September storage of the major reservoirs, from the API's own views."""
    with load.connection(url) as link:
        rows = link.execute(
            """
            select m.reservoir_name, m.water_month, m.q10_taf, m.q50_taf, m.q90_taf, m.mean_taf, m.mean_pct
            from api.api_reservoir_storage_monthly as m
            inner join api.api_reservoir_group as g
                on m.reservoir_code = g.reservoir_code and g.group_code = 'major'
            where m.scenario_id = %s and m.water_month in (7, 12)
            order by g.member_order, m.water_month
            """,
            [SCENARIO],
        ).fetchall()
    table = Table(title=f"End-of-month storage of the major reservoirs, scenario {SCENARIO} (synthetic), TAF")
    for name in ("Reservoir", "Month", "10th perc.", "Median", "90th perc.", "Mean", "% of capacity"):
        table.add_column(name, justify="left" if name in ("Reservoir", "Month") else "right")
    for name, month, *numbers, share in rows:
        cells = [f"{number:,.0f}" for number in numbers]
        table.add_row(name, "April" if month == 7 else "September", *cells, "" if share is None else f"{share:.1f}")
    return table
