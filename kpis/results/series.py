"""Cells of many indicators at once, each with its state: numbers, and what they are.

Numbers come from the cube (`cells`), states from what has arrived (`states`).
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from kpis import formatting
from kpis.definitions import Kpi
from kpis.periods import Period
from kpis.results import cells, states
from kpis.results.opened_build import Build

COLUMNS = [*cells.COLUMNS[1:13], "state", "reason"]
JUDGED = [*cells.KEYS, "value", "fewest", "publishers", "incomplete"]
NUMBERS = ("n", "numerator", "denominator", "value", "lower", "upper", "cases")


@dataclass(frozen=True)
class Question:
    """Some indicators in some areas, over periods of one length."""

    kpi_ids: list[str]
    areas: list[str]
    calendar: list[Period]
    by: str


def answer(build: Build, questions: list[Question]) -> pd.DataFrame:
    """Return a row for each question's indicators, areas and periods, in that order.

    Columns as COLUMNS, and `question`, its place among the questions. All questions
    go to the cube together: a statement takes longer to begin than to count.
    """
    frame = _calendar_frame(questions)
    found = _cells(build, questions)
    frame = frame.merge(found, on=cells.KEYS, how="left")
    frame["incomplete"] = _incomplete(build, frame, found)
    frame = _with_states(build, frame, questions)
    for name in ("period_start", "period_end"):
        frame[name] = pd.to_datetime(frame[name])
    return frame[["question", *COLUMNS]]


def _calendar_frame(questions: list[Question]) -> pd.DataFrame:
    rows = [
        (place, kpi_id, area, first, last)
        for place, one in enumerate(questions)
        for kpi_id in one.kpi_ids
        for area in one.areas
        for first, last in one.calendar
    ]
    return pd.DataFrame(rows, columns=cells.KEYS)


def _cells(build: Build, questions: list[Question]) -> pd.DataFrame:
    """Return the cells asked for, and those by which they are made or trusted."""
    asked = []
    for one in questions:
        kinds = {build.places.kinds[area] for area in one.areas}
        kpis = [build.kpis[kpi_id] for kpi_id in one.kpi_ids]
        others = [
            build.kpis[other]
            for kpi in kpis
            for other in (*kpi.population.made_of, *(kpi.judging.reliable_if or ()))
        ]
        measured = {kpi.id: kpi for kpi in (*kpis, *others)}.values()
        own = [kpi for kpi in measured if kinds & set(kpi.population.smallest_period)]
        asked.append(
            cells.Asked(own, build.places.members(one.areas), one.calendar, one.by)
        )
    found = cells.read(build.warehouse, asked)
    made = {kpi.id: kpi for one in asked for kpi in one.kpis if kpi.population.made_of}
    sums = [
        cells.share_of_money(
            kpi, *(found[found["kpi"] == part] for part in kpi.population.made_of)
        )
        for kpi in made.values()
    ]
    filled = [frame for frame in (found, *sums) if len(frame)]
    return pd.concat(filled) if len(filled) > 1 else found


def _incomplete(build: Build, frame: pd.DataFrame, found: pd.DataFrame) -> list[str]:
    """Say of each cell that too little is recorded to trust it, or ""."""
    floors = {
        one: build.kpis[one].judging.reliable_if or {} for one in frame["kpi"].unique()
    }
    asked = {other for floor in floors.values() for other in floor}
    if not asked:
        return [""] * len(frame)
    known = found[found["kpi"].isin(asked)]
    values = {
        (cell.question, cell.kpi, cell.area, cell.period_start): cell.value
        for cell in known.itertuples()
    }
    said = pd.Series("", index=frame.index, dtype=object)
    has_floor = frame["kpi"].isin([one for one, floor in floors.items() if floor])
    keys = frame.loc[has_floor, cells.CELL].astype(object)
    for row, question, kpi_id, area, start in keys.itertuples(name=None):
        low = [
            (build.kpis[other], values[question, other, area, start], floor)
            for other, floor in floors[kpi_id].items()
            if values.get((question, other, area, start), floor) < floor
        ]
        said[row] = " ".join(_too_low(*one) for one in low)
    return said.tolist()


def _too_low(kpi: Kpi, value: float, floor: float) -> str:
    now, least = (formatting.in_words(one, kpi.measure.unit) for one in (value, floor))
    return f"{kpi.wording.title}: {now}, and {least} are needed to trust this figure."


def _with_states(
    build: Build, frame: pd.DataFrame, questions: list[Question]
) -> pd.DataFrame:
    arrived = {kpi_id: build.arrived(kpi_id) for kpi_id in frame["kpi"].unique()}
    found = [
        states.of_cell(
            build.kpis[cell.kpi],
            arrived[cell.kpi],
            build.places.kinds[cell.area],
            questions[cell.question].by,
            cell,
        )
        # plain objects: a row's texts are slow to take from a column of texts
        for cell in frame[JUDGED].astype(object).itertuples()
    ]
    frame["state"] = [state for state, _ in found]
    frame["reason"] = [reason for _, reason in found]
    is_hidden = frame["state"].isin(states.HIDES_VALUE)
    # of people not even the number is told where there is no figure
    is_of_people = frame["kpi"].map(
        {one: build.kpis[one].disclosure.is_needed for one in arrived}
    )
    is_secret = frame["state"].eq("not_applicable") | is_hidden & is_of_people
    frame["parts"] = frame["parts"].mask(is_hidden)
    for name in NUMBERS:
        is_untold = is_hidden if name in ("value", "lower", "upper") else is_secret
        frame[name] = np.where(is_untold, np.nan, frame[name].astype(float))
    return frame
