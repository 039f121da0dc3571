"""`coeqwal audit`: do archive, database and project agree?"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from extract import audit
from extract.archive import Archive
from extract.audit.run import last_line, report
from extract.database import DatabaseUrl
from extract.errors import CheckFailedError
from extract.settings import HOME, settings
from extract.warehouse import load


def run_audit(
    out: Annotated[Path, typer.Option("--out", help="Folder for the reports.")] = HOME / "audits",
    as_json: Annotated[bool, typer.Option("--json", help="JSON instead of the summary.")] = False,
) -> None:
    """Compare archive, staging, statistics, seeds and project with each other, and write a report."""
    config, moment = settings(), datetime.now(UTC)
    url = config.resolved_database_url()
    load.prepare(url)
    sections = audit.audit(url, Archive.of(config))
    folder = out / f"monthly_{moment:%Y%m%dT%H%M%SZ}"
    folder.mkdir(parents=True, exist_ok=True)
    text = report(sections, moment, DatabaseUrl.parse(url).place)
    (folder / "report.md").write_text(text, encoding="utf-8")
    blocking = sum(finding.is_blocking for section in sections for finding in section.findings)
    if as_json:
        print(json.dumps({"report": str(folder / "report.md"), "sections": [s.as_json() for s in sections]}, indent=2))
    else:
        for section in sections:
            print(f"{section.status.replace('_', ' '):12} {section.title}: {section.looked_at:,} looked at")
            for finding in section.findings:
                print(f"  {'blocking ' if finding.is_blocking else ''}{finding.where}: {finding.what}")
                print(f"    {finding.remedy}")
        print(folder / "report.md")
        print(last_line(sections))
    if blocking:
        raise CheckFailedError(f"{blocking} findings are blocking", f"read {folder / 'report.md'}")
