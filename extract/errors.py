"""The one exception tree of `extract`, and the exit codes that go with it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

EXIT_OK = 0
EXIT_CHECK_FAILED = 1
EXIT_USAGE = 2
EXIT_RETRYABLE = 3
EXIT_REFUSED = 4


class CoeqwalError(Exception):
    """Something a person has to know about: what went wrong, where, and what to do.

    Args:
        message: what went wrong, naming the file or object.
        remedy: what the reader can do about it.

    Attributes:
        code: stable reason code for receipts and scripts.
        exit_code: the command's exit status.
        retryable: the same command may succeed later without any change of the input.
    """

    code = "ERROR"
    exit_code = EXIT_CHECK_FAILED
    retryable = False

    def __init__(self, message: str, remedy: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.message}\n  remedy: {self.remedy}" if self.remedy else self.message


@contextmanager
def told() -> Iterator[None]:
    """While in here, an error of ours ends the process with its message and its exit code."""
    try:
        yield
    except CoeqwalError as error:
        print(f"error {error.code}: {error}", file=sys.stderr)
        for note in getattr(error, "__notes__", []):
            print(f"  note: {note}", file=sys.stderr)
        sys.exit(error.exit_code)


class UsageError(CoeqwalError):
    """The command was called with arguments that make no sense."""

    code = "USAGE"
    exit_code = EXIT_USAGE


class MissingExtraError(UsageError):
    """A package is not installed that belongs to an extra of this project."""

    code = "MISSING_EXTRA"


class CheckFailedError(CoeqwalError):
    """A check of the results failed: dbt tests, validation, row counts."""

    code = "CHECK_FAILED"


class RetryableError(CoeqwalError):
    """The environment failed (database away, disk full, network): try again once they are back."""

    code = "RETRYABLE"
    exit_code = EXIT_RETRYABLE
    retryable = True


class DatabaseAwayError(RetryableError):
    """PostgreSQL cannot be reached or went away in the middle."""

    code = "DATABASE_AWAY"


class LostRaceError(RetryableError):
    """Somebody else changed the same thing at the same time, and was first."""

    code = "LOST_RACE"


class DiskFullError(RetryableError):
    """There is no space left where a file had to be written."""

    code = "DISK_FULL"


class DataRefusedError(CoeqwalError):
    """The input is not what it should be; nothing of it was loaded."""

    code = "DATA_REFUSED"
    exit_code = EXIT_REFUSED


class BadZipError(DataRefusedError):
    """The model run is not a readable ZIP archive."""

    code = "BAD_ZIP"


class UnsafeZipError(BadZipError):
    """The ZIP could do harm, or two programs would read it differently.

    Args:
        code: reason code of its own, `ZIP_...`.
    """

    def __init__(self, code: str, message: str, remedy: str) -> None:
        super().__init__(message, remedy)
        self.code = code


class NoDssInZipError(DataRefusedError):
    """The ZIP holds no HEC-DSS file that could be the model output."""

    code = "NO_DSS_IN_ZIP"


class AmbiguousDssError(DataRefusedError):
    """More than one DSS file of the ZIP could be the one that is wanted.

    Args:
        kind: DV or SV.
    """

    def __init__(self, kind: str, message: str, remedy: str) -> None:
        super().__init__(message, remedy)
        self.code = f"MULTI_MATCH_{kind}"


class NoKnownVariableError(DataRefusedError):
    """The DSS output holds not one variable that the warehouse knows."""

    code = "NO_KNOWN_VARIABLE"


class ConflictingBlocksError(DataRefusedError):
    """The blocks of a series that the warehouse reads name different units, or different types.

    Args:
        label: `units` or `type`, what they disagree on.
    """

    def __init__(self, label: str, message: str, remedy: str) -> None:
        super().__init__(message, remedy)
        self.code = f"{label.upper()}_CONFLICT"


class ControlCharacterError(DataRefusedError):
    """A pathname, unit or type holds a line end, a tab or another control character."""

    code = "CONTROL_CHARACTER"


class TwinPathnamesError(DataRefusedError):
    """Two series have the same name but for blanks and capitals."""

    code = "TWIN_PATHNAMES"


class ShiftedCalendarError(DataRefusedError):
    """The series of a file begin and end a number of months off the calendar."""

    code = "SHIFTED_CALENDAR"


class BadTrendReportError(DataRefusedError):
    """The trend report's reference cannot be read as a table of series by month."""

    code = "BAD_TREND_REPORT"


class ValidationFailedError(CheckFailedError):
    """The model run's CSV does not agree with the trend report: it is quarantined."""

    code = "VALIDATION_FAILED"


class DssError(DataRefusedError):
    """A DSS file cannot be read."""

    code = "BAD_DSS"


class NotDssError(DssError):
    """The file is not an HEC-DSS file."""

    code = "NOT_DSS"


class CorruptDssError(DssError):
    """The file's header, catalogue and records do not fit together: truncated or damaged."""

    code = "CORRUPT_DSS"


class UnsupportedDssError(DssError):
    """A valid DSS file in a form that this reader does not know."""

    code = "UNSUPPORTED_DSS"
