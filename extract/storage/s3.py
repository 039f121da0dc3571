"""An S3 prefix as source and store. The one module that knows boto3.

Credentials come from the environment or the role of the machine, and boto3 renews those of a role while it runs.
Uploads, downloads and copies go through boto3's transfer manager, which cuts large files into parts; all requests
are repeated after transient faults by boto3's own rules, with growing pauses.
"""

from __future__ import annotations

import io
import random
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, BinaryIO, cast
from urllib.parse import quote

import boto3
from boto3.exceptions import Boto3Error
from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError

from extract.errors import RetryableError, UsageError
from extract.storage import FileInfo
from extract.storage.folder import translated

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

ATTEMPTS = 6
PART_BYTES = 16 << 20
TRANSFER = TransferConfig(multipart_threshold=PART_BYTES, multipart_chunksize=PART_BYTES, max_concurrency=4)
TAKEN = frozenset(("PreconditionFailed", "ConditionalRequestConflict"))
ABSENT = frozenset(("404", "NoSuchKey", "NotFound"))


class S3RefusedError(RetryableError):
    """S3 answers, and refuses: no such bucket, no permission, or a fault of its own after all repetitions."""

    code = "S3_REFUSED"


class S3AwayError(RetryableError):
    """S3 cannot be reached, or the connection broke after all repetitions."""

    code = "S3_AWAY"


@contextmanager
def _speaking(where: str) -> Iterator[None]:
    try:
        yield
    except NoCredentialsError as error:
        raise S3RefusedError(
            f"{where}: there are no S3 credentials",
            "give the machine a role, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, and try again",
        ) from error
    except ClientError as error:
        name = error.response.get("Error", {}).get("Code", "?")
        raise S3RefusedError(
            f"{where}: S3 refuses {error.operation_name} ({name})",
            "see that the bucket exists and the credentials may use it; after a fault of S3 itself, try again later",
        ) from error
    except (BotoCoreError, Boto3Error) as error:
        raise S3AwayError(f"{where}: S3 cannot be reached ({error})", "try again later") from error
    except OSError as error:  # of the local file
        raise translated(error, str(error.filename or where)) from error


