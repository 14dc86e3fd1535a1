"""What the audit compares on any page: a page as it was asked for, and a tally."""

import json
import re
from collections import Counter
from dataclasses import dataclass, field
from functools import cached_property

import pandas as pd
from streamlit.testing.v1 import AppTest

from kpis import formatting
from kpis.definitions import Kpi
from kpis.output import area_names
from kpis.results import queries
from tests.audit_engine import TOLERANCE, Engine, figure
from tests.visitors import as_read

PAST = re.compile(r"; (.+?) (?:a year ago|the year before)")
# tables of rows stop here, and then do not add up
MOST_ROWS = 200
NO_FIGURE_OF = ("not_measured", "not_applicable")


@dataclass
class Tally:
    """How many figures were compared, by state, and what differs."""

    compared: Counter = field(default_factory=Counter)
    states: Counter = field(default_factory=Counter)
    differences: list[str] = field(default_factory=list)

    def same(self, place: str, where: str, shown, said) -> None:
        """Compare what a page shows with what the engine says."""
        self.compared[place] += 1
        is_same = shown == said
        if isinstance(shown, float) and isinstance(said, float):
            is_same = abs(shown - said) <= TOLERANCE * max(1.0, abs(said))
        if not is_same:
            self.differences.append(
                f"{place}, {where}: shown {shown!r}, the engine says {said!r}"
            )

    def add(self, other: "Tally") -> None:
        """Take over what another tally has."""
        self.compared += other.compared
        self.states += other.states
        self.differences += other.differences


@dataclass(frozen=True)
class Visit:
    """One page as it was asked for: an area, a kind of period, perhaps an indicator."""

    at: AppTest
    engine: Engine
    tally: Tally
    area: str
    by: str
    kpi_id: str = ""

    @property
    def kpi(self) -> Kpi:
        return self.engine.kpis[self.kpi_id]

    @cached_property
    def names(self) -> dict[str, str]:
        """The areas' names, no two the same, as the choice of areas has them."""
        return area_names.unique(queries.areas(self.engine.build))

    def same(self, place: str, what: str, shown, said) -> None:
        where = " ".join(filter(None, [self.kpi_id, self.area, self.by, what]))
        self.tally.same(place, where, shown, said)

    def text(self) -> list[str]:
        """Every paragraph of the page, as it is read."""
        at = self.at
        return [as_read(one.value) for one in [*at.markdown, *at.caption]]

    def contents(self, *keys: str) -> list[dict]:
        """What our own tables were given that have all of these keys."""
        found = [json.loads(one.proto.json) for one in self.at.get("bidi_component")]
        return [one for one in found if set(keys) <= set(one)]

    def table(self, *columns: str) -> pd.DataFrame | None:
        """The first table that has all of these columns."""
        found = [one.value for one in self.at.dataframe]
        return next((one for one in found if set(columns) <= set(one)), None)

    def trace(self, name: str) -> list[dict]:
        """The traces of this name in the page's charts."""
        charts = [json.loads(one.proto.spec) for one in self.at.get("plotly_chart")]
        return [
            trace for chart in charts for trace in chart["data"]
            if trace.get("name") == name
        ]  # fmt: skip


def figures(row: pd.Series, kpi: Kpi) -> list[str]:
    """Return the figure of a row, none where it has none."""
    return [figure(row, kpi)] if pd.notna(row["value"]) else []


def compare_past(
    visit: Visit, place: str, what: str, text: str, latest: pd.Series
) -> None:
    """Compare the figure of a year before, where a phrase of the scoreboard has one."""
    found = PAST.search(text)
    if not found:
        return
    kpi = visit.engine.kpis[latest["kpi"]]
    past = visit.engine.a_year_before(latest, visit.area, visit.by)
    cases = formatting.cases(kpi.measure.counts, latest["n"], latest["cases"])
    said = formatting.figure(past["value"], kpi.measure.unit, cases)
    visit.same(place, f"{what}, a year ago", found[1], said)


def compare_sentence(
    visit: Visit, place: str, what: str, text: str, latest: pd.Series
) -> None:
    """Compare the figure, its period and n in a sentence that is read aloud."""
    kpi = visit.engine.kpis[latest["kpi"]]
    now = formatting.in_words(latest["value"], kpi.measure.unit)
    said = now[0].upper() + now[1:]
    visit.same(place, what, text[: len(said)], said)
    period = formatting.period(latest["period_start"], latest["by"])
    visit.same(place, f"{what}, period", period in text, True)
    if kpi.measure.counts == "cases" and latest["state"] != "reported":
        count = f", n {formatting.count(latest['n'])};"
        visit.same(place, f"{what}, n", count in text, True)
    found = PAST.search(text)
    if found and found[1] != "no figure":
        past = visit.engine.a_year_before(latest, visit.area, visit.by)
        then = formatting.in_words(past["value"], kpi.measure.unit)
        then = then.removesuffix(f" {formatting.left_out(kpi.measure.unit)}")
        visit.same(place, f"{what}, a year ago", found[1], then)


def compare_with_cube(visit: Visit, kpi_id: str, latest: pd.Series) -> None:
    """Compare the engine's own figure with what its parts add up to in the cube."""
    if pd.isna(latest["value"]):
        return
    again = visit.engine.added_up(latest)
    if pd.notna(again):
        where = f"{kpi_id} {visit.area} {visit.by}"
        visit.tally.same("the cube's sums", where, float(latest["value"]), again)


def compare_hovers(visit: Visit, place: str, codes: list, texts: list, cell) -> None:
    """Compare what areas of a chart say of themselves to a pointer."""
    kpi = visit.engine.kpis[visit.kpi_id]
    rows = visit.engine.areas(cell, kind_of_areas(kpi))
    for code, text in zip(codes, texts, strict=True):
        row = rows[code]
        said = "no figure" if has_nothing(row) else figure(row, kpi)
        if pd.notna(row["value"]):
            said = formatting.with_unit(said, kpi.measure.unit)
        said = [said] if said else []
        if pd.notna(row["value"]) and pd.notna(row["n"]):
            said.append(f"n {formatting.count(row['n'])}")
        shown = text.split("<br>")[1 : 1 + len(said)]
        visit.same(place, f"hover of {code}", shown, said)


def has_nothing(row: pd.Series) -> bool:
    """Whether an area had not a single case: it is left out, and not missing."""
    is_few = row["state"] == "too_few" and not row["n"] > 0
    return is_few or row["state"] == "not_applicable"


def kind_of_areas(kpi: Kpi) -> str:
    kinds = ("bocu", "site", "facility")
    return next((one for one in kinds if one in kpi.population.smallest_period), "")
