"""The pages written from manifest and seeds are current, and the database is what the manifest says."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import psycopg
import pytest

from extract.errors import UsageError
from extract.reference import database, faults, grain, marked, questions, tables
from extract.reference.manifest import relations

ROOT = Path(__file__).resolve().parents[2]
Manifest = dict[str, Any]


def test_database_is_what_the_manifest_says(manifest: Manifest, deployed_template: str) -> None:
    with psycopg.connect(deployed_template) as link:
        assert database.differences(link, relations(manifest)) == []


NOT_IN_DATABASE, NOT_IN_MANIFEST = "in the manifest, not in the database", "in the database, not in the manifest"


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        (
            "alter table reference.reservoir_group rename column sort_order to place",
            [
                f"reference.reservoir_group.place: {NOT_IN_MANIFEST}",
                f"reference.reservoir_group.sort_order: {NOT_IN_DATABASE}",
            ],
        ),
        (
            "alter table reference.d1641_x2_days alter column previous_index_taf type numeric",
            ["reference.d1641_x2_days.previous_index_taf: double precision in the manifest, numeric in the database"],
        ),
        ("create table marts.fct_left_over (a integer)", [f"marts.fct_left_over: {NOT_IN_MANIFEST}"]),
        (
            "drop table verification.fct_verification_row_count cascade",
            [f"verification.fct_verification_row_count: {NOT_IN_DATABASE}"],
        ),
    ],
)
def test_difference_of_the_database_is_found(
    manifest: Manifest, deployed_template: str, statement: str, found: list[str]
) -> None:
    with psycopg.connect(deployed_template) as link:
        link.execute(statement.encode())
        assert database.differences(link, relations(manifest)) == found
        link.rollback()


def test_type_that_nobody_declared_is_found(manifest: Manifest, deployed_template: str) -> None:
    changed = copy.deepcopy(manifest)
    changed["nodes"]["model.coeqwal.dim_month"]["columns"]["water_year"]["data_type"] = None
    with psycopg.connect(deployed_template) as link:
        assert database.differences(link, relations(changed)) == [
            "reference.dim_month.water_year: no data_type in its yml; the database has integer"
        ]


def test_grain_table_is_that_of_the_manifest(manifest: Manifest) -> None:
    page = (ROOT / grain.PAGE).read_text()
    assert page == marked.with_part(page, grain.PART, grain.table(manifest)), "run `coeqwal reference pages`"


def test_grain_table_changes_with_the_manifest(manifest: Manifest) -> None:
    changed = copy.deepcopy(manifest)
    changed["nodes"]["model.coeqwal.dim_month"]["description"] = "The calendar. One row per day. More text."
    assert "| dim_month | day | month_index |" in grain.table(changed)
    assert "| dim_month | month | month_index |" in grain.table(manifest)


def test_served_tables_are_those_of_the_manifest(manifest: Manifest) -> None:
    assert (ROOT / tables.PAGE).read_text() == tables.text(manifest, ROOT), "run `coeqwal reference pages`"
    assert (ROOT / tables.EXPOSURE).read_text() == tables.exposure(manifest), "run `coeqwal reference pages`"


def test_served_tables_change_with_the_manifest(manifest: Manifest) -> None:
    changed = copy.deepcopy(manifest)
    changed["nodes"]["model.coeqwal.api_reservoir"]["columns"]["capacity_taf"]["description"] = "Volume."
    changed["nodes"]["model.coeqwal.api_reservoir"]["name"] = "api_lake"
    assert '"name": "lake", ' in tables.text(changed, ROOT)
    assert '"unit": "TAF", "description": "Volume."' in tables.text(changed, ROOT)
    assert "ref('api_lake')" in tables.exposure(changed)


def missing_questions(page: str, seeds: Path) -> list[questions.Asked]:
    """Questions of the seeds that the page does not have under their topic, or not with their code."""
    shown = {}
    for section in page.partition(marked.end(questions.PART))[0].split("\n## ")[1:]:
        topic, *asked = section.split("\n### ")
        for text in asked:
            question, _, codes = text.strip().partition("\n\n")
            shown[topic.partition(":")[0].lower().replace(" ", "_"), question] = codes
    return [
        item
        for item in questions.asked(seeds)
        if (codes := shown.get((item.topic, item.question))) is None
        or not (item.code in codes.replace(" and ", ", ").split(", ") or "more" in codes)
    ]


def test_questions_page_has_every_question() -> None:
    page = (ROOT / questions.PAGE).read_text()
    assert missing_questions(page, ROOT / "seeds") == [], "run `coeqwal reference pages`"
    assert page == marked.with_part(page, questions.PART, questions.generated(questions.asked(ROOT / "seeds")))
    assert len(questions.asked(ROOT / "seeds")) > 60


@pytest.fixture
def two_seeds(tmp_path: Path) -> Path:
    """A map of two kinds of entities, and a seed without kinds."""
    (tmp_path / "map").mkdir()
    (tmp_path / "map" / "variable_map.csv").write_text(
        "entity_kind,entity_code,needs_confirmation,question\n"
        "reservoir,A,true,One? | Two?\nreservoir,B,false,\ndemand_unit,C,true,One?\n"
    )
    (tmp_path / "contractor.csv").write_text("code,needs_confirmation,question\nMWD,true,Three?\n")
    return tmp_path


def test_questions_of_all_kinds_are_asked(two_seeds: Path) -> None:
    text = questions.generated(questions.asked(two_seeds))
    headings = [line for line in text.splitlines() if line.startswith("#")]
    assert headings == [
        "## Contractor: 1 question",
        "### Three?",
        "## Demand unit: 1 question",
        "### One?",
        "## Reservoir: 2 questions",
        "### One?",
        "### Two?",
    ]
    assert missing_questions(f"\n{text}", two_seeds) == []


def test_missing_question_is_named(two_seeds: Path) -> None:
    text = "\n" + questions.generated(questions.asked(two_seeds)).replace("### Two?", "### Too?")
    assert missing_questions(text, two_seeds) == [questions.Asked("reservoir", "Two?", "A")]


def test_flag_without_question_is_refused(two_seeds: Path) -> None:
    (two_seeds / "contractor.csv").write_text("code,needs_confirmation,question\nMWD,true,\n")
    with pytest.raises(UsageError, match=r"contractor\.csv row 2"):
        questions.asked(two_seeds)


def test_page_without_markers_is_refused() -> None:
    with pytest.raises(UsageError, match="lacks the markers"):
        marked.with_part("# Questions\n", "questions", "text")


def test_index_of_faults_is_current() -> None:
    page = (ROOT / faults.PAGE).read_text()
    assert page == marked.with_part(page, faults.PART, faults.index(ROOT / faults.FOLDER)), (
        "run `coeqwal reference pages`"
    )


def test_index_of_faults_counts_them(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("# Index\n")
    (tmp_path / "wells.md").write_text(
        "# Faults of the wells\n\n| fault | x | y |\n|---|---|---|\n| a | b | c |\n| d | e | f |\n"
    )
    assert faults.index(tmp_path).splitlines()[2:] == ["| [wells](wells.md) | Faults of the wells | 2 |"]
