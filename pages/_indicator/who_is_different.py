"""Who is different? An indicator's areas beside each other in one period."""

from functools import partial

import pandas as pd
import streamlit as st

from kpis import formatting, settings
from kpis.analysis import AreaComparison, Funnel, area_comparison, verdicts
from kpis.charts import funnel_chart, history_chart, map_chart, small_multiples
from kpis.definitions import Kpi
from kpis.formatting import capital
from kpis.output import spreadsheets
from pages import _cached
from pages._frame import filters, widgets
from pages._frame.filters import Scope
from pages._frame.markdown import EITHER_SHADE, SHADES, plain

FUNNEL, TILES, HISTORY, MULTIPLES = "funnel", "tiles", "history", "multiples"
VIEW, NOW, OVER_TIME, EACH = "areas", "In this period", "Over time", "Area by area"
MARK = "A mark stands where an area left its own limits."
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
    if not area_comparison.kind_of(kpi):
        return
    ends = cell["period_start"], cell["period_end"]
    compared = _cached.compared(scope.build_id, kpi.id, *ends, cell["by"])
    found = compared.table
    if len(found) < 2:
        return
    widgets.header("Who is different?", "Funnel", "Place", "Peer group")
    view = st.segmented_control(
        "Areas", [NOW, OVER_TIME, EACH], default=NOW, required=True, key=VIEW,
        label_visibility="collapsed", bind="query-params",
    )  # fmt: skip
    if view in (OVER_TIME, EACH):
        kept = _pasts(scope, found, cell["by"])
        draw = _over_time if view == OVER_TIME else _each
        draw(scope, kpi, kept, cell)
        of = (cell["period_start"], cell["by"])
        worded = partial(over_time, kept, kpi)
        as_table = _cached.kept("history", scope, of, worded)
        widgets.folded("The areas over time as a table", as_table, {"name": "Area"})
        return
    of = (cell["period_start"], cell["by"])
    worded = partial(sentence, scope, kpi, compared, cell)
    in_words = _cached.kept("different", scope, of, worded)
    st.markdown(plain(in_words))
    if compared.funnel:
        _pictures(scope, kpi, found, compared.funnel, cell, in_words)
    listed(scope, kpi, found, cell)


def sentence(scope: Scope, kpi: Kpi, found: AreaComparison, cell: pd.Series) -> str:
    """Say who differs in a period, how the chosen area stands, and its group."""
    own = found.table[found.table["area"] == scope.area]
    said = [
        found.note,
        *(area_comparison.sentence(row, kpi) for _, row in own.iterrows()),
    ]
    said.append(peers(scope, kpi, cell))
    when = capital(formatting.period(cell["period_start"], cell["by"]))
    return " ".join([f"{when}.", *(one for one in said if one)])


def peers(scope: Scope, kpi: Kpi, cell: pd.Series) -> str:
    """Say the figures of groups of boroughs: of the chosen one's, or of all."""
    ends = cell["period_start"], cell["period_end"]
    found = _cached.peers(scope.build_id, kpi.id, *ends, cell["by"])
    is_own = [scope.area in areas for areas in found["areas"]]
    shown = found[is_own] if any(is_own) else found
    said = [
        f"{row.group} boroughs together {formatting.of_part(row, kpi.measure)}"
        for row in shown.itertuples()
    ]
    return f"{capital(', '.join(said))}." if said else ""


def _pasts(scope: Scope, found: pd.DataFrame, by: str) -> pd.DataFrame:
    """Return every area's series with its name, in the order of `found`."""
    every = _cached.over_time(scope.build_id, scope.kpi, by)
    order = {area: place for place, area in enumerate(found["area"])}
    kept = every[every["area"].isin(list(order)) & every["by"].eq(by)]
    kept = kept.assign(name=kept["area"].map(_cached.area_names(scope.build_id)))
    return kept.sort_values("area", key=lambda codes: codes.map(order), kind="stable")


def _over_time(scope: Scope, kpi: Kpi, kept: pd.DataFrame, cell: pd.Series) -> None:
    """Draw every area's past as a row of squares."""
    chosen = _cached.area_names(scope.build_id)[scope.area]
    shade = SHADES.get(kpi.judging.better, EITHER_SHADE)
    in_words = f"{left_limits(kept, kpi)} {shade} {MARK}"
    st.markdown(plain(in_words))

    def draw() -> dict:
        return history_chart.history_figure(kept, kpi, chosen, widgets.theme())

    of = (cell["period_start"], cell["by"])
    widgets.plot(draw, HISTORY, in_words, of, partial(_take_area, scope, HISTORY))


