"""The question `dss_csv`: do the public CSV files hold every value of the archived DSS files?"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pandas as pd
from great_expectations import expectations as gxe

from extract.verification import Finding, Subject
from extract.verification.expectations import places
from extract.verification.expectations.suite import Suite, Validator

FILES = Suite(
    "dss_csv_files",
    ("dss_kind",),
    {
        "dss_is_the_extracted_one": gxe.ExpectColumnValuesToBeInSet(
            column="dss",
            value_set=["as extracted"],
            description="The DSS file in the archived ZIP is the one that the receipt names.",
        ),
        "csv_is_the_extracted_one": gxe.ExpectColumnValuesToBeInSet(
            column="csv",
            value_set=["as extracted"],
            description="The CSV file in the archive is the one that the receipt names.",
        ),
        "month_rows": gxe.ExpectColumnValuesToBeBetween(
            column="wrong_month_rows",
            max_value=0,
            description="The CSV file has a row for every month in which the DSS file has a value, and for no other.",
        ),
    },
)
SERIES = Suite(
    "dss_csv",
    ("dss_kind", "series"),
    {
        "pathnames": gxe.ExpectColumnValuesToBeInSet(
            column="presence",
            value_set=["both"],
            description="Every series of the DSS file is in the CSV file once, and no other.",
        ),
        "labels": gxe.ExpectColumnValuesToBeInSet(
            column="label", value_set=["same"], description="Unit and type of a series are those of the DSS file."
        ),
        "values": gxe.ExpectColumnValuesToBeBetween(
            column="wrong_months",
            max_value=0,
            description="Every month has the very number of the DSS file, or none where the DSS file has none.",
        ),
    },
)
SUITES = (FILES, SERIES)


def check(subject: Subject, docs: Path | None) -> Iterator[Finding]:
    """Read the DSS files again and compare every series and month."""
    files, series = [], []
    for kind in places.kinds(subject):
        dss = places.in_dss(subject, kind)
        table, rows = places.in_csv(subject, kind)
        source = places.source(subject, kind)
        wrong_rows = len(set(rows.tolist()) ^ set(dss.months().tolist()))
        csv_sha256 = subject.record.files["dv_csv" if kind == "dv" else "sv_csv"].sha256
        files.append((kind, _same(dss.sha256, source.sha256), _same(table.sha256, csv_sha256), wrong_rows))
        series.append(places.compared(kind, dss, table))
    with Validator(docs) as validator:
        yield from validator.findings(FILES, pd.DataFrame(files, columns=FILES.columns()))
        yield from validator.findings(SERIES, pd.concat(series))


def _same(found: str, recorded: str) -> str:
    return "as extracted" if found == recorded else "changed"
