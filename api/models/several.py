"""What answers about several scenarios have in common."""

from __future__ import annotations

from pydantic import BaseModel, Field


class ServedInPart(BaseModel):
    """The scenarios of the request that an answer about several lacks."""

    unknown_scenarios: list[str] = Field(
        default=[], description="Ids of the request that the registry lacks; absent where it has them all"
    )
    inactive_scenarios: list[str] = Field(
        default=[], description="Scenarios of the request whose results are not published; absent where all are"
    )