def _each(scope: Scope, kpi: Kpi, kept: pd.DataFrame, cell: pd.Series) -> None:
    """Draw every area's past in a panel of its own."""
    names = _cached.area_names(scope.build_id)
    force = _cached.judged(scope.build_id, settings.FORCE, cell["by"])
    whole = force[force["kpi"].eq(kpi.id) & force["by"].eq(cell["by"])]
    first, last = (
        formatting.period(kept["period_start"].agg(end), cell["by"])
        for end in ("min", "max")
    )
    said = (
        f"Each area has its own panel, from {first} to {last}, all on one scale; "
        "the band is its own limits."
    )
    if whole["value"].notna().any():
        said += f" The thin grey line is {names[settings.FORCE]}."
    in_words = f"{left_limits(kept, kpi)} {said} {MARK}"
    st.markdown(plain(in_words))

    def draw() -> dict:
        return small_multiples.multiples_figure(
            kept, whole, kpi, names[scope.area], widgets.theme()
        )

    of = (cell["period_start"], cell["by"])
    widgets.plot(draw, MULTIPLES, in_words, of, partial(_take_area, scope, MULTIPLES))


def over_time(kept: pd.DataFrame, kpi: Kpi) -> pd.DataFrame:
    """Word every area's past: a row an area, then a column for each period."""
    said = [
        formatting.of_cell(row, kpi.measure)
        if pd.notna(row["value"])
        else formatting.missing(row["state"])
        for _, row in kept.iterrows()
    ]
    wide = kept.assign(said=said).pivot(
        index="name", columns="period_start", values="said"
    )
    named = {start: formatting.period(start, kept["by"].iloc[0]) for start in wide}
    in_order = wide.reindex(kept["name"].unique()).fillna("")
    return in_order[in_order.columns[::-1]].rename(columns=named).reset_index()


def left_limits(every: pd.DataFrame, kpi: Kpi) -> str:
    """Name the areas that left their own limits of late, and what chance does."""
    latest = every[every["is_latest"]]
    areas = area_comparison.NAMES[area_comparison.kind_of(kpi)]
    said = []
    for meaning, words in history_chart.MEANS.items():
        named = latest.loc[latest["meaning"] == meaning, "name"]
        if len(named):
            said.append(f"{capital(words)}: {', '.join(named)}.")
    if not said:
        said = [f"None of {len(latest)} {areas} has left its own limits of late."]
    by = latest["by"].iloc[0]
    chance = verdicts.chance_note(int(latest["upper_limit"].notna().sum()), by)
    return " ".join([*said, chance])


def _pictures(
    scope: Scope,
    kpi: Kpi,
    found: pd.DataFrame,
    funnel: Funnel,
    cell: pd.Series,
    in_words: str,
) -> None:
    is_of_boroughs = area_comparison.kind_of(kpi) == "bocu"
    columns = st.columns([3, 2] if is_of_boroughs else 1, gap="medium")
    theme, of = widgets.theme(), (cell["period_start"], cell["by"])

    def draw_funnel() -> dict:
        return funnel_chart.funnel_figure(found, funnel, kpi, scope.area, theme)

    def draw_tiles() -> dict:
        grid = _cached.tile_grid(scope.build_id)
        return map_chart.tiles_figure(found, grid, kpi, scope.area, theme)

    with columns[0]:
        take = partial(_take_area, scope, FUNNEL)
        widgets.plot(draw_funnel, FUNNEL, in_words, of, take)
    if is_of_boroughs:
        with columns[1]:
            says = f"London's boroughs as tiles. {in_words}"
            take = partial(_take_area, scope, TILES)
            widgets.plot(draw_tiles, TILES, says, of, take)


def _take_area(scope: Scope, chart: str) -> None:
    """Make the area that was clicked the chosen one, if it is one to choose."""
    points = st.session_state[chart].selection.points
    offered = _cached.offered_areas(scope.build_id)
    if points and points[0].get("customdata") in offered:
        st.session_state[filters.AREA] = points[0]["customdata"]


def listed(scope: Scope, kpi: Kpi, found: pd.DataFrame, cell: pd.Series) -> None:
    """Offer the areas of the period of `cell` as a table, and to take away."""
    with st.expander(
        f"All {area_comparison.NAMES[area_comparison.kind_of(kpi)]} as a table"
    ):
        of = (cell["period_start"], cell["by"])
        shown = _cached.kept("areas", scope, of, lambda: table(found, kpi))
        st.dataframe(shown, hide_index=True, width="stretch", column_config=TABLE)
        start = f"{cell['period_start']:%Y-%m-%d}"
        name = f"{scope.kpi}_areas_{start}_by_{cell['by']}.csv"
        widgets.download("These areas (CSV)", lambda: spreadsheets.csv(found), name)


def table(found: pd.DataFrame, kpi: Kpi) -> pd.DataFrame:
    """Word the areas, a row each, with the columns of TABLE."""
    count = int(found["first_place"].notna().sum())
    rows = [
        (
            row["name"],
            formatting.of_cell(row, kpi.measure)
            if pd.notna(row["value"])
            else formatting.NO_FIGURE,
            formatting.interval(row, kpi.measure.unit),
            row["n"],
            area_comparison.places(row, count),
            _says(row),
        )
        for _, row in found.iterrows()
    ]
    return pd.DataFrame(rows, columns=list(TABLE))


def _says(row: pd.Series) -> str:
    if row["state"] not in area_comparison.TESTED:
        return formatting.missing(row["state"])
    return funnel_chart.MEANS.get(row["meaning"], "")
