"""What is behind it? A figure's parts, and how they moved it since a year before."""

from functools import partial

import pandas as pd
import streamlit as st

from kpis import formatting, settings
from kpis.analysis import area_comparison, breakdown, headline, members, waits
from kpis.charts import breakdown_chart, wait_histogram
from kpis.definitions import Kpi
from kpis.errors import UserError
from kpis.formatting import capital
from kpis.statistics import decomposition
from pages import _cached
from pages._frame import widgets
from pages._frame.filters import Scope
from pages._frame.markdown import EITHER_SHADE, SHADES, plain

DIMENSION = "split"
HOUR_OF_WEEK = "hour of the week"
LENGTH = "length of the wait"
MOST_SHOWN = 10
MOVES = {
    "group": "Part",
    "before": "A year before",
    "after": "Now",
    "rate": "Moved the whole by itself",
    "mix": "By how much lies there",
    "total": "Together",
}
PARTS = {
    "name": "Part",
    "figure": "Figure",
    "interval": "95 % interval",
    "n": "Cases",
}


def show(scope: Scope, kpi: Kpi, series: pd.DataFrame, cell: pd.Series) -> None:
    """Show the parts of the figure of `cell`, a row of `series`, and its change."""
    offered = ways(scope, kpi)
    if not offered or pd.isna(cell["value"]):
        return
    widgets.header("What is behind it?", "Interval", "Mix and rate")
    way = st.selectbox(
        "Split by", offered, format_func=_plain_name, key=DIMENSION, width=240,
        label_visibility="collapsed", bind="query-params",
    )  # fmt: skip
    if way in (HOUR_OF_WEEK, LENGTH):
        draw = _week if way == HOUR_OF_WEEK else _waits
        draw(scope, kpi, cell)
        return
    if way != breakdown.BY_AREA:
        _parts_now(scope, kpi, cell, way)
    if kpi.measure.kind in decomposition.KINDS:
        _change(scope, kpi, series, cell, way)


def ways(scope: Scope, kpi: Kpi) -> list[str]:
    """Return by what the figure can be split, the most telling first."""
    # when comes first: it is what a manager can plan by
    is_when = ("hour", "weekday")
    offered = sorted(kpi.population.dimensions, key=lambda one: one not in is_when)
    kind = area_comparison.kind_of(kpi)
    if set(is_when) <= set(offered):
        # a borough has too few cases of each of its 168 hours
        place = len(is_when) if kind == "bocu" else 0
        offered.insert(place, HOUR_OF_WEEK)
    if kpi.measure.has_values:
        offered.insert(0, LENGTH)
    is_split = kpi.measure.kind in decomposition.KINDS
    if not (is_split and scope.area == settings.FORCE and kind):
        return offered
    # of sites there are few, or one
    by_area = [breakdown.BY_AREA]
    return [*offered, *by_area] if kind == "site" else [*by_area, *offered]


def _plain_name(dimension: str) -> str:
    return f"By {dimension.replace('_', ' ')}"


def _week(scope: Scope, kpi: Kpi, cell: pd.Series) -> None:
    """Show the hours of the week over twelve months: one month has too few of each."""
    end = cell["period_end"]
    start = min(
        cell["period_start"], end + pd.Timedelta(days=1) - pd.DateOffset(years=1)
    )
    found = _cached.hours_of_week(scope, cell["area"], start.date(), end.date())
    year = f"12 months to {formatting.period(end, 'day')}"
    if not found["is_enough"].any():
        st.markdown(f"{capital(year)}: no hour of the week has enough cases.")
        return
    in_words = week_sentence(found, kpi, year)
    st.markdown(plain(in_words))
    of = (end,)

    def draw() -> dict:
        return breakdown_chart.week_figure(found, kpi, widgets.theme())

    def worded() -> pd.DataFrame:
        names = [members.hour_of_week(row) for _, row in found.iterrows()]
        return table(found, kpi, names)

    widgets.plot(draw, "week", in_words, of)
    hours = _cached.kept("hours", scope, of, worded)
    widgets.folded("The hours as a table", hours, PARTS)


def _waits(scope: Scope, kpi: Kpi, cell: pd.Series) -> None:
    """Show how the single waits are spread, and the standard among them."""
    when = capital(headline.period(cell))
    if cell["state"] == "too_few":
        st.markdown(plain(f"{when}: {cell['reason']}"))
        return
    found = _cached.waits(scope, cell["area"], headline.ends(cell))
    in_words = f"{when}, n {formatting.count(found.n)}. {waits.in_words(found, kpi)}"
    st.markdown(plain(in_words))
    classes = waits.classes(found)

    def draw() -> dict:
        return wait_histogram.waits_figure(classes, found, kpi, widgets.theme())

    widgets.plot(draw, "waits", in_words, headline.ends(cell))
    rows = [
        (wait_histogram.span(row, kpi), row.n, formatting.figure(row.share, "percent"))
        for row in classes.itertuples()
    ]
    heads = {"wait": "Wait", "n": "Cases", "share": "Of all"}
    widgets.folded(
        "The waits as a table", pd.DataFrame(rows, columns=list(heads)), heads
    )


def week_sentence(found: pd.DataFrame, kpi: Kpi, year: str) -> str:
    """Say which hours of the week surely differ, and how to read the picture."""
    said = [f"{capital(year)}, each square an hour of the week."]
    said.append(SHADES.get(kpi.judging.better, EITHER_SHADE))
    count = int(found["differs"].sum())
    if count:
        said.append(
            f"{count} of {int(found['is_enough'].sum())} hours differ by more than "
            "chance explains, and have their number."
        )
    elif kpi.measure.kind == "proportion":
        said.append("No single hour differs by more than chance explains.")
    return " ".join([*said, day_sentence(found, kpi)]).strip()


