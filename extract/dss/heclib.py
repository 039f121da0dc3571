"""Thin access to heclib, the library of the US Army Corps of Engineers that defines the DSS format.

The shared library comes inside the pydsstools wheel and is called through ctypes; the Python package itself
is never imported. heclib aborts, exits, hangs or rewrites its input on damaged files and writes to standard
output through buffers of its own, so only the child process (`heclib_child`) may use this module.
"""

from __future__ import annotations

import calendar
import ctypes
import importlib.util
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
import numpy.typing as npt

from extract.records.calendar import Month

_Int, _Long, _Text, _Pointer = ctypes.c_int, ctypes.c_longlong, ctypes.c_char_p, ctypes.c_void_p

FILE_TABLE_LONGS = 600
V6_NO_RECORD = 5
V6_WORST_USABLE = 5
STORE_EVEN_IF_ALL_MISSING = 2


class HeclibError(Exception):
    """heclib refused a call."""


class _TimeSeries(ctypes.Structure):
    """`zStructTimeSeries` of heclib's public header, as far as it is used; the rest is kept as space."""

    _fields_ = (
        ("structType", _Int),
        ("pathname", _Text),
        ("julianBaseDate", _Int),
        ("startJulianDate", _Int),
        ("startTimeSeconds", _Int),
        ("endJulianDate", _Int),
        ("endTimeSeconds", _Int),
        ("timeGranularitySeconds", _Int),
        ("timeIntervalSeconds", _Int),
        ("timeOffsetSeconds", _Int),
        ("times", _Pointer),
        ("boolRetrieveAllTimes", _Int),
        ("numberValues", _Int),
        ("sizeEachValueRead", _Int),
        ("precision", _Int),
        ("floatValues", _Pointer),
        ("doubleValues", _Pointer),
        ("units", _Text),
        ("type", _Text),
    )


class _Catalogue(ctypes.Structure):
    """`zStructCatalog` of heclib's public header, up to the fields that are used."""

    _fields_ = (
        ("structType", _Int),
        ("statusWanted", _Int),
        ("typeWantedStart", _Int),
        ("typeWantedEnd", _Int),
        ("lastWriteTimeSearch", _Long),
        ("lastWriteTimeSearchFlag", _Int),
        ("pathnameList", ctypes.POINTER(_Text)),
        ("numberPathnames", _Int),
    )


_SIGNATURES: dict[str, tuple[Any, ...]] = {
    "zopen6": (_Int, _Pointer, _Text),
    "zopen7": (_Int, _Pointer, _Text),
    "zclose": (_Int, _Pointer),
    "zgetFileVersion": (_Int, _Text),
    "zset": (_Int, _Text, _Text, _Int),
    "zstructCatalogNew": (ctypes.POINTER(_Catalogue),),
    "zstructFree": (None, _Pointer),
    "zcatalog": (_Int, _Pointer, _Text, ctypes.POINTER(_Catalogue), _Int),
    "zstructTsNewTimes": (ctypes.POINTER(_TimeSeries), _Text, _Text, _Text, _Text, _Text),
    "zstructTsNewRegDoubles": (ctypes.POINTER(_TimeSeries), _Text, _Pointer, _Int, *[_Text] * 4),
    "zstructTsNewRegFloats": (ctypes.POINTER(_TimeSeries), _Text, _Pointer, _Int, *[_Text] * 4),
    "ztsStore": (_Int, _Pointer, ctypes.POINTER(_TimeSeries), _Int),
    "ztsRetrieve": (_Int, _Pointer, ctypes.POINTER(_TimeSeries), _Int, _Int, _Int),
    "zrrtsi6_": (None,),
}


@cache
def library() -> ctypes.CDLL:
    """The shared library, quiet.

    Raises:
        HeclibError: pydsstools is not installed or holds no library for this platform.
    """
    spec = importlib.util.find_spec("pydsstools")
    if spec is None or spec.origin is None:
        raise HeclibError("the package pydsstools is not installed")
    found = sorted(Path(spec.origin).parent.glob("_lib/x64/core_heclib*.so"))
    if not found:
        raise HeclibError("the package pydsstools holds no heclib for this platform")
    lib = ctypes.CDLL(str(found[0]))
    for name, (result, *arguments) in _SIGNATURES.items():
        function = getattr(lib, name)
        function.restype = result
        if name != "zrrtsi6_":
            function.argtypes = arguments
    for setting in (b"MLVL", b"MLEVEL"):
        lib.zset(setting, b"", 0)
    return lib


def last_day(month: Month) -> bytes:
    """The last day of a month as heclib wants it, such as `31OCT1921`."""
    year, number = month
    # The calendar module stops at 9999 and knows year 0, which the catalogue of a damaged file may name.
    days = calendar.monthrange(year or 4, number)[1]
    return f"{days:02d}{calendar.month_abbr[number].upper()}{year:04d}".encode()


