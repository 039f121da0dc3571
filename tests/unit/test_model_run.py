"""The ZIP of a model run: what could do harm is refused with a reason code of its own before it is unpacked."""

import struct
import zipfile
import zlib

import pytest

from extract.errors import BadZipError, UnsafeZipError
from extract.intake.zip_file import ModelRunZip, ZipLimits

DV = "run/DSS/output/a_DV.dss"
BACK = DV.replace("/", "\\")


def make(path, *members, method=zipfile.ZIP_DEFLATED, change=lambda info: None):
    """A ZIP of (name, content) pairs; `change` is called with each entry before it is written."""
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, content in members:
            info = zipfile.ZipInfo(name)
            info.compress_type = method
            change(info)
            archive.writestr(info, content)
    return path


def patched(path, signature, offset, form, value):
    """Overwrite a header field in every record with this signature."""
    raw = bytearray(path.read_bytes())
    start = raw.find(signature)
    while start >= 0:
        struct.pack_into(form, raw, start + offset, value)
        start = raw.find(signature, start + 4)
    path.write_bytes(raw)
    return path


LOCAL, CENTRAL = b"PK\x03\x04", b"PK\x01\x02"


def with_flag(path, flag):
    patched(path, LOCAL, 6, "<H", flag)
    return patched(path, CENTRAL, 8, "<H", flag)


def with_raw_name(path, content, flag=0):
    """A member whose name has bytes that no program of ours would write."""
    make(path, ("NAME.dss", b"x"))
    path.write_bytes(path.read_bytes().replace(b"NAME", content))
    return with_flag(path, flag)


def link(info):
    info.create_system, info.external_attr = 3, 0o120777 << 16


def device(info):
    info.create_system, info.external_attr = 3, 0o020666 << 16


def overlapping(path):
    """Two entries of the directory for the same packed bytes, announced in full each."""
    content = bytes(range(256)) * 200
    make(path, ("a_DV.dss", content), ("b.txt", content), method=zipfile.ZIP_STORED)
    raw = path.read_bytes()
    first, second = raw.find(LOCAL), raw.find(LOCAL, 4)
    central = raw.find(CENTRAL)
    cut = second - first
    body = bytearray(raw[:second] + raw[central:])
    end = body.rfind(b"PK\x05\x06")
    struct.pack_into("<I", body, end + 16, central - cut)
    struct.pack_into("<I", body, body.rfind(CENTRAL) + 42, 0)
    path.write_bytes(body)
    return path


SMALL = ZipLimits(max_bytes=100_000, max_members=3, max_ratio=200)
REFUSED = {
    "absolute": ("ZIP_SLIP", lambda p: make(p, ("/etc/a_DV.dss", b"x"))),
    "parent folder": ("ZIP_SLIP", lambda p: make(p, ("../../a_DV.dss", b"x"))),
    "parent in the middle": ("ZIP_SLIP", lambda p: make(p, ("run/../../a_DV.dss", b"x"))),
    "parent with backslashes": ("ZIP_SLIP", lambda p: make(p, ("run\\..\\..\\a_DV.dss", b"x"))),
    "absolute with backslash": ("ZIP_SLIP", lambda p: make(p, ("\\a_DV.dss", b"x"))),
    "drive": ("ZIP_SLIP", lambda p: make(p, ("C:\\run\\a_DV.dss", b"x"))),
    "drive without slash": ("ZIP_SLIP", lambda p: make(p, ("c:a_DV.dss", b"x"))),
    "share": ("ZIP_SLIP", lambda p: make(p, ("\\\\server\\disk\\a_DV.dss", b"x"))),
    "a folder outside": ("ZIP_SLIP", lambda p: make(p, (DV, b"x"), ("../out/", b""))),
    "too large": ("ZIP_TOO_LARGE", lambda p: make(p, (DV, bytes(200_000)), method=zipfile.ZIP_STORED)),
    "too much unpacked": ("ZIP_UNPACKED_SIZE", lambda p: make(p, (DV, bytes(60_000)), ("b.txt", bytes(60_000)))),
    "too many members": ("ZIP_MEMBER_COUNT", lambda p: make(p, *((f"{i}.txt", b"") for i in range(4)))),
    "a directory too long": (
        "ZIP_MEMBER_COUNT", lambda p: patched(make(p, (DV, b"x")), b"PK\x05\x06", 12, "<I", 20 << 20)),
    "overlap": ("ZIP_OVERLAP", overlapping),
    "encrypted": ("ZIP_ENCRYPTED", lambda p: with_flag(make(p, (DV, b"x")), 1)),
    "same name with other slashes": ("ZIP_DUPLICATE_NAME", lambda p: make(p, (DV, b"x"), (BACK, b"y"))),
    "case": ("ZIP_CASE_COLLISION", lambda p: make(p, (DV, b"x"), (DV.upper(), b"y"))),
    "case of other letters": ("ZIP_CASE_COLLISION", lambda p: make(p, ("ä_DV.dss", b"x"), ("Ä_DV.dss", b"y"))),
    "symbolic link": ("ZIP_SYMLINK", lambda p: make(p, (DV, b"/etc/passwd"), change=link)),
    "device": ("ZIP_SYMLINK", lambda p: make(p, (DV, b""), change=device)),
    "name in no encoding": ("ZIP_BAD_NAME", lambda p: with_raw_name(p, b"a\xf1o\xff")),
    "name not UTF-8 as marked": ("ZIP_BAD_NAME", lambda p: with_raw_name(p, b"a\xf1o\xff", 0x800)),
    "name with a zero": ("ZIP_BAD_NAME", lambda p: with_raw_name(p, b"a\0b_")),
    "name with a line end": ("ZIP_BAD_NAME", lambda p: make(p, ("a\nb_DV.dss", b"x"))),
    "packed twice": ("ZIP_NESTED", lambda p: make(p, ("run.ZIP", b"PK"), ("readme.txt", b""))),
}  # fmt: skip


