"""Locks between runs on one machine: a killed process leaves none behind."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from extract.errors import RetryableError
from extract.settings import Settings


@contextmanager
def try_lock(data_dir: Path, subject: str) -> Iterator[bool]:
    """Try to take the lock of a subject, such as a scenario; says whether it was free."""
    folder = data_dir / "locks"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / f"{subject}.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True


@contextmanager
def one_at_a_time(settings: Settings, subject: str) -> Iterator[None]:
    """One run about a subject at a time on this machine.

    Raises:
        RetryableError: another run has the lock.
    """
    with try_lock(settings.data_dir, subject) as is_ours:
        if not is_ours:
            raise RetryableError(f"another run of {subject} is going on", "wait until it has ended, then try again")
        yield