def day_sentence(found: pd.DataFrame, kpi: Kpi) -> str:
    """Name the lowest and the highest hour of the day that surely differ, if any."""
    hours = breakdown.over_days(found, kpi)
    sure = hours[hours["differs"]]
    if len(sure) < 2:
        return ""
    low, high = (
        sure.loc[each()] for each in (sure["value"].idxmin, sure["value"].idxmax)
    )
    return (
        f"Over all days, {_hour(low, kpi)} is the lowest and {_hour(high, kpi)} "
        "the highest."
    )


def _hour(row: pd.Series, kpi: Kpi) -> str:
    when = members.hours(row["hour"])
    return f"{formatting.of_part(row, kpi.measure)} from {when}"


def _parts_now(scope: Scope, kpi: Kpi, cell: pd.Series, dimension: str) -> None:
    found = _cached.parts(scope, cell["area"], *headline.ends(cell), dimension)
    of = (dimension, *headline.ends(cell))
    said = partial(sentence, found, kpi, cell)
    in_words = _cached.kept("parts_said", scope, of, said)
    st.markdown(plain(in_words))

    def draw() -> dict:
        return breakdown_chart.parts_figure(found, kpi, cell["value"], widgets.theme())

    def worded() -> pd.DataFrame:
        names = [
            f"{row.part}, left out" if row.is_left_out else row.part
            for row in found.rename(columns={"name": "part"}).itertuples()
        ]
        return table(found, kpi, names)

    widgets.plot(draw, f"parts_{dimension}", in_words, of)
    widgets.folded(
        "The parts as a table", _cached.kept("parts", scope, of, worded), PARTS
    )


def sentence(found: pd.DataFrame, kpi: Kpi, cell: pd.Series) -> str:
    """Name the highest and the lowest part, and what the figure leaves out."""
    known = found[found["value"].notna() & found["n"].ge(kpi.judging.min_n)]
    said = [
        f"{capital(headline.period(cell))}: {formatting.of_cell(cell, kpi.measure)}."
    ]
    if len(known) > 1:
        ends = [known.loc[known["value"].idxmax()], known.loc[known["value"].idxmin()]]
        words = [
            f"{part['name']} {formatting.of_part(part, kpi.measure)}" for part in ends
        ]
        said.append(f"Highest: {words[0]}; lowest: {words[1]}.")
    left_out = found[found["is_left_out"]]
    whole = breakdown.with_all(found, kpi)
    if pd.notna(whole):
        names = ", ".join(left_out["name"])
        cases = formatting.cases(kpi.measure.counts, found["n"].sum())
        with_all = formatting.figure(whole, kpi.measure.unit, cases)
        said.append(f"Left out: {names}; with them it would be {with_all}.")
    return " ".join(said)


def table(found: pd.DataFrame, kpi: Kpi, names: list[str]) -> pd.DataFrame:
    """Word the parts, a row each of that name, with the columns of PARTS."""
    rows = [
        (
            name,
            formatting.of_part(row, kpi.measure),
            formatting.interval(row, kpi.measure.unit),
            row.n,
        )
        for name, row in zip(names, found.itertuples(), strict=True)
    ]
    return pd.DataFrame(rows, columns=list(PARTS))


def _change(scope: Scope, kpi: Kpi, series, cell: pd.Series, dimension: str) -> None:
    past = headline.same_a_year_ago(series, cell)
    now = headline.period(cell)
    if past is None or pd.isna(past["value"]):
        st.markdown(f"There is no figure of a year before to set against {now}.")
        return
    when = f"{capital(now)} against {headline.period(past)}."
    spans = headline.ends(past), headline.ends(cell)
    try:
        found = _cached.change(scope, cell["area"], *spans, cell["by"], dimension)
    except UserError as error:
        st.markdown(f"{when} {plain(str(error))}")
        return
    of = (dimension, *headline.ends(cell))
    worded = partial(_change_in_words, found, kpi, dimension)
    said, table_of_moves = _cached.kept("moves", scope, of, worded)
    st.markdown(f"{when} {plain(said)}")
    widgets.folded("What moved it, as a table", table_of_moves, MOVES)


def _change_in_words(
    found: pd.DataFrame, kpi: Kpi, dimension: str
) -> tuple[str, pd.DataFrame]:
    """Say what moved the whole, and list it; `found` is of `breakdown.change`."""
    is_by_area = dimension == breakdown.BY_AREA
    if not is_by_area:
        names = [members.member(one, dimension) for one in found["group"]]
        attrs, found = found.attrs, found.assign(group=names)
        found.attrs = attrs
    groups = (
        area_comparison.NAMES[area_comparison.kind_of(kpi)]
        if is_by_area
        else "the parts"
    )
    return decomposition.in_words(found, kpi.measure.unit, groups), moves(found, kpi)


def moves(found: pd.DataFrame, kpi: Kpi) -> pd.DataFrame:
    """Word the parts that moved the whole the most, with the columns of MOVES."""
    rows = [
        (
            str(row.group),
            *(
                formatting.figure(one, kpi.measure.unit)
                for one in (row.before, row.after)
            ),
            *(
                decomposition.signed(one, kpi.measure.unit)
                for one in (row.rate, row.mix, row.total)
            ),
        )
        for row in found[:MOST_SHOWN].itertuples()
    ]
    return pd.DataFrame(rows, columns=list(MOVES))
