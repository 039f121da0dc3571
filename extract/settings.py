"""Settings of the command line, read once at the edge from the environment and the project's data folder."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from extract.database import DatabaseUrl, readable
from extract.errors import UsageError

CHECKOUT = Path(__file__).resolve().parent.parent
IS_CHECKOUT = (CHECKOUT / "dbt_project.yml").is_file()
PROJECT = CHECKOUT if IS_CHECKOUT else Path(__file__).resolve().parent / "project"
"""Models, macros and seeds of dbt: the checkout, or the copy that an installed package brings."""

HOME = PROJECT if IS_CHECKOUT else Path.cwd()
"""Below it is what the commands make, unless a setting says otherwise: the checkout, or else the current folder."""


class Settings(BaseSettings):
    """Where things are.

    Attributes:
        database_url: a PostgreSQL 15+ server by URL; without it the embedded server of the data folder.
        api_database_url: the same database as the API logs in to it; default the login that `coeqwal db init` makes.
        data_dir: git-ignored folder for the embedded database, the local archive and process files.
        archive: root of the archive, a folder or `s3://bucket/prefix`; default `<data_dir>/archive`.
        pg_bin: folder with PostgreSQL's binaries for the embedded server; default the wheel's.
        aws_region: region that server-side imports name.
        s3_endpoint: another S3 endpoint than Amazon's.
        zip_max_bytes: the largest ZIP that is taken, packed and unpacked.
        zip_max_members: the most files that a ZIP may hold.
        zip_max_ratio: the most times that a ZIP may grow by unpacking.
        trend_max_bytes: the largest trend report that is read.
        tier_max_rows: the most rows that a delivered tier file may have.
        min_mapped_share: of the variables that `variable_map` expects in the DV output, and likewise in the SV input,
            the least share that a run of a registered scenario has to hold.
        min_months: months with values that the DV output of a registered scenario has to have.
    """

    model_config = SettingsConfigDict(
        frozen=True, populate_by_name=True, extra="ignore", env_ignore_empty=True,
        hide_input_in_errors=True,
    )  # fmt: skip

    database_url: Annotated[str | None, AfterValidator(readable("DATABASE_URL"))] = Field(
        None, validation_alias="DATABASE_URL", repr=False
    )
    api_database_url: Annotated[str | None, AfterValidator(readable("COEQWAL_API_DATABASE_URL"))] = Field(
        None, validation_alias="COEQWAL_API_DATABASE_URL", repr=False
    )
    data_dir: Path = Field(HOME / "data", validation_alias="COEQWAL_DATA_DIR")
    archive: str | None = Field(None, validation_alias="COEQWAL_ARCHIVE")
    pg_bin: Path | None = Field(None, validation_alias="COEQWAL_PG_BIN")
    aws_region: str = Field("us-west-2", validation_alias="AWS_REGION")
    s3_endpoint: str | None = Field(None, validation_alias="AWS_ENDPOINT_URL_S3")
    zip_max_bytes: int = Field(5 * 2**30, gt=0, validation_alias="COEQWAL_ZIP_MAX_BYTES")
    zip_max_members: int = Field(20_000, gt=0, validation_alias="COEQWAL_ZIP_MAX_MEMBERS")
    zip_max_ratio: int = Field(200, gt=0, validation_alias="COEQWAL_ZIP_MAX_RATIO")
    trend_max_bytes: int = Field(2**30, gt=0, validation_alias="COEQWAL_TREND_MAX_BYTES")
    tier_max_rows: int = Field(200_000, gt=0, validation_alias="COEQWAL_TIER_MAX_ROWS")
    min_mapped_share: float = Field(0.25, ge=0, le=1, validation_alias="COEQWAL_MIN_MAPPED_SHARE")
    min_months: int = Field(1080, ge=1, validation_alias="COEQWAL_MIN_MONTHS")

    @property
    def archive_root(self) -> str:
        """The archive's root as text."""
        return self.archive or str(self.data_dir / "archive")

    @property
    def url_file(self) -> Path:
        """The file in which the embedded server leaves its URL."""
        return self.data_dir / "database.url"

    @property
    def reader_file(self) -> Path:
        """The file with the URL of the API's login that `coeqwal db init` made."""
        return self.data_dir / "api.url"

    def resolved_database_url(self) -> str:
        """The URL to connect to, every part of it written out.

        Raises:
            UsageError: it cannot be read, or no URL is set and the embedded database was never started.
        """
        return self._database().uri

    def reader_url(self) -> str | None:
        """The URL that the API logs in with, if there is a login of its own.

        Raises:
            UsageError: as `resolved_database_url`.
        """
        if self.api_database_url:
            return DatabaseUrl.parse(self.api_database_url, "COEQWAL_API_DATABASE_URL").uri
        if not self.reader_file.exists():
            return None
        kept, database = DatabaseUrl.parse(self.reader_file.read_text(), str(self.reader_file)), self._database()
        if self.database_url and kept.place != database.place:
            return None
        # the embedded server may have another port by now
        return database.with_login(kept.user, kept.password).uri

    def _database(self) -> DatabaseUrl:
        if self.database_url:
            return DatabaseUrl.parse(self.database_url)
        if self.url_file.exists():
            return DatabaseUrl.parse(self.url_file.read_text(), str(self.url_file))
        raise UsageError(
            f"no database: DATABASE_URL is not set and {self.url_file} does not exist",
            "start the embedded database with `coeqwal db start`, or set DATABASE_URL",
        )


@lru_cache(maxsize=1)
def settings() -> Settings:
    """The settings of this process."""
    return Settings()
