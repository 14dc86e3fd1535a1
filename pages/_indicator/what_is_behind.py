"""What is behind it? A figure's parts, and how they moved it since a year before."""

import pandas as pd
import streamlit as st

from kpis import formatting, periods
from kpis.analysis import change_split, headline, splits, waits
from kpis.context import breaks
from kpis.definitions import Kpi
from kpis.errors import UserError
from kpis.formatting import capital
from kpis.output import part_table
from pages._cached import area_series, figure_parts
from pages._frame import charts, elements, session
from pages._frame.markdown import plain
from pages._scope import Scope

DIMENSION = "split"


def show_parts(scope: Scope, kpi: Kpi, series: pd.DataFrame, cell: pd.Series) -> None:
    """Show the parts of the figure of `cell`, a row of `series`, and its change."""
    ways = splits.ways(kpi, scope.area)
    if not ways or pd.isna(cell["value"]):
        return
    elements.header("What is behind it?", "Interval", "Mix and rate")
    way = st.selectbox(
        "Split by", ways, format_func=_name, key=DIMENSION, width=240,
        label_visibility="collapsed", bind="query-params",
    )  # fmt: skip
    if way == splits.HOUR_OF_WEEK:
        _show_week(scope, kpi, cell)
    elif way == splits.LENGTH:
        _show_waits(scope, kpi, cell)
    else:
        if way != change_split.BY_AREA:
            _show_members(scope, kpi, cell, way)
        if splits.has_split_change(kpi):
            _show_change(scope, series, cell, way)


def _name(dimension: str) -> str:
    return f"By {dimension.replace('_', ' ')}"


def _show_week(scope: Scope, kpi: Kpi, cell: pd.Series) -> None:
    """Show the hours of the week over twelve months: a month has too few of each."""
    end = cell["period_end"]
    year_before = end + pd.Timedelta(days=1) - pd.DateOffset(years=1)
    period = min(cell["period_start"], year_before).date(), end.date()
    hours = figure_parts.hours_of_week(scope, cell["area"], period)
    year = f"12 months to {formatting.period(end, 'day')}"
    if not hours["is_enough"].any():
        st.markdown(f"{capital(year)}: no hour of the week has enough cases.")
        return
    sentence = part_table.week_sentence(hours, kpi, year)
    st.markdown(plain(sentence))
    figure = figure_parts.week_chart(scope, cell["area"], period, session.theme())
    charts.show_chart(figure, "week", sentence, site=area_series.site(scope, cell))
    table = figure_parts.week_table(scope, cell["area"], period)
    elements.folded_table("Hours as a table", table, part_table.HEADS)


def _show_waits(scope: Scope, kpi: Kpi, cell: pd.Series) -> None:
    """Show how the single waits are spread, and the standard among them."""
    when = capital(headline.period(cell))
    if cell["state"] == "too_few":
        st.markdown(plain(f"{when}: {cell['reason']}"))
        return
    asked = scope, cell["area"], headline.ends(cell)
    counted = figure_parts.counted_waits(*asked)
    count = formatting.count(counted.n)
    sentence = f"{when}, n {count}. {waits.in_words(counted, kpi)}"
    st.markdown(plain(sentence))
    figure = figure_parts.waits_chart(*asked, session.theme())
    charts.show_chart(figure, "waits", sentence, site=area_series.site(scope, cell))
    table = part_table.of_waits(counted, kpi)
    elements.folded_table("Waits as a table", table, part_table.HEADS_OF_WAITS)


def _show_members(scope: Scope, kpi: Kpi, cell: pd.Series, dimension: str) -> None:
    asked = scope, cell["area"], headline.ends(cell), dimension
    sentence = part_table.sentence(figure_parts.parts(*asked), kpi, cell)
    st.markdown(plain(sentence))
    figure = figure_parts.chart(*asked, cell["value"], session.theme())
    site = area_series.site(scope, cell)
    charts.show_chart(figure, f"parts_{dimension}", sentence, site=site)
    table = figure_parts.table(*asked)
    elements.folded_table("Parts as a table", table, part_table.HEADS)


def _why_not_comparable(scope: Scope, cell: pd.Series) -> str:
    """Say which break lies between a period and the same a year before, or ""."""
    period = headline.ends(cell)
    before = periods.year_before(period, cell["by"])
    return breaks.why_not_comparable(area_series.breaks_of(scope), period, before)


def _show_change(
    scope: Scope, series: pd.DataFrame, cell: pd.Series, dimension: str
) -> None:
    past = headline.same_a_year_ago(series, cell)
    now = headline.period(cell)
    if past is None or pd.isna(past["value"]):
        none = f"There is no figure of a year before to compare {now} with."
        st.markdown(plain(_why_not_comparable(scope, cell) or none))
        return
    when = f"{capital(now)} compared with {headline.period(past)}."
    before, after = headline.ends(past), headline.ends(cell)
    try:
        said, moves = figure_parts.change(
            scope, cell["area"], before, after, cell["by"], dimension
        )
    except UserError as error:
        st.markdown(f"{when} {plain(str(error))}")
        return
    st.markdown(f"{when} {plain(said)}")
    label = "What moved it, as a table"
    elements.folded_table(label, moves, part_table.HEADS_OF_MOVES)
