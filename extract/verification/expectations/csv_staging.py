"""The question `csv_staging`: does the database hold every value of the public CSV files?"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pandas as pd
from great_expectations import expectations as gxe

from extract.verification import Finding, Subject
from extract.verification.expectations import places
from extract.verification.expectations.suite import Suite, Validator

SERIES = Suite(
    "csv_staging",
    ("dss_kind", "series"),
    {
        "series": gxe.ExpectColumnValuesToBeInSet(
            column="presence",
            value_set=["both"],
            description="Every series of the CSV file is in staging.dss_series once, and no other.",
        ),
        "labels": gxe.ExpectColumnValuesToBeInSet(
            column="label", value_set=["same"], description="Unit and type of a series are those of the CSV file."
        ),
        "values": gxe.ExpectColumnValuesToBeBetween(
            column="wrong_months",
            max_value=0,
            description="Every month has the very number of the CSV file, or NULL where the CSV file has none.",
        ),
        "origin": gxe.ExpectColumnValuesToBeInSet(
            column="origin",
            value_set=["this load"],
            description="Every row names the receipt of this load and the content of its DSS file.",
        ),
    },
)
SUITES = (SERIES,)


def check(subject: Subject, docs: Path | None) -> Iterator[Finding]:
    """Compare every series and month of the staging table with the CSV files."""
    frames = []
    for kind in places.kinds(subject):
        table, _ = places.in_csv(subject, kind)
        staged, origins = places.in_staging(subject, kind)
        source = places.source(subject, kind)
        right = (subject.load_id, source.sha256)
        wrong = {"/".join(n) for n, origin in zip(staged.names, origins, strict=True) if origin != right}
        frame = places.compared(kind, table, staged)
        frames.append(frame.assign(origin=frame["series"].isin(wrong).map({True: "other", False: "this load"})))
    with Validator(docs) as validator:
        yield from validator.findings(SERIES, pd.concat(frames))