@pytest.mark.parametrize("kind", REFUSED)
def test_each_trick_has_its_code(tmp_path, kind):
    code, write = REFUSED[kind]
    path = write(tmp_path / "s0105_run.zip")
    with pytest.raises(UnsafeZipError, match=r"s0105_run\.zip: ") as caught:
        ModelRunZip(path, SMALL)
    assert caught.value.code == code
    assert caught.value.remedy
    assert list(tmp_path.iterdir()) == [path]


def test_the_same_name_twice(tmp_path):
    with pytest.warns(UserWarning, match="Duplicate name"):
        path = make(tmp_path / "run.zip", (DV, b"x"), (DV, b"y"))
    with pytest.raises(UnsafeZipError, match="there twice") as caught:
        ModelRunZip(path)
    assert caught.value.code == "ZIP_DUPLICATE_NAME"


def test_a_bomb_by_ratio(tmp_path):
    path = make(tmp_path / "run.zip", (DV, bytes(17 << 20)))
    with pytest.raises(UnsafeZipError, match=r"unpacks from .* to 17,825,792 bytes, more than 200-fold") as caught:
        ModelRunZip(path)
    assert caught.value.code == "ZIP_RATIO"
    assert ModelRunZip(path, ZipLimits(2**30, 10, 2000)).members


@pytest.mark.parametrize(("announced", "holds"), [(99_999, "more"), (100_001, "100,000")])
def test_a_header_that_lies_about_the_size(tmp_path, announced, holds):
    content = b"0123456789" * 10_000
    path = make(tmp_path / "run.zip", (DV, content))
    patched(path, CENTRAL, 24, "<I", announced)
    if holds == "more":  # the checksum of what a reader would see that trusts the header
        patched(path, CENTRAL, 16, "<I", zlib.crc32(content[:announced]))
    with pytest.raises(BadZipError) as caught:
        ModelRunZip(path).unpack(DV, tmp_path / "dv.dss")
    assert (tmp_path / "dv.dss").stat().st_size <= announced + 1
    if caught.value.code == "ZIP_SIZE_LIE":
        assert f"announces {announced:,} bytes and holds {holds}" in caught.value.message


def test_a_header_that_promises_little_never_fills_the_disk(tmp_path):
    path = make(tmp_path / "run.zip", (DV, bytes(8 << 20)))
    patched(path, CENTRAL, 24, "<I", 10)
    with pytest.raises(UnsafeZipError, match="announces 10 bytes and holds more") as caught:
        ModelRunZip(path).unpack(DV, tmp_path / "dv.dss")
    assert caught.value.code == "ZIP_SIZE_LIE"
    assert (tmp_path / "dv.dss").stat().st_size <= 11


def test_a_method_that_unpacks_without_bound(tmp_path):
    path = make(tmp_path / "run.zip", (DV, bytes(1000)), method=zipfile.ZIP_BZIP2)
    with pytest.raises(UnsafeZipError, match="packed with method 12") as caught:
        ModelRunZip(path).unpack(DV, tmp_path / "dv.dss")
    assert caught.value.code == "ZIP_METHOD"


def test_what_is_only_unusual_is_taken(tmp_path):
    """A ZIP inside beside the run, names with spaces, backslashes, marked and unmarked UTF-8."""
    names = [DV, "tables/old study.zip", "run\\notes.txt", "año.txt"]
    unpacked = tmp_path / "dv.dss"
    run = ModelRunZip(make(tmp_path / "run.zip", *((name, b"x") for name in names)))
    assert [member.path for member in run.members] == names
    run.unpack(DV, unpacked)
    assert unpacked.read_bytes() == b"x"
    unmarked = with_flag(make(tmp_path / "unmarked.zip", ("año.dss", b"x")), 0)
    ModelRunZip(unmarked).unpack(ModelRunZip(unmarked).members[0].path, unpacked)


def test_a_damaged_member_is_refused(tmp_path):
    path = make(tmp_path / "run.zip", ("a_DV.dss", b"0123456789" * 10_000))
    raw = bytearray(path.read_bytes())
    raw[60:80] = b"\xff" * 20
    path.write_bytes(raw)
    with pytest.raises(BadZipError, match=r"a_DV\.dss"):
        ModelRunZip(path).unpack("a_DV.dss", tmp_path / "dv.dss")


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 not really", b"plain text"])
def test_what_is_not_a_zip_is_refused(tmp_path, content):
    path = tmp_path / "run.zip"
    path.write_bytes(content)
    with pytest.raises(BadZipError, match="not a readable ZIP") as caught:
        ModelRunZip(path)
    assert caught.value.code == "BAD_ZIP"


def test_a_missing_zip_is_refused(tmp_path):
    with pytest.raises(BadZipError, match="no such file"):
        ModelRunZip(tmp_path / "absent.zip")


def test_the_ceiling_is_a_setting(tmp_path, monkeypatch):
    path = make(tmp_path / "run.zip", (DV, bytes(1000)))
    monkeypatch.setenv("COEQWAL_ZIP_MAX_BYTES", "999")
    with pytest.raises(UnsafeZipError, match="more than the 999 allowed"):
        ModelRunZip(path)
