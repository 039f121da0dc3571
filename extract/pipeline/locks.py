"""Locks between runs on one machine: a killed process leaves none behind."""

from __future__ import annotations

import fcntl
import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO

from extract.errors import RetryableError
from extract.settings import Settings

ATTEMPTS = 5
PAUSE_SECONDS = 0.05


@dataclass(frozen=True)
class Running:
    """What the process that has a lock is at.

    Attributes:
        stage: the stage of the pipeline; empty between two of them.
        since: when it began with that.
        process: its number on this machine.
    """

    stage: str
    since: datetime
    process: int

    def words(self, now: datetime) -> str:
        """In a few words."""
        minutes, seconds = divmod(max(0, int((now - self.since).total_seconds())), 60)
        return f"{self.stage or 'begins'}, for {minutes}:{seconds:02} min, process {self.process}"


class Lock:
    """A lock that this process has.

    Args:
        file: the open file that is locked.
    """

    def __init__(self, file: TextIO) -> None:
        self._file = file

    def say(self, stage: str) -> None:
        """Let others know what is being done now."""
        note = {"stage": stage, "since": datetime.now(UTC).isoformat(), "process": os.getpid()}
        self._file.seek(0)
        self._file.truncate()
        self._file.write(json.dumps(note))
        self._file.flush()


@contextmanager
def try_lock(data_dir: Path, subject: str) -> Iterator[Lock | None]:
    """Try to take the lock of a subject, such as a scenario; nothing if another process has it."""
    folder = data_dir / "locks"
    folder.mkdir(parents=True, exist_ok=True)
    with _path(data_dir, subject).open("a+") as file:
        if not _flock(file, fcntl.LOCK_EX):
            yield None
            return
        lock = Lock(file)
        lock.say("")
        yield lock


def running(data_dir: Path, subject: str) -> Running | None:
    """What the process is at that has the lock of a subject; nothing if none has it."""
    try:
        with _path(data_dir, subject).open() as file:
            if _flock(file, fcntl.LOCK_SH, attempts=1):
                return None
            note = json.loads(file.read())
    except FileNotFoundError:
        return None
    except json.JSONDecodeError:  # between the emptying and the writing of a note
        return Running("", datetime.now(UTC), 0)
    return Running(note["stage"], datetime.fromisoformat(note["since"]), note["process"])


def _path(data_dir: Path, subject: str) -> Path:
    return data_dir / "locks" / f"{subject}.lock"


def _flock(file: TextIO, kind: int, attempts: int = ATTEMPTS) -> bool:
    """Whether the lock was free; asked again for a moment, as somebody may just be looking whether it is."""
    for attempt in range(attempts):
        try:
            fcntl.flock(file, kind | fcntl.LOCK_NB)
            return True
        except BlockingIOError:
            if attempt < attempts - 1:
                time.sleep(PAUSE_SECONDS)
    return False


@contextmanager
def one_at_a_time(settings: Settings, subject: str) -> Iterator[Lock]:
    """One run about a subject at a time on this machine.

    Raises:
        RetryableError: another run has the lock.
    """
    with try_lock(settings.data_dir, subject) as lock:
        if lock is None:
            raise RetryableError(f"another run of {subject} is going on", "wait until it has ended, then try again")
        yield lock
