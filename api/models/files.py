"""Answers about files to download."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, Field


class ScenarioFile(BaseModel):
    """One file of a scenario."""

    key: str = Field(description="Name of the file in the archive")
    filename: str = Field(description="Name under which it is saved")
    size: int = Field(description="Size, bytes (count)")
    sha256: str = Field(description="SHA-256 of the content, hexadecimal")
    modified: datetime = Field(description="Time at which the file got this content")


class ScenarioFileSet(BaseModel):
    """The files of a scenario by kind; null where there is none."""

    zip: ScenarioFile | None = Field(None, description="The model run")
    output_csv: ScenarioFile | None = Field(None, description="The output of the model as CSV")
    sv_csv: ScenarioFile | None = Field(None, description="The input of the model as CSV")


class ScenarioDownloads(BaseModel):
    """What can be downloaded of a scenario."""

    scenario_id: str = Field(description="Scenario id")
    load_id: str = Field(description="Receipt id of the load that the files belong to, and the published numbers")
    files: ScenarioFileSet


class Downloads(BaseModel):
    """What can be downloaded: files of active scenarios that are public."""

    scenarios: list[ScenarioDownloads] = Field(description="By scenario id; scenarios without such files are left out")


class DownloadLink(BaseModel):
    """Where to fetch a file from, for a while."""

    download_url: str = Field(description="Address of the file; it stops working at expires_at")
    expires_at: datetime = Field(description="Time until which the address works, UTC")
    filename: str = Field(description="Name under which it is saved")
    size: int = Field(description="Size, bytes (count)")
    sha256: str = Field(description="SHA-256 of the content, hexadecimal")
