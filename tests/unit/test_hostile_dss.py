"""Well-formed HEC-DSS files that say wrong things, with fixed seeds: 48 in each version, none of them taken wrongly.

Each input says beforehand what may become of it: refused with one of some codes and a receipt, or taken with what
it has to show. A crash, a hang and another outcome fail.
"""

import csv
import json
import random
import zipfile

import numpy as np
import pytest

from extract.archive import Archive
from extract.convert.extraction import Request, extract
from extract.errors import CoeqwalError
from extract.records import names
from extract.storage.hashing import file_sha256
from tests.support.dss_words import Words

MONTHS = 1200
SEEDS = 4
SERIES = 8
CONTROL = [*range(1, 32), 127, *range(128, 160)]
UNITS = ("TAF", "CFS", "AC-FT", "CFM", "UMHOS/CM", "KM")
MAPPED = ("S_SHSTA", "S_OROVL", "S_FOLSM", "S_TRNTY")
DAYS = {-2: "31AUG1921", -1: "30SEP1921", 1: "30NOV1921", 2: "31DEC1921", 12: "31OCT1922", -120: "31OCT1911"}


def path(name, part_c="STORAGE"):
    return f"/CALSIM/{name}/{part_c}//1MON/L2020A/"


def good(rng, count=SERIES):
    """Series of a healthy run; their names have one length, so that one can take the place of another."""
    values = np.random.default_rng(rng.randrange(2**32)).normal(1000, 200, (count, MONTHS))
    known = [(path(name), "31OCT1921", row, "TAF", "PER-AVER") for name, row in zip(MAPPED, values, strict=False)]
    return known + [(path(f"S_N{i:03d}"), "31OCT1921", values[i], "TAF", "PER-AVER") for i in range(len(known), count)]


def two_labels(given, rng, row, units, kinds):
    """Cut a series in two where a block begins, which has one unit: the later piece has another one, or type."""
    name, day, values, _, _ = given[row]
    year = 10 * rng.randrange(193, 202)
    cut = (year - 1921) * 12 - 9
    given[row] = (name, day, values[:cut], units[0], kinds[0])
    given.append((name, f"31JAN{year}", values[cut:], units[1], kinds[1]))


def units_in_a_known_series(rng, write, version, target):
    given = good(rng)
    two_labels(given, rng, rng.randrange(4), rng.sample(UNITS, 2), ("PER-AVER", "PER-AVER"))
    write(given, target)
    return {"UNITS_CONFLICT"}, None


def types_in_a_known_series(rng, write, version, target):
    given = good(rng)
    two_labels(given, rng, rng.randrange(4), ("TAF", "TAF"), rng.sample(("PER-AVER", "INST-VAL", "PER-CUM"), 2))
    write(given, target)
    return {"TYPE_CONFLICT"}, None


def units_in_another_series(rng, write, version, target):
    given = good(rng)
    row = rng.randrange(4, SERIES)
    two_labels(given, rng, row, rng.sample(UNITS, 2), ("PER-AVER", "PER-AVER"))
    name, months = given[row][0].split("/")[2], MONTHS - len(given[row][2])
    write(given, target)
    return set(), {name: {"units_conflict": months}}


def empty_block_with_another_unit(rng, write, version, target):
    """The empty block has no say: nothing is doubtful."""
    given = good(rng)
    name, day, values, _, kind = given[row := rng.randrange(4)]
    cut = 99 + 120 * rng.randrange(5)
    given[row] = (name, day, np.full(cut, -901.0), rng.choice(("", "CFS", "M")), kind)
    year = 1930 + (cut - 99) // 12
    given.append((name, f"31JAN{year}", values[cut:], "TAF", kind))
    write(given, target)
    return set(), {}


def whole_file_displaced(rng, write, version, target):
    day = DAYS[rng.choice(list(DAYS))]
    given = [(name, day, values, units, kind) for name, _, values, units, kind in good(rng)]
    if rng.random() < 0.5:
        given[-1] = (given[-1][0], "31OCT1921", *given[-1][2:])
    write(given, target)
    return {"SHIFTED_CALENDAR"}, None


def one_series_displaced(rng, write, version, target):
    given = good(rng)
    row, months = rng.randrange(4, SERIES), rng.choice((-1, 1, 12, -2))
    given[row] = (given[row][0], DAYS[months], *given[row][2:])
    write(given, target)
    return set(), {given[row][0].split("/")[2]: {"value_outside_window": abs(months)}}


