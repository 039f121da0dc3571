"""Results of checks where they stay: rows of the database, and receipts in the archive."""

from __future__ import annotations

from collections.abc import Sequence

from extract.archive import Archive, History
from extract.records import names
from extract.records.receipts import VerificationReceipt, VerifiedCheck
from extract.settings import Settings
from extract.verification.results import CheckResult, plain_examples, record
from extract.warehouse.dbt import project_fingerprint


def keep(url: str, settings: Settings, results: Sequence[CheckResult]) -> str:
    """Record the results of one scenario, and write a receipt for each question beside the model run's files.

    The receipts depend on load, code and findings only, so the same findings leave the same bytes. A scenario that has
    no model run in this archive gets no receipts.

    Returns:
        The id of the run in `ops.verification_result`.
    """
    run_id = record(url, results)
    archive = Archive.of(settings)
    for scenario_id in sorted({result.scenario_id for result in results}):
        history = History(archive, scenario_id)
        if history.newest() is None:
            continue
        files: dict[str, str] = {}
        for question in sorted({r.question for r in results if r.scenario_id == scenario_id}):
            own = [r for r in results if (r.scenario_id, r.question) == (scenario_id, question)]
            key = names.verification_key(scenario_id, question)
            files[key] = _receipt(own).model_dump_json(indent=2) + "\n"
        history.publish("verify", files, tuple(key.removeprefix(names.scenario_prefix(scenario_id)) for key in files))
    return run_id


def _receipt(results: Sequence[CheckResult]) -> VerificationReceipt:
    """The receipt of one question; all of its results are of one load."""
    first = results[0]
    return VerificationReceipt(
        scenario_id=first.scenario_id,
        load_id=first.load_id,
        question=first.question,
        verifier=first.verifier,
        code_version=project_fingerprint(),
        checks=[
            VerifiedCheck(
                family=r.family,
                check_name=r.check_name,
                status=r.status,
                checked_count=r.checked_count,
                failed_count=r.failed_count,
                message=r.message,
                examples=plain_examples(r.examples),
            )
            for r in results
        ],
    )