class HeclibFile:
    """An open DSS file. heclib opens for writing whenever it may, so give it a copy of anything precious.

    Args:
        path: the file, whose name has to end in `.dss`.
        version: 6 or 7 to create a new file; by default an existing file is opened.

    Raises:
        HeclibError: heclib does not take the file for DSS 6 or 7, or cannot open it.
    """

    def __init__(self, path: Path, version: int | None = None) -> None:
        self._lib = library()
        name = str(path).encode()
        self.version = version or int(self._lib.zgetFileVersion(name))
        if self.version not in (6, 7):
            raise HeclibError(f"heclib does not know this file (version {self.version})")
        self._table = (_Long * FILE_TABLE_LONGS)()
        status = getattr(self._lib, f"zopen{self.version}")(self._table, name)
        if status:
            raise HeclibError(f"heclib cannot open the file (status {status})")

    def __enter__(self) -> HeclibFile:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._lib.zclose(self._table)

    def pathnames(self) -> list[bytes]:
        """The pathnames of all records."""
        catalogue = self._lib.zstructCatalogNew()
        try:
            count = self._lib.zcatalog(self._table, b"", catalogue, 0)
            if count < 0:
                raise HeclibError(f"heclib cannot list the file (status {count})")
            return [catalogue.contents.pathnameList[i] for i in range(count)]
        finally:
            self._lib.zstructFree(catalogue)

    def read(self, path: bytes, first: Month, last: Month) -> tuple[npt.NDArray[np.float64], bytes, bytes, bool]:
        """One monthly series: values of the months `first` to `last`, units, type, whether it has an offset.

        Args:
            path: pathname with an empty D part.
            first: first month.
            last: last month.

        Raises:
            HeclibError: heclib has no values for it.
        """
        months = (last[0] - first[0]) * 12 + last[1] - first[1] + 1
        return self._read6(path, first, months) if self.version == 6 else self._read7(path, first, last, months)

    def _read6(self, path: bytes, first: Month, months: int) -> tuple[npt.NDArray[np.float64], bytes, bytes, bool]:
        values = np.empty(months)
        units, kind = ctypes.create_string_buffer(8), ctypes.create_string_buffer(8)
        scratch, coordinates = (_Int * max(4096, 2 * months))(), (ctypes.c_double * 8)()
        read, is_double, has_quality, header, offset, packing, placed, status = (_Int() for _ in range(8))
        want, yes, no, none = _Int(months), _Int(1), _Int(0), _Int(0)
        status.value = -1
        by, day = ctypes.byref, last_day(first)
        # A Fortran routine: every argument by reference, the lengths of the texts by value at the end.
        self._lib.zrrtsi6_(
            self._table, path, day, b"2400", by(want), by(read), by(yes), by(is_double), scratch,
            _Pointer(values.ctypes.data), scratch, by(no), by(has_quality), units, kind, scratch, by(none),
            by(header), by(offset), by(packing), coordinates, scratch, by(placed), by(status),
            *(ctypes.c_size_t(len(text)) for text in (path, day, b"2400", units, kind)),
        )  # fmt: skip
        if status.value >= V6_WORST_USABLE or status.value < 0 or read.value != months:
            raise HeclibError(f"heclib status {status.value}")
        return values, units.raw, kind.raw, offset.value != 0

    def _read7(
        self, path: bytes, first: Month, last: Month, months: int
    ) -> tuple[npt.NDArray[np.float64], bytes, bytes, bool]:
        series = self._lib.zstructTsNewTimes(path, last_day(first), b"2400", last_day(last), b"2400")
        try:
            status = self._lib.ztsRetrieve(self._table, series, 0, 2, 0)
            found = series.contents
            if status or found.numberValues != months or not found.doubleValues:
                raise HeclibError(f"heclib status {status}, {found.numberValues} of {months} values")
            # The values live in C memory that goes with the struct.
            values = np.array((ctypes.c_double * months).from_address(found.doubleValues))
            return values, found.units or b"", found.type or b"", found.timeOffsetSeconds != 0
        finally:
            self._lib.zstructFree(series)

    def write(self, path: bytes, values: npt.NDArray[Any], day: bytes, units: bytes, kind: bytes) -> None:
        """Store a regular series of float64 or float32 values.

        Args:
            path: pathname with an empty D part.
            values: one-dimensional, contiguous.
            day: day of the first value, stamped at its 24:00, such as `31OCT1921`.
            units: units text.
            kind: data type text.

        Raises:
            HeclibError: heclib refused.
        """
        make = "zstructTsNewRegFloats" if values.dtype == np.float32 else "zstructTsNewRegDoubles"
        series = getattr(self._lib, make)(path, values.ctypes.data, len(values), day, b"2400", units, kind)
        status = self._lib.ztsStore(self._table, series, STORE_EVEN_IF_ALL_MISSING)
        self._lib.zstructFree(series)
        if status:
            raise HeclibError(f"heclib cannot store {path.decode('latin-1')} (status {status})")
