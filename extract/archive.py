"""The archive: a local folder or an S3 prefix, behind one interface. The one module that knows S3."""

from __future__ import annotations

import errno
import os
import shutil
import tempfile
from pathlib import Path

import boto3
from botocore.exceptions import BotoCoreError, ClientError
from cloudpathlib import S3Client, S3Path

from extract.errors import DiskFullError, RetryableError
from extract.settings import Settings


class Archive:
    """Files by key below one root.

    A file appears under its key whole or not at all.

    Args:
        root: a folder, or `s3://bucket/prefix`.
        endpoint: another S3 endpoint than Amazon's.
    """

    def __init__(self, root: str, endpoint: str | None = None) -> None:
        self.is_s3 = root.startswith("s3://")
        self._root: Path | S3Path
        if self.is_s3:
            # boto3 directly: it knows the endpoint and the credentials of the environment
            client = S3Client(boto3_session=boto3.Session(), endpoint_url=endpoint)
            self._root = S3Path(root, client=client)
        else:
            self._root = Path(root)

    @classmethod
    def of(cls, settings: Settings) -> Archive:
        """The archive that the settings name."""
        return cls(settings.archive_root, settings.s3_endpoint)

    def uri(self, key: str) -> str:
        """Where a key is, as a path or an `s3://` address."""
        return str(self._root / key)

    def bucket_and_key(self, key: str) -> tuple[str, str]:
        """Bucket and object key for a server-side import."""
        path = self._root / key
        if not isinstance(path, S3Path):
            raise TypeError("only an S3 archive has buckets")
        return path.bucket, path.key

    def put_file(self, key: str, source: Path) -> None:
        """Store a copy of a local file.

        Raises:
            DiskFullError, RetryableError: the archive cannot take it now.
        """
        try:
            if isinstance(self._root, Path):
                self._put_local(self._root / key, source)
            else:
                (self._root / key).upload_from(source, force_overwrite_to_cloud=True)
        except OSError as error:
            raise translated(error, self.uri(key)) from error
        except (BotoCoreError, ClientError) as error:
            raise RetryableError(f"{self.uri(key)}: S3 refused the upload ({error})", "try again") from error

    def put_text(self, key: str, text: str) -> None:
        """Store a small text file."""
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "text"
            file.write_text(text, encoding="utf-8")
            self.put_file(key, file)

    def get_text(self, key: str) -> str | None:
        """A small text file's content, or nothing if there is none."""
        path = self._root / key
        return path.read_text(encoding="utf-8") if path.exists() else None

    def local_copy(self, key: str) -> Path:
        """A file of that key on this machine: itself, or a cached download."""
        path = self._root / key
        return path if isinstance(path, Path) else Path(path.fspath)

    def exists(self, key: str) -> bool:
        """Whether there is a file of that key."""
        return bool((self._root / key).exists())

    def remove(self, key: str) -> None:
        """Remove the file of that key, if there is one."""
        (self._root / key).unlink(missing_ok=True)

    @staticmethod
    def _put_local(target: Path, source: Path) -> None:
        target.parent.mkdir(parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(dir=target.parent, prefix=".incoming-")
        try:
            with os.fdopen(descriptor, "wb") as sink, source.open("rb") as bytes_in:
                shutil.copyfileobj(bytes_in, sink, 1 << 20)
                sink.flush()
                os.fsync(sink.fileno())
            os.chmod(name, 0o644)
            os.replace(name, target)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise


def translated(error: OSError, where: str) -> Exception:
    """The error of ours that an operating system's error stands for."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return DiskFullError(
            f"{where}: no space left on the disk", "free some space (`df -h` shows where), then run it again"
        )
    return RetryableError(f"{where}: {error.strerror or error}", "check the folder and its permissions")
