"""Great Expectations on frames in memory: no project, no telemetry, no file unless pages are asked for."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pandas as pd

# read when the package is imported
os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")

import great_expectations as gx
from great_expectations.data_context.types.base import (
    DataContextConfig,
    InMemoryStoreBackendDefaults,
    ProgressBarsConfig,
)
from great_expectations.expectations.expectation import ColumnMapExpectation

from extract.verification import Finding

EXAMPLES = 10
SITE = "pages"


@dataclass(frozen=True)
class Suite:
    """What is expected of a frame.

    Attributes:
        index: the columns that name a row.
        expectations: by the name of the check; each is about one column, and its description is a sentence.
    """

    name: str
    index: tuple[str, ...]
    expectations: dict[str, ColumnMapExpectation]

    def columns(self) -> list[str]:
        """The columns that a frame needs."""
        return [*self.index, *dict.fromkeys(str(e.column) for e in self.expectations.values())]


class Validator:
    """Holds frames against suites; with a folder, leaves Great Expectations' pages of it there at the end.

    Args:
        docs: folder for the pages.
    """

    def __init__(self, docs: Path | None = None) -> None:
        self.docs = docs
        # without a configuration of its own, a context makes a folder for pages
        stores = InMemoryStoreBackendDefaults(init_temp_docs_sites=False)
        self.context = gx.get_context(mode="ephemeral", project_config=DataContextConfig(store_backend_defaults=stores))
        self.context.variables.progress_bars = ProgressBarsConfig(globally=False)
        self.frames = self.context.data_sources.add_pandas("frames")
        self.count = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.docs is not None and kind is None:
            store = {"class_name": "TupleFilesystemStoreBackend", "base_directory": str(self.docs.resolve())}
            index = {"class_name": "DefaultSiteIndexBuilder"}
            self.context.add_data_docs_site(
                SITE, {"class_name": "SiteBuilder", "store_backend": store, "site_index_builder": index}
            )
            self.context.build_data_docs(site_names=[SITE])

    def findings(self, suite: Suite, frame: pd.DataFrame, family: str = "all") -> Iterator[Finding]:
        """A finding for each expectation; none at all for a frame without rows.

        Raises:
            ValueError: the frame has an unknown value, which Great Expectations would pass over.
        """
        frame = frame[suite.columns()]
        if frame.isna().any(axis=None):
            raise ValueError(f"suite {suite.name}: the frame has cells without a value")
        if frame.empty:
            return
        self.count += 1
        name = f"{suite.name}-{family}-{self.count}"
        batch = self.frames.add_dataframe_asset(name).add_batch_definition_whole_dataframe(name)
        expectations = list(suite.expectations.values())
        made = gx.ExpectationSuite(name=name, expectations=[e.copy(deep=True) for e in expectations])
        definition = gx.ValidationDefinition(name=name, data=batch, suite=self.context.suites.add(made))
        outcome = self.context.validation_definitions.add(definition).run(
            batch_parameters={"dataframe": frame},
            result_format={"result_format": "COMPLETE", "unexpected_index_column_names": list(suite.index)},
        )
        for check_name, result in zip(suite.expectations, outcome.results, strict=True):
            if result.exception_info.get("raised_exception"):
                raise ValueError(f"{check_name}: {result.exception_info['exception_message']}")
            yield _finding(family, f"{suite.name}.{check_name}", len(frame), result)


def _finding(family: str, check_name: str, rows: int, result: Any) -> Finding:
    found = result.result
    failed = int(found["unexpected_count"])
    examples = tuple(dict(row) for row in found.get("unexpected_index_list") or ())[:EXAMPLES]
    message = f"not so for {failed} of {rows}: {result.expectation_config.description}" if failed else None
    return Finding(family, check_name, rows, failed, message, examples)
