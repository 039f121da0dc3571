"""The archive as files by key, on a folder or on S3."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, cast

from extract.extras import named
from extract.settings import Settings
from extract.storage import Store
from extract.storage.folder import Folder
from extract.storage.hashing import file_sha256

if TYPE_CHECKING:
    from extract.storage.s3 import S3Folder


class Archive:
    """Files by key below one root.

    Args:
        root: a folder, or `s3://bucket/prefix`.
        endpoint: another S3 endpoint than Amazon's.
        region: region of the bucket.
    """

    def __init__(self, root: str, endpoint: str | None = None, region: str | None = None) -> None:
        self.is_s3 = root.startswith("s3://")
        self.store: Store = _s3(root, endpoint, region) if self.is_s3 else Folder(Path(root))

    @classmethod
    def of(cls, settings: Settings) -> Archive:
        """The archive that the settings name."""
        return cls(settings.archive_root, settings.s3_endpoint, settings.aws_region)

    def uri(self, key: str) -> str:
        """Where a key is, as a path or an `s3://` address."""
        return f"{self.store.address}/{key}"

    def bucket_and_key(self, key: str) -> tuple[str, str]:
        """Bucket and object key for a server-side import."""
        if not self.is_s3:
            raise TypeError("only an S3 archive has buckets")
        folder = cast("S3Folder", self.store)
        return folder.bucket, folder.key(key)

    def put_file(self, key: str, source: Path) -> None:
        """Store a copy of a local file.

        Raises:
            DiskFullError, RetryableError: the archive cannot take it now.
        """
        self.store.put(key, source, file_sha256(source))

    def put_text(self, key: str, text: str) -> None:
        """Store a small text file."""
        self.store.write(key, text.encode())

    def get_text(self, key: str) -> str | None:
        """A small text file's content, or nothing if there is none."""
        if not self.exists(key):
            return None
        with self.store.open(key) as file:
            return file.read().decode()

    def local_copy(self, key: str) -> Path:
        """A file of that key on this machine: itself, or a temporary download."""
        return self.store.local(key)

    def exists(self, key: str) -> bool:
        """Whether there is a file of that key."""
        return self.store.stat(key) is not None

    def remove(self, key: str) -> None:
        """Remove the file of that key, if there is one."""
        self.store.remove(key)


def _s3(root: str, endpoint: str | None, region: str | None) -> S3Folder:
    # here: boto3 takes a tenth of a second to import
    with named():
        from extract.storage.s3 import S3Folder

    return S3Folder(root, endpoint, region)
