"""What a stage of the pipeline is: its names and states, what it gives back and what it says."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Generic, Literal, TypeVar, get_args

from extract.warehouse.dbt import Tell
from extract.warehouse.stage_history import State

Result = TypeVar("Result")
API_QUESTION = "api_views"
"""It can only be asked once the load is shown."""
STATES: dict[str, State] = {
    "deploy": "DEPLOYED",
    "promote": "RECEIVED",
    "classify": "CLASSIFIED",
    "extract": "EXTRACTED",
    "validate": "VALIDATED",
    "load": "LOADED",
    "build": "BUILT",
    "verify": "VERIFIED",
    "activate": "ACTIVE",
    "answers": "VERIFIED",
    "deactivate": "INACTIVE",
}
Goal = Literal["extract", "load", "build", "verify", "active"]
GOALS: tuple[Goal, ...] = get_args(Goal)


@dataclass(frozen=True)
class StageReport:
    """What a stage did, for the person or script that called it."""

    stage: str
    status: Literal["done", "unchanged"]
    seconds: float
    detail: str


@dataclass(frozen=True)
class Outcome(Generic[Result]):
    """What a stage gives back: its result for the next one, and what is recorded of it."""

    result: Result
    detail: str
    unchanged: bool
    receipt_id: str | None = None
    code_fingerprint: str | None = None
    state: State | None = None
    override_reason: str | None = None


Watch = Callable[[str], AbstractContextManager[Tell]]
"""Called with the name of a stage as it begins: surrounds it, and gives what the stage tells how far it is."""
