"""The parts of a figure in words: who is highest, what moved the whole, and tables."""

from collections.abc import Sequence
from dataclasses import replace

import pandas as pd

from kpis import formatting
from kpis.analysis import (
    Split,
    Waits,
    area_comparison,
    breakdown,
    change_split,
    headline,
    members,
    waits,
)
from kpis.charts import wait_histogram
from kpis.definitions import Kpi
from kpis.formatting import capital
from kpis.output import shades

HEADS = {"name": "Part", "figure": "Figure", "interval": "95 % interval", "n": "Cases"}
HEADS_OF_WAITS = {"wait": "Wait", "n": "Cases", "share": "Of all"}
HEADS_OF_MOVES = {
    "group": "Part",
    "before": "A year before",
    "after": "Now",
    "rate": "Moved the whole by itself",
    "mix": "Moved it by its share",
    "total": "Together",
}
# the columns of a change that say how far a part moved the whole
MOVES = ("rate", "mix", "total")
MOST_MOVES = 10


def in_words(parts: pd.DataFrame, kpi: Kpi, names: Sequence[str]) -> pd.DataFrame:
    """Return parts of those names with the columns of HEADS."""
    rows = [
        (
            name,
            formatting.of_part(row, kpi.measure),
            formatting.interval(row, kpi.measure.unit),
            row.n,
        )
        for name, row in zip(names, parts.itertuples(), strict=True)
    ]
    return pd.DataFrame(rows, columns=list(HEADS))


def of_members(parts: pd.DataFrame, kpi: Kpi) -> pd.DataFrame:
    """Return `members.named` parts with the columns of HEADS."""
    names = [
        f"{name}, left out" if is_left_out else name
        for name, is_left_out in zip(parts["name"], parts["is_left_out"], strict=True)
    ]
    return in_words(parts, kpi, names)


def of_hours(hours: pd.DataFrame, kpi: Kpi) -> pd.DataFrame:
    """Return `breakdown.by_hour_of_week` with the columns of HEADS."""
    names = [members.hour_of_week(row) for _, row in hours.iterrows()]
    return in_words(hours, kpi, names)


def of_waits(counted: Waits, kpi: Kpi) -> pd.DataFrame:
    """Return the classes of waits with the columns of HEADS_OF_WAITS."""
    rows = [
        (wait_histogram.span(start, end, kpi), n, formatting.figure(share, "percent"))
        for start, end, n, share in waits.classes(counted).itertuples(
            index=False, name=None
        )
    ]
    return pd.DataFrame(rows, columns=list(HEADS_OF_WAITS))


def sentence(parts: pd.DataFrame, kpi: Kpi, cell: pd.Series) -> str:
    """Name the highest and the lowest part, and what the figure of `cell` leaves out.

    `parts` is of `members.named`.
    """
    known = parts[parts["value"].notna() & parts["n"].ge(kpi.judging.min_n)]
    said = [
        f"{capital(headline.period(cell))}: {formatting.of_cell(cell, kpi.measure)}."
    ]
    if len(known) > 1:
        places = known["value"].argmax(), known["value"].argmin()
        ends = [known.iloc[place] for place in places]
        words = [
            f"{part['name']} {formatting.of_part(part, kpi.measure)}" for part in ends
        ]
        said.append(f"Highest: {words[0]}; lowest: {words[1]}.")
    whole = breakdown.with_left_out(parts)
    if pd.notna(whole):
        names = ", ".join(parts.loc[parts["is_left_out"], "name"])
        cases = formatting.cases(kpi.measure.counts, parts["n"].sum())
        with_all = formatting.figure(whole, kpi.measure.unit, cases)
        said.append(f"Left out: {names}; with them it would be {with_all}.")
    return " ".join(said)


def week_sentence(hours: pd.DataFrame, kpi: Kpi, year: str) -> str:
    """Say which hours of the week surely differ, and how to read their picture.

    `hours` is of `breakdown.by_hour_of_week`, `year` its twelve months in words.
    """
    said = [f"{capital(year)}, each square an hour of the week.", shades.in_words(kpi)]
    count = int(hours["differs"].sum())
    if count:
        said.append(
            f"{count} of {int(hours['is_enough'].sum())} hours differ by more than "
            "chance explains, and show their number."
        )
    elif kpi.measure.kind == "proportion":
        said.append("No single hour differs by more than chance explains.")
    return " ".join([*said, day_sentence(hours, kpi)]).strip()


def day_sentence(hours: pd.DataFrame, kpi: Kpi) -> str:
    """Name the lowest and the highest hour of the day that surely differ, if any."""
    by_day = breakdown.over_days(hours, kpi)
    sure = by_day[by_day["differs"]]
    if len(sure) < 2:
        return ""
    low, high = (
        sure.iloc[place] for place in (sure["value"].argmin(), sure["value"].argmax())
    )
    return (
        f"Over all days, {_hour(low, kpi)} is the lowest and {_hour(high, kpi)} "
        "the highest."
    )


def _hour(row: pd.Series, kpi: Kpi) -> str:
    return f"{formatting.of_part(row, kpi.measure)} from {members.hours(row['hour'])}"


def change_in_words(
    change: Split, kpi: Kpi, dimension: str
) -> tuple[str, pd.DataFrame]:
    """Say what moved the whole, and return a table with HEADS_OF_MOVES."""
    if dimension == change_split.BY_AREA:
        groups = area_comparison.NAMES[area_comparison.kind_of(kpi)]
    else:
        groups = "the parts"
        names = [members.member(code, dimension) for code in change.table["group"]]
        change = replace(change, table=change.table.assign(group=names))
    said = change_split.in_words(change, kpi.measure.unit, groups)
    return said, _moves(change.table, kpi.measure.unit)


def _moves(change: pd.DataFrame, unit: str) -> pd.DataFrame:
    """Return the parts that moved the whole the most."""
    rows = [
        (
            str(row["group"]),
            *(formatting.figure(row[name], unit) for name in ("before", "after")),
            *(change_split.signed(row[name], unit) for name in MOVES),
        )
        for _, row in change[:MOST_MOVES].iterrows()
    ]
    return pd.DataFrame(rows, columns=list(HEADS_OF_MOVES))
