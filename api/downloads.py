"""Addresses from which a file of the archive can be fetched for a while.

An archive on S3 signs them itself. For one in a folder this service signs them, and serves the file where they lead to.
"""

from __future__ import annotations

import hmac
import secrets
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from hashlib import sha256
from pathlib import Path

from starlette.concurrency import run_in_threadpool

from api.database import Row
from api.errors import LinkExpiredError, LinkRefusedError, NoFileError
from api.settings import ApiSettings
from extract.archive import Archive
from extract.records.names import object_key


@dataclass(frozen=True)
class Link:
    """An address, and the time until which it works."""

    url: str
    expires_at: datetime


class Downloads:
    """Signs addresses and checks them.

    Everything that may talk to S3 or read the disk runs in a thread of its own.

    Args:
        settings: the archive, how long addresses work, and the key that signs those of this service.
    """

    def __init__(self, settings: ApiSettings) -> None:
        self._settings = settings
        # Without a key of the settings, the addresses end with this process.
        self._key = (
            settings.download_key.get_secret_value().encode() if settings.download_key else secrets.token_bytes()
        )

    @cached_property
    def _archive(self) -> Archive:
        return self._settings.archive_of_files()

    async def link(self, file: Row, address: str) -> Link:
        """An address for a file.

        Args:
            file: its row of `api_scenario_file`.
            address: where this service is for its clients, with a slash at the end.

        Raises:
            RetryableError: the archive cannot be used now.
        """
        expires = int(time.time()) + self._settings.download_seconds
        url = await run_in_threadpool(self._signed_by_the_archive, file)
        if url is None:
            place = f"{file['scenario_id']}/{file['file_kind']}"
            url = f"{address}api/files/{place}?expires={expires}&signature={self._signature(file, expires)}"
        return Link(url, datetime.fromtimestamp(expires, UTC))

    async def open(self, file: Row, expires: int, signature: str) -> Path:
        """The file that an address of this service leads to.

        Raises:
            LinkRefusedError: the address was not made for this file here.
            LinkExpiredError: it was, and its time is over.
            NoFileError: the archive has lost the file.
        """
        if not hmac.compare_digest(self._signature(file, expires), signature):
            raise LinkRefusedError("This is not an address that the service gave out for this file.")
        if expires < time.time():
            raise LinkExpiredError("The time of this address is over; ask for a new one.")
        path = await run_in_threadpool(self._local, file)
        if path is None:
            raise NoFileError("There is no such file to download.")
        return path

    def _signed_by_the_archive(self, file: Row) -> str | None:
        return self._archive.store.url(object_key(file["sha256"]), self._settings.download_seconds, file["file_name"])

    def _local(self, file: Row) -> Path | None:
        key = object_key(file["sha256"])
        there = not self._archive.is_s3 and self._archive.exists(key)
        return self._archive.local_copy(key) if there else None

    def _signature(self, file: Row, expires: int) -> str:
        text = f"{file['scenario_id']}/{file['file_kind']}/{file['sha256']}/{expires}"
        return hmac.new(self._key, text.encode(), sha256).hexdigest()
