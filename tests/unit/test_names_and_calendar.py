import numpy as np
import pytest

from extract.errors import UsageError
from extract.records import calendar, names


def test_the_calendar_ends_its_months_on_their_last_day():
    ends = calendar.month_ends()
    assert len(ends) == calendar.MONTHS
    assert [str(ends[i]) for i in (0, 4, 28, 1199)] == ["1921-10-31", "1922-02-28", "1924-02-29", "2021-09-30"]
    assert np.all(np.diff(ends).astype(int) >= 28)


@pytest.mark.parametrize(("position", "month"), [(0, (1921, 10)), (3, (1922, 1)), (1199, (2021, 9))])
def test_position_and_month(position, month):
    assert calendar.month_at(position) == month


@pytest.mark.parametrize("text", ["s0105", " S0105 "])
def test_scenario_ids_have_one_spelling(text):
    assert names.check_scenario_id(text) == "s0105"


@pytest.mark.parametrize("text", ["", "105", "s105", "s01055", "s0105; drop table x", "../s0105", "ｓ0105"])
def test_what_is_not_a_scenario_id_is_refused(text):
    with pytest.raises(UsageError, match="not a scenario id"):
        names.check_scenario_id(text)


@pytest.mark.parametrize(
    ("name", "expected"),
    [("s0105_run.zip", "s0105"), ("S0105.zip", "s0105"), ("20250710_run.zip", None), ("s20250_run.zip", None)],
)
def test_the_scenario_id_in_a_file_name(name, expected):
    assert names.scenario_id_in(name) == expected


def test_the_receipt_id_depends_on_content_and_scenario_only():
    first = names.receipt_id("s0105", "a" * 64)
    assert first == names.receipt_id("s0105", "a" * 64)
    assert len({first, names.receipt_id("s0105", "b" * 64), names.receipt_id("s0106", "a" * 64)}) == 3
