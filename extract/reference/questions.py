"""The page of questions for the modelling team, written from the seeds: every row with `needs_confirmation`."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

from extract.errors import UsageError

PAGE = "dbt_project/docs/reviewer/questions.md"
PART = "questions"
FLAG, QUESTION = "needs_confirmation", "question"
SHOWN = 60
"""Codes that are named per question; the rest are counted."""


@dataclass(frozen=True)
class Asked:
    """A question of a row.

    Attributes:
        topic: the kind of entity, or the seed where the rows have no kind.
        question: its text.
        code: the row's entity, or its key.
    """

    topic: str
    question: str
    code: str


def asked(seeds: Path) -> list[Asked]:
    """All questions of all seeds that have the columns `needs_confirmation` and `question`.

    Raises:
        UsageError: a row is flagged and asks nothing.
    """
    found: set[tuple[str, str, str]] = set()
    for path in sorted(seeds.rglob("*.csv")):
        with open(path, newline="", encoding="utf-8") as file:
            rows = csv.DictReader(file)
            if not {FLAG, QUESTION} <= set(rows.fieldnames or ()):
                continue
            for number, row in enumerate(rows, start=2):
                if row[FLAG] != "true":
                    continue
                if not row[QUESTION]:
                    raise UsageError(f"{path.name} row {number}: {FLAG} is true and {QUESTION} is empty", "ask it")
                topic = row.get("entity_kind") or path.stem
                code = row.get("entity_code") or next(iter(row.values()))
                found.update((topic, question, code) for question in row[QUESTION].split(" | "))
    return [Asked(*item) for item in sorted(found)]


def generated(questions: list[Asked]) -> str:
    """The part of the page between the markers: a section per topic, in it each question with its codes."""
    codes: dict[str, dict[str, list[str]]] = {}
    for item in questions:
        codes.setdefault(item.topic, {}).setdefault(item.question, []).append(item.code)
    parts = []
    for topic, by_question in codes.items():
        parts.append(f"## {topic.replace('_', ' ').capitalize()}: {_count(len(by_question), 'question')}")
        parts += [f"### {question}\n\n{_listed(names)}" for question, names in by_question.items()]
    return "\n\n".join(parts)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" + ("" if number == 1 else "s")


def _listed(codes: list[str]) -> str:
    if len(codes) <= SHOWN:
        return ", ".join(codes)
    return f"{', '.join(codes[:SHOWN])} and {len(codes) - SHOWN} more"
