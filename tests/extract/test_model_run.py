import zipfile

import pytest

from extract.errors import AmbiguousDssError, BadZipError, NoDssInZipError
from extract.model_run import ModelRunZip, classify


@pytest.mark.parametrize(
    ("paths", "dv", "sv"),
    [
        (["r/DSS/output/x_DV.dss", "r/DSS/input/x_SV.dss"], "r/DSS/output/x_DV.dss", "r/DSS/input/x_SV.dss"),
        (["a_dv.DSS", "a_sv.DSS", "readme.txt"], "a_dv.DSS", "a_sv.DSS"),
        (
            ["R\\Dss\\Output\\base DV.dss", "R\\Dss\\Input\\in.dss"],
            "R\\Dss\\Output\\base DV.dss",
            "R\\Dss\\Input\\in.dss",
        ),
        (
            ["DSS/output/a_DV.dss", "DSS/output/CVGroundwaterOut.dss", "CVGroundwaterBudget.dss"],
            "DSS/output/a_DV.dss",
            None,
        ),
        (
            ["DSS/output/a_DV.dss", "old/DSS/output/a_DV.dss", "_archive/DSS/output/b_DV.dss"],
            "DSS/output/a_DV.dss",
            None,
        ),
        (["DSS/output/a_DV.dss", "DSS/output/other.dss"], "DSS/output/a_DV.dss", None),
        (["results.dss", "statevar.dss"], "results.dss", "statevar.dss"),
        (["20250710 run.dss"], "20250710 run.dss", None),
    ],
)
def test_classification(paths, dv, sv):
    members = classify(paths, "run.zip")
    assert (members.dv, members.sv) == (dv, sv)


def test_two_files_that_fit_equally_well_are_named():
    with pytest.raises(AmbiguousDssError, match=r"a_DV\.dss, DSS/output/b_DV\.dss"):
        classify(["DSS/output/a_DV.dss", "DSS/output/b_DV.dss"], "run.zip")


def test_only_an_input_file_is_not_a_model_run():
    with pytest.raises(NoDssInZipError, match="looks like the DV output"):
        classify(["DSS/input/a_SV.dss"], "run.zip")


def test_no_dss_at_all():
    with pytest.raises(NoDssInZipError, match="no model-run"):
        classify(["readme.txt", "DSS/output/CVGroundwaterOut.dss"], "run.zip")


def test_a_name_inside_the_zip_is_never_used_as_a_path(tmp_path):
    path = tmp_path / "evil.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("../../escaped_DV.dss", b"x")
    target = tmp_path / "inside" / "dv.dss"
    target.parent.mkdir()
    ModelRunZip(path).unpack("../../escaped_DV.dss", target)
    assert target.read_bytes() == b"x"
    assert sorted(p.name for p in tmp_path.rglob("*")) == ["dv.dss", "evil.zip", "inside"]


def test_a_damaged_member_is_refused(tmp_path):
    path = tmp_path / "run.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a_DV.dss", b"0123456789" * 10_000)
    raw = bytearray(path.read_bytes())
    raw[60:80] = b"\xff" * 20
    path.write_bytes(raw)
    with pytest.raises(BadZipError, match=r"a_DV\.dss"):
        ModelRunZip(path).unpack("a_DV.dss", tmp_path / "dv.dss")


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 not really", b"plain text"])
def test_what_is_not_a_zip_is_refused(tmp_path, content):
    path = tmp_path / "run.zip"
    path.write_bytes(content)
    with pytest.raises(BadZipError, match="not a readable ZIP"):
        ModelRunZip(path)


def test_a_missing_zip_is_refused(tmp_path):
    with pytest.raises(BadZipError, match="no such file"):
        ModelRunZip(tmp_path / "absent.zip")
