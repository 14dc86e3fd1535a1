"""Cells of many indicators at once, each with its state: numbers, and what they are.

Numbers come from the cube (`cells`), states from what has arrived (`states`).
"""

from dataclasses import dataclass
from itertools import starmap

import numpy as np
import pandas as pd

from kpis import formatting
from kpis.definitions import Kpi
from kpis.periods import Period
from kpis.results import cells, completeness, states
from kpis.results.completeness import Completeness
from kpis.results.opened_build import Build
from kpis.results.states import Arrived, Cell

# what is missing, in numbers and in words
LOST = ["rows", "refused", "unusable", "filtered", "least", "most"]
COMPLETENESS = [*LOST, "left_out", "caveat"]
COLUMNS = [*cells.COLUMNS[1:13], "state", "reason", *COMPLETENESS]
NUMBERS = ("n", "numerator", "denominator", "value", "lower", "upper", "cases")
OF_VALUE = ("value", "lower", "upper", "least", "most")


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
    go to the cube together, because a statement takes longer to start than to count.
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
        for place, question in enumerate(questions)
        for kpi_id in question.kpi_ids
        for area in question.areas
        for first, last in question.calendar
    ]
    return pd.DataFrame(rows, columns=cells.KEYS)


def _cells(build: Build, questions: list[Question]) -> pd.DataFrame:
    """Return the cells asked for, and those that they are made of or checked by."""
    asked = []
    for question in questions:
        kinds = {build.places.kinds[area] for area in question.areas}
        kpis = [build.kpis[kpi_id] for kpi_id in question.kpi_ids]
        others = [
            build.kpis[other]
            for kpi in kpis
            for other in (*kpi.population.made_of, *(kpi.judging.reliable_if or ()))
        ]
        measured = {kpi.id: kpi for kpi in (*kpis, *others)}.values()
        own = [kpi for kpi in measured if kinds & set(kpi.population.smallest_period)]
        members = build.places.members(question.areas)
        asked.append(cells.Asked(own, members, question.calendar, question.by))
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
    """Return why too little is recorded to trust a cell, or "", for each."""
    floors = {
        kpi_id: build.kpis[kpi_id].judging.reliable_if or {}
        for kpi_id in frame["kpi"].unique()
    }
    others = {other for floor in floors.values() for other in floor}
    if not others:
        return [""] * len(frame)
    recorded = found.loc[found["kpi"].isin(others), [*cells.CELL, "value"]]
    values = {
        tuple(key): value for *key, value in recorded.itertuples(index=False, name=None)
    }
    reasons = pd.Series("", index=frame.index, dtype=object)
    has_floor = frame["kpi"].isin([kpi_id for kpi_id, floor in floors.items() if floor])
    keys = frame.loc[has_floor, cells.CELL].astype(object)
    for row, question, kpi_id, area, start in keys.itertuples(name=None):
        low = [
            (build.kpis[other], values[question, other, area, start], floor)
            for other, floor in floors[kpi_id].items()
            if values.get((question, other, area, start), floor) < floor
        ]
        reasons[row] = " ".join(starmap(_too_low, low))
    return reasons.tolist()


def _too_low(kpi: Kpi, value: float, floor: float) -> str:
    unit = kpi.measure.unit
    now, least = formatting.in_words(value, unit), formatting.in_words(floor, unit)
    return f"{kpi.wording.title}: {now}. This figure needs at least {least}."


def _completeness(
    build: Build, frame: pd.DataFrame, arrived: dict[str, Arrived]
) -> list[Completeness]:
    """Return what is missing from each cell, and what may be said of it."""
    columns = [
        "kpi", "area", "period_start", "period_end", "n", "numerator", "denominator",
    ]  # fmt: skip
    rows = frame[columns].astype(object).itertuples(index=False, name=None)
    return [
        completeness.of_figure(
            build.kpis[kpi_id], arrived[kpi_id].rows.of(area, (start, end)), *sums
        )
        for kpi_id, area, start, end, *sums in rows
    ]


def _add_completeness(
    frame: pd.DataFrame, complete: list[Completeness], arrived: dict[str, Arrived]
) -> None:
    """Add the columns COMPLETENESS: what is missing, in numbers and in words."""
    frame["rows"] = [own.missing.of for own in complete]
    frame["refused"] = [own.missing.refused + own.missing.astray for own in complete]
    frame["unusable"] = [own.missing.unusable for own in complete]
    frame["filtered"] = [
        sum(count for _, count in own.missing.filtered) for own in complete
    ]
    frame["left_out"] = [completeness.left_out(own.missing) for own in complete]
    frame["least"] = [own.least for own in complete]
    frame["most"] = [own.most for own in complete]
    keys = zip(
        frame["kpi"],
        frame["area"],
        zip(frame["period_start"], frame["period_end"], strict=True),
        complete,
        strict=True,
    )
    frame["caveat"] = [
        " ".join(
            filter(None, [arrived[kpi].missing.of(area, period).caveat, own.caveat])
        )
        for kpi, area, period, own in keys
    ]


def _with_states(
    build: Build, frame: pd.DataFrame, questions: list[Question]
) -> pd.DataFrame:
    arrived = {kpi_id: build.arrived(kpi_id) for kpi_id in frame["kpi"].unique()}
    complete = _completeness(build, frame, arrived)
    # plain objects: a row's texts are slow to take from a column of texts
    rows = frame[list(Cell._fields)].astype(object).itertuples(index=False, name=None)
    judged = [
        states.of_cell(
            build.kpis[cell.kpi],
            arrived[cell.kpi],
            build.places.kinds[cell.area],
            questions[cell.question].by,
            cell,
            of_cell,
        )
        for cell, of_cell in zip(map(Cell._make, rows), complete, strict=True)
    ]
    frame["state"] = [state for state, _ in judged]
    frame["reason"] = [reason for _, reason in judged]
    _add_completeness(frame, complete, arrived)
    is_hidden = frame["state"].isin(states.HIDES_VALUE)
    # a hidden figure about people does not show their number either
    is_about_people = frame["kpi"].map(
        {kpi_id: build.kpis[kpi_id].disclosure.is_needed for kpi_id in arrived}
    )
    has_no_number = frame["state"].eq("not_applicable") | is_hidden & is_about_people
    frame["parts"] = frame["parts"].mask(is_hidden)
    frame["caveat"] = frame["caveat"].where(~is_hidden, "")
    frame["left_out"] = frame["left_out"].where(~(is_hidden | is_about_people), "")
    for name in (*NUMBERS, *LOST):
        is_empty = is_hidden if name in OF_VALUE else has_no_number
        if name in LOST:
            is_empty = is_empty | is_about_people
        frame[name] = np.where(is_empty, np.nan, frame[name].astype(float))
    return frame
