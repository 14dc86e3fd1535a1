"""What is behind it? A figure's parts, and how they moved it since a year before."""

import pandas as pd
import streamlit as st

from kpis import breakdown, compare, decomposition, figures, part_charts, settings
from kpis.errors import UserError
from kpis.registry import Kpi
from pages import _cached, _parts, _series
from pages._scope import Scope
from pages._text import capital, plain

DIMENSION = "split"
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
    is_split = kpi.kind in decomposition.KINDS
    # when comes first: it is what a manager can plan by
    offered = sorted(kpi.dimensions, key=lambda one: one not in ("hour", "weekday"))
    kind = compare.kind_of(kpi)
    if is_split and scope.area == settings.FORCE and kind:
        by_area = [breakdown.BY_AREA]
        # of sites there are few, or one
        offered = [*offered, *by_area] if kind == "site" else [*by_area, *offered]
    if not offered or pd.isna(cell["value"]):
        return
    st.header("What is behind it?", anchor=False)
    dimension = st.selectbox(
        "Split by", offered, format_func=_plain_name, key=DIMENSION, width=240,
        label_visibility="collapsed",
    )  # fmt: skip
    if dimension != breakdown.BY_AREA:
        _parts_now(scope, kpi, cell, dimension)
    if is_split:
        _change(scope, kpi, series, cell, dimension)


def _plain_name(dimension: str) -> str:
    return f"By {dimension.replace('_', ' ')}"


def _parts_now(scope: Scope, kpi: Kpi, cell: pd.Series, dimension: str) -> None:
    found = _cached.parts(scope, cell["area"], *_series.ends(cell), dimension)
    in_words = sentence(found, kpi, cell)
    st.markdown(plain(in_words))
    drawn = part_charts.parts_figure(found, kpi, cell["value"], _parts.theme())
    st.plotly_chart(
        drawn, theme=None, key=f"parts_{dimension}", config={"displayModeBar": False},
        alt=plain(in_words),
    )  # fmt: skip
    with st.expander("The parts as a table"):
        st.dataframe(
            table(found, kpi), hide_index=True, width="stretch", column_config=PARTS
        )


def sentence(found: pd.DataFrame, kpi: Kpi, cell: pd.Series) -> str:
    """Name the highest and the lowest part, and what the figure leaves out."""
    known = found[found["value"].notna() & found["n"].ge(kpi.min_n)]
    said = [f"{capital(_series.period(cell))}: {figures.of_cell(cell, kpi)}."]
    if len(known) > 1:
        ends = [known.loc[known["value"].idxmax()], known.loc[known["value"].idxmin()]]
        words = [
            f"{part['name']} {figures.figure(part['value'], kpi.unit, part['n'])}"
            for part in ends
        ]
        said.append(f"Highest: {words[0]}; lowest: {words[1]}.")
    left_out = found[found["is_left_out"]]
    whole = breakdown.with_all(found, kpi)
    if pd.notna(whole):
        names = ", ".join(left_out["name"])
        with_all = figures.figure(whole, kpi.unit, found["n"].sum())
        said.append(f"Left out: {names}; with them it would be {with_all}.")
    return " ".join(said)


def table(found: pd.DataFrame, kpi: Kpi) -> pd.DataFrame:
    """Word the parts, a row each, with the columns of PARTS."""
    rows = [
        (
            f"{row['name']}, left out" if row["is_left_out"] else row["name"],
            figures.figure(row["value"], kpi.unit, row["n"]),
            ""
            if pd.isna(row["lower"])
            else figures.between(row["lower"], row["upper"], kpi.unit),
            row["n"],
        )
        for _, row in found.iterrows()
    ]
    return pd.DataFrame(rows, columns=list(PARTS))


def _change(scope: Scope, kpi: Kpi, series, cell: pd.Series, dimension: str) -> None:
    past = _series.same_a_year_ago(series, cell)
    now = _series.period(cell)
    if past is None or pd.isna(past["value"]):
        st.markdown(f"There is no figure of a year before to set against {now}.")
        return
    when = f"{capital(now)} against {_series.period(past)}."
    spans = _series.ends(past), _series.ends(cell)
    try:
        found = _cached.change(scope, cell["area"], *spans, cell["by"], dimension)
    except UserError as error:
        st.markdown(f"{when} {plain(str(error))}")
        return
    if dimension != breakdown.BY_AREA:
        names = [part_charts.member(one, dimension) for one in found["group"]]
        attrs, found = found.attrs, found.assign(group=names)
        found.attrs = attrs
    is_by_area = dimension == breakdown.BY_AREA
    groups = compare.NAMES[compare.kind_of(kpi)] if is_by_area else "the parts"
    st.markdown(f"{when} {plain(decomposition.in_words(found, kpi.unit, groups))}")
    with st.expander("What moved it, as a table"):
        st.dataframe(
            moves(found, kpi), hide_index=True, width="stretch", column_config=MOVES
        )


def moves(found: pd.DataFrame, kpi: Kpi) -> pd.DataFrame:
    """Word the parts that moved the whole the most, with the columns of MOVES."""
    rows = [
        (
            str(row.group),
            *(figures.figure(one, kpi.unit) for one in (row.before, row.after)),
            *(
                decomposition.signed(one, kpi.unit)
                for one in (row.rate, row.mix, row.total)
            ),
        )
        for row in found[:MOST_SHOWN].itertuples()
    ]
    return pd.DataFrame(rows, columns=list(MOVES))
