"""A delivered tier file in normal form, or why it is refused. One problem refuses the whole file."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from hashlib import sha256

from extract.tiers.places import Known, TierPlaces
from extract.tiers.recognition import Cell, Form, cells, forms, is_aggregate
from extract.tiers.table import Remark, Table, read_table

LEVELS = range(1, 5)
MOST_REMARKS = 10_000
"""Problems or notes of a file; more of them help nobody."""
NUMBER = re.compile(r"[-+]?(\d+(\.\d*)?|\.\d+)([eE][-+]?\d+)?", re.ASCII)


@dataclass(frozen=True)
class TierValue:
    """One result of a tier in a scenario.

    Attributes:
        location_code: None = the result is of all locations together.
        tier_level: 1 (best) to 4, None = no value.
        tier_score: continuous score, whose integer part is the level.
        inputs: numbers the result was made from.
        row: row of the file, the header is 1.
        column: name of the column.
    """

    scenario_id: str
    location_code: str | None
    tier_level: int | None
    tier_score: float | None
    inputs: dict[str, float | None]
    row: int
    column: str

    @property
    def content(self) -> tuple[object, ...]:
        """What has to be equal for two deliveries to say the same."""
        return self.location_code or "", self.tier_level, self.tier_score, sorted(self.inputs.items())


@dataclass(frozen=True)
class Delivery:
    """A file as it was read.

    Attributes:
        tier: None if the file is not recognised.
        layout: name of its layout.
        values: empty if there are problems.
        problems: why the file is refused.
        notes: what was put right or left out.
    """

    name: str
    sha256: str
    tier: str | None = None
    layout: str | None = None
    values: list[TierValue] = field(default_factory=list)
    problems: list[Remark] = field(default_factory=list)
    notes: list[Remark] = field(default_factory=list)

    @property
    def delivery_id(self) -> str:
        """The identity of the delivery: tier and content of the file."""
        return f"{(self.tier or 'unrecognised').lower()}-{self.sha256[:12]}"

    def by_scenario(self) -> dict[str, list[TierValue]]:
        """The results of each scenario."""
        found: dict[str, list[TierValue]] = {}
        for value in self.values:
            found.setdefault(value.scenario_id, []).append(value)
        return found


def read_delivery(
    name: str, data: bytes, known: Known, tier: str | None = None, leave_out_unknown: bool = False
) -> Delivery:
    """Read and check a file.

    Args:
        name: its file name; a name that begins with a tier code says which tier it is.
        tier: the tier that somebody named.
        leave_out_unknown: leave out scenarios that are not in the registry, with a note, instead of refusing the file.
    """
    digest = sha256(data).hexdigest()
    table = read_table(data)
    if not table.header:
        return Delivery(name, digest, problems=table.problems)
    named = tier or next((code for code in known.layouts.tiers if name.upper().startswith(code)), None)
    found = forms(table, known, named)
    if len(found) != 1:
        return Delivery(name, digest, problems=[_unrecognised(table, found, named), *table.problems])
    reader = _Reader(found[0], table, known, leave_out_unknown)
    reader.read()
    problems = sorted({*table.problems, *reader.problems})
    notes = sorted({*table.notes, *reader.notes})
    values = [] if problems else list(reader.values.values())
    return Delivery(name, digest, found[0].tier, found[0].layout.name, values, problems, notes)


def _unrecognised(table: Table, found: list[Form], named: str | None) -> Remark:
    if is_aggregate(table):
        words = "counts without locations cannot be loaded; compare them with `coeqwal verify tiers --counts FILE`"
        return Remark(1, "", "COUNTS_WITHOUT_LOCATIONS", words)
    if found:
        words = f"the columns fit {', '.join(form.tier for form in found)}; say which with --tier"
        return Remark(1, "", "AMBIGUOUS_TIER", words)
    words = f"the columns fit no known form of {named or 'any tier'}; `coeqwal tiers template` shows the forms"
    return Remark(1, "", "UNKNOWN_LAYOUT", words)


class _Reader:
    """Turns the cells of one file into values, and collects what is wrong."""

    def __init__(self, form: Form, table: Table, known: Known, leave_out_unknown: bool) -> None:
        self.form, self.known = form, known
        self.notes: set[Remark] = set()
        self.more_notes = 0
        self.table = self._without_repetitions(table)
        self.tier = known.layouts.tiers[form.tier]
        self.places: TierPlaces = known.places[form.tier]
        self.leave_out_unknown = leave_out_unknown
        self.values: dict[tuple[str, str | None], TierValue] = {}
        self.revised: list[tuple[TierValue, Cell]] = []
        self.problems: set[Remark] = set()
        self.own_locations = {name.casefold(): code for name, code in form.layout.own_locations.items()}
        self.no_value = {text.casefold() for text in known.layouts.no_value}
        self.continuous = False

    def read(self) -> None:
        for column in self.form.surplus:
            self._problem((1, column), "UNKNOWN_COLUMN", "this column is not part of the form")
        found = list(cells(self.form, self.table))
        numbers = [self._number(cell.texts["value"]) for cell in found if "value" in cell.texts]
        self.continuous = any(number is not None and number != int(number) for number in numbers)
        for cell in found:
            self._take(cell)
            if len(self.problems) > MOST_REMARKS:
                words = f"more than {MOST_REMARKS:,} problems; the rest of the file was not looked at"
                self.problems.add(Remark(0, "", "TOO_MANY_PROBLEMS", words))
                return
        for value, cell in self.revised:
            self._compare_revision(value, cell)
        if self.form.layout.shape != "single":
            self._look_for_missing_locations(found)
        if not self.values and not self.problems:
            self.problems.add(Remark(0, "", "NO_KNOWN_SCENARIO", "no scenario of this file is in the registry"))
        if self.more_notes:
            self.notes.add(Remark(0, "", "MORE_NOTES", f"{self.more_notes:,} more notes"))

    def _without_repetitions(self, table: Table) -> Table:
        """The table without rows that say again what a row above says in the same words."""
        columns = self.form.columns
        column = max(columns[role] for role in ("scenario", "location") if role in columns)
        seen: dict[tuple[str, ...], int] = {}
        rows = []
        for row, cells_ in table.rows:
            first = seen.setdefault(tuple(cells_), row)
            if first == row:
                rows.append((row, cells_))
                continue
            words = f"{cells_[column]} is repeated with equal values; the repetition was left out"
            self._keep_note(Remark(row, table.label(column), "REPEATED", words))
        return replace(table, rows=rows)

    def _problem(self, place: tuple[int, int], code: str, message: str) -> None:
        self.problems.add(Remark(place[0], self.table.label(place[1]), code, message))

    def _note(self, place: tuple[int, int], code: str, message: str) -> None:
        self._keep_note(Remark(place[0], self.table.label(place[1]), code, message))

    def _keep_note(self, note: Remark) -> None:
        if len(self.notes) < MOST_REMARKS:
            self.notes.add(note)
        elif note not in self.notes:
            self.more_notes += 1

    def _take(self, cell: Cell) -> None:
        scenario, is_revision = self._scenario(cell)
        location = self._location(cell)
        level, score = self._result(cell)
        inputs = {role: self._read(cell, role) for role in self.form.layout.inputs if role in cell.texts}
        if scenario is None or (cell.location is not None and location is None):
            return
        row, column = cell.places.get("value") or cell.places["level"]
        value = TierValue(scenario, location, level, score, inputs, row, self.table.label(column))
        if is_revision:
            self.revised.append((value, cell))
            return
        first = self.values.setdefault((scenario, location), value)
        if first is value:
            return
        # the place of a repetition is where its name is repeated: a row, or a column of the header
        place = max(cell.places["scenario"], cell.places["location"]) if self.form.layout.shape == "long" else None
        where = place or (cell.places["location"] if first.row == row else cell.places["scenario"])
        if first.content == value.content:
            self._note(where, "REPEATED", f"{scenario} is repeated with equal values; the repetition was left out")
        else:
            self._problem(
                (row, column),
                "CONFLICTING_DUPLICATE",
                f"{scenario}{f' {location}' if location else ''} is repeated and differs from row {first.row},"
                f" column {first.column}; keep one of them",
            )

    def _scenario(self, cell: Cell) -> tuple[str | None, bool]:
        ids, place = self.known.layouts.scenario_ids, cell.places["scenario"]
        text = re.sub(f"{ids.repetition_suffix}$", "", cell.scenario).strip()
        is_revision = text.upper().endswith(ids.revision_suffix.upper())
        base = text[: -len(ids.revision_suffix)] if is_revision else text
        if self.tier.bare_scenario_numbers and re.fullmatch(r"[1-9]\d{0,3}", base, re.ASCII):
            base = f"s{int(base):04d}"
        if not re.fullmatch(r"[sS]\d{4}", base, re.ASCII):
            words = "no scenario is named" if not text else f"'{text}' is no scenario id such as s0011"
            self._problem(place, "NOT_A_SCENARIO", words)
            return None, False
        scenario = base.lower()
        if scenario not in self.known.scenarios:
            words = f"{scenario} is not in the registry of scenarios"
            if self.leave_out_unknown:
                self._note(place, "LEFT_OUT", f"{words} and was left out")
            else:
                self._problem(place, "UNKNOWN_SCENARIO", f"{words}; correct it, or use --leave-out-unknown-scenarios")
            return None, False
        return scenario, is_revision

    def _location(self, cell: Cell) -> str | None:
        if cell.location is None:
            return None
        text = re.sub(f"{self.known.layouts.scenario_ids.repetition_suffix}$", "", cell.location).strip()
        code = self.places.codes.get(text.upper()) or self.own_locations.get(text.casefold())
        if code is None and len(text.splitlines()) < 2:  # a line break was found already
            words = f"'{text}' is no location of {self.form.tier}" if text else "no location is named"
            self._problem(cell.places["location"], "UNKNOWN_LOCATION", words)
        return code

    def _number(self, text: str) -> float | None:
        bare = text.removeprefix(self.tier.level_prefix).strip()
        number = float(bare) if NUMBER.fullmatch(bare) else math.nan
        return number if math.isfinite(number) else None

    def _read(self, cell: Cell, role: str) -> float | None:
        """The number of a cell; None if it says that there is none, or is wrong."""
        text, place = cell.texts[role], cell.places[role]
        if text.casefold() in self.no_value:
            return None
        number = self._number(text)
        if not text:
            self._problem(
                place, "BLANK_CELL", f"the cell is empty; write {self.known.layouts.no_value[0]} if there is no value"
            )
        elif number is None:
            self._problem(
                place, "NOT_A_NUMBER", f"'{text[:40]}' is neither a number nor {self.known.layouts.no_value[0]}"
            )
        return number

    def _result(self, cell: Cell) -> tuple[int | None, float | None]:
        if "value" in cell.texts:
            number = self._read(cell, "value")
            if self.continuous:
                return self._score(cell, "value", number)
            return self._level(cell, "value", number), None
        level = self._level(cell, "level", self._read(cell, "level"))
        if "score" not in cell.texts:
            return level, None
        of_score, score = self._score(cell, "score", self._read(cell, "score"))
        if level != of_score:
            words = f"the score {cell.texts['score']} does not belong to the level {cell.texts['level']}"
            self._problem(cell.places["level"], "LEVEL_AGAINST_SCORE", words)
        return level, score

    def _level(self, cell: Cell, role: str, number: float | None) -> int | None:
        if number == 0 and self.tier.zero_is_no_value:
            self._note(cell.places[role], "ZERO", "a level 0 stands for no value")
            return None
        if number is not None and number not in LEVELS:
            self._problem(
                cell.places[role], "LEVEL_OUT_OF_RANGE", f"the level {cell.texts[role]} is not one of 1, 2, 3, 4"
            )
            return None
        return None if number is None else int(number)

    def _score(self, cell: Cell, role: str, number: float | None) -> tuple[int | None, float | None]:
        if number == 0 and self.tier.zero_is_no_value:
            self._note(cell.places[role], "ZERO", "a score 0 stands for no value")
            return None, None
        if number is not None and not LEVELS.start <= number < LEVELS.stop:
            self._problem(
                cell.places[role], "SCORE_OUT_OF_RANGE", f"the score {cell.texts[role]} is not from 1 to below 5"
            )
            return None, None
        return (None, None) if number is None else (int(number), number)

    def _compare_revision(self, value: TierValue, cell: Cell) -> None:
        base = self.values.get((value.scenario_id, value.location_code))
        name, place = cell.scenario.strip(), cell.places["scenario"]
        if base is None:
            words = f"{name} is here without {value.scenario_id}; deliver the run that counts under its id"
            self._problem(place, "REVISION_ALONE", words)
        elif base.content == value.content:
            self._note(place, "REVISION_EQUAL", f"{name} equals {value.scenario_id} and was left out")
        else:
            words = f"{name} differs from {value.scenario_id} in row {base.row}; keep the one that counts"
            self._problem((value.row, cell.places["scenario"][1]), "REVISION_DIFFERS", words)

    def _look_for_missing_locations(self, found: Iterable[Cell]) -> None:
        """Compare each scenario's locations with those that a delivery has to have."""
        if any(
            p.code in ("UNKNOWN_LOCATION", "ROW_LENGTH", "LINE_BREAK_IN_HEADER")
            for p in [*self.problems, *self.table.problems]
        ):
            return
        given: dict[str, set[str]] = {}
        for scenario, location in self.values:
            given.setdefault(scenario, set()).add(location or "")
        last = {cell.scenario.lower(): cell.places["scenario"] for cell in found}
        for scenario, locations in given.items():
            row, column = last.get(scenario, (1, 0))
            missing = sorted(self.places.complete - locations)
            who, place = scenario, (row, self.table.label(column))
            if self.form.layout.shape == "wide":
                who, place = "the file", (1, missing[0] if missing else "")
            count, expected = len(locations), self.places.expected
            if missing:
                words = f"{who} lacks {len(missing)} of {expected} locations: {', '.join(missing)}"
                self.problems.add(Remark(*place, "MISSING_LOCATIONS", words))
            elif count < expected:
                words = f"{who} has {count} locations, {expected} are expected"
                self.problems.add(Remark(*place, "MISSING_LOCATIONS", words))
            elif count > expected:
                words = f"{who} has {count} locations, more than the {expected} of the list"
                self.notes.add(Remark(*place, "MORE_LOCATIONS", words))
