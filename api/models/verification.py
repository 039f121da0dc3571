"""Answers about what was verified: of every scenario in short, of one question by question."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, Field

Status = Literal["passed", "failed", "error", "not_checked", "unknown", "not_applicable"]


class Counts(BaseModel):
    """How many questions have which status."""

    total: int = Field(description="Questions that arise, all but the not applicable ones (count)")
    passed: int = Field(description="Answered, and everything is as it should be (count)")
    failed: int = Field(description="Answered, and something is wrong (count)")
    error: int = Field(description="The check broke (count)")
    not_checked: int = Field(description="There was nothing to look at, or something to look with was missing (count)")
    unknown: int = Field(description="Nobody looked since the numbers were computed; never a pass (count)")
    not_applicable: int = Field(description="The question does not arise, as the run holds no such data (count)")


class QuestionStatus(BaseModel):
    """One question about one family of statistics, and its answer for the load that is there now."""

    question: str = Field(description="Code of the question")
    description: str = Field(description="The question in words")
    status: Status = Field(description="What the answer is; not_applicable where the question does not arise")
    severity: Literal["blocks_activation", "blocks_release", "informs"] = Field(
        description="What a check that has not passed blocks"
    )
    verifier: str = Field(description="Who answers it")
    command: str = Field(description="The command that answers it")
    check_count: int = Field(description="Single checks that the answer consists of (count)")
    passed_count: int = Field(description="Those of them that passed (count)")
    reason: str | None = Field(description="Why the question does not arise, or has no answer")
    examples: list[str] | None = Field(description="Up to ten checks that did not pass, worst first; null if all did")
    load_id: str | None = Field(description="The data that were looked at")
    recorded_at: datetime | None = Field(description="Time of the newest of its checks")


class Section(BaseModel):
    """The questions about one family of statistics."""

    title: str = Field(description="Name of the family")
    summary: Counts
    checks: list[QuestionStatus] | None = Field(
        description="The questions, in the order of the way from file to answer; null in an answer about all scenarios"
    )


class ScenarioSummary(BaseModel):
    """How a scenario stands."""

    scenario_id: str = Field(description="Scenario id")
    is_active: bool = Field(description="Whether its results are served")
    timestamp: datetime | None = Field(description="Time of the newest check; null if there was none")
    summary: Counts


class VerificationStatus(BaseModel):
    """How the scenarios with data stand: all of them in numbers, one question by question."""

    timestamp: datetime | None = Field(description="Time of the newest check; null if there was none")
    db_connected: Literal[True] = Field(
        default=True, description="Always true: without the database there is no answer"
    )
    summary: Counts
    scenarios: list[ScenarioSummary] = Field(description="The scenarios with data, active or not")
    checks: dict[str, Section] = Field(description="Family of statistics → how its questions are answered")
    not_implemented: list[str] = Field(description="Families of which not one question was answered")
