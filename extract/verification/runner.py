"""The verifiers that compare places, run for the present load of a scenario."""

from __future__ import annotations

import csv
import importlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol, cast

from extract.errors import RetryableError, UsageError
from extract.extras import named
from extract.settings import PROJECT, Settings
from extract.verification.results import CheckResult, Status, Verifier
from extract.verification.subject import CannotCheckError, Subject

QUESTIONS_SEED = "seeds/08_verification/verification_question.csv"
MODULES = {
    "dss_csv": "extract.verification.expectations.dss_csv",
    "csv_staging": "extract.verification.expectations.csv_staging",
    "staging_facts": "extract.verification.expectations.staging_facts",
    "oracle": "extract.verification.oracle.verifier",
    "tier_files": "extract.verification.expectations.tier_files",
    "api_views": "extract.verification.expectations.api_views",
}
"""Where the verifier of a question is. It shares no code with what it verifies."""


@dataclass(frozen=True)
class Finding:
    """What a verifier found: a `CheckResult` without the load that it is of.

    Attributes:
        family: a family of statistics, or `all`.
        checked: how many things were compared.
        failed: how many of them were wrong.
    """

    family: str
    check_name: str
    checked: int
    failed: int
    message: str | None = None
    examples: tuple[dict[str, Any], ...] = ()


class _VerifierModule(Protocol):
    def check(self, subject: Subject, docs: Path | None) -> Iterable[Finding]: ...


@dataclass(frozen=True)
class Question:
    """A row of the seed `verification_question` that is answered here."""

    code: str
    text: str
    verifier: Verifier
    families: tuple[str, ...]


def questions() -> dict[str, Question]:
    """The questions that are answered here, in the order to show them."""
    with (PROJECT / QUESTIONS_SEED).open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["question_code"] in MODULES]
    return {
        row["question_code"]: Question(
            row["question_code"], row["question"], cast(Verifier, row["verifier"]), tuple(row["families"].split())
        )
        for row in sorted(rows, key=lambda row: int(row["display_order"]))
    }


def chosen(wanted: Sequence[str] | None) -> list[str]:
    """Codes of the questions that are wanted, all of them by default.

    Raises:
        UsageError: there is no such question.
    """
    known = questions()
    if unknown := [code for code in wanted or () if code not in known]:
        raise UsageError(f"no such question: {', '.join(unknown)}", f"there are {', '.join(known)}")
    return list(known if wanted is None else wanted)


def run(
    url: str,
    settings: Settings,
    scenario_id: str,
    wanted: Sequence[str] | None = None,
    *,
    docs: Path | None = None,
    api_address: str | None = None,
) -> list[CheckResult]:
    """Answer questions about the present load of a scenario.

    Args:
        url: the database.
        settings: where the archive is.
        scenario_id: the scenario.
        wanted: codes of the questions; all of them by default.
        docs: a folder for the pages of Great Expectations; without it no file is written.
        api_address: a running API to verify; by default the application is started within this process.

    Returns:
        At least one result for each question and family that the scenario has data for. What could not be looked at
        is `not_checked` with the reason, and a verifier that broke is an `error`.

    Raises:
        UsageError: nothing is loaded of the scenario, or there is no such question.
        RetryableError: the database or the archive is away.
    """
    known, asked = questions(), chosen(wanted)
    subject = Subject.of(url, settings, scenario_id, api_address)
    if subject.load_id is None and subject.tier_load_id is None:
        raise UsageError(f"nothing is loaded of {scenario_id}", f"load it with `coeqwal run {scenario_id}`")
    return [result for code in asked for result in _answers(known[code], subject, docs)]


def _answers(question: Question, subject: Subject, docs: Path | None) -> Iterator[CheckResult]:
    """The results of one question, with one for each of its families that the verifier said nothing of."""
    expected = [family for family in question.families if subject.load(family) is not None]
    if not expected:
        return
    seen: set[str] = set()
    status: Status = "not_checked"
    reason = "there was nothing to compare"
    try:
        for finding in _module(question.code).check(subject, docs / question.code if docs else None):
            if finding.family in expected:
                seen.add(finding.family)
                yield _result(question, subject, finding)
    except CannotCheckError as error:
        reason = str(error)
    except (RetryableError, UsageError):
        raise
    except Exception as error:
        # whatever is wrong with the data or the verifier: the other questions are still answered
        status, reason = "error", f"{type(error).__name__}: {error}"
        seen.clear()
    for family in expected:
        if family not in seen:
            nothing = Finding(family, question.code, 0, 0, reason)
            yield replace(_result(question, subject, nothing), status=status, checked_count=None, failed_count=None)


def _result(question: Question, subject: Subject, found: Finding) -> CheckResult:
    status: Status = "failed" if found.failed else "passed" if found.checked else "not_checked"
    message = found.message or ("there was nothing to compare" if status == "not_checked" else None)
    return CheckResult(
        subject.scenario_id,
        subject.load(found.family) or "",
        question.code,
        found.family,
        found.check_name,
        status,
        question.verifier,
        found.checked,
        found.failed,
        message,
        found.examples,
    )


def _module(code: str) -> _VerifierModule:
    with named():
        return cast(_VerifierModule, importlib.import_module(MODULES[code]))
