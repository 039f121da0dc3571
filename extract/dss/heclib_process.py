"""Run heclib in a child process with a time limit, and turn whatever happens to it into an exception."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from extract.dss.flags import Conflict
from extract.dss.reader import open_input
from extract.dss.series import MonthlySeries, Parts, ReadReport, Window
from extract.errors import CoeqwalError, CorruptDssError, DiskFullError, DssError, UnsupportedDssError
from extract.extras import need

COMMAND = (sys.executable, "-m", "extract.dss.heclib_child")
PACKAGE_ROOT = Path(__file__).resolve().parents[2]

REFUSED = 10
"""The child's exit status when heclib refused the file and said so; the reason is on standard error."""


def read_with_heclib(path: Path, window: Window, timeout: float, why: str) -> MonthlySeries:
    """Read all monthly series of a file through heclib.

    heclib gets a private copy, because it opens, locks and sometimes rewrites what it is given.

    Args:
        path: the file.
        window: first and last month wanted.
        timeout: seconds after which the child is killed.
        why: why the main reader declined the file, for the error messages.

    Raises:
        UnsupportedDssError: heclib cannot read it either, or takes too long.
        CorruptDssError: heclib crashed on it, or cannot read one of its monthly series.
        DiskFullError: there is no space for the copy.
        MissingExtraError: heclib is not installed.
    """
    with _job() as job:
        _copy(path, job / "input.dss")
        (job / "window.json").write_text(json.dumps(window))
        status, message = _run("read", job, timeout)
        about = f"{path}: {why}, and heclib"
        if status is None:
            raise UnsupportedDssError(f"{about} did not finish within {timeout:g} s", "raise the time limit")
        if status == REFUSED:
            raise UnsupportedDssError(f"{about} refused it: {message}", "save the file again with HEC-DSSVue")
        if status:
            raise CorruptDssError(f"{about} failed with {_died(status)}: {message}", "fetch the file again")
        return _result(job, path, window)


def _result(job: Path, path: Path, window: Window) -> MonthlySeries:
    if not (job / "result.json").exists():
        raise DssError(f"{path}: heclib left no result", "try again, and report it if it stays so")
    found = json.loads((job / "result.json").read_text())
    parts = [Parts(*names) for names in found.pop("parts")]
    units, types = found.pop("units"), found.pop("types")
    conflicts = [Conflict(*fields) for fields in found.pop("conflicts")]
    flags = dict(found.pop("flags"))
    if not found.pop("blocks_read") and parts:
        raise CorruptDssError(
            f"{path}: heclib lists {len(parts)} monthly series and can read none of them, "
            f"first {found['unreadable'][0]}",
            "fetch the file again",
        )
    with open(path, "rb") as file:
        version = file.read(20)[16:].decode("latin-1")
    report = ReadReport(file_version=version, read_by="heclib", **found)
    with np.load(job / "values.npz") as arrays:
        values, spans = arrays["values"], arrays["spans"]
    return MonthlySeries(parts, values, window[0], units, types, report, spans, conflicts, flags)


@dataclass(frozen=True, slots=True)
class RecordToWrite:
    """A regular series to be written.

    Attributes:
        path: pathname with an empty D part.
        day: day of the first value, stamped at its 24:00, such as `31OCT1921`.
        units: units text.
        type: data type text.
        row: row of the value array.
        begin: first column to write.
        end: column after the last one.
        single: store as 4-byte floats instead of doubles.
    """

    path: str
    day: str
    units: str
    type: str
    row: int
    begin: int
    end: int
    single: bool = False


def write_dss(
    path: Path,
    version: int,
    records: Sequence[RecordToWrite],
    values: npt.NDArray[np.float64],
    timeout: float = 300.0,
) -> None:
    """Write a new DSS file with heclib.

    Args:
        path: the file, which is replaced if it exists.
        version: 6 or 7.
        records: the series.
        values: shape [rows, columns], what the records point into.
        timeout: seconds after which the child is killed.

    Raises:
        DssError: heclib failed; nothing is left behind.
        MissingExtraError: heclib is not installed.
    """
    with _job() as job:
        spec = {"version": version, "records": [asdict(record) for record in records]}
        (job / "records.json").write_text(json.dumps(spec))
        np.save(job / "values.npy", values)
        status, message = _run("write", job, timeout)
        if status is None:
            raise DssError(f"{path}: writing with heclib did not finish within {timeout:g} s")
        if status:
            raise DssError(f"{path}: writing with heclib failed with {_died(status)}: {message}")
        shutil.move(job / "output.dss", path)


@contextmanager
def _job() -> Iterator[Path]:
    try:
        with tempfile.TemporaryDirectory(prefix="coeqwal-dss-") as folder:
            yield Path(folder)
    except CoeqwalError:
        raise
    except OSError as error:
        raise DiskFullError(f"no room for a working copy: {error}", "free space in the temp folder") from error


def _copy(path: Path, target: Path) -> None:
    with open_input(path) as source, open(target, "wb") as copy:
        shutil.copyfileobj(source, copy, 4 * 2**20)


def _run(action: str, job: Path, timeout: float) -> tuple[int | None, str]:
    """Exit status (None: killed at the time limit) and the end of the error output.

    Raises:
        MissingExtraError: heclib is not installed.
    """
    need("pydsstools")
    environment: dict[str, Any] = {**os.environ}
    known = environment.get("PYTHONPATH")
    environment["PYTHONPATH"] = os.pathsep.join(filter(None, (str(PACKAGE_ROOT), known)))
    try:
        done = subprocess.run(
            [*COMMAND, action, str(job)],
            cwd=job,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            timeout=timeout,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return None, ""
    return done.returncode, done.stderr[-300:].decode(errors="replace").strip()


def _died(status: int) -> str:
    return f"signal {signal.Signals(-status).name}" if status < 0 else f"exit status {status}"
