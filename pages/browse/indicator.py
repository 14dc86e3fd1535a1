"""One indicator of one area: figure, sentence, chart, rows, definition."""

import calendar
from functools import partial

import pandas as pd
import streamlit as st

from kpis import breaks, charts, drawing, figures, targets
from kpis.board import UNMEASURED
from kpis.errors import UserError
from kpis.registry import Kpi
from pages import (
    _areas,
    _behind,
    _cached,
    _downloads,
    _parts,
    _passport,
    _scope,
    _series,
)
from pages._scope import Scope
from pages._text import plain

CHART = "spc"
ROWS = "rows"
# the chart's marks as letters, to be named below it
SIGNS = {
    "improvement": "▲",
    "concern": "▼",
    "change": "◆",
    "too_few": "│",
    "provisional": "○",
    "gap": "×",
}
# rows of the denominator that come from no export
EXPOSURES = {"residents": "thousand resident-years"}


def directory(kpis: dict[str, Kpi]) -> None:
    """Lead to every indicator, for a visitor who has not chosen one."""
    st.title("Indicators", anchor=False)
    with st.container(gap=None):
        for kpi in kpis.values():
            with st.container(horizontal=True, vertical_alignment="center"):
                st.button(kpi.title, type="tertiary", on_click=choose, args=(kpi.id,))
                st.caption(kpi.question)


def choose(kpi_id: str) -> None:
    st.session_state[_scope.KPI] = kpi_id


def headline(series: pd.DataFrame, kpi: Kpi, scope: Scope) -> None:
    """Show the latest settled figure and what it means, or why there is none."""
    latest = _series.latest(series)
    st.title(kpi.title, anchor=False)
    area = _cached.area_names(scope.build_id)[scope.area]
    where = plain(f"{area}, {_series.period(latest)}")
    with st.container(
        key="headline", horizontal=True, vertical_alignment="bottom", gap="large"
    ):
        if pd.isna(latest["value"]):
            state = figures.missing(latest["state"])
            st.markdown(f"{where}: {state}. {plain(latest['reason'])}")
        else:
            value = figures.of_cell(latest, kpi)
            unit = figures.left_out(kpi.unit)
            label = f"{where}, {plain(unit)}" if unit else where
            st.metric(label, value, width="content")
            st.markdown(_series.sentence(series, kpi, _series.verdict(series)))
    if latest["by"] != scope.by:
        shown = _scope.PERIOD_NAMES[latest["by"]].lower()
        st.caption(f"Shown {shown}: there is no figure for a shorter period.")


def chart(scope: Scope, by: str, in_words: str) -> None:
    st.plotly_chart(
        _cached.spc_figure(scope, _parts.theme()),
        theme=None,
        key=CHART,
        on_select=partial(take_point, by),
        selection_mode="points",
        config={"displayModeBar": False},
        alt=in_words,
    )


def key(series: pd.DataFrame) -> str:
    """Name the marks of the chart, in one line."""
    said = [f"{SIGNS[mark]} {says}" for mark, says in charts.key(series)]
    return " \u2003 ".join(said)


def told(series: pd.DataFrame, kpi: Kpi, scope: Scope) -> list[str]:
    """Say what the lines across the chart mean, for those who do not see them too."""
    ends = (series["period_start"].dt.date, series["period_end"].dt.date)
    by = series["by"].iloc[0]
    shown = list(zip(*ends, strict=True))
    aims = [one for one in _cached.targets_of_series(scope) if one.is_set]
    said = [
        f"{'Target' if one.is_adopted else 'Standard'}: "
        f"{targets.in_words(one, kpi.unit)}."
        for one in dict.fromkeys(aims)
    ]
    said += breaks.account(_cached.breaks(scope), shown, by)
    return [plain(line) for line in said]


def take_point(by: str) -> None:
    """Make the period of the point that was clicked the chosen one."""
    points = st.session_state[CHART].selection.points
    if points:
        start = pd.Timestamp(points[0]["x"])
        st.session_state[_scope.PERIOD] = _scope.period_code(start, by)


def chosen_period(series: pd.DataFrame) -> pd.Series:
    """Let a period be chosen, for all that stands below; return its row."""
    shown = series[series["state"] != "not_applicable"].iloc[::-1]
    latest = _series.latest(series)
    is_open = drawing.is_open(shown) & shown["value"].notna()
    start = _scope.choose_period(
        dict(zip(shown["period_start"], is_open, strict=True)),
        latest["by"],
        latest["period_start"],
    )
    return shown[shown["period_start"] == start].iloc[0]


def rows_behind(series: pd.DataFrame, kpi: Kpi, scope: Scope, cell: pd.Series) -> None:
    """Show the rows of one period, which add up to its figure."""
    st.header("Rows behind the figure", anchor=False)
    try:
        found = _cached.rows(scope, cell["period_start"], cell["period_end"])
    except UserError as error:
        # there are none, or they are people: what follows is shown all the same
        st.markdown(plain(str(error)))
        return
    st.markdown(account_of_rows(cell, kpi, len(found)))
    if len(found):
        areas = _cached.area_names(scope.build_id)
        with st.container(key=ROWS):
            table_of_rows(for_reading(found, kpi, areas), kpi)
    _downloads.show(series, cell, scope, kpi)


