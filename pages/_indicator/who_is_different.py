"""Who is different? An indicator's areas next to each other in one period."""

from dataclasses import replace
from functools import partial

import pandas as pd
import streamlit as st
from plotly.graph_objects import Figure

from kpis import settings
from kpis.analysis import area_comparison, headline
from kpis.definitions import Kpi
from kpis.output import area_table, shades, spreadsheets
from pages._cached import builds, compared_areas
from pages._frame import charts, elements, filters, session
from pages._frame.markdown import plain
from pages._scope import Scope

FUNNEL, TILES, HISTORY, PANELS = "funnel", "tiles", "history", "multiples"
VIEW, NOW, OVER_TIME, EACH = "areas", "In this period", "Over time", "Area by area"
MARK = "A mark shows where an area left its own limits."


def show_areas(scope: Scope, kpi: Kpi, cell: pd.Series) -> None:
    """Show funnel, map and table of the period of `cell`, a row of the series."""
    if not area_comparison.kind_of(kpi):
        return
    period, by = headline.ends(cell), cell["by"]
    compared = compared_areas.compared(scope.build_id, kpi.id, period, by)
    if len(compared.table) < 2:
        return
    # where a site's figure is shown, it is the site that is compared
    scope = replace(scope, area=cell["area"])
    elements.header("Who is different?", "Funnel", "Place", "Peer group")
    view = st.segmented_control(
        "Areas", [NOW, OVER_TIME, EACH], default=NOW, required=True, key=VIEW,
        label_visibility="collapsed", bind="query-params",
    )  # fmt: skip
    if view != NOW:
        show_histories = _show_squares if view == OVER_TIME else _show_panels
        show_histories(scope, kpi, cell)
        table = compared_areas.history_table(scope.build_id, kpi.id, period, by)
        elements.folded_table("Areas over time as a table", table, {"name": "Area"})
        return
    sentence = compared_areas.sentence(scope, period, by)
    st.markdown(plain(sentence))
    funnel = compared_areas.funnel(scope, period, by, session.theme())
    if funnel is not None:
        _show_funnel_and_tiles(scope, kpi, cell, funnel, sentence)
    show_table(scope, kpi, cell)


def _show_funnel_and_tiles(
    scope: Scope, kpi: Kpi, cell: pd.Series, funnel: Figure, sentence: str
) -> None:
    asked = scope, headline.ends(cell), cell["by"], session.theme()
    has_tiles = area_comparison.kind_of(kpi) == "bocu"
    columns = st.columns([3, 2] if has_tiles else 1, gap="medium")
    with columns[0]:
        take = partial(_take_area, scope, FUNNEL)
        charts.show_chart(funnel, FUNNEL, sentence, take)
    if has_tiles:
        with columns[1]:
            said = f"London's boroughs as tiles. {sentence}"
            take = partial(_take_area, scope, TILES)
            charts.show_chart(compared_areas.tiles(*asked), TILES, said, take)


def _show_squares(scope: Scope, kpi: Kpi, cell: pd.Series) -> None:
    """Draw every area's past as a row of squares."""
    period, by = headline.ends(cell), cell["by"]
    histories = compared_areas.histories(scope.build_id, kpi.id, period, by)
    said = f"{area_table.left_limits(histories, kpi)} {shades.in_words(kpi)} {MARK}"
    st.markdown(plain(said))
    figure = compared_areas.squares(scope, period, by, session.theme())
    charts.show_chart(figure, HISTORY, said, partial(_take_area, scope, HISTORY))


def _show_panels(scope: Scope, kpi: Kpi, cell: pd.Series) -> None:
    """Draw every area's past in a panel of its own."""
    period, by = headline.ends(cell), cell["by"]
    histories = compared_areas.histories(scope.build_id, kpi.id, period, by)
    force = builds.names(scope.build_id)[settings.FORCE]
    is_drawn = compared_areas.series_of_force(scope, by)["value"].notna().any()
    panels = area_table.panels_in_words(histories, force if is_drawn else "")
    said = f"{area_table.left_limits(histories, kpi)} {panels} {MARK}"
    st.markdown(plain(said))
    figure = compared_areas.panels(scope, period, by, session.theme())
    charts.show_chart(figure, PANELS, said, partial(_take_area, scope, PANELS))


def _take_area(scope: Scope, chart: str) -> None:
    """Make the area that was clicked the chosen one, if it can be chosen."""
    points = st.session_state[chart].selection.points
    offered = builds.offered_areas(scope.build_id)
    if points and points[0].get("customdata") in offered:
        st.session_state[filters.AREA] = points[0]["customdata"]


def show_table(scope: Scope, kpi: Kpi, cell: pd.Series) -> None:
    """Offer the areas of the period of `cell` as a table, and as a download."""
    asked = scope.build_id, kpi.id, headline.ends(cell), cell["by"]
    with st.expander(
        f"All {area_comparison.NAMES[area_comparison.kind_of(kpi)]} as a table"
    ):
        st.dataframe(
            compared_areas.table(*asked), hide_index=True, width="stretch",
            column_config=area_table.HEADS,
        )  # fmt: skip
        start = f"{cell['period_start']:%Y-%m-%d}"
        name = f"{kpi.id}_areas_{start}_by_{cell['by']}.csv"
        compared = compared_areas.compared(*asked).table
        elements.download("These areas (CSV)", lambda: spreadsheets.csv(compared), name)
