"""Who is different? An indicator's areas beside each other in one period."""

import pandas as pd
import streamlit as st

from kpis import area_charts, compare, downloads, figures
from kpis.registry import Kpi
from pages import _cached, _parts, _scope
from pages._scope import Scope
from pages._text import capital, plain

FUNNEL, TILES = "funnel", "tiles"
BAR = {"displayModeBar": False}
TABLE = {
    "name": "Area",
    "figure": "Figure",
    "interval": "95 % interval",
    "n": "Cases",
    "places": "Place, with 95 %",
    "says": "Against the others",
}


def show(scope: Scope, kpi: Kpi, cell: pd.Series) -> None:
    """Draw funnel, map and table of the period of `cell`, a row of the series."""
    if not compare.kind_of(kpi):
        return
    found = _cached.compared(
        scope, cell["period_start"], cell["period_end"], cell["by"]
    )
    if len(found) < 2:
        return
    st.header("Who is different?", anchor=False)
    own = found[found["area"] == scope.area]
    said = [
        found.attrs["note"],
        *(compare.sentence(row, kpi) for _, row in own.iterrows()),
    ]
    in_words = " ".join(plain(one) for one in said)
    when = figures.period(cell["period_start"], cell["by"])
    st.markdown(f"{capital(when)}. {in_words}")
    if found.attrs["kind"]:
        _pictures(scope, kpi, found, in_words)
    _table(scope, kpi, found, cell)


def _pictures(scope: Scope, kpi: Kpi, found: pd.DataFrame, in_words: str) -> None:
    is_of_boroughs = compare.kind_of(kpi) == "bocu"
    columns = st.columns([3, 2] if is_of_boroughs else 1, gap="medium")
    theme = _parts.theme()
    with columns[0]:
        st.plotly_chart(
            area_charts.funnel_figure(found, kpi, scope.area, theme),
            theme=None, key=FUNNEL, config=BAR, alt=in_words,
            on_select=lambda: _take_area(scope, FUNNEL), selection_mode="points",
        )  # fmt: skip
    if is_of_boroughs:
        with columns[1]:
            st.plotly_chart(
                area_charts.tiles_figure(
                found, _cached.tile_grid(scope.build_id), kpi, scope.area, theme
            ),
                theme=None, key=TILES, config=BAR, alt="London's boroughs as tiles",
                on_select=lambda: _take_area(scope, TILES), selection_mode="points",
            )  # fmt: skip


def _take_area(scope: Scope, chart: str) -> None:
    """Make the area that was clicked the chosen one, if it is one to choose."""
    points = st.session_state[chart].selection.points
    offered = _scope.offered_areas(_cached.areas(scope.build_id))
    if points and points[0].get("customdata") in offered:
        st.session_state[_scope.AREA] = points[0]["customdata"]


def _table(scope: Scope, kpi: Kpi, found: pd.DataFrame, cell: pd.Series) -> None:
    with st.expander(f"All {compare.NAMES[compare.kind_of(kpi)]} as a table"):
        st.dataframe(
            table(found, kpi), hide_index=True, width="stretch", column_config=TABLE
        )
        start = f"{cell['period_start']:%Y-%m-%d}"
        st.download_button(
            "These areas (CSV)",
            downloads.csv(found),
            f"{scope.kpi}_areas_{start}_by_{cell['by']}.csv",
            "text/csv",
        )


def table(found: pd.DataFrame, kpi: Kpi) -> pd.DataFrame:
    """Word the areas, a row each, with the columns of TABLE."""
    count = int(found["first_place"].notna().sum())
    rows = [
        (
            row["name"],
            figures.of_cell(row, kpi) if pd.notna(row["value"]) else figures.NO_FIGURE,
            _interval(row, kpi),
            row["n"],
            compare.places(row, count),
            _says(row),
        )
        for _, row in found.iterrows()
    ]
    return pd.DataFrame(rows, columns=list(TABLE))


def _interval(row: pd.Series, kpi: Kpi) -> str:
    if pd.isna(row["lower"]):
        return ""
    return figures.between(row["lower"], row["upper"], kpi.unit)


def _says(row: pd.Series) -> str:
    if row["state"] not in compare.JUDGED:
        return figures.missing(row["state"])
    return area_charts.MEANS.get(row["meaning"], "")
