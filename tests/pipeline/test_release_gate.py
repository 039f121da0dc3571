"""A load is released when nothing stands against it: shown, and right in all that blocks activation or release."""

from __future__ import annotations

import pytest

from extract.archive import Archive
from extract.cli import activation as commands
from extract.errors import EXIT_REFUSED, UsageError
from extract.releases.release import NotReleasableError, release
from extract.settings import Settings
from extract.warehouse.activation import activate, deactivate
from tests.pipeline.test_activation import FIRST, SCENARIO, judge, override, template, url
from tests.support import verified

__all__ = ["template", "url"]  # fixtures


@pytest.fixture
def archive(tmp_path):
    return Archive(str(tmp_path / "archive"))


@pytest.fixture
def shown(url):
    """A warehouse that shows a load of which everything was found right, as the trend report says, too."""
    judge(url, "VALIDATED")
    activate(url, SCENARIO, "ann")
    return url


def refused(url, archive):
    """The questions and their status for which a release is refused."""
    with pytest.raises(NotReleasableError, match=f"the load {FIRST} is not released") as caught:
        release(url, archive, SCENARIO, "ann")
    assert caught.value.exit_code == EXIT_REFUSED
    assert not list(archive.store.files())
    for cell in caught.value.cells:
        assert cell.words() in str(caught.value)
        assert f"`{cell.command.replace('SCENARIO', SCENARIO)}`" in caught.value.remedy
    return {(cell.question_code, cell.status) for cell in caught.value.cells}


@pytest.mark.parametrize("status", ["failed", "error", "not_checked"])
@pytest.mark.parametrize("question", ["api_views", "oracle"])
def test_one_answer_that_is_no_pass_blocks_it(shown, archive, question, status):
    verified.answer(shown, SCENARIO, **{question: status})
    assert refused(shown, archive) == {(question, status)}
    verified.answer(shown, SCENARIO)
    made = release(shown, archive, SCENARIO, "ann")
    assert (made.record.load_id, made.record.override) == (FIRST, None)
    assert {check.status for check in made.record.checks if check.question == question} == {"passed"}


def test_a_run_without_a_trend_report_is_shown_and_not_released(url, archive):
    judge(url, "NOT_VALIDATED")
    activate(url, SCENARIO, "ann")
    ((question, status),) = refused(url, archive)
    assert question == "trend_report"
    assert status in ("not_checked", "unknown")


def test_a_disproved_load_is_never_released(url, archive):
    """It may be shown, by a second decision; no release takes it."""
    override(url)
    activate(url, SCENARIO, "ann", confirmation="the report is of another run")
    assert refused(url, archive) == {("trend_report", "failed")}


def test_a_load_that_became_disproved_is_not_released(shown, archive):
    override(shown)
    assert refused(shown, archive) == {("trend_report", "failed")}


def test_what_is_not_shown_is_not_released(shown, archive):
    deactivate(shown, SCENARIO, "bob")
    with pytest.raises(UsageError, match="shows no load"):
        release(shown, archive, SCENARIO, "ann")


def test_the_command_says_where_the_release_is(shown, archive, tmp_path, monkeypatch, capsys):
    config = Settings(database_url=shown, data_dir=tmp_path)
    monkeypatch.setattr(commands, "settings", lambda: config)
    commands.release(SCENARIO)
    assert capsys.readouterr().out.startswith(f"release done: {FIRST}, ")
    assert any(info.path.endswith("release_record.json") for info in archive.store.files())