def data_somewhere_else(rng, write, version, target):
    """A record's address: into the bins, the hash table, an information block, or the data of another."""
    words = write(good(rng), target)
    one, other = rng.sample(range(len(words.paths)), 2)
    place = rng.choice(("bins", "table", "info", "data"))
    words.move_data(
        one,
        {
            "bins": words.bin_address() + rng.randrange(600),
            "table": words.bin_address() - rng.randrange(300, 1500),
            "info": int(words.infos[other]) - rng.randrange(20),
            "data": words.data(other) + rng.randrange(3),
        }[place],
    )
    words.write(target)
    return {"CORRUPT_DSS"}, None


def one_name_for_two_series(rng, write, version, target):
    words = write(good(rng), target)
    one, other = rng.sample([f"S_N{i:03d}".encode() for i in range(4, SERIES)], 2)
    words.replace(one, other)
    words.write(target)
    return {"CORRUPT_DSS"}, None


def control_character(rng, write, version, target):
    given = good(rng)
    given.append(("/PARTA/PARTB/PARTC//1MON/PARTF/", "31OCT1921", given[0][2], "UNITS", "TYPES"))
    words = write(given, target)
    text = rng.choice((b"PARTA", b"PARTB", b"PARTC", b"PARTF", b"UNITS", b"TYPES"))
    changed = bytearray(text)
    changed[rng.randrange(5)] = rng.choice(CONTROL)
    words.replace(text, bytes(changed))
    words.write(target)
    return {"CONTROL_CHARACTER"}, None


def twins(rng, write, version, target):
    given = good(rng)
    given.append((path("TWIN_OF"), *given[0][1:]))
    words = write(given, target)
    words.replace(b"TWIN_OF", rng.choice((b" S_N005", b"S_N005 ")).ljust(7))
    words.write(target)
    return {"TWIN_PATHNAMES"}, None


def empty_texts(rng, write, version, target):
    given = good(rng)
    parts = ["CALSIM", "S_EMPTY", "STORAGE", "L2020A"]
    parts[rng.randrange(4)] = ""
    a, b, c, f = parts
    given.append((f"/{a}/{b}/{c}//1MON/{f}/", "31OCT1921", given[0][2], rng.choice(("", "TAF")), ""))
    write(given, target)
    return set(), {}


def header_word(rng, write, version, target):
    """A word of an information block that says how the block is to be read."""
    words = write(good(rng), target)
    fact = int(words.facts[rng.randrange(len(words.paths))])
    positions = {6: (5, 6, 7, 17, 20, 21, 23, 25), 7: (13, 14, 15, 16, 19, 20, 21, 26, 27)}[version]
    words.used[fact + rng.choice(positions)] += rng.choice((-5, -2, 2, 5, 400))
    words.write(target)
    return {"CORRUPT_DSS"}, None


KINDS = (
    units_in_a_known_series, types_in_a_known_series, units_in_another_series, empty_block_with_another_unit,
    whole_file_displaced, one_series_displaced, data_somewhere_else, one_name_for_two_series, control_character, twins,
    empty_texts, header_word,
)  # fmt: skip


@pytest.mark.parametrize("seed", range(SEEDS))
@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_a_hostile_dss_file_is_refused_or_shows_its_doubt(kind, seed, version, write_records, tmp_path):
    dss, zip_path = tmp_path / "x.dss", tmp_path / "s0105_x.zip"

    def write(given, target):
        words = Words.of(write_records(version, given))
        words.write(target)
        return words

    codes, flags = kind(random.Random(f"{kind.__name__}/{seed}"), write, version, dss)
    with zipfile.ZipFile(zip_path, "w") as archive:
        archive.write(dss, "run/DSS/output/s0105_DV.dss")
    archive = Archive(str(tmp_path / "archive"))
    try:
        record = extract(Request("s0105", zip_path), archive, tmp_path / "work")
    except CoeqwalError as error:
        refused = error
    else:
        assert flags is not None, f"taken, where one of {codes} was due"
        with archive.local_copy(record.files["load_csv"].key).open(newline="") as file:
            rows = {row["part_b"]: row for row in csv.DictReader(file)}
        assert {b: f for b, row in rows.items() if (f := json.loads(row["series_flags"]))} == flags
        assert all(rows[name]["units"] == "TAF" for name in MAPPED)
        assert all(rows[b]["units"] == "" for b, f in flags.items() if "units_conflict" in f)
        return
    assert refused.code in codes, refused
    receipt = json.loads(archive.get_text(names.rejected_key(zip_path.name, file_sha256(zip_path))))
    assert (receipt["reason_code"], receipt["message"], receipt["remedy"] != "") == (
        refused.code,
        refused.message,
        True,
    )
    assert not archive.exists(names.extract_record_key("s0105"))