def table_of_rows(shown: pd.DataFrame, kpi: Kpi) -> None:
    """Show rows, where they come from first: that is what a reader is after."""
    origin = ["file", "line", "row_id", "on_date"]
    # text, or absent, where rows of the denominator come from no file
    is_number = pd.api.types.is_numeric_dtype(shown.get("line"))
    st.dataframe(
        shown,
        hide_index=True,
        height=320 if len(shown) > 8 else "auto",
        column_order=[*origin, *(name for name in shown if name not in origin)],
        column_config={
            **{name: name.replace("_", " ").capitalize() for name in shown},
            "file": st.column_config.TextColumn("File", width=430),
            "row_id": "Row",
            "area_code": "Area",
            "numerator": quantity(kpi) if kpi.kind in ("mean", "ratio") else "Counted",
            "denominator": "Out of",
            "value": quantity(kpi),
            "on_date": st.column_config.DateColumn(
                "From" if "until_date" in shown else "Day", format="D MMM YYYY"
            ),
            "until_date": st.column_config.DateColumn("Until", format="D MMM YYYY"),
            "line": st.column_config.NumberColumn("Line", format="%d")
            if is_number
            else "Line",
        },
        alt="Rows behind the figure",
    )


def for_reading(found: pd.DataFrame, kpi: Kpi, areas: dict[str, str]) -> pd.DataFrame:
    """Return rows with names in place of codes, and nothing that reads None."""
    # a row of one side of a ratio adds nothing to the other
    sides = [name for name in ("numerator", "denominator") if name in found]
    added = found.assign(**found[sides].fillna(0))
    shown = added.dropna(axis="columns", how="all").assign(
        row_id=found["row_id"].fillna(kpi.exposure),
    )
    if "area_code" in found:
        named = found["area_code"].map(areas).fillna("not located")
        shown = shown.assign(area_code=named)
    if "weekday" in found:
        days = dict(enumerate(calendar.day_name, 1))
        shown = shown.assign(weekday=found["weekday"].map(days))
    partly = [name for name in shown if shown[name].isna().any()]
    shown[partly] = shown[partly].apply(with_blanks)
    return shown


def with_blanks(column: pd.Series) -> pd.Series:
    """Return a column as text, empty where Streamlit's table would say None."""
    return column.map("{:}".format, na_action="ignore").astype("str").fillna("")


def quantity(kpi: Kpi) -> str:
    """The head of a column of measured values: rows hold seconds, not minutes."""
    is_time = kpi.unit in ("minutes", "seconds")
    return {"pounds": "Pounds"}.get(kpi.unit, "Seconds" if is_time else "Value")


def account_of_rows(cell: pd.Series, kpi: Kpi, shown: int) -> str:
    """What the rows are, how many, and the sum that they make."""
    if pd.isna(cell["value"]):
        said = cell["reason"] or f"{figures.missing(cell['state']).capitalize()}."
        return plain(said)
    value = figures.of_cell(cell, kpi)
    if cell["state"] == "reported":
        made = f"{value}, taken as published."
    else:
        made = ACCOUNTS[kpi.kind](cell, kpi, value)
    limited = f" First {shown} rows are shown." if shown == _cached.ROWS_SHOWN else ""
    return made + limited


def of_proportion(cell: pd.Series, kpi: Kpi, value: str) -> str:
    numerator, denominator = (
        figures.count(cell[part]) for part in ("numerator", "denominator")
    )
    return f"{numerator} of {denominator} make {value}."


def of_rate(cell: pd.Series, kpi: Kpi, value: str) -> str:
    if not kpi.exposure:
        sides = (figures.number(cell[side], 1) for side in ("numerator", "denominator"))
        unit = figures.left_out(kpi.unit)
        return f"{' over '.join(sides)} make {f'{value} {unit}'.strip()}."
    numerator = figures.count(cell["numerator"])
    denominator = f"{figures.number(cell['denominator'], 1)} {EXPOSURES[kpi.exposure]}"
    return (
        f"{numerator} in {denominator} make {value} {figures.left_out(kpi.unit)}. "
        f"Rows without a file are {kpi.exposure}, for each day and area."
    )


def of_ratio(cell: pd.Series, kpi: Kpi, value: str) -> str:
    numerator = figures.figure(cell["numerator"], kpi.unit)
    return f"{numerator} over {figures.count(cell['denominator'])} make {value}."


def of_values(cell: pd.Series, kpi: Kpi, value: str) -> str:
    count = figures.count(cell["n"])
    if kpi.kind == "percentile":
        return f"{100 * kpi.quantile:g} in 100 of {count} values are at most {value}."
    return f"The {kpi.kind} of {count} values is {value}."


def of_difference(cell: pd.Series, kpi: Kpi, value: str) -> str:
    first, second = (
        f"{figures.figure(side['value'], 'percent', side['n'])} in part {name} "
        f"(n {figures.count(side['n'])})"
        for name, side in sorted(cell["parts"].items())
    )
    return f"{first} minus {second} make {value}."


ACCOUNTS = {
    "proportion": of_proportion,
    "rate": of_rate,
    "ratio": of_ratio,
    "mean": of_values,
    "median": of_values,
    "percentile": of_values,
    "difference": of_difference,
}


scope = _parts.scope()
kpis = _cached.build(scope.build_id).kpis
if scope.kpi is None:
    directory(kpis)
    st.stop()
kpi = kpis[scope.kpi]
series = _cached.series(scope)
headline(series, kpi, scope)
if series["value"].notna().any():
    in_words = _series.sentence(series, kpi, _series.verdict(series))
    chart(scope, series["by"].iloc[0], in_words)
    with st.container(gap="xxsmall"):
        for line in filter(None, [key(series), *told(series, kpi, scope)]):
            st.caption(line)
if not series["state"].isin(UNMEASURED).all():
    cell = chosen_period(series)
    _areas.show(scope, kpi, cell)
    _behind.show(scope, kpi, series, cell)
    rows_behind(series, kpi, scope, cell)
_passport.show(kpi, scope)
