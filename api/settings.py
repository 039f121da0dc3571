"""Settings of the web service, read once when the application is created."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from limits import parse_many
from pydantic import AfterValidator, AnyHttpUrl, Field, PositiveFloat, PositiveInt, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from extract.archive import Archive
from extract.database import DatabaseUrl, readable
from extract.settings import HOME
from extract.settings import settings as project_settings


def _readable(limits: str) -> str:
    parse_many(limits)
    return limits


class ApiSettings(BaseSettings):
    """How the service runs. Environment names are `COEQWAL_API_<NAME>`, except `COEQWAL_ARCHIVE`.

    Attributes:
        database_url: a PostgreSQL URL, best of the login that `coeqwal db init` makes, which can only read. Without it
            that login's, if it is known to the data folder, else `DATABASE_URL`, else the embedded database's own;
            looked up at each connection.
        pool_min: connections opened when the service starts.
        pool_max: connections at most.
        connect_timeout: seconds to wait for a new connection, and for a free one of the pool.
        statement_timeout: seconds after which PostgreSQL gives up a query.
        cors_origins: web origins that may read the service from a browser.
        cors_origin_regex: further origins, matched in full; the default is localhost with any port.
        cache_max_age: seconds for which a cache on the way may keep an answer without asking again.
        cache_bytes: memory for answers that are kept ready; 0 to keep none.
        cache_version_seconds: how long a kept answer is repeated before the database is asked whether its data changed,
            and how long data must have been the same to count as being at rest.
        rate_limit: requests that a client may make, such as "600/minute" or "20/second; 10000/day"; default: no limit.
        archive: folder or `s3://bucket/prefix` with the files to download; without it the project's own.
        download_key: secret that signs addresses of files in a folder. Processes that stand in for each other need the
            same one; without it, each has its own, which ends with it.
        download_seconds: seconds for which an address of a file works.
        public_url: address under which clients reach the service, such as https://api.coeqwal.org; addresses in answers
            begin with it.
        allowed_hosts: without a public address, the hosts of requests that addresses in answers may begin with: names,
            which any port fits, or names with a port.
        header_seconds: seconds that a client has to send the head of a request, and for which it may be silent before.
        keep_alive_seconds: seconds for which a connection stays open after an answer.
        max_connections: connections of clients at once; further ones are answered with 503.
        docs_dir: folder in which `dbt docs generate --static` left `static_index.html`.
    """

    model_config = SettingsConfigDict(
        env_prefix="COEQWAL_API_", frozen=True, populate_by_name=True, extra="ignore", env_ignore_empty=True,
        hide_input_in_errors=True,
    )  # fmt: skip

    database_url: Annotated[str | None, AfterValidator(readable("COEQWAL_API_DATABASE_URL"))] = Field(
        None, validation_alias="COEQWAL_API_DATABASE_URL", repr=False
    )
    pool_min: int = Field(1, ge=0)
    pool_max: PositiveInt = 10
    connect_timeout: PositiveFloat = 5.0
    statement_timeout: PositiveFloat = 10.0
    cors_origins: tuple[str, ...] = (
        "https://coeqwal.org",
        "https://www.coeqwal.org",
        "https://dev.coeqwal.org",
        "https://staging.coeqwal.org",
    )
    cors_origin_regex: str | None = r"https?://(localhost|127\.0\.0\.1)(:\d+)?"
    cache_max_age: int = Field(300, ge=0)
    cache_bytes: int = Field(64 * 1024 * 1024, ge=0)
    cache_version_seconds: float = Field(1.0, ge=0)
    rate_limit: Annotated[str, AfterValidator(_readable)] | None = None
    archive: str | None = Field(None, validation_alias="COEQWAL_ARCHIVE")
    download_key: SecretStr | None = Field(None, min_length=32)
    download_seconds: int = Field(900, ge=1, le=12 * 3600)
    public_url: AnyHttpUrl | None = None
    allowed_hosts: tuple[str, ...] = ("localhost", "127.0.0.1", "[::1]")
    header_seconds: PositiveFloat = 10.0
    keep_alive_seconds: PositiveInt = 5
    max_connections: PositiveInt = 500
    docs_dir: Path = HOME / "target"

    def model_post_init(self, _: object) -> None:
        """Refuse the project's settings too, when the service starts and not with each request."""
        project_settings()

    def database(self) -> DatabaseUrl:
        """The database, and who logs in to it.

        Raises:
            UsageError: its URL cannot be read, or no URL is set and the embedded database was never started.
        """
        if self.database_url:
            return DatabaseUrl.parse(self.database_url, "COEQWAL_API_DATABASE_URL")
        project = project_settings()
        return DatabaseUrl.parse(project.reader_url() or project.resolved_database_url())

    def archive_of_files(self) -> Archive:
        """The archive with the files to download."""
        project = project_settings()
        return Archive(self.archive or project.archive_root, project.s3_endpoint, project.aws_region)
