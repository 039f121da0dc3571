"""The parts of an audit in their order, and its report."""

from __future__ import annotations

import html
from collections.abc import Iterator, Sequence
from datetime import datetime

from extract.archive import Archive
from extract.audit import health, rows, shape
from extract.audit.findings import Section
from extract.reference import manifest
from extract.settings import PROJECT
from extract.warehouse.load import connection


def audit(url: str, archive: Archive) -> list[Section]:
    """Look at everything; nothing is changed.

    Raises:
        RetryableError: database or archive are away.
        CheckFailedError: the database is not deployed, or the project cannot be parsed.
    """
    parsed = manifest.parse()
    relations = manifest.relations(parsed)
    with connection(url) as link:
        return [
            rows.archive_and_staging(link, archive, url),
            rows.deliveries_and_staging(link, archive),
            rows.staging_and_statistics(link, relations),
            rows.stages_are_current(archive, url),
            shape.relations_agree(link, relations, parsed),
            shape.seeds_agree(link, PROJECT / "seeds"),
            shape.rows_are_traced(link, relations),
            health.sizes(link),
            health.slow_queries(link),
        ]


def last_line(sections: Sequence[Section]) -> str:
    """The line that a report ends with."""
    return f"Audit: {sum(len(section.findings) for section in sections)} findings"


def report(sections: Sequence[Section], moment: datetime, database: str) -> str:
    """The audit in Markdown: the summary first, what to do next, figures last."""
    return "\n".join(_lines(sections, moment, database)) + "\n"


def _lines(sections: Sequence[Section], moment: datetime, database: str) -> Iterator[str]:
    yield f"# Audit of {database}, {moment:%Y-%m-%d %H:%M} UTC"
    yield ""
    yield "| part | status | looked at | findings | of them blocking |"
    yield "|---|---|---|---|---|"
    for section in sections:
        blocking = sum(finding.is_blocking for finding in section.findings)
        counts = f"{section.looked_at:,} | {len(section.findings)} | {blocking}"
        yield f"| {section.title} | {section.status.replace('_', ' ')} | {counts} |"
    for section in sections:
        if section.findings:
            yield from ("", f"## {section.title}", "", "| where | what | what to do | blocking |", "|---|---|---|---|")
        for finding in section.findings:
            cells = (finding.where, finding.what, finding.remedy, "yes" if finding.is_blocking else "no")
            yield f"| {' | '.join(map(_cell, cells))} |"
    for section in sections:
        if section.not_checked:
            yield from ("", f"## {section.title}", "", f"Not checked: {section.not_checked}.")
        if section.details:
            yield from ("", f"## {section.title}", "", "| what | figure |", "|---|---|")
        for name, value in section.details:
            yield f"| {_cell(name)} | {_cell(value)} |"
    yield ""
    yield last_line(sections)


def _cell(text: str) -> str:
    return html.escape(" ".join(text.split()), quote=False).replace("|", "\\|")