class S3Folder:
    """Files below an S3 prefix.

    Args:
        address: `s3://bucket` or `s3://bucket/prefix`.
        endpoint: another S3 endpoint than Amazon's.
        region: of the bucket; by default what boto3 finds in the environment.

    Raises:
        UsageError: the address names no bucket, or holds something that looks like credentials.
    """

    def __init__(self, address: str, endpoint: str | None = None, region: str | None = None) -> None:
        self.bucket, _, prefix = address.removeprefix("s3://").strip("/").partition("/")
        if "@" in self.bucket or ":" in self.bucket:
            raise UsageError("an s3:// address holds no credentials", "give s3://bucket/prefix and set up a role")
        if not self.bucket:
            raise UsageError(f"'{address}' names no bucket", "give it as in s3://bucket/prefix")
        self._prefix = f"{prefix}/" if prefix else ""
        config = Config(retries={"mode": "standard", "total_max_attempts": ATTEMPTS}, signature_version="s3v4")
        self._client = boto3.Session().client("s3", endpoint_url=endpoint, region_name=region, config=config)
        self._downloads: TemporaryDirectory[str] | None = None

    @property
    def address(self) -> str:
        """The prefix as an `s3://` address."""
        return f"s3://{self.bucket}/{self._prefix}".rstrip("/")

    def key(self, path: str) -> str:
        """The object key of a path."""
        return self._prefix + path

    def files(self, prefix: str = "") -> Iterator[FileInfo]:
        """See `Source`."""
        with _speaking(self._where(prefix)):
            for page in self._client.get_paginator("list_objects_v2").paginate(
                Bucket=self.bucket, Prefix=self.key(prefix)
            ):
                for item in page.get("Contents", []):
                    path = item["Key"].removeprefix(self._prefix)
                    if path and not path.endswith("/"):
                        yield FileInfo(path, item["Size"], item["LastModified"], item["ETag"].strip('"'))

    def open(self, path: str) -> BinaryIO:
        """See `Source`: bytes are fetched as they are read, from where they are read."""
        info = self.stat(path)
        if info is None:
            raise S3RefusedError(f"{self._where(path)}: there is no such object", "look what is there, then try again")
        return cast(BinaryIO, io.BufferedReader(_Object(self, info), 1 << 18))

    def stat(self, path: str) -> FileInfo | None:
        """See `Source`."""
        head = self._head(path)
        return head and head[0]

    def put(self, path: str, file: Path, digest: str, *, move: bool = False) -> None:
        """See `Store`. The hash is kept as the object's metadata."""
        extra = {"Metadata": {"sha256": digest}}
        with _speaking(self._where(path)), file.open("rb") as content:
            self._client.upload_fileobj(content, self.bucket, self.key(path), ExtraArgs=extra, Config=TRANSFER)

    def write(self, path: str, content: bytes) -> None:
        """See `Store`."""
        with _speaking(self._where(path)):
            self._client.put_object(Bucket=self.bucket, Key=self.key(path), Body=content)

    def create(self, path: str, content: bytes) -> bool:
        """See `Store`: a conditional put.

        A repeated request whose first answer was lost finds its own object there; that counts as created.
        """
        with _speaking(self._where(path)):
            try:
                self._client.put_object(Bucket=self.bucket, Key=self.key(path), Body=content, IfNoneMatch="*")
            except ClientError as error:
                if error.response.get("Error", {}).get("Code") not in TAKEN:
                    raise
                with self.open(path) as there:
                    return there.read() == content
        return True

    def copy(self, path: str, to: str) -> None:
        """See `Store`: S3 copies on its side, in parts above 5 GB."""
        with _speaking(self._where(to)):
            source = {"Bucket": self.bucket, "Key": self.key(path)}
            self._client.copy(source, self.bucket, self.key(to), Config=TransferConfig())  # type: ignore[arg-type]

    def is_copy(self, path: str, to: str) -> bool:
        """See `Store`: the same size and the same hash in the metadata."""
        one, other = self._head(path), self._head(to)
        if one is None or other is None or one[1] is None:
            return False
        return (one[0].size_bytes, one[1]) == (other[0].size_bytes, other[1])

    def remove(self, path: str) -> None:
        """See `Store`."""
        with _speaking(self._where(path)):
            self._client.delete_object(Bucket=self.bucket, Key=self.key(path))

    def local(self, path: str) -> Path:
        """See `Store`: a download into a temporary folder."""
        if self._downloads is None:
            self._downloads = TemporaryDirectory(prefix="coeqwal-")
        target = Path(self._downloads.name, path)
        target.parent.mkdir(parents=True, exist_ok=True)
        with _speaking(self._where(path)):
            self._client.download_file(self.bucket, self.key(path), str(target), Config=TRANSFER)
        return target

    def url(self, path: str, seconds: int, file_name: str) -> str | None:
        """See `Store`: signed with the credentials of this process."""
        with _speaking(self._where(path)):
            return self._client.generate_presigned_url(
                "get_object",
                Params={
                    "Bucket": self.bucket,
                    "Key": self.key(path),
                    "ResponseContentDisposition": _attachment(file_name),
                },
                ExpiresIn=seconds,
            )

    def read_from(self, info: FileInfo, start: int) -> Iterator[bytes]:
        """The bytes of one version of an object from a position on; another version is refused."""
        with _speaking(self._where(info.path)):
            answer = self._client.get_object(
                Bucket=self.bucket, Key=self.key(info.path), Range=f"bytes={start}-", IfMatch=info.version
            )
            yield from answer["Body"].iter_chunks(1 << 18)

    def _head(self, path: str) -> tuple[FileInfo, str | None] | None:
        with _speaking(self._where(path)):
            try:
                head = self._client.head_object(Bucket=self.bucket, Key=self.key(path))
            except ClientError as error:
                if error.response.get("Error", {}).get("Code") in ABSENT:
                    return None
                raise
        info = FileInfo(path, head["ContentLength"], head["LastModified"], head["ETag"].strip('"'))
        return info, head["Metadata"].get("sha256")

    def _where(self, path: str) -> str:
        return f"s3://{self.bucket}/{self.key(path)}"


def _attachment(file_name: str) -> str:
    """The header by which a browser saves a file under its name, whatever characters that has (RFC 6266)."""
    quoted = quote(file_name)
    return f'attachment; filename="{file_name}"' if quoted == file_name else f"attachment; filename*=utf-8''{quoted}"


class _Object(io.RawIOBase):
    """An object as a file: one request reads on, a seek begins another, a broken one is taken up where it broke."""

    def __init__(self, folder: S3Folder, info: FileInfo) -> None:
        self._folder = folder
        self._info = info
        self._at = 0
        self._stream: Iterator[bytes] | None = None
        self._rest = b""

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._info.size_bytes}[whence]
        if base + offset != self._at:
            self._at = max(0, base + offset)
            self._drop()
        return self._at

    def readinto(self, buffer: WriteableBuffer) -> int:
        wanted = memoryview(buffer)
        if self._at >= self._info.size_bytes:
            return 0
        for attempt in range(1, ATTEMPTS + 1):
            try:
                return self._read_some(wanted)
            except S3AwayError:
                self._drop()
                if attempt == ATTEMPTS:
                    raise
                time.sleep(random.random() * 2 ** (attempt - 1))  # noqa: S311 - spreads repetitions, no secret
        raise AssertionError("the last attempt returns or raises")

    def _read_some(self, wanted: memoryview) -> int:
        if self._stream is None:
            self._stream = self._folder.read_from(self._info, self._at)
        if not self._rest:
            self._rest = next(self._stream, b"")
        size = min(len(wanted), len(self._rest))
        if size == 0:
            raise S3AwayError(f"{self._folder.address}/{self._info.path}: the object ends too early", "try again")
        wanted[:size] = self._rest[:size]
        self._rest = self._rest[size:]
        self._at += size
        return size

    def _drop(self) -> None:
        self._stream, self._rest = None, b""
