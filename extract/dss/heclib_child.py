"""The child process in which heclib runs: `python -m extract.dss.heclib_child read|write JOB`.

JOB is a folder: `read` expects `input.dss` and `window.json` there and leaves `values.npz` and `result.json`;
`write` expects `records.json` and `values.npy` and leaves `output.dss`. The parent (`heclib_process`) makes
the folder, limits the time, and takes the folder away.
"""

from __future__ import annotations

import json
import resource
import sys
from pathlib import Path

import numpy as np

from extract.dss.flags import Block, settle
from extract.dss.heclib import HeclibError, HeclibFile
from extract.dss.heclib_process import REFUSED
from extract.dss.pathnames import group_monthly, text
from extract.dss.reader import flag_outside, widen
from extract.dss.series import Window, month_number, no_spans, window_length
from extract.dss.stamps import freeze_stamps
from extract.dss.words import Floats, mask_missing
from extract.records.calendar import Month

SPARE_MEMORY = 2 * 2**30


def limit_memory(job: Path) -> None:
    """Bound what heclib may ask for: a few times the job's files and some spare; and write no core dump."""
    size = sum(file.stat().st_size for file in job.iterdir())
    bound, (_, allowed) = SPARE_MEMORY + 8 * size, resource.getrlimit(resource.RLIMIT_AS)
    if allowed == resource.RLIM_INFINITY or bound < allowed:
        resource.setrlimit(resource.RLIMIT_AS, (bound, bound))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def read(job: Path) -> None:
    """Read all monthly series of `input.dss`, block by block, and keep the window.

    heclib gives the units of one block only, of whatever length the question is, hence one question per block.
    """
    first, last = json.loads((job / "window.json").read_text())
    window: Window = ((first[0], first[1]), (last[0], last[1]))
    with HeclibFile(job / "input.dss") as file:
        grouping = group_monthly(paths := file.pathnames())
        count = len(grouping.parts)
        values = np.full((count, window_length(window)), np.nan)
        spans, outside = no_spans(count), np.zeros(count, np.int64)
        unreadable, found = list(grouping.undated), list[Block]()
        for row, decade in zip(grouping.series.tolist(), grouping.decades.tolist(), strict=True):
            a, b, c, e, f = (part.encode("latin-1") for part in grouping.parts[row])
            path = b"/%b/%b/%b//%b/%b/" % (a, b, c, e, f)
            try:
                data, unit, kind, offset = file.read(path, (decade, 1), (decade + 9, 12))
            except HeclibError as error:
                unreadable.append(f"{text(path)} of {decade}: {error}")
                continue
            mask_missing(data)
            there = ~np.isnan(data)
            widen(spans, np.array([row]), there[None, :], decade * 12)
            outside[row] += int(there.sum()) - _place(values[row], data, (decade, 1), window)
            found.append(Block(row, decade, text(unit), text(kind), int(there.sum()), offset))
        version = file.version
    settled = settle(found)
    flag_outside(settled, outside)
    np.savez(job / "values.npz", values=values, spans=spans)
    result = {
        "parts": grouping.parts,
        "units": [settled.units.get(row, "") for row in range(count)],
        "types": [settled.types.get(row, "") for row in range(count)],
        "conflicts": settled.conflicts,
        "flags": list(settled.flags.items()),
        "unreadable": unreadable,
        "blocks_read": len(found),
        "dss_version": version,
        "records": len(paths),
        "other_time_steps": grouping.other_time_steps,
        "unit_conflicts": settled.conflicting_blocks,
        "time_offsets": sum(block.offset for block in found),
        "finite_outside_window": int(outside.sum()),
        "missing_values": int(np.isnan(values).sum()),
    }
    (job / "result.json").write_text(json.dumps(result))


def _place(row: Floats, data: Floats, begin: Month, window: Window) -> int:
    """Copy the part of a block that lies in the window; returns the number of values there."""
    shift = month_number(begin) - month_number(window[0])
    low, high = max(shift, 0), min(shift + len(data), len(row))
    if low >= high:
        return 0
    row[low:high] = data[low - shift : high - shift]
    return int((~np.isnan(row[low:high])).sum())


def write(job: Path) -> None:
    """Write the series of `records.json` to a new `output.dss`, whose times of writing are fixed ones."""
    spec = json.loads((job / "records.json").read_text())
    values = np.load(job / "values.npy", mmap_mode="r")
    with HeclibFile(job / "output.dss", spec["version"]) as file:
        for record in spec["records"]:
            data = values[record["row"], record["begin"] : record["end"]]
            dtype = np.float32 if record["single"] else np.float64
            fields = (record["path"], record["day"], record["units"], record["type"])
            path, day, units, kind = (field.encode("latin-1") for field in fields)
            file.write(path, np.ascontiguousarray(data, dtype), day, units, kind)
    freeze_stamps(job / "output.dss")


def main(arguments: list[str]) -> int:
    """Run one job."""
    action, job = arguments[0], Path(arguments[1])
    limit_memory(job)
    try:
        {"read": read, "write": write}[action](job)
    except HeclibError as error:
        print(error, file=sys.stderr)
        return REFUSED
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
